# SPDX-License-Identifier: Apache-2.0
"""A workspace of three targets whose interfaces have a bit of everything, with many errors.

What mypy says of `app` depends on details of the two others: revealed types, re-exports, protocols,
metaclasses, deprecations, inherited dataclass fields.
"""

from typing import Dict, List, Tuple

INI = """\
follow_imports = silent
warn_unused_ignores = True
enable_error_code = deprecated, exhaustive-match
warn_return_any = True
disallow_untyped_calls = True
"""

TARGETS: List[Tuple[str, List[str], List[str]]] = [
    ("core", ["lib/core.py"], []),
    ("pkg", ["pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/deep.py"], ["core"]),
    ("app", ["app/use.py"], ["pkg"]),
]

SOURCES: Dict[str, str] = {
    "lib/core.py": '''\
"""Core."""
from __future__ import annotations
import abc
import enum
from dataclasses import dataclass, field
from typing import (Any, Callable, ClassVar, Final, Generic, Iterator, List, NamedTuple, NewType,
                    Optional, Protocol, TypedDict, TypeVar, Union, overload)
from typing_extensions import deprecated, ParamSpec, Self, TypeAlias

__all__ = ["Item", "Color", "Movie", "Shape", "LIMIT", "conv", "old", "Meta", "WithMeta", "Abstract",
           "UserId", "Pt", "f", "deco", "Alias", "Box", "NAME", "inferred"]
T = TypeVar("T")
P = ParamSpec("P")
LIMIT: Final = 10
NAME: Final[str] = "n"
Alias: TypeAlias = "Union[int, List[str]]"
UserId = NewType("UserId", int)
hidden = 3
_private = 4
inferred = {"a": [1, 2]}

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Movie(TypedDict, total=False):
    name: str
    year: int

class Pt(NamedTuple):
    x: int
    y: str = ""

@dataclass
class Item:
    """Doc."""
    name: str
    size: int = 0
    tags: list[str] = field(default_factory=list)
    count: ClassVar[int] = 0
    def total(self) -> int:
        n = self.size
        return n
    def clone(self) -> Self:
        return self

class Shape(Protocol):
    name: str
    def area(self, k: int) -> float: ...

class Meta(type):
    @property
    def tag(cls) -> str:
        return "x"

class WithMeta(metaclass=Meta):
    def __init__(self, a: int, *, b: str = "") -> None:
        self.a = a
        self._b = b
    @property
    def ro(self) -> int:
        return 1

class Abstract(abc.ABC):
    @abc.abstractmethod
    def go(self, x: int) -> str: ...
    @abc.abstractmethod
    def stop(self) -> None: ...

class Box(Generic[T]):
    def __init__(self, v: T) -> None:
        self.v = v
    def __iter__(self) -> Iterator[T]:
        yield self.v

@overload
def conv(x: int) -> str: ...
@overload
def conv(x: str) -> int: ...
def conv(x: Union[int, str]) -> Union[int, str]:
    return x

@deprecated("use conv")
def old(x: int) -> int:
    return x

def f(x: int, *, key: str = "k") -> Optional[int]:
    y = x + 1
    return y

def deco(fn: Callable[P, T]) -> Callable[P, list[T]]:
    def inner(*a: P.args, **k: P.kwargs) -> list[T]:
        return [fn(*a, **k)]
    return inner

@deco
def made(q: int) -> str:
    return str(q)

def untyped(a, b=1):
    return a

def bad() -> int:
    return "dependency error"
''',
    "pkg/__init__.py": "from lib.core import *\nfrom lib.core import made as made, untyped\nfrom pkg.sub import deep\n",
    "pkg/sub/__init__.py": "",
    "pkg/sub/deep.py": """\
from lib.core import Item, Shape
import nowhere  # type: ignore
class Deep(Item):
    def sub(self) -> Shape:
        raise NotImplementedError
    def later(self) -> None:
        self.dyn = [self]
def get() -> "Deep":
    return Deep("x")
""",
    "app/use.py": """\
from dataclasses import dataclass
import pkg
import pkg.sub.deep
import lib.core as c
from pkg import (Item, Color, Movie, conv, old, WithMeta, Abstract, UserId, Pt, f, made, Alias, Box,
                 Shape, untyped, inferred)
from pkg import hidden
from pkg import _private
from pkg.sub.deep import Deep, get, nowhere

reveal_type(Item("a")); reveal_type(Item); reveal_type(Item("a").clone()); reveal_type(Deep("q").clone())
reveal_type(Color.RED); reveal_type(Color.RED.value); reveal_type(c.LIMIT); reveal_type(c.NAME)
reveal_type(conv); reveal_type(conv(1)); reveal_type(made); reveal_type(made(1)); reveal_type(Box(1))
reveal_type([z for z in Box("s")]); reveal_type(WithMeta.tag); reveal_type(Pt(1).y)
reveal_type(UserId(3)); reveal_type(get().sub().area(2)); reveal_type(get().dyn)
reveal_type(untyped); reveal_type(inferred); reveal_type(pkg.sub.deep.get()); reveal_type(nowhere)
reveal_type(c.Alias); reveal_type(c.bad())
a: Alias = 1.5
WithMeta(1)
f("s")
old(3)
Abstract()
Item()
Item("a", "b")
m: Movie = {"name": 1, "yeer": 2}
m["nope"]
c.LIMIT = 3
WithMeta(1).ro = 3
class Sq:
    name: int = 3
    def area(self, k: str) -> float: ...
s: Shape = Sq()
class Sub(Abstract):
    def go(self, x: str) -> int: ...
class DC(Item):
    pass
@dataclass
class DD(Item):
    nodefault: int
def ex(x: Color) -> int:
    if x is Color.RED:
        return 1
def ok(x: Color) -> int:
    if x is Color.RED:
        return 1
    elif x is Color.BLUE:
        return 2
pkg.lib
c.Itm
get().dun
x = 1  # type: ignore
y = f(1) + 1
Pt(1, 2, 3)
z: Box[int] = Box("s")
made("x")
lib_hidden: int = pkg.Item("s").name
c._private
class M2(type): ...
class Conf(WithMeta, metaclass=M2): ...
class E2(Color):
    GREEN = 3
""",
}
