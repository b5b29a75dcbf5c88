def r():
    native.glub([])
