# SPDX-License-Identifier: Apache-2.0
"""Importing mypy without what an action never uses.

The modules of mypy import at once whatever any of its commands may need, and half of the time that
it takes to start goes into modules of others: a terminal's, network's and archives', patterns of
.gitignore.  Inside `imports` such modules are there by their names and are imported when something
is asked of them.  What mypy takes out of them at once stands ready.

The one invariant: whoever asks gets the real module's answer; what stands in for a name that mypy
takes out is seen by mypy alone, and does the same wherever an action comes by.  Nothing of it is
left for who imports later, plugins for instance, but modules that are yet to be imported.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import os
import sys
import typing
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any, Callable, Iterator, Sequence

# Modules that mypy imports and takes nothing out of.
DEFERRED = (
    "_curses",  # For colours.
    "ast",
    "curses",
    "difflib",  # For suggestions in messages.
    "pprint",
    "shutil",
    "sqlite3",  # For caches of its own.
    "subprocess",
    "tempfile",
    "tomllib",  # For a pyproject.toml.
    "traceback",
)
# What a Python may lack, and those who import it then notice.
OPTIONAL = {
    "_curses": "_curses",
    "curses": "_curses",
    "sqlite3": "_sqlite3",
    "tomllib": "tomllib",
}

# So many bytes are worth OpenSSL.
LONG = 200_000
# So many files are parsed before threads for them have started.
FEW_FILES = 16


class Deferred(ModuleType):
    """A module that is imported when it is asked for something, and what of it is known before."""

    def __init__(self, name: str, **known: object) -> None:
        super().__init__(name)
        self.__dict__.update(known)

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":
            return self.__dict__.setdefault(name, self.search_locations())
        # Who goes over all modules to see where they come from wants none imported.
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        real = importlib.import_module(self.__name__)
        for key, value in vars(real).items():
            self.__dict__.setdefault(key, value)
        return getattr(real, name)

    def search_locations(self) -> Sequence[str]:
        """Where its submodules are.  An import asks every package for that."""
        spec = PathFinder.find_spec(self.__name__)
        if spec is None or spec.submodule_search_locations is None:
            raise AttributeError("__path__")
        return spec.submodule_search_locations


class Typing(Deferred):
    """typing_extensions: what Python has itself is the same to mypy."""

    def __getattr__(self, name: str) -> Any:
        return getattr(typing, name) if hasattr(typing, name) else super().__getattr__(name)


class Place(str):
    """A path, as far as mypy goes with it to find its own files."""

    def __truediv__(self, name: str) -> Place:
        return Place(f"{self}/{name}")


def files(package: str) -> Place:
    return Place(os.path.dirname(sys.modules[package].__file__ or ""))


class Patterns:
    """pathspec.GitIgnoreSpec, for folders that mypy is to look through; no action names any."""

    @staticmethod
    def from_lines(*arguments: Any) -> Any:
        return importlib.import_module("pathspec").GitIgnoreSpec.from_lines(*arguments)


def sha1(data: bytes) -> Any:
    """hashlib.sha1, which is faster for what is long, but needs a large library."""
    if len(data) < LONG:
        with contextlib.suppress(ImportError):
            return importlib.import_module("_sha1").sha1(data)
    return importlib.import_module("hashlib").sha1(data)


class Context:
    """What functions that `contextmanager` decorates return."""

    __slots__ = ("generator",)
    generator: Any

    def __enter__(self) -> Any:
        return next(self.generator)

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> Any:
        if kind is None:
            for _ in self.generator:
                raise RuntimeError("generator didn't stop")
            return False
        return contextlib.contextmanager(lambda: self.generator)().__exit__(kind, error, traceback)


def contextmanager(function: Callable[..., Any]) -> Callable[..., Context]:
    """As contextlib's, in which mypy spends a tenth of its time; but this makes no decorators."""

    @functools.wraps(function)
    def start(*arguments: Any, **options: Any) -> Context:
        context = Context()
        context.generator = function(*arguments, **options)
        return context

    return start


class Call:
    """What a thread is to call."""

    def __init__(
        self, threads: int, function: Callable[..., object], arguments: Sequence[object]
    ) -> None:
        self.threads = threads  # So many may be started.
        self.function = function
        self.arguments = arguments

    def result(self) -> object:
        return self.function(*self.arguments)


class Calls(typing.NamedTuple):
    done: set[Any]


class Executor:
    """A ThreadPoolExecutor that takes what is to be called, and leaves the calls to `wait`."""

    def __init__(self, max_workers: int) -> None:
        self.max_workers = max_workers

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *details: object) -> None:
        pass

    def submit(self, function: Callable[..., object], *arguments: object) -> Call:
        return Call(self.max_workers, function, arguments)


def wait(calls: Sequence[Call]) -> Calls:
    """Makes the calls in order, or in threads if they are many."""
    if len(calls) < FEW_FILES:
        for call in calls:
            call.result()
        return Calls(set())
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(calls[0].threads) as executor:
        return Calls({executor.submit(call.result) for call in calls})


def stand_ins() -> list[Deferred]:
    """Modules that mypy takes something out of at once."""
    found = [
        Deferred("concurrent.futures", ThreadPoolExecutor=Executor, wait=wait),
        Deferred("importlib.resources", files=files),
        Deferred("pathspec", GitIgnoreSpec=Patterns),
        Deferred("pathspec.patterns.gitignore", GitIgnorePatternError=ValueError),
        Typing("typing_extensions"),
    ]
    if sys.implementation.name == "cpython" and os.name == "posix":
        found += [
            Deferred("hashlib", sha1=sha1),
            Deferred(
                "platform",
                python_implementation=lambda: "CPython",
                machine=lambda: os.uname().machine,
            ),
            Deferred("socket", socket=int),  # A name for a type, as mypy has it on Windows.
        ]
    return found


def is_there(module: str) -> bool:
    return module not in OPTIONAL or PathFinder.find_spec(OPTIONAL[module]) is not None


@contextlib.contextmanager
def imports() -> Iterator[None]:
    """mypy is to be imported inside; it may have been before."""
    if "mypy.build" in sys.modules:
        yield
        return
    passing = {module.__name__: module for module in stand_ins()}
    deferred = {name: Deferred(name) for name in DEFERRED if is_there(name)}
    for name, module in {**passing, **deferred}.items():
        sys.modules.setdefault(name, module)
    thorough = contextlib.contextmanager
    setattr(contextlib, "contextmanager", contextmanager)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # All that was made stays.
        gc.enable()
        setattr(contextlib, "contextmanager", thorough)
        for name, module in passing.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
