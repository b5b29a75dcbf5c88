# SPDX-License-Identifier: Apache-2.0
"""What tests of workspaces share: how the program runs in one, and examples/monorepo with its pypi packages.

The packages are fetched once into $STARMYPY_TEST_VENDOR (build/vendor if that is not set) and serve all copies of the example.
"""

import fcntl
import functools
import os
import shutil
import subprocess
import unittest
from pathlib import Path
from typing import Dict, NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "monorepo"
STARMYPY = os.environ.get("STARMYPY", str(ROOT / "build" / "starmypy"))
# The environment that holds the mypy under which workspaces are checked, and a pip.
MYPY_PYTHON = os.environ.get("STARMYPY_MYPY_PYTHON", str(ROOT / "build" / "mypy" / "bin" / "python"))
# The mode of the aspect that does what the rules_mypy module does.
COMPAT = "--@rules_mypy//mypy:mode=compat"
VENDOR = Path(os.environ.get("STARMYPY_TEST_VENDOR", ROOT / "build" / "vendor"))


class Output(NamedTuple):
    status: int
    data: bytes  # of standard output
    stderr: str

    @property
    def stdout(self) -> str:
        return self.data.decode("utf-8", "surrogateescape")

    def text(self) -> str:
        """All of it, for a failure's message."""
        return f"{self.stdout}{self.stderr}exit status {self.status}"


def run(workspace: Path, *arguments: str, environment: Optional[Dict[str, str]] = None) -> Output:
    """Runs starmypy in a workspace; `environment` is added to what the test has."""
    process = subprocess.run(
        [STARMYPY, *arguments],
        cwd=workspace,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    stderr = process.stderr.decode("utf-8", "surrogateescape")
    return Output(process.returncode, process.stdout, stderr)


def shut_down(workspace: Path, output_base: Path) -> str:
    """Ends the workers of an output base, which then is nobody's, and may be removed."""
    output = run(workspace, "shutdown", f"--output_base={output_base}")
    assert output.status == 0, output.text()
    return output.text()


needs_mypy = unittest.skipUnless(os.path.exists(MYPY_PYTHON), f"no {MYPY_PYTHON}")


def copy_example(folder: Path) -> Path:
    """Copies the example, without what was built or fetched in place."""
    workspace = folder / EXAMPLE.name
    shutil.copytree(EXAMPLE, workspace, ignore=shutil.ignore_patterns("external", ".venv"))
    return workspace


@functools.lru_cache(maxsize=None)
def vendor_example() -> Path:
    """The vendor directory of the example, filled; tests that run at once wait for each other."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    directory = VENDOR / EXAMPLE.name
    with open(VENDOR / (EXAMPLE.name + ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        output = run(
            EXAMPLE,
            "vendor",
            f"--mypy={MYPY_PYTHON}",
            f"--vendor_dir={directory}",
            f"--output_base={VENDOR}/base",
        )
    assert output.status == 0, output.text()
    return directory
