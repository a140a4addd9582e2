serials.max=3
