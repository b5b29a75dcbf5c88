load("@rules_mypy//mypy:mypy.bzl", "mypy")

mypy_aspect = mypy(
    color = False,
    mypy_ini = "@@//:mypy.ini",
)
