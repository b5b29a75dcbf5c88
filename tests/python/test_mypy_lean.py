# SPDX-License-Identifier: Apache-2.0
"""mypy_shared.lean: mypy is imported without much of what it names, and nobody can tell the difference."""

import os
import subprocess
import unittest

from mypy_build import PRIVATE, ROOT

PYTHON = os.environ.get("STARMYPY_MYPY_PYTHON") or str(ROOT / "build" / "mypy" / "bin" / "python")

PROLOGUE = """
import sys
sys.path.insert(0, %r)
from mypy_shared import engine, lean
engine.choose()
engine.choose()
""" % str(PRIVATE)

NOT_IMPORTED = """
unwanted = ["logging", "_hashlib", "urllib.parse", "pathspec"]
if sys.version_info >= (3, 11):  # typing has all that mypy takes out of typing_extensions.
    unwanted += ["inspect", "typing_extensions"]
for name in unwanted:
    assert name not in sys.modules, name
"""

REAL_MODULES = """
import ast, curses, difflib, pprint, sqlite3.dbapi2, subprocess, tempfile, traceback
import concurrent.futures, hashlib, importlib.resources, pathspec, platform, socket, typing_extensions
from ast import NodeVisitor
names = {}
exec("from shutil import *; from curses import *", names)
assert "copyfile" in names and "setupterm" in names
assert sqlite3.connect and subprocess.Popen and concurrent.futures.as_completed
assert platform.system() and socket.AF_UNIX and pathspec.PathSpec and typing_extensions.__file__
try:
    import tomllib
except ImportError:
    assert sys.version_info < (3, 11)
else:
    assert tomllib.loads
assert hashlib.sha256 and not isinstance(hashlib, lean.Deferred)
"""

SAME_ANSWERS = """
import hashlib, importlib.resources
import mypy.util
for data in (b"short", b"long" * lean.LONG):
    assert mypy.util.hash_digest(data) == hashlib.sha1(data).hexdigest()
assert mypy.util.TYPESHED_DIR == str(importlib.resources.files("mypy") / "typeshed")
"""

CONTEXTS = """
log = []

@lean.contextmanager
def context(value):
    log.append("in")
    try:
        yield value
    except KeyError:
        log.append("caught")
    finally:
        log.append("out")

with context(5) as value:
    assert value == 5
with context(5):
    raise KeyError
for kind in (ValueError, StopIteration):
    try:
        with context(5):
            raise kind
    except kind:
        log.append("passed on")
assert log == ["in", "out", "in", "caught", "out"] + ["in", "out", "passed on"] * 2, log
"""

CALLS = """
for count in (3, lean.FEW_FILES):
    made = []
    with lean.Executor(2) as executor:
        calls = [executor.submit(made.append, number) for number in range(count)]
        for done in lean.wait(calls).done:
            done.result()
    assert sorted(made) == list(range(count)), made
    with lean.Executor(2) as executor:
        try:
            for done in lean.wait([executor.submit(int, "no")] * count).done:
                done.result()
        except ValueError:
            made.clear()
    assert not made
"""


@unittest.skipUnless(os.path.exists(PYTHON), "no %s" % PYTHON)
class LeanTest(unittest.TestCase):
    def check(self, script: str) -> None:
        done = subprocess.run(
            [PYTHON, "-c", PROLOGUE + script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.assertEqual((0, ""), (done.returncode, done.stdout.decode()))

    def test_much_is_not_imported(self) -> None:
        self.check(NOT_IMPORTED)

    def test_who_imports_later_gets_real_modules(self) -> None:
        self.check(REAL_MODULES)

    def test_what_stands_in_gives_the_same_answers(self) -> None:
        self.check(SAME_ANSWERS)

    def test_contexts(self) -> None:
        self.check(CONTEXTS)

    def test_calls_are_made_with_threads_and_without(self) -> None:
        self.check(CALLS)


if __name__ == "__main__":
    unittest.main()
