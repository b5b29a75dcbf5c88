# SPDX-License-Identifier: Apache-2.0
"""mypy's options for an action: the user's configuration, and what the build decides instead.

The one invariant: every action of one configuration has the same options for a module, whoever owns
it, because mypy accepts an entry only under the options that it was made with.
"""

from __future__ import annotations

import io
import os
from typing import Any

import mypy.build as build
from mypy.main import process_options
from mypy.modulefinder import load_stdlib_py_versions
from mypy.options import Options

from .engine import ConfigurationError, Settings
from .manifest import Root
from .world import World, modules_of_roots

# A file need not be there to be named, and mypy then asks no configuration which ones it is to check.
STAND_IN = "stand_in.py"
OURS: dict[str, Any] = {
    "incremental": True,
    "skip_cache_mtime_checks": True,
    "cache_dir": ".mypy_cache",  # Never made; only os.devnull would mean something.
    "sqlite_cache": False,
    "fixed_format_cache": True,
    "cache_fine_grained": False,
    "fine_grained_incremental": False,
    "use_fine_grained_cache": False,
    "cache_map": {},
    "bazel": False,
    "debug_cache": False,
    "skip_version_check": False,
    "num_workers": 0,
    "output": None,
    "report_dirs": {},
    "install_types": False,
    "non_interactive": False,
    "shadow_file": None,
    "show_absolute_path": False,  # What an action says must be true on every machine.
    "verbosity": 0,
}


def make_options(settings: Settings) -> tuple[Options, str]:
    """The options, and what mypy prints on stderr about the configuration."""
    arguments = [f"--config-file={settings.mypy_ini or ''}", "--no-site-packages"]
    if settings.python_version:
        arguments.append(f"--python-version={settings.python_version}")
    if settings.platform:
        arguments.append(f"--platform={settings.platform}")
    stderr = io.StringIO()
    try:
        _, options = process_options(
            [*arguments, "--explicit-package-bases", STAND_IN], stdout=stderr, stderr=stderr
        )
    except SystemExit:
        raise ConfigurationError(stderr.getvalue()) from None
    take_over(options)
    return options, stderr.getvalue()


def take_over(options: Options) -> None:
    """Options that are the build's business: caching, parallelism and kinds of output."""
    for name, value in OURS.items():
        if hasattr(options, name):  # Some are those of some releases only.
            setattr(options, name, value)


def typeshed_folder(options: Options) -> str:
    if options.custom_typeshed_dir is not None:
        return os.path.abspath(options.custom_typeshed_dir)
    return os.path.join(build.default_data_dir(), "typeshed")


def typeshed_modules(options: Options) -> dict[str, str]:
    """The modules of typeshed for the Python version, and their paths below its folder."""
    folder = typeshed_folder(options)
    versions = load_stdlib_py_versions(options.custom_typeshed_dir)
    modules: dict[str, str] = {}
    for part in ["stdlib", *stub_folders(folder)]:
        for module, path in modules_of_roots([Root(f"{folder}/{part}", "source")]).items():
            known = module
            while known and known not in versions:
                known = known.rpartition(".")[0]
            first, last = versions[known] if known else ((0, 0), None)
            if first <= options.python_version and (last is None or options.python_version <= last):
                modules.setdefault(module, path[len(folder) + 1 :])
    return modules


def stub_folders(typeshed: str) -> list[str]:
    """The stubs of third-party packages that mypy brings along."""
    try:
        return [f"stubs/{name}" for name in sorted(os.listdir(f"{typeshed}/stubs"))]
    except OSError:
        return []


def give_first_party(options: Options, world: World) -> None:
    """Modules of targets are never skipped: to mypy it is as if all of them had been given."""
    sections = options.per_module_options.values()
    modes = {options.follow_imports, *(section.get("follow_imports") for section in sections)}
    if modes.isdisjoint(("skip", "error")):
        return
    for module in world.given:
        cloned = options.clone_for_module(module)
        if cloned.follow_imports in ("skip", "error"):
            assert options._per_module_cache is not None
            options._per_module_cache[module] = cloned.apply_changes({"follow_imports": "silent"})
