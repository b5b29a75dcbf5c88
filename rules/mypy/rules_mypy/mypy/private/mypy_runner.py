# SPDX-License-Identifier: Apache-2.0
"""Runs mypy for one target: the program behind every mypy action.

    PYTHON mypy_runner.py --output REPORT [--cache-dir DIR] [--upstream-cache DIR]...
                          [--mypy-ini INI] SOURCE...

It is started in the execution root, with MYPYPATH in the environment, by an interpreter that can
import mypy.  The cache of the target starts as the union of its dependencies' caches, so that mypy
analyses only what is new.  The report is mypy's stderr followed by its stdout, byte for byte what
`mypy` would have shown, with its closing line ("Success: no issues found in 2 source files"), and
then a line that tells which mypy said it ("mypy 2.4.1").

With --action it is the program of mode "shared" instead, which the package mypy_shared describes.

The one invariant: the report appears whole, by rename, or not at all, and the exit status is
mypy's: 0 no errors, 1 errors, 2 mypy could not finish.
"""

import os
import sys

# The folder of this file must shadow no module, neither for this program nor for mypy, which takes
# the places to look for installed packages from sys.path.  Under `python -I` it is not there.
if sys.path and os.path.abspath(sys.path[0]) == os.path.dirname(os.path.abspath(__file__)):
    del sys.path[0]

import argparse
import contextlib
import gc
import importlib.util
import warnings
from typing import Iterator, List, NoReturn, Optional, Sequence

# Names in a cache that tell what one run missed, not what it found: never handed on.
RUN_PRIVATE_FILES = ("missing_stubs",)


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mypy_runner", allow_abbrev=False)
    parser.add_argument("--output", required=True, help="the report to write")
    parser.add_argument("-c", "--cache-dir", help="the cache to make; without it nothing is reused")
    parser.add_argument(
        "--upstream-cache",
        action="append",
        default=[],
        metavar="DIR",
        help="a dependency's cache; where two have one entry, the first wins",
    )
    parser.add_argument("--mypy-ini", metavar="INI", help="mypy's configuration file")
    parser.add_argument("sources", nargs="+", metavar="SOURCE")
    return parser.parse_args(arguments)


def merge_cache(upstream: str, cache: str) -> None:
    """Copies every file of one upstream cache that is not yet in `cache`.

    Contents only: an input may be read-only, and mypy replaces entries of its own cache.
    """
    import shutil  # Not for actions of mode "shared", whose time is mostly that of imports.

    for directory, _, names in os.walk(upstream):
        target = os.path.normpath(os.path.join(cache, os.path.relpath(directory, upstream)))
        os.makedirs(target, exist_ok=True)
        for name in names:
            copy = os.path.join(target, name)
            if not os.path.exists(copy):
                shutil.copyfile(os.path.join(directory, name), copy)


def prepare_cache(cache: str, upstreams: Sequence[str]) -> None:
    os.makedirs(cache, exist_ok=True)
    for upstream in upstreams:
        merge_cache(upstream, cache)
    for name in RUN_PRIVATE_FILES:
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(cache, name))


@contextlib.contextmanager
def cache_directory(cache: Optional[str], upstreams: Sequence[str]) -> Iterator[str]:
    """The prepared cache; an empty temporary one when the target keeps none."""
    if cache is not None:
        prepare_cache(cache, upstreams)
        yield cache
        return
    import tempfile  # As above.

    with tempfile.TemporaryDirectory(prefix="mypy_cache.") as temporary:
        yield temporary


def mypy_arguments(cache: str, mypy_ini: Optional[str], sources: Sequence[str]) -> List[str]:
    from mypy.options import Options

    arguments: List[str] = []
    if mypy_ini is not None:
        arguments += ["--config-file", mypy_ini]
    arguments += [
        "--skip-cache-mtime-checks",
        "--incremental",
        f"--cache-dir={cache}",
        "--explicit-package-bases",
        "--fast-module-lookup",
    ]
    # Entries of several upstreams can only be united file by file, and mypy 1.20 and later would
    # keep them in databases.  Earlier ones that know the option need not, but a configuration
    # file may ask for the database there too.
    if hasattr(Options(), "sqlite_cache"):
        arguments.append("--no-sqlite-cache")
    return arguments + list(sources)


def write_report(output: str, report: str) -> None:
    os.makedirs(os.path.dirname(os.path.abspath(output)), exist_ok=True)
    temporary = f"{output}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(report)
    os.replace(temporary, output)


def run(arguments: Sequence[str]) -> int:
    """Does the whole action and returns mypy's exit status."""
    options = parse_arguments(arguments)
    # mypy is compiled and has no Python frames: what its libraries deprecate would be blamed on
    # this file and shown to a user who can do nothing about it.
    warnings.simplefilter("ignore", DeprecationWarning)
    # What an earlier run said must not pass for the answer of one that is killed.
    with contextlib.suppress(FileNotFoundError):
        os.remove(options.output)
    try:
        from mypy import api
        from mypy.version import __version__
    except ImportError as error:
        print(f"mypy_runner: {sys.executable} cannot import mypy: {error}", file=sys.stderr)
        return 2
    with cache_directory(options.cache_dir, options.upstream_cache) as cache:
        stdout, stderr, status = api.run(mypy_arguments(cache, options.mypy_ini, options.sources))
    report = stderr + stdout
    if status != 0:
        sys.stderr.write(report)
    write_report(options.output, f"{report}mypy {__version__}\n")
    return status


def run_shared(arguments: Sequence[str]) -> int:
    """Does an action of mode "shared", with the package that lies beside this file."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mypy_shared")
    spec = importlib.util.spec_from_file_location(
        "mypy_shared",
        os.path.join(folder, "__init__.py"),
        submodule_search_locations=[folder],
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["mypy_shared"] = package
    spec.loader.exec_module(package)
    server = "--persistent_worker" in arguments
    gc.disable()  # All that imports make stays.
    door = importlib.import_module("mypy_shared.worker" if server else "mypy_shared.action")
    gc.enable()
    status = door.main(arguments)
    assert isinstance(status, int)
    return status


def main() -> NoReturn:
    arguments = sys.argv[1:]
    try:
        shared = arguments and arguments[0].startswith(("--action", "--persistent_worker", "@"))
        status = run_shared(arguments) if shared else run(arguments)
    except OSError as error:
        print(f"mypy_runner: {error}", file=sys.stderr)
        status = 2
    # mypy leaves a large heap behind; taking it down object by object takes longer than many runs.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
