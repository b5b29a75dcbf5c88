# SPDX-License-Identifier: Apache-2.0
"""A server that does actions in forks of one warm process.

    mypy_runner --persistent_worker
    mypy_runner --persistent_worker --socket PATH [--daemon] [--identity TEXT] [--max_idle_secs N]
                                    [--memory_limit_mb N] [--jobs N]

The first form is Bazel's persistent worker, singleplex or multiplex: requests on standard input,
responses on standard output, until standard input ends.  The second listens on a Unix socket; every
connection is a client with its own requests.  With --daemon the command returns as soon as clients
may connect.  Both speak Bazel's JSON protocol: a line is a WorkRequest or a WorkResponse.

Besides actions a server knows the requests `--worker-status`, answered with the text of --identity,
and `--worker-shutdown`, after which it ends.  It ends by itself when it was idle for long, and when
its socket is no longer the one that clients find.  When a file of its program has changed, or its
memory has grown past the limit, it starts itself anew, with the same listening socket, so that no
client notices.

The one invariant: this process analyses nothing for a request itself.  Whatever a request needs
happens in a fork, and a request that its fork did not answer is done again by a plain process.
"""

import argparse
import collections
import contextlib
import io
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
import traceback
from typing import Any, Callable, Deque, Dict, Iterator, List, NoReturn, Optional, Sequence, Tuple

from .worker_watch import ProgramWatch, memory_in_use

STATUS, SHUTDOWN = "--worker-status", "--worker-shutdown"
STOPPING = (signal.SIGTERM, signal.SIGINT)
# A server that was replaced, or forgotten, finds that out when it looks: so often, in seconds.
LOOK_INTERVAL = 2.0
# A fork pays for the pages of memory that it copies, as much as for checking some 20 kB of source.
# So much is worth a fork of its own, in bytes of source; less of it waits for more, in seconds: a
# moment, since a build that asks for one thing often asks for the next at once, and longer while
# others are at work.
FULL_SHARE = 160_000
GATHER_TIME, LONGEST_WAIT = 0.004, 0.4


class Request:
    """A WorkRequest, and where its answer goes."""

    def __init__(self, channel: "Channel", number: int, arguments: List[str]) -> None:
        self.channel = channel
        self.number = number
        self.arguments = arguments
        self.arrived = time.monotonic()
        self.weight = 0
        self.cancelled = False

    def answer(self, status: int, output: str) -> None:
        self.channel.send({"exitCode": status, "output": output, "requestId": self.number})


class Channel:
    """A client: lines in, lines out."""

    def __init__(self, source: int, sink: int, connection: Optional[socket.socket] = None) -> None:
        self.source = source
        self.sink = sink
        self.connection = connection
        self.received = b""
        self.closed = False

    def lines(self) -> Iterator[bytes]:
        """What arrived, line by line; `closed` tells whether more can come."""
        data = os.read(self.source, 1 << 16)
        self.closed = not data
        *whole, self.received = (self.received + data).split(b"\n")
        return (line for line in whole if line.strip())

    def send(self, response: Dict[str, Any]) -> None:
        data = json.dumps(response).encode() + b"\n"
        # A client that is gone needs no answer.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while data:
                data = data[os.write(self.sink, data) :]

    def close(self) -> None:
        self.closed = True
        if self.connection is not None:
            self.connection.close()


class Handler:
    """What a server does with requests; the base does each from nothing, as a plain process would.

    `prepare` runs in the server before it forks, so that what it loads is there for all; it must not
    fail because of what a request asks for.  `run` runs in the fork: for one request after another,
    as many as `prepare` has put together, and returns the exit status.  What it prints is the output.
    Where it raises anything, SystemExit too, a plain process does the request again.  When it is no
    longer `reusable` its fork does no other request.
    """

    reusable = True

    def weight(self, arguments: Sequence[str]) -> int:
        """How much work a request is, in bytes of source."""
        return FULL_SHARE

    def prepare(self, requests: Sequence[Sequence[str]]) -> int:
        """Loads what requests need; how many of them, from the front, one fork may do."""
        return 1

    def run(self, arguments: Sequence[str]) -> int:
        from . import action

        return action.main(list(arguments))


class Fork:
    """A child at work: requests in order, answers through a pipe as they come."""

    def __init__(self, handler: Handler, requests: List[Request]) -> None:
        self.requests: Deque[Request] = collections.deque(requests)
        self.source, sink = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        # The server's way to stop is not its child's.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.source)
            work_and_exit(handler, requests, sink)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        os.close(sink)
        self.received = b""

    def receive(self) -> bool:
        """Hands on the answers that are there; False at the end."""
        data = os.read(self.source, 1 << 16)
        *whole, self.received = (self.received + data).split(b"\n")
        for line in whole:
            status, output = json.loads(line)
            request = self.requests.popleft()
            if not request.cancelled:
                request.answer(status, output)
        return bool(data)

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def finish(self) -> int:
        os.close(self.source)
        return os.waitpid(self.pid, 0)[1]


def work_and_exit(handler: Handler, requests: Sequence[Request], sink: int) -> NoReturn:
    """The fork's whole life.  Never returns into the server's loop, and runs none of its exits."""
    try:
        for number in STOPPING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        for request in requests:
            with captured() as output:
                status = handler.run(request.arguments)
            # Names of files may be no text: said as standard error says them.
            said = output.getvalue().encode(errors="backslashreplace").decode()
            data = json.dumps([status, said]).encode() + b"\n"
            while data:
                data = data[os.write(sink, data) :]
            if not handler.reusable:
                break
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


@contextlib.contextmanager
def captured() -> Iterator[io.StringIO]:
    """What is printed meanwhile: standard output and standard error, as they come."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield output


class PlainProcess:
    """One request done by the command that it stands for."""

    def __init__(self, request: Request, reason: str) -> None:
        self.requests: Deque[Request] = collections.deque([request])
        self.process = subprocess.Popen(
            [*own_command(), *request.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.process.stdout is not None
        self.source = self.process.stdout.fileno()
        self.received = f"note: {reason}; done by a process of its own\n".encode()

    def receive(self) -> bool:
        data = os.read(self.source, 1 << 16)
        self.received += data
        return bool(data)

    def stop(self) -> None:
        self.process.kill()

    def finish(self) -> int:
        assert self.process.stdout is not None
        self.process.stdout.close()
        status = self.process.wait()
        request = self.requests.popleft()
        if not request.cancelled:
            output = self.received.decode(errors="backslashreplace")
            request.answer(status if status >= 0 else 128 - status, output)
        return 0


def own_command() -> List[str]:
    """The interpreter, its options and the program, without the program's arguments."""
    command: List[str] = getattr(sys, "orig_argv", None) or [sys.executable, *sys.argv]
    return [sys.executable, *command[1 : len(command) - len(sys.argv) + 1]]


class Server:
    """The loop: one thread, one place where anything waits."""

    def __init__(self, options: argparse.Namespace, handler: Handler, watch: ProgramWatch) -> None:
        self.options = options
        self.handler = handler
        self.watch = watch
        self.selector = selectors.DefaultSelector()
        self.listener: Optional[socket.socket] = None
        self.channels: List[Channel] = []
        self.waiting: Deque[Request] = collections.deque()
        self.again: Deque[Tuple[Request, str]] = collections.deque()
        self.jobs: List[Any] = []  # Fork | PlainProcess
        self.ending = False
        self.renewing = False
        self.last_use = time.monotonic()
        self.last_look = self.last_use
        self.socket_number: Optional[int] = None

    # -- where requests come from

    def serve_standard_input(self) -> None:
        """Bazel's worker.  Whatever prints by mistake must not reach its standard output."""
        sink = os.dup(1)
        os.dup2(2, 1)
        self.add_channel(Channel(os.dup(0), sink))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def serve_socket(self, listener: socket.socket) -> None:
        self.listener = listener
        self.socket_number = socket_number(self.options.socket)
        self.selector.register(
            listener, selectors.EVENT_READ, lambda: self.on_connection(listener)
        )

    def add_channel(self, channel: Channel) -> None:
        self.channels.append(channel)
        self.selector.register(
            channel.source, selectors.EVENT_READ, lambda: self.on_lines(channel)
        )

    def on_connection(self, listener: socket.socket) -> None:
        # A server that is out of date takes no more requests: they wait for the next.
        if self.watch.changed():
            self.renew("its program has changed")
            return
        connection, _ = listener.accept()
        number = connection.fileno()
        self.add_channel(Channel(number, number, connection))

    def on_lines(self, channel: Channel) -> None:
        try:
            lines = list(channel.lines())
        except ConnectionResetError:
            lines, channel.closed = [], True
        for line in lines:
            self.on_request(channel, line)
        if channel.closed:
            self.drop(channel)

    def on_request(self, channel: Channel, line: bytes) -> None:
        try:
            message = json.loads(line)
            request = Request(channel, message.get("requestId", 0), message.get("arguments", []))
        except (ValueError, AttributeError):
            print(f"worker: this is no request: {line!r}", file=sys.stderr, flush=True)
            channel.closed = True
            return
        if message.get("cancel"):
            self.cancel(channel, request.number)
        elif request.arguments == [STATUS]:
            request.answer(0, self.options.identity)
        elif request.arguments == [SHUTDOWN]:
            self.end()
            request.answer(0, "")
        else:
            request.weight = self.handler.weight(request.arguments)
            self.waiting.append(request)

    def drop(self, channel: Channel) -> None:
        """A client is gone.  Standard input's end is no reason to drop what it asked for."""
        self.selector.unregister(channel.source)
        self.channels.remove(channel)
        if channel.connection is None:
            self.end()
            return
        self.cancel(channel, None)
        channel.close()

    def cancel(self, channel: Channel, number: Optional[int]) -> None:
        """Gives up one request of a client, or all (None)."""
        for request in self.requests_of(channel, number):
            request.cancelled = True
            if number is not None:
                channel.send({"requestId": number, "wasCancelled": True})
        self.waiting = collections.deque(r for r in self.waiting if not r.cancelled)
        for job in self.jobs:
            if all(request.cancelled for request in job.requests):
                job.stop()

    def requests_of(self, channel: Channel, number: Optional[int]) -> List[Request]:
        known = [*self.waiting, *(request for request, _ in self.again)]
        known += [request for job in self.jobs for request in job.requests]
        return [
            request
            for request in known
            if request.channel is channel and number in (None, request.number)
        ]

    # -- work

    def start_jobs(self) -> float:
        """Starts what can be started; returns how long to wait for what may come."""
        while len(self.jobs) < self.options.jobs and (self.again or self.waiting):
            if self.again:
                self.start(PlainProcess(*self.again.popleft()))
                continue
            rest = self.time_to_gather() if self.work_waiting() < FULL_SHARE else 0
            if rest > 0:
                return rest
            self.fork()
        return LOOK_INTERVAL

    def work_waiting(self) -> int:
        return sum(request.weight for request in self.waiting)

    def time_to_gather(self) -> float:
        end = self.waiting[0].arrived + LONGEST_WAIT
        if not self.jobs:
            end = min(end, self.waiting[-1].arrived + GATHER_TIME)
        return end - time.monotonic()

    def fork(self) -> None:
        requests = self.share()
        count = max(1, min(self.prepare(requests), len(requests)))
        self.watch.extend()
        for _ in range(count):
            self.waiting.popleft()
        self.start(Fork(self.handler, requests[:count]))

    def share(self) -> List[Request]:
        """The next requests for one fork: a full share, or more if there is more for each job."""
        full = max(FULL_SHARE, self.work_waiting() // self.options.jobs)
        requests: List[Request] = []
        for request in self.waiting:
            requests.append(request)
            full -= request.weight
            if full <= 0:
                break
        return requests

    def prepare(self, requests: Sequence[Request]) -> int:
        try:
            return self.handler.prepare([request.arguments for request in requests])
        except Exception:
            # Nothing is known of what is loaded now.
            traceback.print_exc()
            self.handler = Handler()
            self.renew("it could not prepare a request")
            return 1

    def start(self, job: Any) -> None:
        self.jobs.append(job)
        self.selector.register(job.source, selectors.EVENT_READ, lambda: self.on_answers(job))

    def on_answers(self, job: Any) -> None:
        if job.receive():
            return
        self.selector.unregister(job.source)
        self.jobs.remove(job)
        status = job.finish()
        # What is left was not answered: one may have died with the fork, the others wait again.
        left = [request for request in job.requests if not request.cancelled]
        if status != 0 and left and left[0] is job.requests[0]:
            self.again.append((left.pop(0), f"the worker's fork ended with {describe(status)}"))
        self.waiting.extendleft(reversed(left))

    # -- life

    def run(self) -> None:
        while not self.ending or self.waiting or self.again or self.jobs:
            for key, _ in self.selector.select(self.start_jobs()):
                key.data()
            self.look()
            if self.renewing and self.listener and not (self.jobs or self.channels):
                self.become_new(self.listener)

    def look(self) -> None:
        """What is done every now and then."""
        now = time.monotonic()
        if self.jobs or self.waiting or self.channels:
            self.last_use = now
        if now - self.last_look < LOOK_INTERVAL:
            return
        self.last_look = now
        # A client that says nothing does not keep the server from starting anew.
        for channel in list(self.channels) if self.renewing else []:
            if channel.connection is not None and not self.requests_of(channel, None):
                self.drop(channel)
        if self.listener is not None:
            idle = now - self.last_use >= self.options.max_idle_secs
            if idle or socket_number(self.options.socket) != self.socket_number:
                self.end()
        limit = self.options.memory_limit_mb << 20
        if limit and not self.renewing and memory_in_use([j.pid for j in self.forks()]) > limit:
            self.renew(f"it uses more than {self.options.memory_limit_mb} MB")

    def forks(self) -> List[Fork]:
        return [job for job in self.jobs if isinstance(job, Fork)]

    def end(self) -> None:
        """Answers what was asked, and no more."""
        self.take_no_more()
        self.ending = True

    def renew(self, reason: str) -> None:
        print(f"worker: starting anew: {reason}", file=sys.stderr, flush=True)
        self.take_no_more()
        self.renewing = True

    def take_no_more(self) -> None:
        if self.listener is not None and not (self.ending or self.renewing):
            self.selector.unregister(self.listener)

    def become_new(self, listener: socket.socket) -> NoReturn:
        """Starts the program again in this process; the listening socket goes on waiting."""
        listener.set_inheritable(True)
        arguments = [a for a in sys.argv[1:] if not a.startswith("--listening=")]
        command = [*own_command(), *arguments, f"--listening={listener.fileno()}"]
        os.execv(command[0], command)

    def stop(self, *_: object) -> NoReturn:
        """SIGTERM: at once, and nothing stays behind.  Clients then do their work themselves."""
        for job in self.jobs:
            job.stop()
        self.leave()
        os._exit(0)

    def leave(self) -> None:
        if self.listener is not None and socket_number(self.options.socket) == self.socket_number:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.options.socket)


def describe(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"status {os.WEXITSTATUS(status)}"


def socket_number(path: str) -> Optional[int]:
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return None


def listen(path: str) -> socket.socket:
    """Listens at a path, where something may be: a socket that nobody answers, or a server's.

    The new socket takes the place by rename, so that a client finds the one or the other.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    passing = f"{path}.{os.getpid()}"
    listener.bind(passing)
    os.chmod(passing, 0o600)
    listener.listen(1024)
    os.rename(passing, path)
    return listener


def become_daemon(log: str) -> None:
    """Lets the command return.  The descriptors that it inherited may be locks: none is kept."""
    if os.fork() > 0:
        os._exit(0)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
    os.dup2(2, 1)


def close_inherited(kept: int) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != kept:
            with contextlib.suppress(OSError):
                os.close(int(name))


def parse_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mypy_runner", allow_abbrev=False)
    parser.add_argument("--persistent_worker", action="store_true", required=True)
    parser.add_argument("--socket", metavar="PATH", help="where to listen; else standard input")
    parser.add_argument("--daemon", action="store_true", help="return when clients may connect")
    parser.add_argument("--identity", default="", help="what --worker-status answers")
    parser.add_argument("--max_idle_secs", type=int, default=10800)
    parser.add_argument("--memory_limit_mb", type=int, default=0, help="0: no limit")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--listening", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def open_listener(options: argparse.Namespace) -> socket.socket:
    if options.listening is not None:
        return socket.socket(fileno=options.listening)
    listener = listen(options.socket)
    if options.daemon:
        become_daemon(options.socket + ".log")
        close_inherited(listener.fileno())
    return listener


def warm_handler() -> Handler:
    """The handler for the mypy at hand; imports mypy."""
    from .engine import UnknownMypy, choose

    with contextlib.suppress(UnknownMypy):
        engine, _ = choose()
        if engine is sys.modules.get(f"{__package__}.mypy2"):
            from .worker_warm import WarmHandler

            return WarmHandler()
    return Handler()


def drop_allocator() -> None:
    """Starts the program again with Python's own allocator, if an action's was asked for: forks share
    memory by small pages."""
    if os.environ.get("PYTHONMALLOC") == "malloc":
        del os.environ["PYTHONMALLOC"]
        os.environ.pop("GLIBC_TUNABLES", None)
        command = [*own_command(), *sys.argv[1:]]
        os.execv(command[0], command)


def main(arguments: Sequence[str], make_handler: Callable[[], Handler] = warm_handler) -> int:
    drop_allocator()
    options = parse_options(arguments)
    watch = ProgramWatch()
    listener = open_listener(options) if options.socket else None
    # Only now: a client may connect already, and waits until mypy is imported.
    server = Server(options, make_handler(), watch)
    watch.extend()
    for number in STOPPING:
        signal.signal(number, server.stop)
    if listener is not None:
        server.serve_socket(listener)
    else:
        server.serve_standard_input()
    server.run()
    server.leave()
    return 0
