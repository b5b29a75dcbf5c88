"""A value or the reason why there is none, for callers that collect failures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from libs.base.errors import HarborError

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Ok(Generic[T]):
    value: T

    def map(self, function: Callable[[T], U]) -> Ok[U]:
        return Ok(function(self.value))


@dataclass(frozen=True)
class Failed:
    error: HarborError


def attempt(function: Callable[[], T]) -> Ok[T] | Failed:
    """Calls `function`; errors that are not ours go through."""
    try:
        return Ok(function())
    except HarborError as error:
        return Failed(error)


def partition(results: Iterable[Ok[T] | Failed]) -> tuple[list[T], list[HarborError]]:
    values: list[T] = []
    errors: list[HarborError] = []
    for result in results:
        if isinstance(result, Ok):
            values.append(result.value)
        else:
            errors.append(result.error)
    return values, errors
