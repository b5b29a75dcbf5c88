# SPDX-License-Identifier: Apache-2.0
"""Fills the vendor directory: one folder for each distribution of a requirements lock.

    vendor.py --manifest vendor.json --vendor-dir DIR [--python PYTHON]

The manifest is what the hub repository of pip.parse generates. Each distribution is fetched by pip with its hashes checked
and installed alone into DIR/REPOSITORY/site-packages; a BUILD.bazel beside it is what dependents load. A folder appears by
rename when it is complete, so a killed run leaves nothing half done, and what is there is never touched again unless the
lock's line for it changed.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from email.parser import HeaderParser
from pathlib import Path
from typing import Any, Iterator, NamedTuple

STAMP = "requirement.txt"
DRAFT = ".vendor-"

BUILD = '''load("@rules_python//python:py_library.bzl", "py_library")

package(default_visibility = ["//visibility:public"])

py_library(
    name = "pkg",
    srcs = glob(
        ["site-packages/**/*.py"],
        allow_empty = True,
    ),
    data = [":data"],
    imports = ["site-packages"],
    pyi_srcs = glob(
        ["site-packages/**/*.pyi"],
        allow_empty = True,
    ),
    tags = {tags},
    deps = {deps},
)

filegroup(
    name = "data",
    srcs = glob(
        ["site-packages/**/*"],
        allow_empty = True,
        exclude = [
            "**/*.py",
            "**/*.pyc",
            "**/*.pyi",
            "**/* *",
            "**/*.dist-info/RECORD",
        ],
    ),
)

filegroup(
    name = "dist_info",
    srcs = glob(
        ["site-packages/*.dist-info/**"],
        allow_empty = True,
    ),
)

filegroup(
    name = "extracted_whl_files",
    srcs = glob(
        ["site-packages/**"],
        allow_empty = True,
    ),
)

filegroup(
    name = "whl",
    srcs = [],
)
'''


class Hub(NamedTuple):
    name: str
    names: set[str]  # of its distributions
    groups: dict[str, list[str]]  # requirement cycles: the distributions in each


def normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def starlark_list(items: list[str]) -> str:
    return "[" + "".join(f'\n        "{item}",' for item in items) + ("\n    ]" if items else "]")


def required(site_packages: Path, extras: set[str]) -> list[str]:
    """Names of the distributions that the one installed here needs, for this interpreter and these extras."""
    # pip carries `packaging`; there is no other copy to rely on.
    from pip._vendor.packaging.requirements import Requirement

    names: list[str] = []
    for metadata in site_packages.glob("*.dist-info/METADATA"):
        headers = HeaderParser().parsestr(metadata.read_text(encoding="utf-8", errors="replace"))
        for line in headers.get_all("Requires-Dist") or []:
            requirement = Requirement(line)
            marker = requirement.marker
            wanted = marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras})
            name = normalize(requirement.name)
            if wanted and name not in names:
                names.append(name)
    return sorted(names)


def install(line: str, target: Path, python: str) -> None:
    """Installs one requirement, without its dependencies, as pip would."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as lock:
        lock.write(line.replace(" --hash=", " \\\n    --hash=") + "\n")
        lock.flush()
        command = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--require-hashes"]
        command += ["--disable-pip-version-check", "--no-warn-conflicts", "--root-user-action=ignore"]
        command += ["--target", str(target), "-r", lock.name]
        if subprocess.run(command, check=False).returncode != 0:
            raise SystemExit(f"vendor: pip could not install {line.split(' --hash=')[0]}")


def group_of(name: str, groups: dict[str, list[str]]) -> tuple[str, list[str]]:
    """The requirement cycle that a distribution is in, and its members."""
    return next(((group, members) for group, members in groups.items() if name in members), ("", []))


def vendor(entry: dict[str, Any], hub: Hub, directory: Path, python: str) -> bool:
    """Makes one repository. Returns whether anything was to be done."""
    line: str = entry["line"]
    group, members = group_of(entry["name"], hub.groups)
    made_of = line + "\n" + (f"in {group}: {' '.join(members)}\n" if group else "")
    repository = directory / entry["repository"]
    stamp = repository / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == made_of:
        return False
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=directory))
    try:
        site_packages = draft / "site-packages"
        install(line, site_packages, python)
        shutil.rmtree(site_packages / "bin", ignore_errors=True)
        extras = re.match(r"[^\[\]=<>~!;@ ]+\[([^\]]*)\]", line)
        wanted = {extra.strip() for extra in extras.group(1).split(",")} if extras else set()
        deps = [name for name in required(site_packages, wanted) if name in hub.names]
        others = {entry["name"], *members}
        labels = [f"@{hub.name}//{name}:pkg" for name in deps if name not in others]
        tags = [f"pypi_name={entry['name']}"] + ([f"pypi_group={group}"] if group else [])
        build = BUILD.format(deps=starlark_list(labels), tags=starlark_list(tags))
        (draft / "BUILD.bazel").write_text(build, encoding="utf-8")
        (draft / "REPO.bazel").write_text("", encoding="utf-8")
        (draft / STAMP).write_text(made_of, encoding="utf-8")
        draft.chmod(0o755)
        shutil.rmtree(repository, ignore_errors=True)
        os.replace(draft, repository)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return True


@contextlib.contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Waits for others that fill the same directory, and removes what killed ones left."""
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for draft in directory.glob(DRAFT + "*"):
            shutil.rmtree(draft, ignore_errors=True)
        yield
    finally:
        os.close(descriptor)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fills the vendor directory from a requirements lock.")
    parser.add_argument("--manifest", required=True, help="vendor.json of the hub repository")
    parser.add_argument("--vendor-dir", required=True, help="where repositories go")
    parser.add_argument("--python", default=sys.executable, help="the interpreter whose pip installs")
    arguments = parser.parse_args()
    manifest = json.loads(Path(arguments.manifest).read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = manifest["requirements"]
    hub = Hub(manifest["hub"], {entry["name"] for entry in entries}, manifest.get("groups", {}))
    directory = Path(arguments.vendor_dir)
    fetched = 0
    with alone_in(directory):
        for i, entry in enumerate(entries):
            if vendor(entry, hub, directory, arguments.python):
                fetched += 1
                print(f"[{i + 1}/{len(entries)}] {entry['line'].split(' --hash=')[0]}", flush=True)
    print(f"{len(entries)} distributions in {directory}, {fetched} fetched now", flush=True)


if __name__ == "__main__":
    main()
