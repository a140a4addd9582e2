order=lenient
