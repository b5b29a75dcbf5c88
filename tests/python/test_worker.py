# SPDX-License-Identifier: Apache-2.0
"""The worker: its client (`starmypy worker-client`), the server's protocol and life, and, with real mypy,
that it gives the same bytes as plain processes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Callable, Dict, IO, List, Optional, Sequence, Set, Tuple

import mypy_layers
import workspaces
from mypy_build import Build, Ran, Target

PRIVATE = workspaces.ROOT / "rules" / "mypy" / "rules_mypy" / "mypy" / "private"
TIMEOUT = 30.0

# A program as the runner is one: plain, or with the server in front of it. Its actions are words.
PROGRAM = '''\
#!%s
import os, signal, sys, time
sys.path.insert(0, %r)
from mypy_shared import worker

def act(arguments, who):
    verb, *words = arguments
    if verb == "print":
        print(who, *words)
    elif verb == "both":
        print("out"); print("err", file=sys.stderr)
    elif verb == "raw":
        print(words[0])
    elif verb == "exit":
        return int(words[0])
    elif verb == "sleep":
        open(words[1], "w").close()
        time.sleep(float(words[0]))
    elif verb == "pid":
        print(os.getppid())
    elif verb == "die" and who == "fork":
        os.kill(os.getpid(), signal.SIGKILL)
    elif verb == "fail" and who == "fork":
        raise RuntimeError("fails on purpose")
    elif verb == "leave" and who == "fork":
        sys.exit(3)
    elif verb in ("die", "fail", "leave"):
        print(who, "after", verb)
    elif verb == "stray":
        os.write(1, b"this must not look like a response\\n")
    return 0

class Words(worker.Handler):
    ballast = b""
    def weight(self, arguments):
        return 1000
    def prepare(self, requests):
        if requests[0][0] == "fail-to-prepare":
            raise RuntimeError("fails on purpose")
        if requests[0][0] == "grow":
            Words.ballast = bytes(200 << 20).replace(b"\\0", b"x")
        return len(requests)
    def run(self, arguments):
        self.reusable = arguments[0] != "spoil"
        return act(arguments, "fork")

if "--persistent_worker" in sys.argv:
    sys.exit(worker.main(sys.argv[1:], Words))
sys.exit(act(sys.argv[1:], "plain"))
'''


def wait_until(what: str, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain: " + what)
        time.sleep(0.01)


class WorkerTest(unittest.TestCase):
    """A folder with the program, and whatever servers a test starts."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="test_worker."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.program = self.folder / "program.py"
        self.program.write_text(PROGRAM % (sys.executable, str(PRIVATE)))
        self.program.chmod(0o755)
        self.socket = self.folder / "socket"

    def command(self, *arguments: str) -> List[str]:
        return [str(self.program), *arguments]

    def start_server(self, *options: str) -> "subprocess.Popen[bytes]":
        before = self.socket.stat().st_ino if self.socket.exists() else None
        with open(self.folder / "server.log", "ab") as log:
            server = subprocess.Popen(
                self.command("--persistent_worker", f"--socket={self.socket}", *options),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        wait_until(
            "the socket",
            lambda: self.socket.exists() and self.socket.stat().st_ino != before,
        )
        return server

    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    def client(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        command = self.client_command(*arguments)
        return subprocess.run(command, capture_output=True, timeout=TIMEOUT)

    def client_command(self, *arguments: str) -> List[str]:
        command = [workspaces.STARMYPY, "worker-client", "--socket", str(self.socket), "--"]
        return [*command, *self.command(*arguments)]

    def check(self, arguments: Tuple[str, ...], output: str, status: int = 0) -> None:
        done = self.client(*arguments)
        self.assertEqual((done.stdout + done.stderr).decode(), output)
        self.assertEqual(done.returncode, status)

    def connect(self) -> Tuple[socket.socket, IO[bytes]]:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIMEOUT)
        connection.connect(str(self.socket))
        self.addCleanup(connection.close)
        lines = connection.makefile("rb")
        self.addCleanup(lines.close)
        return connection, lines


def request(*arguments: str, number: int = 0, **more: Any) -> bytes:
    return json.dumps({"arguments": arguments, "requestId": number, **more}).encode() + b"\n"


class ClientTest(WorkerTest):
    def test_prints_the_output_and_returns_the_status(self) -> None:
        self.start_server()
        self.check(("print", "a", "b"), "fork a b\n")
        self.check(("exit", "3"), "", 3)
        self.check(("both",), "out\nerr\n")

    def test_takes_any_text_both_ways(self) -> None:
        self.start_server()
        for text in ('"quoted" \\ / \b\f\n\r\t', "\x01\x1f\x7f", "grün \U0001f40d", "{},:[]", ""):
            self.check(("raw", text), text + "\n")
        self.check(("raw", "x" * 100_000), "x" * 100_000 + "\n")

    def test_runs_the_command_without_a_server(self) -> None:
        self.check(("print", "a"), "plain a\n")
        self.check(("exit", "3"), "", 3)

    def test_runs_the_command_when_nobody_listens(self) -> None:
        self.socket.write_text("no socket")
        self.check(("print",), "plain\n")
        self.socket.unlink()
        with socket.socket(socket.AF_UNIX) as left_behind:
            left_behind.bind(str(self.socket))
        self.check(("print",), "plain\n")

    def test_runs_the_command_where_a_path_is_too_long(self) -> None:
        self.socket = self.folder / ("x" * 200)
        self.check(("print",), "plain\n")

    def answered_by(self, data: bytes) -> None:
        """One client, of which the server hears the request, and says `data` before it goes."""
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.socket))
            listener.listen()

            def answer() -> None:
                connection, _ = listener.accept()
                with connection, connection.makefile("rb") as lines:
                    lines.readline()
                    connection.sendall(data)

            thread = threading.Thread(target=answer)
            thread.start()
            try:
                self.check(("print", "a"), "plain a\n")
            finally:
                thread.join()
        self.socket.unlink()

    def test_runs_the_command_unless_a_whole_answer_came(self) -> None:
        whole = b'{"exitCode": 0, "output": "said \\u00e9 by the server", "requestId": 0}'
        for length in range(0, len(whole) + 1, 7):
            self.answered_by(whole[:length])
        for line in (b"\n", b"null\n", b'{"output": "\\x"}\n', b'{"output": "\\u12"}\n', b'{"a":}\n'):
            self.answered_by(line)

    def test_says_that_the_command_is_not_there(self) -> None:
        done = subprocess.run(
            [workspaces.STARMYPY, "worker-client", "--socket", "s", "--", "/no/such/program"],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 127)
        self.assertIn("cannot run /no/such/program: No such file", done.stderr)

    def test_says_how_it_is_called(self) -> None:
        for arguments in ([], ["--socket", "s"], ["--socket", "s", "--"], ["-x", "s", "--", "true"]):
            done = subprocess.run(
                [workspaces.STARMYPY, "worker-client", *arguments], capture_output=True, text=True
            )
            self.assertEqual(done.returncode, 2)
            self.assertIn("Usage: starmypy worker-client", done.stderr)


class ServerTest(WorkerTest):
    def test_serves_many_clients_at_once(self) -> None:
        self.start_server()
        clients = [
            subprocess.Popen(
                self.client_command("print", str(i)), stderr=subprocess.PIPE, text=True
            )
            for i in range(40)
        ]
        outputs = [client.communicate(timeout=TIMEOUT)[1] for client in clients]
        self.assertEqual(outputs, [f"fork {i}\n" for i in range(40)])

    def test_answers_all_requests_of_a_connection(self) -> None:
        self.start_server("--jobs=1")
        connection, lines = self.connect()
        connection.sendall(b"".join(request("print", str(i), number=i) for i in range(1, 9)))
        answers = [json.loads(lines.readline()) for _ in range(8)]
        expected = [
            {"exitCode": 0, "output": f"fork {i}\n", "requestId": i} for i in range(1, 9)
        ]
        self.assertEqual(answers, expected)

    def test_does_a_request_again_whose_fork_died(self) -> None:
        self.start_server("--jobs=1")
        note = "note: the worker's fork ended with %s; done by a process of its own\n"
        self.check(("die",), note % "SIGKILL" + "plain after die\n")
        self.check(("fail",), note % "status 1" + "plain after fail\n")
        self.check(("leave",), note % "status 1" + "plain after leave\n")
        self.assertIn("RuntimeError: fails on purpose", self.log())
        connection, lines = self.connect()
        verbs = ["print", "die", "print", "fail", "print"]
        connection.sendall(b"".join(request(verb, number=i) for i, verb in enumerate(verbs)))
        answers = [json.loads(lines.readline()) for _ in verbs]
        outputs = {answer["requestId"]: answer["output"].split()[-3:] for answer in answers}
        self.assertEqual(outputs[0], ["fork"])
        self.assertEqual(outputs[1], ["plain", "after", "die"])
        self.assertEqual(outputs[2], ["fork"])
        self.assertEqual(outputs[3], ["plain", "after", "fail"])
        self.assertEqual(outputs[4], ["fork"])

    def test_does_no_more_in_a_fork_that_is_spoiled(self) -> None:
        self.start_server("--jobs=1")
        connection, lines = self.connect()
        verbs = ["pid", "spoil", "print", "spoil", "print"]
        connection.sendall(b"".join(request(verb, number=i) for i, verb in enumerate(verbs)))
        answers = [json.loads(lines.readline()) for _ in verbs]
        self.assertEqual([answer["requestId"] for answer in answers], list(range(5)))
        self.assertEqual([answers[i]["output"] for i in (2, 4)], ["fork\n", "fork\n"])

    def test_lets_a_client_go_that_talks_nonsense(self) -> None:
        self.start_server()
        for nonsense in (b"nonsense\n", b"[]\n", b"\xff\n"):
            connection, lines = self.connect()
            connection.sendall(nonsense)
            self.assertEqual(lines.readline(), b"")
        self.check(("print",), "fork\n")

    def test_goes_on_when_nothing_can_be_prepared(self) -> None:
        self.start_server("--jobs=1")
        done = self.client("fail-to-prepare")
        self.assertNotEqual(done.returncode, None)
        self.assertIn("starting anew: it could not prepare a request", self.log())
        self.check(("print",), "fork\n")

    def test_stops_the_work_of_a_client_that_is_gone(self) -> None:
        self.start_server("--jobs=1")
        mark = self.folder / "mark"
        client = subprocess.Popen(self.client_command("sleep", "1000", str(mark)))
        wait_until("the fork", mark.exists)
        client.kill()
        client.wait()
        self.check(("print",), "fork\n")

    def test_tells_its_identity(self) -> None:
        self.start_server("--identity=mypy 2.4.1 of /x")
        self.check(("--worker-status",), "mypy 2.4.1 of /x")

    def test_ends_when_told_after_it_has_answered(self) -> None:
        server = self.start_server()
        mark = self.folder / "mark"
        client = subprocess.Popen(self.client_command("sleep", "0.3", str(mark)))
        wait_until("the fork", mark.exists)
        self.check(("--worker-shutdown",), "")
        self.assertEqual(client.wait(TIMEOUT), 0)
        self.assertEqual(server.wait(TIMEOUT), 0)
        self.assertFalse(self.socket.exists())
        self.assertEqual(self.log(), "")

    def test_ends_on_a_signal_and_its_forks_with_it(self) -> None:
        server = self.start_server()
        connection, lines = self.connect()
        mark = self.folder / "mark"
        connection.sendall(request("sleep", "1000", str(mark)))
        wait_until("the fork", mark.exists)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(TIMEOUT), 0)
        self.assertEqual(lines.readline(), b"")
        self.assertFalse(self.socket.exists())

    def test_ends_when_idle(self) -> None:
        server = self.start_server("--max_idle_secs=0")
        self.assertEqual(server.wait(TIMEOUT), 0)
        self.assertFalse(self.socket.exists())

    def test_replaces_a_socket_that_is_left_over(self) -> None:
        server = self.start_server()
        server.kill()
        server.wait()
        self.assertTrue(self.socket.exists())
        self.check(("print",), "plain\n")
        self.start_server()
        self.check(("print",), "fork\n")

    def test_ends_when_another_took_its_place(self) -> None:
        old = self.start_server("--identity=old")
        self.start_server("--identity=new")
        self.check(("--worker-status",), "new")
        self.assertEqual(old.wait(TIMEOUT), 0)
        self.check(("--worker-status",), "new")

    def test_starts_anew_when_its_program_has_changed(self) -> None:
        server = self.start_server()
        self.check(("print",), "fork\n")
        text = self.program.read_text().replace('"fork"', '"new fork"')
        self.program.write_text(text)
        time.sleep(1.1)  # it looks once a second
        self.check(("print",), "new fork\n")
        self.check(("pid",), f"{server.pid}\n")
        time.sleep(1.1)
        self.check(("print",), "new fork\n")
        self.assertEqual(self.log().count("starting anew"), 1)

    def test_gives_up_when_its_program_is_gone(self) -> None:
        server = self.start_server()
        text = self.program.read_text()
        self.program.unlink()
        time.sleep(1.1)
        done = self.client("print")
        self.assertEqual(server.wait(TIMEOUT), 2)
        self.assertEqual(done.returncode, 127)
        self.program.write_text(text)
        self.program.chmod(0o755)
        self.check(("print",), "plain\n")
        self.start_server()
        self.check(("print",), "fork\n")

    def test_starts_anew_when_it_has_grown_too_much(self) -> None:
        self.start_server("--memory_limit_mb=150")
        self.check(("grow",), "")
        wait_until("a new start", lambda: "it uses more than 150 MB" in self.log())
        self.check(("print",), "fork\n")

    def test_returns_as_a_daemon_when_clients_may_connect(self) -> None:
        inherited = os.open(self.folder, os.O_RDONLY)
        os.set_inheritable(inherited, True)
        self.addCleanup(os.close, inherited)
        done = subprocess.run(
            self.command("--persistent_worker", f"--socket={self.socket}", "--daemon"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT,
            close_fds=False,
        )
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        try:
            server = int(self.client("pid").stderr)
            open_files = Path(f"/proc/{server}/fd")
            held = [os.path.realpath(open_files / name) for name in os.listdir(open_files)]
            self.assertNotIn(str(self.folder), held)
        finally:
            self.check(("--worker-shutdown",), "")
        wait_until("its end", lambda: not self.socket.exists())


class BazelTest(WorkerTest):
    """Plays Bazel: JSON protocol on standard input and output."""

    def start_worker(self) -> "subprocess.Popen[bytes]":
        with open(self.folder / "server.log", "ab") as log:
            worker = subprocess.Popen(
                self.command("--persistent_worker", "--jobs=2"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.addCleanup(worker.wait)
        self.addCleanup(worker.kill)
        for pipe in (worker.stdin, worker.stdout):
            assert pipe is not None
            self.addCleanup(pipe.close)
        return worker

    def talk(self, data: bytes, answers: int) -> List[Dict[str, Any]]:
        worker = self.start_worker()
        assert worker.stdin is not None and worker.stdout is not None
        worker.stdin.write(data)
        worker.stdin.flush()
        lines = [json.loads(worker.stdout.readline()) for _ in range(answers)]
        worker.stdin.close()
        self.assertEqual(worker.stdout.read(), b"")
        self.assertEqual(worker.wait(TIMEOUT), 0)
        return lines

    def test_singleplex(self) -> None:
        worker = self.start_worker()
        assert worker.stdin is not None and worker.stdout is not None
        for arguments, status, output in (
            (("print", "a"), 0, "fork a\n"),
            (("exit", "1"), 1, ""),
            (("print", "b"), 0, "fork b\n"),
        ):
            # As Bazel writes it: with inputs, and without a number.
            inputs = [{"path": "a.py", "digest": "abc="}]
            line = json.dumps({"arguments": arguments, "inputs": inputs, "verbosity": 0})
            worker.stdin.write(line.encode() + b"\n")
            worker.stdin.flush()
            answer = json.loads(worker.stdout.readline())
            self.assertEqual(answer, {"exitCode": status, "output": output, "requestId": 0})
        worker.stdin.close()
        self.assertEqual(worker.wait(TIMEOUT), 0)

    def test_multiplex(self) -> None:
        data = b"".join(request("print", str(i), number=i) for i in range(1, 30))
        answers = sorted(self.talk(data, 29), key=lambda answer: answer["requestId"])
        self.assertEqual(
            answers,
            [{"exitCode": 0, "output": f"fork {i}\n", "requestId": i} for i in range(1, 30)],
        )

    def test_answers_what_was_asked_before_the_end(self) -> None:
        worker = self.start_worker()
        output, _ = worker.communicate(
            request("sleep", "0.2", str(self.folder / "mark"), number=1)
            + request("print", number=2),
            timeout=TIMEOUT,
        )
        numbers = sorted(json.loads(line)["requestId"] for line in output.splitlines())
        self.assertEqual((numbers, worker.returncode), ([1, 2], 0))

    def test_cancels(self) -> None:
        data = request("sleep", "1000", str(self.folder / "mark"), number=7)
        data += request(number=7, cancel=True) + request("print", number=8)
        answers = {answer["requestId"]: answer for answer in self.talk(data, 2)}
        self.assertEqual(answers[7], {"requestId": 7, "wasCancelled": True})
        self.assertEqual(answers[8]["output"], "fork\n")

    def test_keeps_standard_output_for_responses(self) -> None:
        answers = self.talk(request("stray", number=1) + request("die", number=2), 2)
        self.assertEqual(sorted(answer["requestId"] for answer in answers), [1, 2])
        self.assertIn("this must not look like a response", self.log())


class WarmBuild(Build):
    """A build whose actions a server does: all that are ready at once."""

    def __init__(self, root: Path, python: str, targets: Sequence[Target], ini: str) -> None:
        super().__init__(root, python, targets, ini)
        self.said: Dict[str, Ran] = {}
        self.server: Optional["subprocess.Popen[bytes]"] = None

    def start(self) -> None:
        command = [self.python, str(self.runner), "--persistent_worker", "--jobs=2"]
        with open(self.root / "server.log", "ab") as log:
            self.server = subprocess.Popen(
                command, cwd=self.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )

    def stop(self) -> None:
        if self.server is not None:
            self.server.communicate(timeout=TIMEOUT)
            self.server = None

    def ask(self, names: Sequence[str]) -> None:
        """Sends the requests of all these actions, and waits for the answers."""
        assert self.server and self.server.stdin and self.server.stdout
        for number, name in enumerate(names, 1):
            target = self.targets.get(name) or Target("typeshed", kind="typeshed")
            self.server.stdin.write(request(*self.command(target)[2:], number=number))
        self.server.stdin.flush()
        for _ in names:
            answer = json.loads(self.server.stdout.readline())
            name = names[answer["requestId"] - 1]
            self.said[name] = Ran(answer["exitCode"], "", answer["output"])

    def run_one(self, name: str) -> Ran:
        if name not in self.said:
            self.ask([name])
        return self.said.pop(name)

    def levels(self) -> List[List[str]]:
        depth: Dict[str, int] = {"typeshed": 0}
        for name in self.order()[1:]:
            depth[name] = 1 + max([depth[dep] for dep in self.targets[name].deps], default=0)
        return [[n for n in depth if depth[n] == level] for level in range(max(depth.values()) + 1)]

    def run(self) -> Set[str]:
        self.prepare()
        ran: Set[str] = set()
        for level in self.levels():
            old = [name for name in level if not self.is_recorded(name)]
            if "typeshed" not in old:
                self.ask(old)
            ran.update(name for name in level if not self.up_to_date(name))
        return ran

    def is_recorded(self, name: str) -> bool:
        record = self.root / f"records/{name}"
        return record.exists() and record.read_text() == self.inputs_digest(name)


class SameBytesTest(unittest.TestCase):
    """Everything twice, by plain processes and by a server: all outputs are the same, byte by byte."""

    python = os.environ.get("STARMYPY_MYPY_PYTHON") or str(workspaces.ROOT / "build/mypy/bin/python")

    def setUp(self) -> None:
        if not os.path.exists(self.python):
            self.skipTest(f"no {self.python}")
        self.folder = Path(tempfile.mkdtemp(prefix="test_worker."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.plain: Build = None  # type: ignore[assignment]

    def begin(self, targets: Sequence[Target], sources: Dict[str, str], ini: str) -> None:
        self.plain = Build(self.folder / "plain", self.python, targets, ini)
        self.warm = WarmBuild(self.folder / "warm", self.python, targets, ini)
        self.plain.packs = self.warm.packs = self.folder
        for build in (self.plain, self.warm):
            build.arguments = ["--strict-cache"]
            for name, text in sources.items():
                build.write(name, text)
        self.warm.start()
        self.addCleanup(self.warm.stop)

    def edit(self, name: str, old: str, new: str) -> None:
        for build in (self.plain, self.warm):
            text = build.read(name)
            self.assertIn(old, text)
            build.write(name, text.replace(old, new, 1))

    def check(self) -> Set[str]:
        """Brings both up to date, and returns what ran."""
        ran = self.plain.run()
        self.assertEqual(self.warm.run(), ran)
        self.assert_same()
        return ran

    def assert_same(self) -> None:
        plain, warm = self.plain.outputs(), self.warm.outputs()
        self.assertEqual(sorted(warm), sorted(plain))
        self.assertEqual([name for name in plain if plain[name] != warm[name]], [])

    def test_of_a_workspace_and_after_edits(self) -> None:
        targets, sources = mypy_layers.generate()
        self.begin(targets, sources, mypy_layers.INI)
        self.assertEqual(len(self.check()), 1 + len(targets))
        self.assertIn('module named "t03.use"', self.warm.report("stray"))
        self.assertNotIn("t02.use", self.warm.report("stray"))
        # A body, which concerns nobody else.
        self.edit("t01/model.py", "n = self.size", "n = self.size + 1")
        self.assertEqual(self.check(), {"t01"})
        # A signature, which many see.
        self.edit("t01/model.py", "    size: int = 0", "    size: int = 0\n    weight: float = 1.0")
        self.assertIn("t08", self.check())
        # One that does not fit any more, and back.
        self.edit("t00/use.py", "size: int = 1", "size: str = 'x'")
        self.assertIn("t07", self.check())
        self.assertIn('has incompatible type "int"; expected "str"', self.warm.report("t07"))
        self.edit("t00/use.py", "size: str = 'x'", "size: int = 1")
        self.check()
        # A target that mypy cannot finish, and one above it.
        self.edit("faulty.py", "VALUE =", "VALUE = =")
        self.assertEqual(self.check(), {"faulty", "above"})
        self.assertEqual([self.warm.exit_code(n) for n in ("faulty", "above")], ["2", "3"])
        self.edit("faulty.py", "VALUE = =", "VALUE =")
        self.assertEqual(self.check(), {"faulty", "above"})
        # Another package.
        self.edit("ext/pack/shapes.py", "tag: T", "tag: T\n    label: str = ''")
        self.warm.run_one("pack")
        self.plain.run_one("pack")
        self.assertIn("t00", self.check())
        # Another configuration.
        self.edit("mypy.ini", "show_error_context = True", "show_column_numbers = True")
        self.assertEqual(len(self.check()), len(targets) + 1)
        # A server that has seen nothing of all this.
        self.warm.stop()
        self.warm.start()
        self.edit("t33/use.py", "import json", "import json, t27.model")
        self.assertEqual(self.check(), {"t33"})

    def test_of_names_that_depend_on_who_asks(self) -> None:
        """What a server has loaded for one target is not there, or another module, for the next."""
        targets = [
            Target("one", modules={"shared.name": "one/name.py"}),
            Target("two", modules={"shared.name": "two/name.py"}),
            Target("over_one", ["over_one.py"], ["one"]),
            Target("over_two", ["over_two.py"], ["two"]),
            Target("top_one", ["top_one.py"], ["over_one", "one"]),
            Target("top_two", ["top_two.py"], ["over_two", "two"]),
            Target("nothing", ["nothing.py"]),
            # A module of its own in the place of one that others have loaded.
            Target("own", modules={"shared.name": "own/name.py", "own_use": "own_use.py"}),
        ]
        use = "from shared.name import VALUE\nreveal_type(VALUE)\nSEEN = VALUE\n"
        top = "from %s import SEEN\nimport shared.name\nreveal_type((SEEN, shared.name.VALUE))\n"
        sources = {"one/name.py": "VALUE = 1\n", "two/name.py": "VALUE = ''\n", "nothing.py": use}
        sources.update({"over_one.py": use, "over_two.py": use, "own_use.py": use})
        sources.update({"top_one.py": top % "over_one", "top_two.py": top % "over_two"})
        sources["own/name.py"] = "import asyncio\nVALUE = asyncio\n"
        self.begin(targets, sources, mypy_layers.INI)
        self.check()
        self.assertEqual(self.warm.revealed("top_one"), ["tuple[int, int]"])
        self.assertEqual(self.warm.revealed("top_two"), ["tuple[str, str]"])
        self.assertIn("Cannot find implementation", self.warm.report("nothing"))
        self.assertEqual(self.warm.revealed("own"), ["types.ModuleType"])
        self.edit("two/name.py", "''", "b''")
        self.check()
        self.assertEqual(self.warm.revealed("top_one"), ["tuple[int, int]"])
        self.assertEqual(self.warm.revealed("top_two"), ["tuple[bytes, bytes]"])

    def test_of_entries_that_mypy_does_not_accept(self) -> None:
        """Made with other options: each action analyses again and says so; the server does not."""
        targets = [Target("low", ["low.py"]), Target("high", ["high.py"], ["low"])]
        sources = {"low.py": "import json\n\nVALUE = json.dumps(1)\n", "high.py": "from low import VALUE\n"}
        self.begin(targets, sources, mypy_layers.INI)
        self.check()
        for build in (self.plain, self.warm):
            build.arguments = []
            build.write("mypy.ini", "[mypy]\nfollow_imports = silent\ndisallow_any_expr = True\n")
        plain, warm = self.plain.run_one("high"), self.warm.run_one("high")
        self.assertEqual((warm.status, warm.stderr), (plain.status, plain.stderr))
        self.assertIn("module low was analysed again", warm.stderr)
        self.assert_same()
        self.warm.arguments = ["--strict-cache"]
        self.assertEqual(self.warm.run_one("high").status, 1)

    def test_of_two_configurations_by_turns(self) -> None:
        targets = [Target(f"t{i}", [f"t{i}.py"], [], arguments=[]) for i in range(24)]
        old = ["--python-version", "3.10"]
        for i in (*range(1, 12, 2), *range(12, 24)):
            targets[i].arguments = old
        text = "import sys\nif sys.version_info >= (3, 11):\n    reveal_type(1)\nelse:\n    reveal_type('')\n"
        self.begin(targets, {f"t{i}.py": text for i in range(24)}, "follow_imports = silent\n")
        for build in (self.plain, self.warm):
            build.arguments = []
            build.prepare()
            build.run_one("typeshed")
        # One by one, so that each is a turn.
        for i in range(24):
            plain, warm = self.plain.run_one(f"t{i}"), self.warm.run_one(f"t{i}")
            self.assertEqual((warm.status, warm.stderr), (plain.status, plain.stderr))
            revealed = "Literal['']?" if targets[i].arguments else "Literal[1]?"
            self.assertEqual(self.warm.revealed(f"t{i}"), [revealed])
        self.assert_same()

    def test_of_a_request_that_makes_no_sense(self) -> None:
        self.begin([Target("a", ["a.py"])], {"a.py": ""}, "")
        self.warm.prepare()
        for broken in ("{", '{"kind": "target"}'):
            for build in (self.plain, self.warm):
                build.write("out/a.mypy.json", broken)
            plain, warm = self.plain.run_one("a"), self.warm.run_one("a")
            self.assertEqual((warm.status, warm.stderr), (plain.status, plain.stderr))
            self.assertEqual(warm.status, 1)
        self.warm.targets["a"].arguments = self.plain.targets["a"].arguments = ["--bad"]
        self.assertEqual(self.warm.run_one("a").status, 2)


if __name__ == "__main__":
    unittest.main()
