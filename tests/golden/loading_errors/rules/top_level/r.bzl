native.filegroup(name = "x")

r = 1
