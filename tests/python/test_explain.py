# SPDX-License-Identifier: Apache-2.0
"""`starmypy explain`: owners, reasons, and commands that really run; and check on targets with odd names."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List

import workspaces

BUILD = """
py_library(name = "base", srcs = ["base.py"])
py_library(name = "sub/odd name", srcs = ["with blank.py", "inner/deep.py"], deps = [":base"])
py_library(name = "user", srcs = ["user.py"], deps = [":sub/odd name", ":made"], imports = ["."])
genrule(name = "gen", outs = ["made.py"], cmd = "echo 'MADE = 1' >'$@'")
py_library(name = "made", srcs = ["made.py"])
py_library(name = "untouched", srcs = ["base.py"], tags = ["no-mypy"])
py_library(name = "empty", data = ["data.txt"])
filegroup(name = "files", srcs = ["base.py"])
alias(name = "other_name", actual = ":user")
"""
FILES = {
    "MODULE.bazel": "",
    "lib dir/BUILD": BUILD,
    "lib dir/base.py": "BASE: int = 1\n",
    "lib dir/with blank.py": "X = 1\n",
    "lib dir/inner/deep.py": "DEEP = 2\n",
    "lib dir/user.py": "from inner import deep\nimport base\nsum: int = base.BASE + deep.DEEP\n",
    "lib dir/data.txt": "",
    "lib dir/alone.py": "",
    "lib dir/inner/__init__.py": "",
}
FAILED, QUERY_FAILED = 1, 7


class ExplainTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test explain.")  # the blank is part of the test
        self.addCleanup(folder.cleanup)
        self.base, self.workspace = Path(folder.name, "base"), Path(folder.name, "workspace")
        self.addCleanup(workspaces.shut_down, self.workspace, self.base)
        for name, text in FILES.items():
            path = self.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run_command(self, command: str, *words: str, status: int = 0) -> workspaces.Output:
        output = workspaces.run(
            self.workspace,
            command,
            *words,
            f"--mypy={workspaces.MYPY_PYTHON}",
            f"--output_base={self.base}",
        )
        self.assertEqual(output.status, status, output.text())
        return output

    def explain(self, *words: str) -> List[Dict[str, Any]]:
        descriptions: List[Dict[str, Any]] = json.loads(
            self.run_command("explain", "--output=json", *words).stdout
        )
        return descriptions

    def targets(self, *words: str) -> List[str]:
        return [description["target"] for description in self.explain(*words)]

    def reason(self, word: str) -> str:
        return str(self.explain(word)[0]["reason"])

    @workspaces.needs_mypy
    def test_owners(self) -> None:
        self.assertEqual(
            self.targets("lib dir/base.py"),
            ["//lib dir:base", "//lib dir:untouched", "//lib dir:files"],
        )
        self.assertEqual(self.targets("//lib dir:inner/deep.py"), ["//lib dir:sub/odd name"])
        self.assertEqual(self.targets("//lib dir:made.py"), ["//lib dir:made"])
        self.assertEqual(self.targets("//lib dir:base", "lib dir/base.py")[0], "//lib dir:base")
        output = self.run_command("explain", "lib dir/alone.py", status=FAILED)
        self.assertIn("no target of package 'lib dir' has the file 'alone.py'", output.stderr)
        output = self.run_command("explain", "lib dir/nowhere.py", status=FAILED)
        self.assertIn("no such target '//lib dir:nowhere.py'", output.stderr)
        self.run_command("explain", "//lib dir:all", status=FAILED)

    @workspaces.needs_mypy
    def test_reasons(self) -> None:
        self.assertEqual(self.reason("//lib dir:untouched"), 'it has the tag "no-mypy"')
        self.assertEqual(self.reason("//lib dir:empty"), "it has no .py or .pyi sources")
        self.assertIn("is not a Python target", self.reason("//lib dir:files"))
        text = self.run_command("explain", "//lib dir:untouched").stdout
        self.assertIn('  no action: it has the tag "no-mypy"\n', text)

    @workspaces.needs_mypy
    def test_opt_in(self) -> None:
        (self.workspace / "BUILD").write_text("")
        (self.workspace / "tools.bzl").write_text(
            'load("@rules_mypy//mypy:mypy.bzl", "mypy")\naspect = mypy(opt_in_tags = ["typed"])\n'
        )
        self.assertEqual(
            json.loads(
                self.run_command(
                    "explain", "--output=json", "--aspects=//:tools.bzl%aspect", "//lib dir:base"
                ).stdout
            )[0]["reason"],
            "it has none of the tags that opt in: typed",
        )

    def run_printed(self, description: Dict[str, Any]) -> None:
        """Does what the description says a person may do."""
        if description["missing_inputs"]:
            subprocess.run(
                ["ninja", *description["missing_inputs"]],
                cwd=description["directory"],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        for command, shell in ((description["command"], True), (description["arguments"], False)):
            report = Path(description["directory"], description["report"])
            report.unlink(missing_ok=True)
            process = subprocess.run(
                command, shell=shell, cwd=description["directory"], capture_output=True, check=False
            )
            self.assertEqual(process.returncode, 0, process.stderr.decode())
            self.assertIn("Success: no issues found", report.read_text())

    @workspaces.needs_mypy
    def test_printed_commands_run(self) -> None:
        odd, user = self.explain("//lib dir:sub/odd name", "//lib dir:other_name")
        self.assertEqual(user["kind"], "alias rule")
        self.assertTrue(user["missing_inputs"])
        self.run_printed(user)
        self.run_printed(odd)
        # A command that was told before still runs after another was told.
        (base,) = self.explain("//lib dir:base")
        user["missing_inputs"] = []  # they are there now
        self.run_printed(user)
        self.run_printed(base)
        self.assertEqual(self.explain("//lib dir:user")[0]["missing_inputs"], [])

    @workspaces.needs_mypy
    def test_search_path(self) -> None:
        (user,) = self.explain("lib dir/user.py", workspaces.COMPAT)
        told = [entry["entry"] for entry in user["search_path"]]
        self.assertIn("'MYPYPATH=" + ":".join(told) + "'", user["command"])
        self.assertEqual(
            user["search_path"][:2],
            [
                {"entry": ".", "label": "//lib dir:user", "attribute": "srcs"},
                {"entry": "lib dir", "label": "//lib dir:user", "attribute": "imports"},
            ],
        )
        self.assertEqual(user["upstream"], ["//lib dir:sub/odd name", "//lib dir:made"])

    @workspaces.needs_mypy
    def test_search_path_of_mode_shared(self) -> None:
        (user,) = self.explain("lib dir/user.py")
        self.assertIn("'--action=target'", user["command"])
        self.assertEqual(
            [(entry["entry"], entry["label"], entry["attribute"]) for entry in user["search_path"]],
            [
                (".", "//lib dir:user", "srcs"),
                ("lib dir", "//lib dir:user", "imports"),
                ("bazel-out/k8-fastbuild/bin/lib dir", "//lib dir:made", "srcs"),
            ],
        )
        self.assertEqual(user["upstream"], ["//lib dir:sub/odd name", "//lib dir:made"])
        text = self.run_command("explain", "lib dir/user.py").stdout
        self.assertRegex(text, r"(?m)^    lib dir +//lib dir:user \(imports\)$")

    @workspaces.needs_mypy
    def test_check_of_odd_names(self) -> None:
        self.assertIn("4 targets checked", self.run_command("check").stderr)
        self.assertIn(" 0 actions run,", self.run_command("check").stderr)
        (self.workspace / "lib dir/inner/deep.py").write_text('DEEP: int = "no"\n')
        # Mode compat has no other targets' verdicts, and checks nothing above a target with errors.
        output = self.run_command("check", "//lib dir:sub/odd name", "//lib dir:other_name", status=FAILED)
        self.assertIn("lib dir/inner/deep.py:1: error:", output.text())
        self.assertNotIn("not checked", output.text())
        output = self.run_command("check", "//lib dir:other_name", workspaces.COMPAT, status=FAILED)
        self.assertIn("lib dir/inner/deep.py:1: error:", output.text())
        self.assertIn("//lib dir:user: not checked, because //lib dir:sub/odd name has errors", output.text())

    @workspaces.needs_mypy
    def test_narrower_calls_undo_nothing(self) -> None:
        self.run_command("check")
        self.run_command("check", "//lib dir:base")
        self.explain("//lib dir:made")
        self.assertIn(" 0 actions run,", self.run_command("check").stderr)


if __name__ == "__main__":
    unittest.main()
