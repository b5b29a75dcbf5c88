visibility(["//friend", "//defs/..."])

x = 1
