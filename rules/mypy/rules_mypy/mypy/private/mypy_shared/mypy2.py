# SPDX-License-Identifier: Apache-2.0
"""mypy 2.4 in this process; see session.

The one invariant: everything that is known of the insides of this release, beyond what the oldest
one that we know has as well, is here, in graph2 and in interface.
"""

from __future__ import annotations

from typing import Sequence

import mypy.build as build
from mypy.build import BuildManager
from mypy.error_formatter import JSONFormatter
from mypy.errors import CompileError, create_errors
from mypy.known_modules import reset_known_modules_cache
from mypy.modulefinder import BuildSource
from mypy.options import Options
from mypy.types import instance_cache

from . import interface
from .engine import Settings
from .graph2 import load_modules, process_modules
from .interface import PlacePlugin, dependencies_of, interface_of, own_business
from .report import Printer, Result
from .session import (
    Release,
    Session,
    check,
    enter,
    make_pack,
    make_typeshed,
    preload,
    refuse_blocked,
)
from .session import open_session as open_session_of
from .store import Entries, open_store
from .world import World

__all__ = [
    "Session",
    "check",
    "dependencies_of",
    "enter",
    "interface_of",
    "make_pack",
    "open_session",
    "own_business",
    "package",
    "preload",
    "target",
    "typeshed",
]


class Mypy2(Release):
    """mypy 2.4."""

    def __init__(self) -> None:
        self.empty_meta_ex = interface.empty_meta_ex()

    def make_manager(self, options: Options, entries: Entries, printer: Printer) -> BuildManager:
        instance_cache.reset()
        reset_known_modules_cache()
        store = open_store(entries)
        return self.new_manager(options, printer, [PlacePlugin(options)], metastore=store)

    def know_plugins(self, options: Options) -> None:
        options.process_error_codes(error_callback=build.build_error)

    def analyse(self, session: Session, sources: list[BuildSource], load: bool) -> dict[str, str]:
        manager, graph = session.manager, session.graph
        own = session.entries.world.own.keys()
        new = load_modules(manager, graph, sources, own, session.near)
        refuse_blocked(session)
        return process_modules(manager, graph, new, load, session.depths)

    def builtin_name_error(self, session: Session, module: str, path: str) -> CompileError:
        manager, errors = session.manager, session.manager.errors
        errors.set_file(path, module, session.options)
        manager.error(None, f'This file shadows library module "{module}"', blocker=True)
        manager.note(None, f'A user-defined top-level module with name "{module}" is not supported')
        return CompileError(errors.new_messages(), use_stdout=True)

    def json_messages(self, session: Session, file: str) -> list[str]:
        messages = session.manager.errors.file_messages(file)
        return [JSONFormatter().report_error(error) for error in create_errors(messages)]

    def entry_names(self, module: str, path: str, options: Options) -> tuple[str, str, str]:
        meta, data, _ = build.get_cache_names(module, path, options)
        return meta, data, build.get_meta_ex_name(meta)

    def rename(self, part: bytes, template: str, package: str) -> bytes:
        return interface.rename(part, template, package)


def open_session(settings: Settings, world: World, color: bool) -> Session:
    return open_session_of(Mypy2(), settings, world, color)


def typeshed(settings: Settings) -> Result:
    return make_typeshed(Mypy2(), settings)


def package(settings: Settings, world: World, wanted: Sequence[str]) -> Result:
    return make_pack(open_session(settings, world, color=False), world, wanted)


def target(settings: Settings, world: World, color: bool, silent: bool) -> Result:
    return check(open_session(settings, world, color), world, silent)
