"""mypy_cli: the program that mypy actions run."""

load("@rules_python//python:py_binary.bzl", "py_binary")

def mypy_cli(
        name,
        deps = None,
        mypy_requirement = None,
        python_version = "3.12",
        tags = None,
        visibility = ["//visibility:public"]):
    """Defines a mypy with what its plugins need.

    Args:
      name: name of the target, for mypy(mypy_cli = ...).
      deps: targets of plugins.
      mypy_requirement: the pypi target of mypy; without it mypy comes from the interpreter of --python_path.
      python_version: accepted for compatibility; the interpreter is that of --python_path.
      tags: tags of the target.
      visibility: visibility of the target.
    """
    py_binary(
        name = name,
        srcs = [Label("//mypy/private:mypy_runner.py")],
        data = [Label("//mypy/private:mypy_shared")],
        main = Label("//mypy/private:mypy_runner.py"),
        python_version = python_version,
        tags = tags,
        visibility = visibility,
        deps = (deps or []) + ([mypy_requirement] if mypy_requirement else []),
    )
