# SPDX-License-Identifier: Apache-2.0
"""The build.ninja that `starmypy aquery --output=ninja` writes, run by the real ninja: what actions receive, and what
becomes of the execution root when the workspace changes."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List

import workspaces

DUMP_BZL = '''
def _dump_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".out")
    ctx.actions.run_shell(
        command = 'out=$1; shift; for word; do printf "%s\\\\0" "$word"; done >"$out"',
        arguments = [out.path] + ctx.attr.words + [file.path for file in ctx.files.srcs],
        inputs = ctx.files.srcs,
        outputs = [out],
        env = ctx.attr.env,
        mnemonic = ctx.attr.mnemonic,
        progress_message = ctx.attr.message,
    )
    return [DefaultInfo(files = depset([out]))]

dump = rule(
    implementation = _dump_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = True),
        "words": attr.string_list(),
        "env": attr.string_dict(),
        "mnemonic": attr.string(default = "Dump"),
        "message": attr.string(default = "Dumping"),
    },
)

def _tree_impl(ctx):
    tree = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        command = 'mkdir -p "$1/a b" && echo one >"$1/a b/$2" && chmod +x "$1/a b/$2" && mkdir "$1/empty"',
        arguments = [tree.path, ctx.attr.file],
        outputs = [tree],
    )
    return [DefaultInfo(files = depset([tree]))]

tree = rule(implementation = _tree_impl, attrs = {"file": attr.string()})

def _list_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".out")
    ctx.actions.run_shell(
        command = 'out=$1; shift; find "$@" -printf "%P %y %m\\\\n" | sort >"$out"',
        arguments = [out.path] + [file.path for file in ctx.files.srcs],
        inputs = ctx.files.srcs,
        outputs = [out],
    )
    return [DefaultInfo(files = depset([out]))]

list_files = rule(implementation = _list_impl, attrs = {"srcs": attr.label_list(allow_files = True)})

def _written_impl(ctx):
    text = ctx.actions.declare_file(ctx.label.name + ".text")
    ctx.actions.write(text, ctx.attr.text)
    out = ctx.actions.declare_file(ctx.label.name + ".out")
    ctx.actions.run_shell(
        command = 'cat "$1" >"$2"',
        arguments = [text.path, out.path],
        inputs = [text],
        outputs = [out],
    )
    link = ctx.actions.declare_file(ctx.label.name + ".link")
    ctx.actions.symlink(output = link, target_file = out)
    return [DefaultInfo(files = depset([link]))]

written = rule(implementation = _written_impl, attrs = {"text": attr.string()})
'''

# Whatever a command line may hold, and line ends, which no line of a build.ninja can.
WORDS = [
    "",
    " ",
    "plain",
    "two words",
    "$HOME ${HOME} $$ $(echo no) `echo no`",
    "'single' \"double\" '\\'' \\n \\\\",
    "one\ntwo",
    "\n",
    "ends\n\n",
    "a\r\nb\rc",
    "\n'quoted'\n$nl\n",
    "tab\there",
    "*?[a-z]{x,y}~#!&|;<>()",
    "%b %s %%",
    "-n",
    "höhe → ∞",
    "x" * 5000,
]
FILES = ["a b.txt", "a$b.txt", "a|b.txt", "a'b\".txt", "höhe.txt", "all", "depset-1", "a#b;c&.txt"]


def starlark(words: List[str]) -> str:
    """A list of strings as a BUILD file has it."""
    escaped = [
        word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        for word in words
    ]
    return "[" + ", ".join(f'"{word}"' for word in escaped) + "]"


@unittest.skipUnless(shutil.which("ninja"), "no ninja")
class NinjaTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.mkdtemp(prefix="test ninja.")  # its blank is part of the test
        self.addCleanup(shutil.rmtree, folder)
        self.workspace = Path(folder, "workspace")
        self.base = Path(folder, "base")
        self.root = self.base / "execroot" / "_main"
        self.write("MODULE.bazel", "")
        self.write("dump.bzl", DUMP_BZL)
        self.write("BUILD", "")

    def write(self, name: str, text: str) -> Path:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def build_file(self, text: str) -> None:
        self.write("BUILD", 'load(":dump.bzl", "dump", "list_files", "tree", "written")\n' + text)

    def lower(self, query: str = "//:all", status: int = 0) -> workspaces.Output:
        """Makes the execution root, and its build.ninja where one would look for it."""
        output = workspaces.run(
            self.workspace, "aquery", query, "--output=ninja", f"--output_base={self.base}"
        )
        self.assertEqual(output.status, status, output.text())
        if status == 0:
            (self.root / "build.ninja").write_bytes(output.data)
        return output

    def ninja(self) -> str:
        process = subprocess.run(
            ["ninja"], cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        text = process.stdout.decode()
        self.assertEqual(process.returncode, 0, text)
        return text

    def build(self, query: str = "//:all") -> str:
        self.lower(query)
        return self.ninja()

    def output(self, name: str) -> Path:
        return self.root / "bazel-out" / "k8-fastbuild" / "bin" / name

    def received(self, name: str) -> List[str]:
        return self.output(name + ".out").read_bytes().decode().split("\0")[:-1]

    def links(self) -> Dict[str, str]:
        """The links to sources of the execution root, by path."""
        found = {}
        for path in self.root.rglob("*"):
            if path.is_symlink() and "bazel-out" not in path.parts:
                found[str(path.relative_to(self.root))] = os.readlink(path)
        return found

    def test_arguments(self) -> None:
        self.build_file(f'dump(name = "words", words = {starlark(WORDS)})\n')
        self.build()
        self.assertEqual(self.received("words"), WORDS)
        self.assertIn("no work to do", self.build())

    def test_paths(self) -> None:
        for name in FILES:
            self.write(name, name)
        self.build_file(
            f'dump(name = "first", srcs = {starlark(FILES)})\n'
            'dump(name = "a b/c d", srcs = [":first"] + glob(["a*.txt"]))\n'
            'dump(name = "a|b$c", srcs = [":a b/c d"], mnemonic = "With Blank", message = "a $b\\nc")\n'
        )
        self.build("//...")  # a file is called "all"
        self.assertEqual(self.received("first"), FILES)
        self.assertEqual(self.received("a|b$c"), ["bazel-out/k8-fastbuild/bin/a b/c d.out"])
        self.assertEqual(
            {name: str(self.workspace / name) for name in FILES}, self.links()
        )
        self.assertIn("no work to do", self.build("//..."))
        os.utime(self.workspace / "a|b.txt")
        self.assertIn("[3/3]", self.ninja())

    def test_environment(self) -> None:
        self.write("dump_env.bzl", DUMP_BZL.replace('for word; do printf "%s\\\\0" "$word"; done', "env"))
        self.write("BUILD", 'load(":dump_env.bzl", "dump")\n'
                   'dump(name = "env", env = {"A": "x $y \'z\'", "B": ""})\n')
        self.build()
        lines = self.output("env.out").read_text().splitlines()
        self.assertIn("A=x $y 'z'", lines)
        self.assertIn("B=", lines)
        self.assertFalse([line for line in lines if line.startswith("HOME=")], lines)

    def test_trees(self) -> None:
        self.build_file(
            'tree(name = "a tree", file = "x y")\n'
            'list_files(name = "listed", srcs = [":a tree"])\n'
        )
        self.build()
        listed = self.output("listed.out").read_text()
        self.assertIn("a b/x y f 755", listed)
        self.assertIn("empty d", listed)
        self.assertTrue(self.output("a tree.zip").exists())
        # The archive is what travels: the tree comes back from it.
        shutil.rmtree(self.output("a tree"))
        self.output("a tree.zip.stamp").unlink()
        self.output("listed.out").unlink()
        self.ninja()
        self.assertEqual(self.output("listed.out").read_text(), listed)

    def test_files_without_processes(self) -> None:
        self.build_file('written(name = "w", text = "one")\n')
        self.build()
        self.assertEqual(self.output("w.link").read_text(), "one")
        self.build_file('written(name = "w", text = "two")\n')
        self.build()
        self.assertEqual(self.output("w.link").read_text(), "two")
        self.build_file('written(name = "w", text = "two")\ndump(name = "other")\n')
        self.build("//:other")
        # What the narrower call did not want is not made again, so that nothing runs again.
        self.lower()
        self.assertIn("no work to do", self.ninja())

    def test_stale_links_go(self) -> None:
        self.write("lib/a.py", "a")
        self.write("lib/deep/b.py", "b")
        self.build_file('dump(name = "x", srcs = ["lib/a.py", "lib/deep/b.py"])\n')
        self.build()
        self.assertEqual(set(self.links()), {"lib/a.py", "lib/deep/b.py"})
        os.rename(self.workspace / "lib/deep", self.workspace / "lib/moved")
        self.build_file('dump(name = "x", srcs = ["lib/a.py", "lib/moved/b.py"])\n')
        self.build()
        self.assertEqual(set(self.links()), {"lib/a.py", "lib/moved/b.py"})
        self.assertFalse((self.root / "lib/deep").exists())
        # A file becomes a directory, and a directory a file.
        os.rename(self.workspace / "lib/a.py", self.workspace / "keep")
        self.write("lib/a.py/inner", "inner")
        shutil.rmtree(self.workspace / "lib/moved")
        self.write("lib/moved", "file")
        self.build_file('dump(name = "x", srcs = ["lib/a.py/inner", "lib/moved"])\n')
        self.build()
        self.assertEqual(set(self.links()), {"lib/a.py/inner", "lib/moved"})

    def test_directories_as_sources(self) -> None:
        """A directory is one link; what is named in it must not be made through that link."""
        self.write("data/x.txt", "mine")
        self.write("data-more/y.txt", "mine too")
        self.build_file('dump(name = "d", srcs = ["data", "data/x.txt", "data-more/y.txt"])\n')
        self.build()
        self.build()
        self.assertEqual(set(self.links()), {"data", "data-more/y.txt"})
        self.assertFalse((self.workspace / "data/x.txt").is_symlink())
        self.assertEqual((self.workspace / "data/x.txt").read_text(), "mine")
        # The link gives way when only files in it are wanted, and comes back.
        self.build_file('dump(name = "d", srcs = ["data/x.txt"])\n')
        (self.root / ".links-of-starmypy").unlink()  # even one that nobody remembers
        self.build()
        self.assertEqual(set(self.links()), {"data/x.txt", "data-more/y.txt"})
        self.assertFalse((self.workspace / "data/x.txt").is_symlink())
        self.build_file('dump(name = "d", srcs = ["data"])\n')
        self.build()
        self.assertEqual(os.readlink(self.root / "data"), str(self.workspace / "data"))
        self.assertEqual((self.workspace / "data/x.txt").read_text(), "mine")

    def test_used_inputs_without_tools(self) -> None:
        self.write("used.bzl", """
def _impl(ctx):
    out, unused = [ctx.actions.declare_file(ctx.label.name + end) for end in [".out", ".unused"]]
    ctx.actions.run(
        executable = "/bin/sh",
        arguments = ["-c", 'cat "$3" "$4" >"$1"; : >"$2"; echo "$1: $4" >"$2.d"', "sh", out.path, unused.path] + [f.path for f in ctx.files.srcs],
        inputs = ctx.files.srcs,
        outputs = [out, unused],
        unused_inputs_list = unused,
    )
    return [DefaultInfo(files = depset([out]))]
used = rule(implementation = _impl, attrs = {"srcs": attr.label_list(allow_files = True)})
""")
        self.write("a.txt", "a")
        self.build_file(
            'load(":used.bzl", "used")\n[dump(name = n) for n in ["b", "c"]]\n'
            'used(name = "u", srcs = ["a.txt", ":c"])\n'
        )
        self.build()
        self.assertIn("no work to do", self.build())
        os.utime(self.output("c.out"))
        self.assertIn("[1/1]", self.build("//:u"))

    def test_missing_sources(self) -> None:
        self.build_file(
            "".join(f'dump(name = "m{i}", srcs = ["none{i}.txt"])\n' for i in range(25))
        )
        errors = self.lower(status=1).stderr
        self.assertIn("BUILD:2:5: Dumping failed: missing input file '//:none0.txt'", errors)
        self.assertEqual(errors.count("missing input file"), 20)
        self.assertIn("and 5 more", errors)

    def test_deep_chain(self) -> None:
        length = 5000
        self.build_file(
            'dump(name = "c0")\n'
            f'[dump(name = "c%d" % i, srcs = [":c%d" % (i - 1)]) for i in range(1, {length})]\n'
        )
        text = self.lower(f"deps(//:c{length - 1})").stdout
        self.assertEqual(text.count("\n  run = /"), length)
        positions = [text.index(f"bin/c{i}.out: Dump ") for i in range(0, length, 100)]
        self.assertEqual(positions, sorted(positions))


if __name__ == "__main__":
    unittest.main()
