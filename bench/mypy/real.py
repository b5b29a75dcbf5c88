# SPDX-License-Identifier: Apache-2.0
"""Check real workspaces, of which nothing is kept here, and compare verdicts.

    real.py tink-py CHECKOUT            github.com/tink-crypto/tink-py, with one mypy over the same files
    real.py monorepo examples/monorepo  our own example, the same way
    real.py rules_mypy CHECKOUT         the examples of github.com/bazel-contrib/rules_mypy, with rules_mypy's own way

The packages are those that the checkout pins. What Bazel would fetch besides is made here as far as Python targets need
it: protoc runs beforehand, and rules for other languages are missing or empty. The run over all sees what targets see: the
files that no target names are left out. The examples have modules of the same name, so there no run sees them all.
Of each way it tells what it took, cold and with nothing changed.
"""

import argparse
import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Set

import measure
import peers

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_INI = ROOT / "rules" / "mypy" / "rules_mypy" / "mypy" / "private" / "default_mypy.ini"
GRPC_TOOLS = "grpcio-tools==1.76.0"


class Message(NamedTuple):
    file: str
    line: int
    code: str
    text: str

    @property
    def shown(self) -> str:
        return "%s:%d: %s  [%s]" % (self.file, self.line, self.text, self.code)


def read_messages(text: str) -> Set[Message]:
    """The errors among mypy's JSON lines."""
    found = set()
    for line in text.splitlines():
        if line.startswith("{"):
            one = json.loads(line)
            if one["severity"] == "error":
                found.add(Message(one["file"], one["line"], one["code"], one["message"]))
    return found


# Errors that only targets have, since no dependency of theirs declares what they import.
UNDECLARED = {
    ("tink/jwt/_jwk_set_converter.py", 25): "//tink/jwt:_jwt_format",
    ("tink/jwt/_jwt_signature_key_manager.py", 19): "//tink/proto:jwt_rsa_ssa_pkcs1_py_pb2",
    ("tink/jwt/_jwt_signature_key_manager.py", 20): "//tink/proto:jwt_rsa_ssa_pss_py_pb2",
}

# --- what is made beforehand -----------------------------------------------------------------------

PLATFORMS = """\
package(default_visibility = ["//visibility:public"])

constraint_setting(name = "{setting}")

[constraint_value(
    name = name,
    constraint_setting = ":{setting}",
) for name in {values}]
"""

PROTO_LIBRARY = '''\
load("@rules_python//python:py_library.bzl", "py_library")

def proto_library(name, srcs, deps = [], visibility = None):
    """The modules that protoc has made beforehand."""
    stems = [src.removesuffix(".proto") + "_pb2" for src in srcs]
    py_library(
        name = name,
        srcs = [stem + ".py" for stem in stems],
        pyi_srcs = [stem + ".pyi" for stem in stems],
        tags = ["no-mypy"],
        visibility = visibility,
        deps = deps + ["@protobuf//:protobuf_python"],
    )
'''

PY_PROTO_LIBRARY = '''\
load("@rules_python//python:py_library.bzl", "py_library")

def py_proto_library(name, deps, visibility = None):
    py_library(name = name, visibility = visibility, deps = deps)
'''

PROTOBUF = """\
alias(
    name = "protobuf_python",
    actual = "@@rules_python++pip+p_310_protobuf//:pkg",
    visibility = ["//visibility:public"],
)
"""

PYBIND = '''\
def pybind_extension(name, **kwargs):
    """The stub of a compiled module; the py_library around it has it as data."""
    native.filegroup(name = name, srcs = [name + ".pyi"])

def pybind_library(name, **kwargs):
    native.filegroup(name = name)
'''

ANYTHING = """\
from typing import Any

def __getattr__(name: str) -> Any: ...
"""

TINK_REPOSITORIES = {
    "platforms+/REPO.bazel": "",
    "platforms+/os/BUILD.bazel": PLATFORMS.format(setting="os", values='["linux", "macos", "windows"]'),
    "platforms+/cpu/BUILD.bazel": PLATFORMS.format(setting="cpu", values='["arm64", "x86_64"]'),
    "pybind11_bazel+/REPO.bazel": "",
    "pybind11_bazel+/BUILD.bazel": "",
    "pybind11_bazel+/build_defs.bzl": PYBIND,
    "protobuf+/REPO.bazel": "",
    "protobuf+/BUILD.bazel": PROTOBUF,
    "protobuf+/bazel/BUILD.bazel": "",
    "protobuf+/bazel/proto_library.bzl": PROTO_LIBRARY,
    "protobuf+/bazel/py_proto_library.bzl": PY_PROTO_LIBRARY,
}


def write_files(folder: Path, files: Dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def run_protoc(workspace: Path, tools: Path, python: Path) -> None:
    if not tools.exists():
        command = [str(python), "-m", "pip", "install", "--quiet", "--target", str(tools), GRPC_TOOLS]
        subprocess.run(command, check=True)
    sources = [str(path.relative_to(workspace)) for path in workspace.rglob("*.proto")]
    command = [str(python), "-m", "grpc_tools.protoc", "-I.", "--python_out=.", "--pyi_out=."]
    environment = peers.environment(PYTHONPATH=str(tools))
    subprocess.run([*command, *sources], cwd=workspace, env=environment, check=True)


def copy_checkout(checkout: Path, workspace: Path) -> None:
    shutil.rmtree(workspace, ignore_errors=True)
    shutil.copytree(checkout, workspace, ignore=shutil.ignore_patterns(".git"), symlinks=True)


def prepare_tink(checkout: Path, folder: Path, python: Path) -> List[Path]:
    workspace = folder / "workspace"
    copy_checkout(checkout, workspace)
    shutil.rmtree(workspace / "examples")  # a workspace of its own
    run_protoc(workspace, folder / "protoc", python)
    write_files(workspace / "tink" / "cc" / "pybind", {"tink_bindings.pyi": ANYTHING})
    write_files(folder / "vendor", TINK_REPOSITORIES)
    return [workspace]


def prepare_examples(checkout: Path, folder: Path, python: Path) -> List[Path]:
    """The rule set of the checkout is not used: it is beside the examples no more."""
    workspaces = []
    for name in ("demo", "opt-in"):
        workspace = folder / name / "workspace"
        copy_checkout(checkout / "examples" / name, workspace)
        workspaces.append(workspace)
    return workspaces


def prepare_monorepo(checkout: Path, folder: Path, python: Path) -> List[Path]:
    copy_checkout(checkout, folder / "workspace")
    return [folder / "workspace"]


PREPARE: Dict[str, Callable[[Path, Path, Path], List[Path]]] = {
    "tink-py": prepare_tink,
    "monorepo": prepare_monorepo,
    "rules_mypy": prepare_examples,
}

# --- checking --------------------------------------------------------------------------------------


class Sources(NamedTuple):
    checked: Set[str]
    others: Set[str]  # of targets that are not checked themselves
    roots: Set[str]  # of imports


def read_manifests(peer: peers.Starmypy) -> Sources:
    actions = peers.read_actions(peer.execution_root)
    found = Sources(set(), set(), set())
    for path in peer.bin.rglob("*.mypy.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["kind"] != "target":
            continue
        verdict = str(path.relative_to(peer.execution_root)).replace(".mypy.json", ".mypy_verdict")
        sources = found.checked if verdict in actions else found.others
        sources.update(module["source"] for module in manifest["modules"].values())
        found.roots.update(one["path"] for one in manifest["roots"])
    return found


def read_reports(peer: peers.Starmypy) -> Set[Message]:
    found: Set[Message] = set()
    for path in peer.bin.rglob("*.mypy.jsonl"):
        if "external" not in path.relative_to(peer.bin).parts:
            found |= read_messages(path.read_text(encoding="utf-8"))
    return found


def expected_messages(peer: peers.Starmypy, ini: Path, folder: Path) -> Set[Message]:
    """What one mypy says of the sources of all targets, in a folder that has nothing else."""
    sources = read_manifests(peer)
    shutil.rmtree(folder, ignore_errors=True)
    for source in sources.checked | sources.others:
        (folder / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(peer.execution_root / source, folder / source)
    place = dataclasses.replace(
        peer.place,
        workspace=folder,
        state=folder,
        sources=sorted(sources.checked),
        configuration=str(ini),
        roots=sorted(sources.roots),
    )
    return read_messages(check(peers.Monolithic(place, ["--output=json"])))


def check(peer: peers.Peer) -> str:
    """Tells what a cold run takes, and one in which nothing has changed. Returns what the first one printed."""
    peer.reset()
    cold, again = peer.check().run, peer.check().run
    peer.stop()
    measure.end_descendants()
    costs = ["%.2f CPU s, %.2f s" % (run.cpu, run.wall) for run in (cold, again)]
    print("%s: cold %s; nothing changed %s" % (peer.name, *costs))
    output = cold.checked(0, 1).output
    if isinstance(peer, peers.Starmypy):
        print("    " + output.strip().splitlines()[-1], flush=True)
    return output


def differences_to_one_mypy(peer: peers.Starmypy, ini: Path, folder: Path) -> List[str]:
    found = read_reports(peer)
    expected = expected_messages(peer, ini, folder)
    print("%s: %d errors, %d expected" % (peer.name, len(found), len(expected)), flush=True)
    lines = ["missing: " + message.shown for message in sorted(expected - found)]
    for message in sorted(found - expected):
        undeclared = UNDECLARED.get((message.file, message.line))
        if undeclared:
            print("    %s does not declare %s: %s" % (message.file, undeclared, message.text))
        else:
            lines.append("too much: " + message.shown)
    return lines


def differences_to_compat(peer: peers.Starmypy, program: Path) -> List[str]:
    other = peers.make("compat", peer.place, program)
    assert isinstance(other, peers.Starmypy)
    check(other)
    found, expected = peer.reports(), other.reports()
    # Of a target with stubs only, compat says nothing.
    return [
        "%s: %s, expected %s" % (label, found.get(label), expected.get(label))
        for label in sorted(found.keys() | expected.keys())
        if found.get(label, []) != expected.get(label, [])
    ]


def compare(workspace: Path, folder: Path, program: Path, python: Path, what: str) -> int:
    """Checks a workspace with both strategies. Returns how many verdicts differ."""
    place = peers.Place(workspace, folder / "vendor", folder / "state", python, [])
    command = [str(program), "vendor", "--mypy=%s" % python, "--vendor_dir=%s" % place.vendor_dir]
    subprocess.run([*command, "--output_base=%s" % (folder / "base")], cwd=workspace, check=True)
    count = 0
    for name in ("worker", "local"):
        peer = peers.make(name, place, program)
        assert isinstance(peer, peers.Starmypy)
        check(peer)
        if what != "rules_mypy":
            ini = workspace / "mypy.ini" if what == "monorepo" else DEFAULT_INI
            lines = differences_to_one_mypy(peer, ini, folder / "all")
        else:
            lines = differences_to_compat(peer, program)
        print("\n".join("    " + line for line in lines) or "    otherwise the same", flush=True)
        count += len(lines)
    return count


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=PREPARE)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--work", type=Path, default=Path("/tmp/bench-mypy"))
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "starmypy")
    parser.add_argument("--mypy", type=Path, default=ROOT / "build" / "mypy" / "bin" / "python")
    options = parser.parse_args()
    program, python = options.program.absolute(), options.mypy.absolute()
    folder = options.work / options.what
    measure.adopt_orphans()
    count = 0
    for workspace in PREPARE[options.what](options.checkout.absolute(), folder, python):
        count += compare(workspace, workspace.parent, program, python, options.what)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
