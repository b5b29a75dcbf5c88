# SPDX-License-Identifier: Apache-2.0
"""Runfiles: the tree of files that a program finds at run time, by directory or by manifest."""

from __future__ import annotations

import os
import sys
from typing import Dict, Optional


class Runfiles:
    """Maps runfiles paths ("repository/path") to paths of this machine."""

    def __init__(self, directory: Optional[str], manifest: Optional[Dict[str, str]], environment: Dict[str, str]) -> None:
        self._directory = directory
        self._manifest = manifest
        self._environment = environment

    def Rlocation(self, path: str, source_repo: Optional[str] = None) -> Optional[str]:
        """The path of a runfile, or None where a manifest does not list it."""
        if not path:
            raise ValueError("path must not be empty")
        if os.path.isabs(path):
            return path
        if path != os.path.normpath(path).replace(os.sep, "/"):
            raise ValueError(f"path is not normalized: {path!r}")
        if self._manifest is not None:
            return self._manifest.get(path)
        assert self._directory is not None
        return f"{self._directory}/{path}"

    def EnvVars(self) -> Dict[str, str]:
        """What a child process needs in its environment to find the same runfiles."""
        return dict(self._environment)

    def CurrentRepository(self, frame: int = 1) -> str:
        """The canonical name of the repository whose code calls; "" is the main one."""
        path = os.path.abspath(sys._getframe(frame).f_code.co_filename).replace(os.sep, "/")
        if self._directory is not None and path.startswith(self._directory + "/"):
            repository = path[len(self._directory) + 1 :].split("/", 1)[0]
            return "" if repository == "_main" else repository
        return ""

    @staticmethod
    def Create(env: Optional[Dict[str, str]] = None) -> Optional["Runfiles"]:
        """Finds the runfiles from the environment, or beside the program. None: there are none."""
        environment = dict(os.environ) if env is None else env
        manifest_file = environment.get("RUNFILES_MANIFEST_FILE")
        if manifest_file:
            with open(manifest_file, encoding="utf-8") as lines:
                entries = (line.rstrip("\n").split(" ", 1) for line in lines)
                manifest = {entry[0]: entry[-1] for entry in entries}
            return Runfiles(None, manifest, {"RUNFILES_MANIFEST_FILE": manifest_file})
        directory = environment.get("RUNFILES_DIR") or os.path.abspath(sys.argv[0]) + ".runfiles"
        if not os.path.isdir(directory):
            return None
        return Runfiles(directory, None, {"RUNFILES_DIR": directory})


def Create(env: Optional[Dict[str, str]] = None) -> Optional[Runfiles]:
    return Runfiles.Create(env)


def _required() -> Runfiles:
    runfiles = Runfiles.Create()
    if runfiles is None:
        raise OSError("this program has no runfiles")
    return runfiles


def Rlocation(path: str) -> Optional[str]:
    return _required().Rlocation(path)


def EnvVars() -> Dict[str, str]:
    return _required().EnvVars()
