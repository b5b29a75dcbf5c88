# SPDX-License-Identifier: Apache-2.0
"""`starmypy check` on examples/monorepo, with real mypy, in both modes: clean, again, edited, and broken in three ways.

The pypi packages come from `starmypy vendor`, which needs the network unless the example has been vendored already.
"""

import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, Set

import workspaces


sys.path.insert(0, str(workspaces.ROOT / "tests"))
from monorepo import reading  # noqa: E402

COLOR = re.compile(r"\x1b(\[[0-9;]*m|\(B)")


class Checks:
    """Keeps Cases from being taken for a test of its own."""

    class Cases(unittest.TestCase):
        mode = ""

        def setUp(self) -> None:
            self.folder = Path(tempfile.mkdtemp(prefix="test_monorepo_check."))
            self.addCleanup(shutil.rmtree, self.folder)
            self.workspace = workspaces.copy_example(self.folder)

        def check(self, status: int = 0) -> str:
            """What the command says, without colours; it must end with `status`."""
            output = workspaces.run(
                self.workspace,
                "check",
                "//...",
                f"--@rules_mypy//mypy:mode={self.mode}",
                "--strict_cache",
                "--worker_quit_after_build",
                f"--mypy={workspaces.MYPY_PYTHON}",
                f"--vendor_dir={workspaces.vendor_example()}",
                f"--output_base={self.folder / 'base'}",
            )
            self.assertEqual(output.status, status, output.text())
            return COLOR.sub("", output.text())

        def edit(self, name: str, old: str, new: str) -> None:
            path = self.workspace / name
            text = path.read_text()
            self.assertIn(old, text)
            path.write_text(text.replace(old, new))

        def reports(self) -> Dict[str, int]:
            """When each target was checked last, by label."""
            return {
                "//"
                + str(path.with_suffix(""))
                .split("/bin/", 1)[1][::-1]
                .replace("/", ":", 1)[::-1]: path.stat()
                .st_mtime_ns
                for path in (self.folder / "base").rglob("bin/**/*.mypy_stdout")
            }

        def checked_again(self, before: Dict[str, int]) -> Set[str]:
            return {label for label, time in self.reports().items() if time != before[label]}

        def dependents(self, *labels: str, by_caches: bool = False) -> Set[str]:
            """The checked targets that are or need one of `labels`: its files, or its cache, which only checked targets hand on."""
            workspace = reading.Reading(str(self.workspace))
            found = set(labels)
            grown = True
            while grown:
                new = {
                    label
                    for label, target in workspace.targets.items()
                    if found & {workspace.actual(dep) for dep in target.attributes["deps"]}
                    and (workspace.sources(label) or not by_caches)
                }
                grown = not new <= found
                found |= new
            return {label for label in found if workspace.sources(label)}

        def break_three(self) -> Dict[str, str]:
            """Makes an error in three targets; returns how each is reported."""
            self.edit("libs/base/clock.py", "self._now = start\n", "self._now = start.date()\n")
            self.edit("services/webhooks/delivery.py", "SECONDS = 10\n", 'SECONDS = "10"\n')
            self.edit("libs/ports/ports.csv", "Hamburg,53.55", "Hamburg,north")
            return {
                "//libs/base:clock": r"libs/base/clock\.py:28: error: Incompatible return value type",
                "//services/webhooks:webhooks_lib": r'delivery\.py:39: error: Argument "timeout" to',
                "//libs/ports:ports_table": r'/bin/libs/ports/ports_table\.py:4: error: Name "north"',
            }

        def assert_reported(self, output: str, errors: Dict[str, str]) -> None:
            for label, message in errors.items():
                with self.subTest(target=label):
                    self.assertRegex(output, f"(?m)^{label}:\n.*{message}")
            self.assertIn("3 errors in 3 targets", output)


@workspaces.needs_mypy
class SharedTest(Checks.Cases):
    mode = "shared"

    def test_only_what_can_be_seen_of_an_edit_matters(self) -> None:
        self.assertIn(", mode shared", self.check())
        first = self.reports()
        self.assertIn(" 0 actions run,", self.check())
        self.assertEqual(self.reports(), first)
        self.edit("libs/money/currency.py", '"""', '"""\n')
        self.check()
        self.assertEqual(self.checked_again(first), {"//libs/money:currency"})
        second = self.reports()
        self.edit("libs/render/tables.py", "\ndef ", "\nEXTRA = 1\n\n\ndef ")
        self.check()
        again = self.checked_again(second)
        self.assertLessEqual({"//libs/render:tables", "//cli:commands"}, again)
        self.assertLess(again, self.dependents("//libs/render:tables"))

    def test_errors_stop_nobody(self) -> None:
        errors = self.break_three()
        output = self.check(status=1)
        self.assert_reported(output, errors)
        self.assertNotIn("not checked", output)
        # What mypy cannot read stops its dependents; these come last, the reason once.
        self.edit("libs/geo/src/harbor_geo/distance.py", "def ", "def (")
        output = self.check(status=1)
        shown = len(re.findall(r"harbor_geo/distance\.py:\d+: error", output))
        self.assertIn(f"Found {shown - 1} error", output)
        self.assertRegex(output, r"(?m)^//libs/geo:geo:\nlibs/geo/src/harbor_geo/distance\.py:\d+: error: ")
        reason = r"not checked, because mypy could not finish //libs/geo:geo"
        last = output.index("not checked")
        self.assertGreater(last, output.index("Argument \"timeout\" to"))
        blocked = set(re.findall(rf"(?m)^(//.*): {reason}:?$", output))
        self.assertLessEqual({"//libs/geo:geo_test", "//libs/ports:ports", "//cli:harbor"}, blocked)
        self.assertIn(f", {len(blocked)} not checked", output)


@workspaces.needs_mypy
class CompatTest(Checks.Cases):
    mode = "compat"

    def test_only_what_an_edit_touches_is_checked_again(self) -> None:
        self.assertIn(", mode compat", self.check())
        first = self.reports()
        self.assertEqual(len(first), 64)
        self.assertIn(" 0 actions run,", self.check())
        self.assertEqual(self.reports(), first)
        self.edit("libs/render/tables.py", "# The package", "# This package")
        self.check()
        self.assertEqual(self.checked_again(first), self.dependents("//libs/render:tables"))

    def test_errors_stop_dependents(self) -> None:
        errors = self.break_three()
        output = self.check(status=1)
        self.assert_reported(output, errors)
        blocked = set(re.findall(r"(?m)^(//.*): not checked, because //.* has errors$", output))
        self.assertEqual(blocked, self.dependents(*errors, by_caches=True) - set(errors))
        self.assertIn("//services/webhooks:webhooks_test", blocked)


if __name__ == "__main__":
    unittest.main()
