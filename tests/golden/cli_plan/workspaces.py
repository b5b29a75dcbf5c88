"""Makes two workspaces over distributions whose files have fixed sizes.

fifty: 50 targets with no edge between them, each over one large distribution, which needs a small one.
layers: targets over targets, one of them tagged, with stubs for one distribution and another that is not analysed for all.
"""

import os

MODULE = """module(name = "%s")

bazel_dep(name = "rules_python", version = "1.6.0")
bazel_dep(name = "rules_mypy", version = "0.40.0")

pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(hub_name = "pypi", python_version = "3.11", requirements_lock = "//:lock.txt")
use_repo(pip, "pypi")
"""
TYPES = """
types = use_extension("@rules_mypy//mypy:types.bzl", "types")
types.requirements(name = "pip_types", pip_requirements = "@pypi//:requirements.bzl", requirements_txt = "//:lock.txt")
use_repo(types, "pip_types")
"""
LOAD = 'load("@rules_python//python:defs.bzl", "py_library")\n'
ASPECT = """load("@pip_types//:types.bzl", "types")
load("@rules_mypy//mypy:mypy.bzl", "mypy")

aspect = mypy(skip_packages = ["Skipped"], types = types)

listed_aspect = mypy(package_modules = {"huge": ["huge.module_1", "huge.none"]}, types = types)
imported_aspect = mypy(package_modules = Label("//imports"), types = types)

# It does not look at toolchains.
compat_aspect = mypy(mode = "compat", types = types)
"""
IMPORTS = """load("@rules_mypy//mypy:mypy.bzl", "mypy_imports")

mypy_imports(name = "imports", deps = ["//:base"], visibility = ["//visibility:public"])
"""


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def library(name, srcs, deps, extra=""):
    return 'py_library(name = "%s", srcs = %s, deps = %s, visibility = ["//visibility:public"]%s)\n' % (
        name,
        '["%s"]' % srcs if srcs.endswith(".py") else srcs,
        "[%s]" % ", ".join('"%s"' % dep for dep in deps),
        extra,
    )


def distribution(name, count, size, deps=()):
    folder = "vendor/rules_python++pip+pypi_311_" + name
    for i in range(count):
        write("%s/site-packages/%s/module_%d.py" % (folder, name, i), "#" * (size - 1) + "\n")
    # Of these two mypy reads the stub.
    write("%s/site-packages/%s/module_0.pyi" % (folder, name), "#" * 99 + "\n")
    deps = ["@pypi//" + dep for dep in deps]
    extra = ', imports = ["site-packages"], pyi_srcs = glob(["**/*.pyi"]), tags = ["pypi_name=%s"]' % name
    write(folder + "/BUILD.bazel", LOAD + library("pkg", 'glob(["**/*.py"])', deps, extra))


def fifty():
    write("fifty/MODULE.bazel", MODULE % "fifty")
    write("fifty/lock.txt", "huge==1.0\nsmall==2.0\n")
    write("fifty/BUILD.bazel", "")
    for i in range(50):
        package = "fifty/t%02d/" % i
        write(package + "BUILD.bazel", LOAD + library("lib", '["a.py", "b.py", "c.py"]', ["@pypi//huge"]))
        for module in "abc":
            write(package + module + ".py", "import huge\n")


def layers():
    write("layers/MODULE.bazel", MODULE % "layers" + TYPES)
    write("layers/lock.txt", "huge==1.0\nskipped==1\nsmall==2.0\nstubbed==3\ntypes-stubbed==3\ntyping-extensions==4\n")
    write("layers/aspect.bzl", ASPECT)
    write("layers/imports/BUILD.bazel", IMPORTS)
    targets = (
        library("base", "base.py", ["@pypi//huge"])
        + library("middle", "middle.py", [":base", "@pypi//stubbed"])
        + library("top", "top.py", [":middle", "@pypi//small"])
        + library("tagged", "tagged.py", ["@pypi//huge"], ', tags = ["no-mypy"]')
        + library("over_tagged", "over_tagged.py", [":tagged"])
        + library("skipping", "skipping.py", [":base", "@pypi//skipped"])
        + library("over_skipping", "over_skipping.py", [":skipping"])
    )
    write("layers/BUILD.bazel", LOAD + targets)
    for name in "base middle top tagged over_tagged skipping over_skipping".split():
        write("layers/%s.py" % name, "#" * 99999 + "\n")


distribution("huge", 100, 500000, ["small"])
distribution("small", 3, 1000)
distribution("stubbed", 10, 100000, ["small"])
distribution("types_stubbed", 1, 1000)
distribution("skipped", 10, 50000, ["typing_extensions"])
distribution("typing_extensions", 2, 100000)
fifty()
layers()
