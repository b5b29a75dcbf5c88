"""mypy: an aspect that type-checks Python targets.

    mypy_aspect = mypy(mypy_ini = "@@//:mypy.ini", types = types)
"""

load("//mypy/private:aspect.bzl", _MypyCacheInfo = "MypyCacheInfo", _MypyInfo = "MypyInfo", _MypySharedInfo = "MypySharedInfo", _mypy = "mypy")
load("//mypy/private:cli.bzl", _mypy_cli = "mypy_cli")

MypyCacheInfo = _MypyCacheInfo
MypyInfo = _MypyInfo
MypySharedInfo = _MypySharedInfo
mypy = _mypy
mypy_cli = _mypy_cli

# The aspect of workspaces that define none.
mypy_aspect = mypy()
