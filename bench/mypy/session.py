# SPDX-License-Identifier: Apache-2.0
"""A workload on disk with its vendored packages, the cases in which peers are measured on it, and what changes in each.

The one invariant: after `revert` the workspace has the texts that it had before `change`; only times are newer.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import List

import peers
import workloads

COLD, NOTHING, UPGRADE = "cold", "nothing changed", "one pypi version changed"


class Session:
    def __init__(
        self,
        workload: workloads.Workload,
        folder: Path,
        program: Path,
        python: Path,
        sample: int = 0,  # how many targets peers with targets check; 0: all
    ) -> None:
        self.workload = workload
        self.sample = sample
        self.folder = folder
        self.program = program
        self.workspace = folder / "workspace"
        self.vendor_dir = folder.parent / ("vendor_" + workload.name)
        self.other_version = folder.parent / ("other_version_" + workload.name)
        self.place = peers.Place(
            self.workspace, self.vendor_dir, folder / "state", python, workload.sources
        )

    def peer(self, name: str) -> peers.Peer:
        peer = peers.make(name, self.place, self.program)
        if isinstance(peer, peers.Starmypy) and name in peers.SHARED:
            peer.options.append("--strict_cache")
        if self.sample and isinstance(peer, peers.Starmypy):
            peer.patterns = self.sampled_labels()
        return peer

    def sampled_labels(self) -> List[str]:
        """The targets that are edited, and others."""
        packages = [edit.path.rpartition("/")[0] for edit in self.workload.edits.values()]
        packages += self.workload.targets
        labels = [self.workload.targets[package].label for package in dict.fromkeys(packages)]
        return labels[: self.sample]

    @property
    def scale(self) -> float:
        """How many times the sample all targets are."""
        return len(self.workload.targets) / self.sample if self.sample else 1

    def starmypy(self, name: str) -> peers.Starmypy:
        peer = self.peer(name)
        if not isinstance(peer, peers.Starmypy):
            raise ValueError("%s has no actions" % name)
        return peer

    # --- preparing

    def prepare(self) -> None:
        """Writes the workspace anew, and fetches its packages unless they are there."""
        shutil.rmtree(self.workspace, ignore_errors=True)
        self.workload.write(self.workspace)
        if not self.other_version.exists():
            self.write_lock(workloads.upgraded(self.workload))
            self.vendor()
            shutil.copytree(self.repository, self.other_version, symlinks=True)
            self.write_lock(self.workload.lock)
        self.vendor()

    @property
    def repository(self) -> Path:
        """Where the distribution that is upgraded is."""
        return self.vendor_dir / (workloads.REPOSITORY % self.workload.upgrade.name)

    def write_lock(self, text: str) -> None:
        (self.workspace / "requirements_lock.txt").write_text(text, encoding="utf-8")

    def vendor(self) -> None:
        command = [str(self.program), "vendor", "--mypy=%s" % self.place.python]
        command += ["--vendor_dir=%s" % self.vendor_dir, "--output_base=%s" % (self.folder / "base")]
        # pip's own settings are the caller's.
        subprocess.run(command, cwd=self.workspace, check=True)

    def elsewhere(self) -> "Session":
        """The same in other folders: workspace, packages and mypy are copies, and newer."""
        shutil.rmtree(self.folder / "elsewhere", ignore_errors=True)
        folder = self.folder / "elsewhere" / "deeper"
        environment = self.place.python.parents[1]
        copy = folder / "environment"
        shutil.copytree(environment, copy, symlinks=True)
        python = copy / self.place.python.relative_to(environment)
        other = Session(self.workload, folder, self.program, python)
        shutil.copytree(self.workspace, other.workspace, copy_function=copy_content)
        shutil.copytree(self.vendor_dir, other.vendor_dir, copy_function=copy_content)
        return other

    # --- the cases

    def cases(self) -> List[str]:
        return [COLD, NOTHING, *self.workload.edits, UPGRADE]

    def change(self, case: str) -> None:
        if case == UPGRADE:
            self.swap_versions(workloads.upgraded(self.workload))
        elif case in self.workload.edits:
            self.workload.edits[case].apply(self.workspace)

    def revert(self, case: str) -> None:
        if case == UPGRADE:
            self.swap_versions(self.workload.lock)
        elif case in self.workload.edits:
            self.workload.edits[case].revert(self.workspace)

    def swap_versions(self, lock: str) -> None:
        """Does what `starmypy vendor` would after a change of the lock, without the network."""
        aside = self.folder / "aside"
        self.repository.rename(aside)
        self.other_version.rename(self.repository)
        aside.rename(self.other_version)
        for path in [self.repository, *self.repository.rglob("*")]:
            os.utime(path)  # what pip has just installed is new
        self.write_lock(lock)


def copy_content(source: str, target: str) -> None:
    """Copies a file without its times; what is huge and no source is linked."""
    if os.path.getsize(source) > 1 << 20 and not source.endswith((".py", ".pyi")):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)
