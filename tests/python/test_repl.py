# SPDX-License-Identifier: Apache-2.0
"""starmypy repl: at a terminal and in a pipe."""

import os
import pty
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Dict, Tuple

import workspaces

SECONDS = 60  # for an answer, on a busy machine
# What a terminal is told besides text.
CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|[\r\x07]|.\x08")


class ReplTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test_repl.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment: Dict[str, str] = {**os.environ, "XDG_STATE_HOME": str(self.folder / "state"), "TERM": "vt100"}


class PipeTest(ReplTest):
    def say(self, text: str, *options: str) -> Tuple[int, str, str]:
        done = subprocess.run(
            [workspaces.STARMYPY, "repl", *options],
            cwd=self.folder,
            env=self.environment,
            input=text.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def check(self, text: str, output: str, errors: str = "", status: int = 0) -> None:
        self.assertEqual(self.say(text), (status, output, errors))

    def test_values(self) -> None:
        self.check("1 + 1\nNone\n'a'\n[1,\n 2]\n\"\"\"b\nc\"\"\"\n", '2\n"a"\n[1, 2]\n"b\\nc"\n')

    def test_nothing(self) -> None:
        self.check("", "")
        self.check("# a comment\n\n   \n", "")

    def test_last_value(self) -> None:
        self.check("40\n_ + 2\n_\nNone\n_\nx = _\nx\n", "40\n42\n42\n42\n42\n")

    def test_blocks(self) -> None:
        text = "def f(n):\n  if n:\n    return 1\n\n  return 2\nf(0)\nfor i in range(2):\n  print(i)\nif 0:\n  1\nelse:\n  print('e')\n"
        self.check(text, "2\n0\n1\ne\n")
        self.check("for i in range(2):\n  print(i)\nelsewhere = 7\nelsewhere\n", "0\n1\n7\n")

    def test_values_stay_mutable_and_names_can_be_bound_again(self) -> None:
        self.check("x = [1]\nx.append(2)\nx += [3]\nx\nx = 5\nx\nlen = 3\nlen\n", "[1, 2, 3]\n5\n3\n")

    def test_functions_see_what_is_bound_later(self) -> None:
        self.check("y = 1\ndef f(): return y\ny = 2\nf()\ndef g(): return f() * 10\ndef f(): return 7\ng()\n", "2\n70\n")

    def test_errors_end_the_piece_only(self) -> None:
        status, output, errors = self.say("x = 1\nx +\n1 // 0\ny\nx\n")
        self.assertEqual((status, output), (0, "1\n"))
        self.assertIn("<repl>:1:4: syntax error at 'newline': expected expression\nx +\n   ^\n", errors)
        self.assertIn("column 3, in <toplevel>\n\t\t1 // 0\n\t\t  ^\nError: integer division by zero\n", errors)
        self.assertIn("<repl>:1:1: name 'y' is not defined", errors)

    def test_a_name_that_was_never_bound(self) -> None:
        self.assertEqual(self.say("len = 1 // 0\nlen([1])\n")[1], "1\n")

    def test_status_is_that_of_the_last_piece(self) -> None:
        self.assertEqual(self.say("1 // 0\n")[0], 1)
        self.assertEqual(self.say("def f():\n  return 1 // 0\nf()\n")[0], 1)
        self.assertEqual(self.say("1 // 0\n1\n")[0], 0)

    def test_load(self) -> None:
        (self.folder / "lib.star").write_text("v = [1]\ndef f(): return v\n")
        self.check('load("lib.star", "f", w = "v")\nf() + w\n', "[1, 1]\n")
        status, _, errors = self.say('load("none.star", "f")\n')
        self.assertEqual(status, 1)
        self.assertIn("cannot read none.star: No such file or directory", errors)

    def test_dialects(self) -> None:
        self.assertEqual(self.say("b'x'\n", "--dialect=spec")[:2], (0, 'b"x"\n'))
        self.assertEqual(self.say("", "--dialect=none")[0], 2)

    def test_long_input(self) -> None:
        self.check("x = [\n" + "1,\n" * 10000 + "]\nlen(x)\n", "10000\n")
        self.check("x = '" + "a" * 1000000 + "'\nlen(x)\n", "1000000\n")

    def test_values_that_cannot_be_shown(self) -> None:
        status, output, errors = self.say("x = []\nfor i in range(100000):\n  x = [x]\nx\n1\n")
        self.assertEqual((status, output), (0, "1\n"))
        self.assertIn("nested too deeply", errors)


def has_terminals() -> bool:
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError:
        return False
    return True


@unittest.skipUnless(has_terminals(), "no pseudo-terminals on this machine")
class TerminalTest(ReplTest):
    def setUp(self) -> None:
        super().setUp()
        self.start()

    def start(self) -> None:
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(self.folder)
            os.execve(workspaces.STARMYPY, ["starmypy", "repl"], self.environment)
        self.shown = b""
        self.expect(">>> ")

    def tearDown(self) -> None:
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.terminal)

    def expect(self, text: str) -> str:
        """Waits until the terminal has shown a text; returns what came before it, the text included."""
        end = time.monotonic() + SECONDS
        while text.encode() not in CONTROL.sub(b"", self.shown):
            ready = select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]
            self.assertTrue(ready, f"{text!r} does not come, but {self.shown!r}")
            try:
                self.shown += os.read(self.terminal, 4096)
            except OSError:
                self.fail(f"it ended: {self.shown!r}")
        shown = CONTROL.sub(b"", self.shown)
        end_of_text = shown.index(text.encode()) + len(text.encode())
        self.shown = shown[end_of_text:]
        return shown[:end_of_text].decode()

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def ask(self, text: str, answer: str) -> None:
        self.type(text + "\n")
        self.expect(f"\n{answer}\n")
        self.expect(">>> ")

    def end(self) -> int:
        """Types Ctrl-D until it ends: between two lines the terminal may take it for text, which Ctrl-U drops."""
        for _ in range(SECONDS):
            self.type("\x15\x04")
            try:
                while select.select([self.terminal], [], [], 1)[0]:
                    os.read(self.terminal, 4096)
            except OSError:
                return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.fail("it does not end")

    def test_questions_and_answers(self) -> None:
        self.ask("6 * 7", "42")
        self.ask("_ + 1", "43")
        self.ask("'\u00e9' + '\u65e5'", '"\u00e9\u65e5"')
        self.type("1 // 0\n")
        self.expect("Error: integer division by zero")
        self.expect(">>> ")
        self.assertEqual(self.end(), 0)

    def test_lines_of_one_piece(self) -> None:
        self.type("def f(n):\n")
        self.expect("... ")
        self.type("  return n + 1\n")
        self.expect("... ")
        self.type("\n")
        self.expect(">>> ")
        self.type("f(\n")
        self.expect("... ")
        self.ask("1)", "2")

    def test_names_are_completed(self) -> None:
        self.ask("le\t([1, 2])", "2")
        self.ask("colours = {'a': [1]}; colours", '{"a": [1]}')
        self.ask("colo\t.ke\t()", '["a"]')

    def test_several_completions_are_listed(self) -> None:
        self.type("re\t")
        self.expect("repr  return  reversed")
        self.ask("pr(1)", '"1"')

    def test_interrupt_ends_the_program_and_not_the_session(self) -> None:
        self.ask("x = 5; x", "5")
        self.type("for i in range(1000000000):\n  if not i: print('it runs')\n\n")
        self.expect("\nit runs\n")
        self.type("\x03")
        self.expect("Starlark computation cancelled: interrupted")
        self.expect(">>> ")
        self.ask("x", "5")

    def test_interrupt_drops_the_line(self) -> None:
        self.type("abc")
        self.expect("abc")
        self.type("\x03")
        self.expect(">>> ")
        self.type("f(1,\n")
        self.expect("... ")
        self.type("\x03")
        self.expect(">>> ")
        self.ask("2", "2")

    def test_history(self) -> None:
        self.ask("123 + 1", "124")
        self.assertEqual(self.end(), 0)
        os.close(self.terminal)
        self.assertIn("123", (self.folder / "state" / "starmypy" / "history").read_text())
        self.start()
        self.type("\x1b[A")
        self.expect("123 + 1")
        self.type("0\n")
        self.expect("\n133\n")


if __name__ == "__main__":
    unittest.main()
