"""What makes a service: a library, a program and a test, by one name."""

load("@pypi//:requirements.bzl", "requirement")
load("@rules_python//python:defs.bzl", "py_binary", "py_library", "py_test")

def py_service(name, srcs, main, test, deps = [], test_deps = [], data = []):
    """Declares NAME_lib, the program NAME and NAME_test.

    Args:
      name: the program.
      srcs: the sources of the library; `main` is not among them.
      main: the program's entry point.  It has click, as every program of ours.
      test: the one source of the test.
      deps: what the library needs.
      test_deps: what the test needs besides the library.
      data: what the library reads at run time.
    """
    py_library(
        name = name + "_lib",
        srcs = srcs,
        data = data,
        visibility = ["//visibility:private"],
        deps = deps,
    )
    py_binary(
        name = name,
        srcs = [main],
        main = main,
        visibility = ["//visibility:public"],
        deps = [
            ":" + name + "_lib",
            requirement("click"),
        ],
    )
    py_test(
        name = name + "_test",
        srcs = [test],
        main = test,
        visibility = ["//visibility:public"],
        deps = [":" + name + "_lib"] + test_deps,
    )
