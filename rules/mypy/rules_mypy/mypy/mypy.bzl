"""mypy: an aspect that type-checks Python targets.

    mypy_aspect = mypy(mypy_ini = "@@//:mypy.ini", types = types)
"""

load("//mypy/private:aspect.bzl", _MypyCacheInfo = "MypyCacheInfo", _MypyInfo = "MypyInfo", _MypySharedInfo = "MypySharedInfo", _mypy = "mypy")
load("//mypy/private:cli.bzl", _mypy_cli = "mypy_cli")
load("//mypy/private:imports.bzl", _mypy_imports = "mypy_imports")

MypyCacheInfo = _MypyCacheInfo
MypyInfo = _MypyInfo
MypySharedInfo = _MypySharedInfo
mypy = _mypy
mypy_cli = _mypy_cli
mypy_imports = _mypy_imports

# The aspect of workspaces that define none.
mypy_aspect = mypy()
