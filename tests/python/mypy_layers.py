# SPDX-License-Identifier: Apache-2.0
"""A workspace of some forty targets in layers, over a package, for tests of mode shared.

Each target has modules that use the classes, protocols, generics and functions of the layers below,
imported in every way that Python has. Some have errors; `faulty` cannot be parsed once an edit has
been made. The same names and texts whenever it is generated.
"""

from typing import Dict, List

from mypy_build import Target

INI = """\
follow_imports = silent
strict = True
warn_unused_ignores = True
show_error_context = True
"""

LAYERS = 5
WIDTH = 7

PACKAGE = {
    "ext/pack/__init__.py": "from pack.shapes import Shape as Shape\nfrom pack import sizes as sizes\n",
    "ext/pack/py.typed": "",
    "ext/pack/shapes.py": (
        "import dataclasses\nfrom typing import Any, Generic, TypeVar\n\nT = TypeVar('T')\n\n\n"
        "@dataclasses.dataclass\nclass Shape(Generic[T]):\n    tag: T\n    size: int | None = None\n\n"
        "    def grow(self, by: int) -> 'Shape[T]':\n        return dataclasses.replace(self, size=by)\n"
    ),
    "ext/pack/sizes.py": (
        "try:\n    import absent\nexcept ImportError:\n    absent = None\n\n"
        "def size_of(shape):\n    return shape.size\n\n\nTABLE = {'a': [1, None], 'b': {'c', 'd'} | {'e'}}\n"
    ),
    "ext/pack/loops/__init__.py": "from pack.loops.one import first as first\n",
    "ext/pack/loops/one.py": (
        "import pack.loops.two as two\n\n\ndef first(n: int) -> 'two.Second | None':\n"
        "    return two.Second(n) if n else None\n"
    ),
    "ext/pack/loops/two.py": (
        "from pack.loops import one\n\n\nclass Second:\n    def __init__(self, n: int) -> None:\n"
        "        self.n = n\n        self.last = None\n\n    def again(self) -> None:\n"
        "        self.last = one.first(self.n - 1)\n        values = [self.n, None, 'x']\n        print(values)\n"
    ),
}


def model(name: str, deps: List[str]) -> str:
    """Classes over the classes of other targets."""
    lines = ["from __future__ import annotations", "import enum", "from dataclasses import dataclass, field"]
    lines += ["from typing import Generic, NamedTuple, Optional, Protocol, TypedDict, TypeVar, overload"]
    lines += [f"from {dep}.model import {dep.title()}Item, {dep.title()}Kind" for dep in deps[:2]]
    title = name.title()
    lines += ["", "T = TypeVar('T')", "", "", f"class {title}Kind(enum.Enum):", "    ONE = 1", "    TWO = 'two'", ""]
    lines += ["", "@dataclass(order=True)", f"class {title}Item:", "    name: str", "    size: int = 0"]
    lines += [f"    kind: {title}Kind = field(default={title}Kind.ONE, compare=False)"]
    lines += [f"    inner_{dep}: Optional[{dep.title()}Item] = None" for dep in deps[:2]]
    lines += ["", "    @property", "    def total(self) -> int:", "        n = self.size"]
    for dep in deps[:2]:
        lines += [f"        if self.inner_{dep} is not None:", f"            n += self.inner_{dep}.total"]
    lines += ["        return n", "", "", f"class {title}Row(TypedDict, total=False):", "    name: str", "    size: int"]
    lines += ["", "", f"class {title}Point(NamedTuple):", "    x: int", "    y: float = 0.0"]
    lines += ["", "", f"class {title}Source(Protocol[T]):", "    def read(self, key: str) -> T: ..."]
    lines += ["", "", f"class {title}Box(Generic[T]):", "    def __init__(self, value: T) -> None:"]
    lines += ["        self.value = value", "", "    @overload", "    def get(self) -> T: ...", "    @overload"]
    lines += ["    def get(self, default: T) -> T: ...", "    def get(self, default: Optional[T] = None) -> T:"]
    lines += ["        return self.value if default is None else default", ""]
    return "\n".join(lines)


def use(name: str, deps: List[str], number: int) -> str:
    """Functions over them, with an error in every fifth target."""
    title = name.title()
    lines = ["import json", "import logging as log", "import os.path", f"import {name}.model", "import pack.shapes"]
    lines += [f"from .model import {title}Box, {title}Item, {title}Kind", "from . import model as here"]
    lines += [f"from {dep} import use as use_{dep}, model" for dep in deps]
    lines += ["from pack.sizes import size_of", "from typing import *", ""]
    lines += ["", "def make(name: str = os.path.sep, size: int = 1):  # type: ignore[no-untyped-def]"]
    lines += [f"    return {name}.model.{title}Item(name, size, {title}Kind.TWO)", ""]
    lines += ["", f"def boxed(item: {title}Item) -> '{title}Box[List[{title}Item]]':"]
    lines += [f"    log.debug('%s', json.dumps(item.name))", f"    return {title}Box([item, here.{title}Item(item.name)])", ""]
    lines += ["", "def shape(n: int) -> 'pack.shapes.Shape[str]':", "    return pack.shapes.Shape('x', n).grow(size_of(n))", ""]
    for dep in deps:
        lines += ["", f"def from_{dep}(n: int) -> int:", f"    items = use_{dep}.boxed(use_{dep}.make(size=n)).get()"]
        lines += [f"    return sum(item.total for item in items) + len(items[0].name)", ""]
    if number % 5 == 3:
        lines += ["", f"WRONG: int = make_it({number})", "ALSO: str = shape(1).size", "pack.loops.one.first(1)"]
    if number % 4 == 1:
        lines += ["UNUSED = 1  # type: ignore", "reveal_type(boxed)"]
    return "\n".join(lines)


def generate() -> "tuple[List[Target], Dict[str, str]]":
    targets = [Target("pack", kind="package", roots=[{"path": "ext", "kind": "site-packages"}])]
    sources = dict(PACKAGE)
    for number in range(LAYERS * WIDTH):
        layer, place = divmod(number, WIDTH)
        name = f"t{number:02}"
        deps = [f"t{(layer - 1) * WIDTH + (place + step) % WIDTH:02}" for step in range(3)] if layer else []
        if layer > 1:
            deps.append(f"t{place:02}")
        files = {f"{name}/model.py": model(name, deps), f"{name}/use.py": use(name, deps, number)}
        if number % 3 == 0:
            files[f"{name}/__init__.py"] = f"from {name}.use import make as make\nfrom .model import *\n"
        sources.update(files)
        targets.append(Target(name, sorted(files), ["pack", *deps]))
    targets.append(Target("faulty", ["faulty.py"], ["t00"]))
    targets.append(Target("above", ["above.py"], ["faulty", "t01"]))
    targets.append(Target("stray", ["stray.py"], ["t02"]))
    sources["faulty.py"] = "from t00.use import make\n\n\nVALUE = make()\n"
    sources["above.py"] = "from faulty import VALUE\nfrom t01.model import T01Item\n\nprint(VALUE, T01Item)\n"
    sources["stray.py"] = "import t02.use\nimport t03.use\nimport t02.model\n\nt02.use.make().missing\n"
    return targets, sources
