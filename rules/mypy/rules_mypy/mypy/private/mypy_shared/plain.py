# SPDX-License-Identifier: Apache-2.0
"""A mypy that we do not know: it is asked by its command line.

Each action gets a scratch folder, which under --bazel is also mypy's cache.  Own sources are there
by their paths, and everything that can be imported is below one folder by its module's name.  Entries
of dependencies are unpacked as mypy wrote them, and mypy decides whether it takes them: if not, it
analyses the dependency's source, if that is on the disk.

The one invariant: entries are bytes that only mypy understands.  So work is shared, but a module's
interface is its whole entry, and every use of the closure counts as a use of all of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from typing import Callable, Iterator, Optional, Sequence

from mypy import api
from mypy.build import default_data_dir
from mypy.options import Options
from mypy.version import __version__

from .engine import ConfigurationError, NotAccepted, Settings
from .manifest import Root
from .pack import Blocked, Entry
from .report import BLOCKING, NOT_CHECKED, Result, environment
from .world import TYPESHED, World, modules_of_roots, root_of

MODULES = ".modules"  # What can be imported, by name.
DRIVER = "starmypy_driver.py"
PLACEHOLDER = "<the source of this module is not here, and mypy does not take its entry>\n"
OWN = b"own"


def interface_of(entry: Entry) -> Entry:
    return entry


def dependencies_of(meta: bytes) -> list[str]:
    return []  # mypy sees by itself what an entry was made with.


def own_business(entry: Entry) -> Entry:
    return Entry(entry.path, OWN, b"")


class Scratch:
    """The folder in which mypy runs."""

    def __init__(self, folder: str, world: World) -> None:
        self.folder = folder
        self.world = world
        self.root = os.getcwd()
        self.names: dict[str, str] = {}  # Modules by their files below MODULES.
        self.stamps: dict[str, int] = {}  # When entries of others were written.

    def link(self, name: str, source: str) -> bool:
        """Puts a file of the execution root into the folder."""
        real = os.path.join(self.root, source)
        path = self.make_room(name)
        if os.path.exists(real):
            os.symlink(real, path)
            return True
        return False

    def make_room(self, name: str) -> str:
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def write(self, name: str, content: bytes) -> None:
        with open(self.make_room(name), "wb") as file:
            file.write(content)

    def lay_out(self) -> None:
        world = self.world
        for path in world.own.values():
            self.link(path, path)
        for module, path in world.paths.items():
            if module in world.namespaces or module in world.own:
                continue
            pack = world.entry_of(module)
            blocked = pack is not None and pack.blocked is not None
            if not path.startswith(TYPESHED):
                self.lay_out_module(module, path, blocked)
            if pack is not None and not blocked:
                self.unpack(module, pack.meta(module), pack.data(module))

    def lay_out_module(self, module: str, path: str, blocked: bool) -> None:
        init = "/__init__" if os.path.basename(path).startswith("__init__.") else ""
        name = f"{MODULES}/{module.replace('.', '/')}{init}{os.path.splitext(path)[1]}"
        self.names[name] = module
        if blocked or not self.link(name, path):
            self.write(name, PLACEHOLDER.encode())

    def unpack(self, module: str, lengths: bytes, content: bytes) -> None:
        start = 0
        for line in lengths.decode().splitlines():
            name, length = line.split("\t")
            self.write(name, content[start : start + int(length)])
            start += int(length)
            self.stamps[name] = os.stat(os.path.join(self.folder, name)).st_mtime_ns

    def entries(self, wanted: Callable[[str], Optional[str]]) -> dict[str, Entry]:
        """The entries of modules that `wanted` has a path for."""
        found: dict[str, list[str]] = {}
        for folder, folders, files in os.walk(self.folder):
            if MODULES in folders:
                folders.remove(MODULES)
            for file in files:
                stem, _, kind = file.partition(".")
                if kind.endswith((".json", ".ff")) and not file.startswith("@"):
                    name = os.path.relpath(os.path.join(folder, file), self.folder)
                    module = os.path.join(os.path.dirname(name), stem).replace("/", ".")
                    found.setdefault(without_init(module), []).append(name)
        entries: dict[str, Entry] = {}
        for module, names in found.items():
            path = wanted(module)
            if path is not None:
                entries[module] = self.entry(path, sorted(names))
        return entries

    def entry(self, path: str, names: Sequence[str]) -> Entry:
        contents: list[bytes] = []
        for name in names:
            with open(os.path.join(self.folder, name), "rb") as file:
                content = file.read()
            contents.append(without_errors(content) if name.endswith(".meta.json") else content)
        lines = [f"{name}\t{len(content)}\n" for name, content in zip(names, contents)]
        return Entry(path, "".join(lines).encode(), b"".join(contents))

    def rewritten(self) -> dict[str, str]:
        """The modules of others whose entries mypy has replaced."""
        again: dict[str, str] = {}
        for name, stamp in self.stamps.items():
            if ".data." in name:
                with contextlib.suppress(FileNotFoundError):
                    if os.stat(os.path.join(self.folder, name)).st_mtime_ns == stamp:
                        continue
                module = name[: name.index(".data.")].replace("/", ".")
                again[without_init(module)] = "mypy did not accept its entry"
        return again

    def bases(self) -> list[str]:
        """The folders that names of own modules begin below."""
        roots = {root_of(module, path) for module, path in self.world.own.items()}
        return sorted(os.path.join(self.folder, root) for root in roots if root is not None)


def without_errors(meta: bytes) -> bytes:
    """mypy 1.19 tells of errors in modules that it should be silent about."""
    text = json.loads(meta)
    if not text.get("error_lines"):
        return meta
    text["error_lines"] = []
    return json.dumps(text).encode()


def without_init(module: str) -> str:
    return module[: -len(".__init__")] if module.endswith(".__init__") else module


@contextlib.contextmanager
def scratch(world: World) -> Iterator[Scratch]:
    with tempfile.TemporaryDirectory(prefix="mypy_shared.") as folder:
        made = Scratch(os.path.realpath(folder), world)
        made.lay_out()
        os.chdir(made.folder)
        try:
            yield made
        finally:
            os.chdir(made.root)


def run(
    made: Scratch, settings: Settings, sources: Sequence[str], color: bool, *more: str
) -> tuple[str, str, int]:
    arguments = ["--bazel", "--explicit-package-bases", "--follow-imports=silent"]
    arguments += ["--skip-cache-mtime-checks", "--no-site-packages", "--no-warn-unused-configs"]
    if hasattr(Options(), "sqlite_cache"):
        arguments.append("--no-sqlite-cache")
    ini = os.path.join(made.root, settings.mypy_ini) if settings.mypy_ini else ""
    arguments.append(f"--config-file={ini}")
    if settings.python_version:
        arguments.append(f"--python-version={settings.python_version}")
    if settings.platform:
        arguments.append(f"--platform={settings.platform}")
    os.environ["MYPYPATH"] = os.pathsep.join([*made.bases(), os.path.join(made.folder, MODULES)])
    with environment(color):
        stdout, stderr, status = api.run([*arguments, *more, "--", *sources])
    if status not in (0, 1, BLOCKING):
        raise ConfigurationError(stdout + stderr)
    return stdout, stderr, status


def drive(made: Scratch, settings: Settings, modules: Sequence[str]) -> tuple[str, int]:
    """Has modules analysed without being told of their errors."""
    made.write(DRIVER, "".join(f"import {module}\n" for module in modules).encode())
    stdout, stderr, status = run(made, settings, [DRIVER], False, "--no-pretty")
    return stderr + stdout, status


def typeshed(settings: Settings) -> Result:
    folder = os.path.join(default_data_dir(), "typeshed", "stdlib")
    modules = modules_of_roots([Root(folder, "source")])
    result = Result(__version__)
    with scratch(World()) as made:
        output, status = drive(made, settings, sorted(modules))
        if status == BLOCKING:
            result.blocked = Blocked("", "", output.rstrip())
        result.entries = made.entries(
            lambda module: f"{TYPESHED}/{module}" if module in modules else None
        )
    return result


def package(settings: Settings, world: World, wanted: Sequence[str]) -> Result:
    """To mypy a package's own modules are as any that can be imported."""
    result = Result(__version__)
    own = dict(world.own)
    world.own.clear()
    with scratch(world) as made:
        world.own.update(own)
        output, status = drive(made, settings, wanted)
        if status == BLOCKING:
            result.blocked = culprit(made, output) or Blocked("", "", output.rstrip())
        result.entries = made.entries(own.get)
        result.again = made.rewritten()
    return result


def culprit(made: Scratch, output: str) -> Optional[Blocked]:
    """The importable module that keeps mypy from working, if it is one."""
    for line in output.splitlines():
        for name, module in made.names.items():
            if name in line:
                path = made.world.paths[module]
                return Blocked("", path, line.replace(name, path))
    return None


def target(settings: Settings, world: World, color: bool, silent: bool) -> Result:
    result = Result(__version__)
    sources = list(world.own.values())
    with scratch(world) as made:
        result.stdout, result.stderr, result.status = run(made, settings, sources, color)
        if result.stdout.count("\n") > 1 or result.status:
            lines, _, _ = run(made, settings, sources, False, "--output=json")
            result.messages = [line for line in lines.splitlines() if line.startswith("{")]
        if result.status == BLOCKING:
            find_blocked(made, result)
            return result
        result.entries = made.entries(world.own.get)
        if len(result.entries) < len(world.own):  # mypy has none of modules with errors.
            drive(made, settings, list(world.own))
            result.entries = made.entries(world.own.get)
        result.again = made.rewritten()
    result.used = set(world.paths) - set(world.own)
    if silent:
        hide(result, len(sources))
    return result


def find_blocked(made: Scratch, result: Result) -> None:
    found = culprit(made, result.stderr + result.stdout)
    if found is None:
        message = (result.stderr + result.stdout).partition("\n")[0]
        result.blocked = Blocked("", message.partition(":")[0], message)
        return
    if not made.world.blocked_imports(()):
        raise NotAccepted(found.message)
    result.status = NOT_CHECKED


def hide(result: Result, sources: int) -> None:
    """What mypy prints when there is nothing to tell."""
    files = f"{sources} source file{'s' if sources != 1 else ''}"
    result.status, result.messages = 0, []
    result.stdout = f"Success: no issues found in {files}\n"
