#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run a benchmark program under CPython, with a stand-in for load()."""

import os
import sys
from typing import Any, Dict, NoReturn

_modules: Dict[str, Dict[str, Any]] = {}


def _exec(path: str) -> Dict[str, Any]:
    path = os.path.abspath(path)
    if path not in _modules:
        env: Dict[str, Any] = {"__name__": "__starlark__", "fail": _fail}
        here = os.path.dirname(path)

        def load(module: str, *names: str, **renames: str) -> None:
            src = _exec(os.path.join(here, module))
            for n in names:
                env[n] = src[n]
            for new, old in renames.items():
                env[new] = src[old]

        env["load"] = load
        _modules[path] = env
        with open(path, encoding="utf-8") as f:
            exec(compile(f.read(), path, "exec"), env)
    return _modules[path]


def _fail(*args: object) -> NoReturn:
    raise SystemExit("fail: " + " ".join(str(a) for a in args))


if __name__ == "__main__":
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    _exec(sys.argv[1])
