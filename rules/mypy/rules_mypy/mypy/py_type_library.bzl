"""py_type_library: a pypi stub package as a directory for MYPYPATH."""

load("//mypy/private:py_type_library.bzl", _PyTypeLibraryInfo = "PyTypeLibraryInfo", _py_type_library = "py_type_library")

PyTypeLibraryInfo = _PyTypeLibraryInfo
py_type_library = _py_type_library
