"""The `python` module extension."""

load("//python/private:python.bzl", _python = "python")

python = _python
