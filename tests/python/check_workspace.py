# SPDX-License-Identifier: Apache-2.0
"""A workspace for `starmypy check` that needs no mypy, since it brings an aspect of its own.

Its checker is a small program that behaves as mypy's does: an interface per module, a report, an exit code, a list of
unused inputs with a makefile beside it, and a verdict that fails. It can be a worker, too.
"""

import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import List

import workspaces

CHECK_BZL = '''
load("@rules_mypy//mypy/private:providers.bzl", "MypyInfo")

Below = provider(fields = ["interfaces"])

def _unit_impl(ctx):
    return [DefaultInfo(files = depset(ctx.files.srcs))]

unit = rule(
    implementation = _unit_impl,
    attrs = {"srcs": attr.label_list(allow_files = [".txt"]), "deps": attr.label_list()},
)

def _check_impl(target, ctx):
    name = ctx.label.name
    below = depset(transitive = [dep[Below].interfaces for dep in ctx.rule.attr.deps])
    interface = ctx.actions.declare_file(name + ".interface")
    report = ctx.actions.declare_file(name + ".report")
    code = ctx.actions.declare_file(name + ".code")
    unused = ctx.actions.declare_file(name + ".unused")
    verdict = ctx.actions.declare_file(name + ".verdict")
    manifest = ctx.actions.declare_file(name + ".manifest")
    ctx.actions.write(manifest, str(ctx.label))
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.add_all([interface, report, code, unused])
    args.add(ctx.label)
    args.add_all(ctx.rule.files.srcs)
    args.add_all(below, before_each = "--below")
    ctx.actions.run(
        executable = ctx.file._checker,
        arguments = [args],
        inputs = depset(ctx.rule.files.srcs + [manifest], transitive = [below]),
        outputs = [interface, report, code, unused],
        unused_inputs_list = unused,
        execution_requirements = WORKER,
        mnemonic = "mypy",
        progress_message = "checking %{label}",
    )
    ctx.actions.run(
        executable = "/bin/sh",
        arguments = [
            "-c",
            'read c <"$2"; if [ "$c" = 0 ]; then : >"$3"; else cat "$1" >&2; exit 1; fi # $1',
            "sh",
            report.path,
            code.path,
            verdict.path,
        ],
        inputs = [report, code],
        outputs = [verdict],
        mnemonic = "Verdict",
        progress_message = "verdict on %{label}",
    )
    return [
        Below(interfaces = depset([interface], transitive = [below])),
        MypyInfo(mode = "own", report = report, verdict = verdict, exit_code = code, sources = ctx.rule.files.srcs, path = [], upstream = []),
    ]

check = aspect(
    implementation = _check_impl,
    attr_aspects = ["deps"],
    attrs = {"_checker": attr.label(default = "//tools:checker.py", allow_single_file = True)},
)
'''

# Lines of sources: "def X" is interface; "use NAME" needs NAME's; "error X", "warn X", "block", "crash", "nothing".
CHECKER = '''#!PYTHON -ISS
import contextlib, io, json, os, socket, sys, time, traceback

def put(path, text, always=True):
    if not always and os.path.exists(path) and open(path).read() == text: return
    with open(path + ".tmp", "w") as file: file.write(text)
    os.replace(path + ".tmp", path)

def log(word):
    with open("LOG", "a") as file: file.write(word + "\\n")

def check(words):
    if words[0][0] == "@": words = open(words[0][1:]).read().splitlines()
    interface, report, code, unused, label, *rest = words
    log(label.split(":")[1])
    sources = [word for word in rest if word.endswith(".txt")]
    below = [word for word in rest if word.endswith(".interface")]
    lines = [line.split() for source in sources for line in open(source)]
    used = [path for path in below if ["use", os.path.basename(path)[:-10]] in lines]
    blocked = [path for path in used if open(path).read() == "blocked"]
    found = [" ".join(line[1:]) for line in lines if line[:1] == ["error"]]
    for line in lines:
        if line[:1] == ["warn"]: print(*line[1:], file=sys.stderr)
        if line[:1] == ["sleep"]:
            log("<")
            time.sleep(float(line[1]))
            log(">")
    if ["crash"] in lines: sys.exit("no such thing")
    if ["nothing"] in lines: return
    block = ["block"] in lines
    text = "".join(f"{sources[0]}:1: error: {e}\\n" for e in found)
    closing = f"Found {len(found)} errors in 1 file (checked 1 source file)" if found else "Success: no issues found in 1 source file"
    text += closing + "\\n"
    if block: text = f"{sources[0]}:1: error: bad syntax\\nFound 1 error in 1 file (errors prevented further checking)\\n"
    if blocked: text = f"{label}: not checked: {blocked[0]} has a blocking error\\n"
    definitions = "".join(line[1] + "\\n" for line in lines if line[:1] == ["def"])
    put(interface, "blocked" if block or blocked else definitions, always=False)
    put(report, text)
    put(code, f"{3 if blocked else 2 if block else 1 if found else 0}\\n")
    put(unused, "".join(path + "\\n" for path in below if path not in used))
    put(unused + ".d", f"{interface}: " + " ".join(sources + used) + "\\n")

def answer(words, identity):
    if words == ["--worker-status"]: return 0, identity
    if words == ["--worker-shutdown"]: return 0, ""
    log("by-worker")
    status, said = 0, io.StringIO()
    with contextlib.redirect_stderr(said):
        try: check(words)
        except SystemExit as end: status = print(end, file=sys.stderr) or 1
    return status, said.getvalue()

def serve(path, identity):
    listener = socket.socket(socket.AF_UNIX)
    if os.path.exists(path): os.unlink(path)
    listener.bind(path)
    listener.listen()
    if os.fork(): return
    os.setsid()
    os.closerange(listener.fileno() + 1, 100)
    for number in range(listener.fileno()): os.dup2(os.open(os.devnull, os.O_RDWR), number)
    log("start:" + ",".join(identity.split()[1:]))  # the first word tells the directory
    while True:
        connection = listener.accept()[0]
        words = json.loads(connection.makefile().readline())["arguments"]
        status, output = answer(words, identity)
        ends = words == ["--worker-shutdown"]
        if ends: os.unlink(path)
        connection.send(json.dumps({"exitCode": status, "output": output}).encode() + b"\\n")
        if ends: return
        connection.close()

words = sys.argv[1:]
if "--persistent_worker" in words:
    if "NOWORKER": sys.exit("no worker today")
    options = dict(word.split("=", 1) for word in words if "=" in word)
    serve(options["--socket"], options["--identity"])
else:
    check(words)
'''


@unittest.skipUnless(shutil.which("ninja"), "no ninja")
@workspaces.needs_mypy
class CheckWorkspace(unittest.TestCase):
    worker = False

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test check.")  # the blank is part of the test
        self.addCleanup(folder.cleanup)
        self.workspace, self.base = Path(folder.name, "workspace"), Path(folder.name, "base")
        self.log = Path(folder.name, "log")
        self.root = self.base / "execroot" / "_main"
        requirements = {"supports-workers": "1", "requires-worker-protocol": "json"} if self.worker else {}
        self.write("MODULE.bazel", "")
        self.write("tools/BUILD", 'exports_files(["checker.py"])\n')
        self.write("tools/check.bzl", CHECK_BZL.replace("WORKER", repr(requirements)))
        self.write("tools/checker.py", self.checker_text())
        (self.workspace / "tools/checker.py").chmod(0o755)
        self.chain("top", "middle", "base", "other")

    def checker_text(self, no_worker: str = "") -> str:
        text = CHECKER.replace("PYTHON", sys.executable).replace("LOG", str(self.log))
        return text.replace("NOWORKER", no_worker)

    def chain(self, *names: str) -> None:
        """A BUILD file in which each unit depends on the next, but for "other", which stands alone."""
        text = 'load("//tools:check.bzl", "unit")\n'
        for name, below in zip(names, names[1:] + ("",)):
            deps = [] if below in ("", "other") else [f":{below}"]
            text += f'unit(name = "{name}", srcs = ["{name}.txt"], deps = {deps})\n'
            if not (self.workspace / f"{name}.txt").exists():
                use = f"use {below}\n" if deps else ""
                self.write(f"{name}.txt", f"def {name}\n{use}")
        self.write("BUILD", text)

    def write(self, name: str, text: str) -> Path:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def command(self, *words: str) -> List[str]:
        return [
            workspaces.STARMYPY,
            "check",
            "--aspects=//tools:check.bzl%check",
            f"--mypy={workspaces.MYPY_PYTHON}",
            f"--output_base={self.base}",
            *words,
        ]

    def check(self, *words: str, status: int = 0) -> str:
        """Checks, and returns all that was told. What ran is then in self.ran."""
        self.log.write_text("")
        process = subprocess.run(
            self.command(*words),
            cwd=self.workspace,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
        text = process.stdout.decode()
        self.assertEqual(process.returncode, status, text)
        self.ran = sorted(self.log.read_text().split())
        return text

    def settle(self, *words: str) -> None:
        """Checks until nothing runs: right after a write the next check looks again."""
        self.check(*words)
        time.sleep(0.02)
        self.check(*words)
        self.check(*words)
        self.assertEqual(self.ran, [])
