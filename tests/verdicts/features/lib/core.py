"""What the other targets use: one of each thing that mypy keeps in a cache in a way of its own."""

from __future__ import annotations

import abc
import enum
from dataclasses import dataclass, field
from typing import (
    Any,
    Callable,
    ClassVar,
    Final,
    Generic,
    Iterator,
    List,
    NamedTuple,
    NewType,
    Optional,
    Protocol,
    TypedDict,
    TypeVar,
    Union,
    overload,
)

from typing_extensions import ParamSpec, Self, TypeAlias, deprecated

__all__ = [
    "Abstract",
    "Alias",
    "Box",
    "Color",
    "Item",
    "LIMIT",
    "Meta",
    "Movie",
    "NAME",
    "Point",
    "Shape",
    "Tagged",
    "UserId",
    "convert",
    "doubled",
    "find",
    "inferred",
    "old",
]

T = TypeVar("T")
P = ParamSpec("P")
LIMIT: Final = 10
NAME: Final[str] = "name"
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


class Point(NamedTuple):
    x: int
    y: str = ""


@dataclass
class Item:
    """An item."""

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


class Tagged(metaclass=Meta):
    def __init__(self, a: int, *, b: str = "") -> None:
        self.a = a
        self._b = b

    @property
    def fixed(self) -> int:
        return 1


class Abstract(abc.ABC):
    @abc.abstractmethod
    def go(self, x: int) -> str: ...

    @abc.abstractmethod
    def stop(self) -> None: ...


class Box(Generic[T]):
    def __init__(self, value: T) -> None:
        self.value = value

    def __iter__(self) -> Iterator[T]:
        yield self.value


@overload
def convert(x: int) -> str: ...
@overload
def convert(x: str) -> int: ...
def convert(x: Union[int, str]) -> Union[int, str]:
    return x


@deprecated("use convert")
def old(x: int) -> int:
    return x


def find(x: int, *, key: str = "k") -> Optional[int]:
    y = x + 1
    return y


def in_list(function: Callable[P, T]) -> Callable[P, list[T]]:
    def inner(*arguments: P.args, **named: P.kwargs) -> list[T]:
        return [function(*arguments, **named)]

    return inner


@in_list
def doubled(q: int) -> str:
    return str(q) * 2


def untyped(a, b=1):
    return a


def loose() -> Any:
    return 1


def wrong() -> int:
    return "an error in a dependency does not stop those who use it"


def strict() -> int:
    return loose()


needless = 1  # type: ignore
