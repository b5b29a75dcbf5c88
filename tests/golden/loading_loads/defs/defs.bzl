load(":more.bzl", "MORE", _under = "under")

names = ["n"] + MORE + [_under]
_private = 1

def make(name):
    native.filegroup(name = name)
