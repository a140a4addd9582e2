lenient=true
