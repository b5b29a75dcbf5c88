# SPDX-License-Identifier: Apache-2.0
"""tests/golden/NAME/: a folder whose `cmd`, shell text, runs in a copy of it.

Its output is compared with the files `stdout` (missing: empty), `stderr` (missing: not compared) and `exit`
(missing: 0); the copy's path reads %ROOT% in them. `starmypy` is on the PATH, and the user's home is empty.
With --update the goldens are rewritten instead; `stderr` only where it exists.
"""

import functools
import os
import shutil
import tempfile
from typing import Dict, Iterator, List

from kinds.base import TESTS, Output, Result, Settings, Test, difference, entries, execute

GOLDENS = ("stdout", "stderr", "exit")


def run_command(settings: Settings, folder: str) -> Output:
    """Runs the folder's cmd in a copy; the copy's path is replaced in what it printed."""
    with tempfile.TemporaryDirectory(prefix="starmypy-golden-") as top:
        top = os.path.realpath(top)
        root, home = os.path.join(top, "root"), os.path.join(top, "home")
        shutil.copytree(
            folder, root, symlinks=True, ignore=shutil.ignore_patterns("cmd", *GOLDENS)
        )
        os.mkdir(home)
        environment = {
            **settings.environment,
            "HOME": home,
            "XDG_CACHE_HOME": os.path.join(home, ".cache"),
            "PATH": settings.build + os.pathsep + settings.environment.get("PATH", os.defpath),
        }
        with open(os.path.join(folder, "cmd"), encoding="utf-8") as file:
            output = execute(["/bin/sh", "-c", file.read()], environment, root)
        output.stdout = output.stdout.replace(root, "%ROOT%").replace(home, "%HOME%")
        output.stderr = output.stderr.replace(root, "%ROOT%").replace(home, "%HOME%")
        return output


def goldens_of(folder: str) -> Dict[str, str]:
    found = {"stdout": "", "exit": "0\n"}
    for name in GOLDENS:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                found[name] = file.read()
    return found


def update(folder: str, want: Dict[str, str], got: Dict[str, str]) -> None:
    for name in want:
        path = os.path.join(folder, name)
        default = {"stdout": "", "exit": "0\n"}.get(name)
        if got[name] != default:
            with open(path, "w", encoding="utf-8") as file:
                file.write(got[name])
        elif os.path.exists(path):
            os.remove(path)


def run(settings: Settings, name: str) -> List[Result]:
    folder = os.path.join(TESTS, "golden", name)
    output = run_command(settings, folder)
    got = {"stdout": output.stdout, "stderr": output.stderr, "exit": "%d\n" % output.status}
    want = goldens_of(folder)
    if settings.update:
        update(folder, want, got)
        return [Result("golden/" + name)]
    failure = "".join(difference(golden, want[golden], got[golden]) for golden in want)
    if failure and "stderr" not in want:
        failure += output.stderr
    return [Result("golden/" + name, failure or None)]


def discover(settings: Settings) -> Iterator[Test]:
    for name in entries("golden", ""):
        if os.path.exists(os.path.join(TESTS, "golden", name, "cmd")):
            yield Test("golden/" + name, functools.partial(run, settings, name))
