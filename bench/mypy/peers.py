# SPDX-License-Identifier: Apache-2.0
"""The ways to run mypy that are compared, each over the same workspace and the same vendored packages.

A peer keeps its state (output base, cache, daemon) in a folder of its own; `reset` throws it away. What a peer says is
judged by its findings: the lines of mypy that name a file, without those that only sum up.
"""

import dataclasses
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Callable, Dict, List, Mapping, NamedTuple, Sequence

import measure

# mypy brings its own of these, and refuses others.
DROPPED = ("typing_extensions", "mypy_extensions")
STUBS = "-stubs"
FINDING = re.compile(r"^[^\s:]+\.pyi?:\d+(:\d+)?: (error|note): .*")


@dataclasses.dataclass(frozen=True)
class Place:
    """What all peers of a workload share."""

    workspace: Path
    vendor_dir: Path
    state: Path  # a folder for what peers keep
    python: Path  # that can import mypy
    sources: Sequence[str]  # to check in the runs that see all files at once
    configuration: str = "mypy.ini"
    roots: Sequence[str] = ()  # of imports, besides the workspace

    def packages(self) -> List[Path]:
        """The site-packages folder of each vendored distribution."""
        folders = sorted(self.vendor_dir.glob("*/site-packages"))
        return [folder for folder in folders if not folder.parent.name.endswith(DROPPED)]


class Done(NamedTuple):
    """One run of a peer, and the actions that it ran if it has any."""

    run: measure.Run
    actions: Sequence["Action"] = ()


def findings(text: str) -> List[str]:
    """The lines of a report that say something about a line of a file."""
    return sorted(line for line in text.splitlines() if FINDING.match(line))


def environment(**extra: str) -> Dict[str, str]:
    """Nothing of the caller's but what programs need to be found, and what sanitizers are told."""
    wanted = ("PATH", "LANG", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS")
    kept = {name: os.environ[name] for name in wanted if name in os.environ}
    return {**kept, "PYTHONNOUSERSITE": "1", **extra}


Runner = Callable[[Sequence[str], Path, Mapping[str, str]], measure.Run]


class Peer:
    """A way to run mypy over a workspace."""

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place
        self.state = place.state / re.sub(r"\W+", "_", name)

    def reset(self) -> None:
        """Throws away all state, so that the next check is a cold one."""
        self.stop()
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)

    def stop(self) -> None:
        """Ends what the peer has left running."""

    def check(self, runner: Runner = measure.run) -> Done:
        raise NotImplementedError


# --- starmypy --------------------------------------------------------------------------------------


BUILD_STATEMENT = re.compile(r"^build ((?:[^$:]|\$.)*): ([\w$.-]+)", re.MULTILINE)
ESCAPED = re.compile(r"\$(.)")


class Action(NamedTuple):
    """One edge of build.ninja. Its rule is named after the mnemonic."""

    mnemonic: str
    outputs: Sequence[str]

    @property
    def label(self) -> str:
        """The label of its target, as far as the name of its first output tells."""
        package, _, name = self.outputs[0].partition("/bin/")[2].rpartition("/")
        package = re.sub(r"/[^/]*\.mypy$", "", package)
        return "//%s:%s" % (package, name.partition(".")[0])


def read_actions(execution_root: Path) -> Dict[str, Action]:
    """The actions of build.ninja, by each of their outputs."""
    try:
        text = (execution_root / "build.ninja").read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    found: Dict[str, Action] = {}
    for match in BUILD_STATEMENT.finditer(text):
        words = re.findall(r"(?:[^$ ]|\$.)+", match.group(1))
        outputs = [ESCAPED.sub(r"\1", word) for word in words if word != "|"]
        action = Action(match.group(2), outputs)
        found.update({output: action for output in outputs})
    return found


def read_log(execution_root: Path) -> Dict[str, str]:
    """When and how each output was made last, as ninja remembers it."""
    try:
        lines = (execution_root / ".ninja_log").read_text(encoding="utf-8").splitlines()[1:]
    except FileNotFoundError:
        return {}
    return {row[3]: line for line in lines for row in [line.split("\t")] if len(row) == 5}


class Starmypy(Peer):
    """`starmypy check`, in one of its modes and with one of its strategies."""

    def __init__(self, name: str, place: Place, program: Path, options: Sequence[str]) -> None:
        super().__init__(name, place)
        self.program = program
        self.options = list(options)
        self.patterns: List[str] = ["//..."]

    @property
    def output_base(self) -> Path:
        return self.state / "base"

    @property
    def execution_root(self) -> Path:
        return self.output_base / "execroot" / "_main"

    def command(self, name: str, *arguments: str) -> List[str]:
        where = ["--output_base=%s" % self.output_base, "--vendor_dir=%s" % self.place.vendor_dir]
        return [str(self.program), name, *arguments, *where]

    def stop(self) -> None:
        if self.output_base.exists():
            subprocess.run(
                self.command("shutdown"),
                cwd=self.place.workspace,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )

    def check(self, runner: Runner = measure.run) -> Done:
        before = read_log(self.execution_root)
        command = self.command("check", *self.check_options())
        run = runner(command, self.place.workspace, environment())
        return Done(run, self.actions_since(before))

    def check_options(self) -> List[str]:
        return ["--mypy=%s" % self.place.python, *self.options, *self.patterns]

    def actions_since(self, before: Mapping[str, str]) -> List[Action]:
        """What ninja has run since its log said `before`; it does not log actions that fail."""
        actions = read_actions(self.execution_root)
        after = read_log(self.execution_root)
        changed = [output for output, line in after.items() if before.get(output) != line]
        found = {id(actions[output]): actions[output] for output in changed if output in actions}
        return list(found.values())

    def reports(self) -> Dict[str, List[str]]:
        """What the report of each target says, by label."""
        found: Dict[str, List[str]] = {}
        for path in self.bin.rglob("*.mypy_stdout"):
            package = path.parent.relative_to(self.bin)
            if package.parts[:1] != ("external",):
                label = "//%s:%s" % (package, path.stem)
                found[label] = findings(path.read_text(encoding="utf-8"))
        return found

    @property
    def bin(self) -> Path:
        return self.execution_root / "bazel-out" / "k8-fastbuild" / "bin"

    def report_path(self, label: str) -> Path:
        package, _, name = label[2:].partition(":")
        return self.bin / package / (name + ".mypy_stdout")


# --- mypy by itself --------------------------------------------------------------------------------


def search_path(place: Place, scratch: Path) -> str:
    """MYPYPATH for a run over all: the workspace, stub packages under the names that they stub, and the other packages."""
    stubs = scratch / "stubs"
    stubs.mkdir(parents=True, exist_ok=True)
    for folder in place.packages():
        for entry in folder.iterdir():
            link = stubs / entry.name[: -len(STUBS)]
            if entry.name.endswith(STUBS) and not link.is_symlink():
                link.symlink_to(entry)
    return ":".join([".", *place.roots, str(stubs), *map(str, place.packages())])


class Monolithic(Peer):
    """One mypy over all files, with a cache of its own."""

    def __init__(self, place: Place, options: Sequence[str] = ()) -> None:
        super().__init__("monolithic", place)
        self.options = list(options)

    def check(self, runner: Runner = measure.run) -> Done:
        self.state.mkdir(parents=True, exist_ok=True)
        command = [str(self.place.python), "-m", "mypy", "--explicit-package-bases"]
        command += ["--config-file=%s" % self.place.configuration]
        command += ["--cache-dir=%s" % (self.state / "cache"), *self.options, *self.place.sources]
        path = search_path(self.place, self.state)
        run = runner(command, self.place.workspace, environment(MYPYPATH=path))
        return Done(run)


class Daemon(Peer):
    """dmypy. It refuses follow_imports = silent: packages are silent here because an interpreter has them installed."""

    def __init__(self, place: Place) -> None:
        super().__init__("dmypy", place)

    @property
    def command(self) -> List[str]:
        status = self.state / "status.json"
        return [str(self.place.python), "-m", "mypy.dmypy", "--status-file=%s" % status]

    def reset(self) -> None:
        super().reset()
        environment_folder = self.state / "venv"
        subprocess.run(
            [str(self.place.python), "-m", "venv", "--without-pip", str(environment_folder)],
            check=True,
        )
        site_packages = next(environment_folder.glob("lib/python*/site-packages"))
        lines = "".join("%s\n" % folder for folder in self.place.packages())
        (site_packages / "packages.pth").write_text(lines, encoding="utf-8")
        ini = self.place.workspace / self.place.configuration
        text = re.sub(r"(?m)^follow_imports = .*$", "follow_imports = normal", ini.read_text("utf-8"))
        (self.state / "mypy.ini").write_text(text, encoding="utf-8")

    def stop(self) -> None:
        if self.state.exists():
            subprocess.run(
                [*self.command, "kill"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
            )

    def check(self, runner: Runner = measure.run) -> Done:
        options = ["--explicit-package-bases", "--config-file=%s" % (self.state / "mypy.ini")]
        options += ["--python-executable=%s" % (self.state / "venv" / "bin" / "python")]
        options += ["--cache-dir=%s" % (self.state / "cache")]
        command = [*self.command, "run", "--", *options, *self.place.sources]
        run = runner(command, self.place.workspace, environment(MYPYPATH="."))
        return Done(run)


def make(name: str, place: Place, program: Path) -> Peer:
    """A peer by its name on the command line."""
    setting = "--@rules_mypy//mypy:mode="
    known: Dict[str, Callable[[], Peer]] = {
        "worker": lambda: Starmypy(name, place, program, [setting + "shared", "--strategy=worker"]),
        "local": lambda: Starmypy(name, place, program, [setting + "shared", "--strategy=local"]),
        "compat": lambda: Starmypy(name, place, program, [setting + "compat"]),
        "monolithic": lambda: Monolithic(place),
        "dmypy": lambda: Daemon(place),
    }
    return known[name]()


# Those whose actions fail under --strict_cache when they analyse what another one has analysed.
SHARED = ("worker", "local")
NAMES = ("worker", "local", "compat", "monolithic", "dmypy")
