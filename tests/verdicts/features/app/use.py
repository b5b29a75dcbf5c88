import lib.core as core
import pkg
import pkg.sub.deep
from crown import BEST, cut
from dataclasses import dataclass
from knot.first import First
from maybe.choice import Thing, faster, handle, lazily
from pkg import (
    Abstract,
    Alias,
    Box,
    Color,
    Item,
    Movie,
    Point,
    Shape,
    Tagged,
    UserId,
    convert,
    doubled,
    find,
    inferred,
    old,
    untyped,
)
from pkg import hidden
from pkg import _private
from pkg.sub.deep import Deep, get, nowhere
from space.two import Two

reveal_type(Item("a"))
reveal_type(Item)
reveal_type(Item("a").clone())
reveal_type(Deep("q").clone())
reveal_type(Color.RED)
reveal_type(Color.RED.value)
reveal_type(core.LIMIT)
reveal_type(core.NAME)
reveal_type(convert)
reveal_type(convert(1))
reveal_type(doubled)
reveal_type(doubled(1))
reveal_type(Box(1))
reveal_type([z for z in Box("s")])
reveal_type(Tagged.tag)
reveal_type(Point(1).y)
reveal_type(UserId(3))
reveal_type(get().shape().area(2))
reveal_type(get().dynamic)
reveal_type(untyped)
reveal_type(inferred)
reveal_type(pkg.sub.deep.get())
reveal_type(nowhere)
reveal_type(core.Alias)
reveal_type(core.wrong())
reveal_type(First("f").partner().back())
reveal_type(Two().area())
reveal_type(Two.width)
reveal_type(Thing)
reveal_type(faster)
reveal_type(handle)
reveal_type(BEST.weight)
reveal_type(cut())

alias: Alias = 1.5
find(1, kee="x")
find("s")
Tagged(1, c=3)
old(3)
Abstract()
convert(1.5)
Item()
Item("a", "b")
Item("x", siz=3)
movie: Movie = {"name": 1, "yeer": 2}
movie["nope"]
core.LIMIT = 3
Tagged(1).fixed = 3
untyped(1)
lazily("no item")


class Square:
    name: int = 3

    def area(self, k: str) -> float: ...


shape: Shape = Square()


class Half(Abstract):
    def go(self, x: str) -> int: ...


@dataclass
class Longer(Item):
    required: int


def some(x: Color) -> int:
    match x:
        case Color.RED:
            return 1
    return 0


def every(x: Color) -> int:
    if x is Color.RED:
        return 1
    elif x is Color.BLUE:
        return 2


pkg.lib
core.Itm
get().dun
needless = 1  # type: ignore
needed: int = "x"  # type: ignore
coded: int = "x"  # type: ignore[arg-type]
total = find(1) + 1
Point(1, 2, 3)
box: Box[int] = Box("s")
doubled("x")
number: int = pkg.Item("s").name
core._private


class OtherMeta(type): ...


class Conflict(Tagged, metaclass=OtherMeta): ...


class MoreColor(Color):
    GREEN = 3
