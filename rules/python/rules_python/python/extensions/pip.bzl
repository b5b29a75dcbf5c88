"""The `pip` module extension."""

load("//python/private:pip.bzl", _pip = "pip")

pip = _pip
