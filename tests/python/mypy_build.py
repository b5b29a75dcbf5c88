# SPDX-License-Identifier: Apache-2.0
"""Plays the build for the actions of mode shared: writes manifests, runs actions in order.

A Build is an execution root with sources, a configuration and the outputs of the actions.  It runs
what changed and nothing else, by the rule that runners follow: an action is run again when one of
the inputs that it used last time, as its depfile tells, has other bytes.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Set, Union

ROOT = Path(__file__).resolve().parents[2]
PRIVATE = ROOT / "rules" / "mypy" / "rules_mypy" / "mypy" / "private"
RUNNER = PRIVATE / "mypy_runner.py"


@dataclass
class Target:
    """A target, or a package if `roots` are given and no sources."""

    name: str
    sources: Sequence[str] = ()
    deps: Sequence[str] = ()
    kind: str = "target"
    wanted: Union[str, List[str]] = "all"
    roots: Sequence[Dict[str, str]] = ()
    modules: Dict[str, str] = field(default_factory=dict)  # Names that do not follow from paths.
    arguments: Sequence[str] = ()

    def named_sources(self) -> Dict[str, str]:
        named = dict(self.modules)
        for source in self.sources:
            name = source.rsplit(".", 1)[0].replace("/", ".")
            named[name[:-9] if name.endswith(".__init__") else name] = source
        return named


@dataclass
class Ran:
    """How one run of an action ended."""

    status: int
    stdout: str
    stderr: str


class Build:
    """An execution root."""

    def __init__(self, root: Path, python: str, targets: Sequence[Target], ini: str = "") -> None:
        self.root = root
        self.python = python
        self.targets = {target.name: target for target in targets}
        self.write("mypy.ini", f"[mypy]\n{ini}")
        self.environment: Dict[str, str] = {}
        self.arguments: List[str] = []
        self.settings = [
            "--mypy-ini",
            "mypy.ini",
            "--python-version",
            "3.11",
            "--platform",
            "linux",
        ]
        self.typeshed_ini = ini
        self.notes = {""}  # What actions may print.
        self.warnings = ""  # A pattern for the whole of their standard error.
        self.packs: Optional[Path] = None  # Where packs of typeshed are kept between builds.
        self.runner = RUNNER

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def bytes(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def manifest(self, target: Target) -> Dict[str, Any]:
        modules = {
            name: {"source": source, "interface": f"out/{target.name}.mypy/{name}.interface"}
            for name, source in sorted(target.named_sources().items())
        }
        deps = [f"out/{dep}.mypy.json" for dep in target.deps]
        if target.kind != "typeshed":
            deps.append("out/typeshed.mypy.json")
        return {
            "kind": target.kind,
            "label": f"//:{target.name}",
            "modules": modules,
            "roots": list(target.roots),
            "pack": None if target.kind == "target" else f"out/{target.name}.mypy_pack",
            "wanted": target.wanted,
            "deps": deps,
        }

    def prepare(self) -> None:
        for target in [Target("typeshed", kind="typeshed"), *self.targets.values()]:
            self.write(f"out/{target.name}.mypy.json", json.dumps(self.manifest(target)))

    def command(self, target: Target) -> List[str]:
        out = f"out/{target.name}"
        command = [self.python, str(self.runner), f"--action={target.kind}"]
        command += ["--manifest", f"{out}.mypy.json", "--pack", f"{out}.mypy_pack"]
        command += self.settings or ["--mypy-ini", "mypy.ini"]
        if target.kind == "target":
            command += ["--report", f"{out}.mypy_stdout", "--json-report", f"{out}.mypy.jsonl"]
            command += ["--exit-code", f"{out}.mypy_exit_code"]
            command += ["--unused-inputs-list", f"{out}.mypy_unused"]
        return [*command, *self.arguments, *target.arguments]

    def run_one(self, name: str) -> Ran:
        target = self.targets.get(name) or Target("typeshed", kind="typeshed")
        process = subprocess.run(
            self.command(target),
            cwd=self.root,
            env={"PYTHONNOUSERSITE": "true", "PATH": os.environ["PATH"], **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(process.returncode, process.stdout, process.stderr)

    def order(self) -> List[str]:
        done: List[str] = ["typeshed"]

        def visit(name: str) -> None:
            if name not in done:
                for dep in self.targets[name].deps:
                    visit(dep)
                done.append(name)

        for name in self.targets:
            visit(name)
        return done

    def run(self) -> Set[str]:
        """Brings everything up to date and returns the names of the targets that ran."""
        self.prepare()
        ran = {name for name in self.order() if not self.up_to_date(name)}
        return ran

    def up_to_date(self, name: str) -> bool:
        record = self.root / f"records/{name}"
        if record.exists() and record.read_text() == self.inputs_digest(name):
            return True
        kept = self.kept_pack() if name == "typeshed" else None
        if kept and kept.exists():
            shutil.copy(kept, self.root / "out/typeshed.mypy_pack")
        else:
            result = self.run_one(name)
            told = result.stdout in self.notes and re.fullmatch(self.warnings, result.stderr)
            if result.status != 0 or not told:
                raise AssertionError(f"{name}: {result}")
        record.parent.mkdir(exist_ok=True)
        record.write_text(self.inputs_digest(name))
        if kept and not kept.exists():
            shutil.copy(self.root / "out/typeshed.mypy_pack", kept)
        return False

    def kept_pack(self) -> Optional[Path]:
        """Where typeshed's pack of this configuration is kept."""
        key = f"{self.python}\0{self.runner.name}\0{self.settings}\0{self.typeshed_ini}"
        return self.packs and self.packs / hashlib.sha256(key.encode()).hexdigest()

    def inputs(self, name: str) -> List[str]:
        depfile = self.root / f"out/{name}.mypy_unused.d"
        if depfile.exists():
            return depfile.read_text().replace("\\\n", "").split(": ", 1)[1].split()
        return ["mypy.ini", f"out/{name}.mypy.json"]

    def inputs_digest(self, name: str) -> str:
        digest = hashlib.sha256()
        for path in self.inputs(name):
            found = self.root / path
            digest.update(f"{path}\n".encode())
            digest.update(found.read_bytes() if found.exists() else b"absent")
        return digest.hexdigest()

    def report(self, name: str) -> str:
        """The report without its last line."""
        text = self.read(f"out/{name}.mypy_stdout")
        return text[: text.rindex("mypy ")]

    def revealed(self, name: str) -> List[str]:
        """The types that the report reveals; mypy 2 has shorter names for builtin ones."""
        types = re.findall(r'Revealed type is "(.*)"', self.report(name))
        return [found.replace("builtins.", "") for found in types]

    def exit_code(self, name: str) -> str:
        return self.read(f"out/{name}.mypy_exit_code").strip()

    def outputs(self, name: Optional[str] = None) -> Dict[str, str]:
        """Digests of the outputs, of one target or of all."""
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((self.root / "out").rglob("*"))
            if path.is_file()
            and not path.name.endswith(".mypy.json")
            and (name is None or path.relative_to(self.root / "out").parts[0].startswith(name))
        }
