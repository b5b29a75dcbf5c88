# SPDX-License-Identifier: Apache-2.0
"""What `make install` leaves: hosts compile and run with pkg-config alone, and nothing but the doors' names is visible.

$BUILD/stage holds an installation, which `make stage` makes.
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Dict, Iterator, List, Set, Tuple

import workspaces

STAGE = Path(workspaces.STARMYPY).parent / "stage"
EXAMPLES = workspaces.ROOT / "examples" / "embed"
BUILT = Path(workspaces.STARMYPY).parent / "examples" / "embed"
SANITIZED = b"__asan_init" in Path(workspaces.STARMYPY).read_bytes()
# The installed headers of each library, and what its shared form calls the version of their names.
DOORS = {
    "starlark": ["runtime/*.h", "builtins/*.h", "parser/*.h", "common/*.h"],
    "starmypy": ["rules/*.h", "rules/*/*.h"],
}
NODES = {"starlark": "SL", "starmypy": "BZ"}
# The header of hosts; and, not installed, what libstarlark has for libstarmypy alone.
HEADER = "runtime/starlark.h"
INNER = ["runtime/object.h", "runtime/program.h"]
# A function that is declared and not defined in place.
FUNCTION = re.compile(r"^(?! |[^\n(]*\bstatic\b)[\w* ]*?\b((?:sl|bz)_\w+)\(", re.MULTILINE)


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()


def text_of(header: Path) -> str:
    return re.sub(r"//[^\n]*", "", header.read_text("utf-8"))


def declared(header: Path) -> Set[str]:
    """The functions that a header declares, those that it defines left out."""
    return set(FUNCTION.findall(text_of(header)))


def functions_in(text: str) -> Set[str]:
    """All functions of a piece of a header."""
    return set(re.findall(r"^(?! )[\w* ]*?\b(sl_\w+)\(", text, re.MULTILINE))


def functions_of(header: Path) -> Set[str]:
    return functions_in(text_of(header))


def symbols(library: Path, *options: str) -> List[str]:
    """Of a shared object with their versions, as NAME@@VERSION."""
    shared = [] if library.suffix == ".a" else ["-D", "--with-symbol-versions"]
    return [line.split()[-1] for line in output_of("nm", "-g", *shared, *options, str(library)).splitlines() if " " in line]


def exported(library: Path) -> Dict[str, str]:
    """The names that others can link to, each with its version."""
    names = {name: version for name, _, version in (symbol.partition("@@") for symbol in symbols(library, "--defined-only"))}
    return {name: version for name, version in names.items() if name not in names.values()}  # a version is a symbol, too


def words(headers: List[Path]) -> Set[str]:
    """Every name of ours in them."""
    return set(re.findall(r"\b(?:sl|bz)_\w+", "\n".join(map(text_of, headers))))


def version_of_header() -> str:
    header = (workspaces.ROOT / "runtime" / "starlark.h").read_text("utf-8")
    version: str = re.findall(r'#define SL_VERSION "(\d+\.\d+\.\d+)"', header)[0]
    return version


def interface() -> str:
    """The part of the version that changes when hosts must be compiled again."""
    major, minor, _ = version_of_header().split(".")
    return major if major != "0" else f"0.{minor}"


def hosts() -> Iterator[Tuple[Path, str]]:
    """The examples, with the library that each one uses."""
    for source in sorted(EXAMPLES.glob("*.c*")):
        yield source, "starmypy" if "rules/bazel.h" in source.read_text("utf-8") else "starlark"


@unittest.skipIf(SANITIZED, "the libraries are those of hosts without sanitizers")
@unittest.skipUnless(STAGE.exists(), "no installation; make stage makes it")
class InstallTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test_embed.")
        self.addCleanup(folder.cleanup)
        self.program = os.path.join(folder.name, "host")
        self.environment: Dict[str, str] = {
            **os.environ,
            "PKG_CONFIG_PATH": str(STAGE / "lib" / "pkgconfig"),
            "LD_LIBRARY_PATH": str(STAGE / "lib"),
        }

    def flags(self, library: str, *options: str) -> List[str]:
        command = ["pkg-config", "--cflags", "--libs", *options, library]
        return subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE).stdout.decode().split()

    def compile(self, source: Path, compiler: List[str], flags: List[str]) -> None:
        command = [*compiler, str(source), "-x", "none", "-o", self.program, *flags]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 0, " ".join(command) + "\n" + done.stdout.decode())

    def run_host(self, program: str) -> Tuple[int, str]:
        """Without arguments: a line of usage, or what the example shows."""
        done = subprocess.run([program], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        return done.returncode, (done.stdout + done.stderr).decode().replace(program, "HOST")

    def check_hosts(self, wanted: List[str], linking: List[str]) -> None:
        for source, library in hosts():
            languages = {"C++17": ["g++", "-x", "c++", "-std=c++17", "-Wall", "-Werror"]}
            if source.suffix == ".c":
                languages["C17"] = ["gcc", "-x", "c", "-std=c17", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Werror"]
            want = self.run_host(str(BUILT / source.stem))
            for language, compiler in languages.items():
                with self.subTest(f"{source.name} as {language}"):
                    self.compile(source, compiler, [*linking, *self.flags(library, *wanted)])
                    self.assertEqual(self.run_host(self.program), want)

    def test_hosts_with_shared_libraries(self) -> None:
        self.check_hosts([], [])
        self.assertIn("libstarlark.so", output_of("readelf", "-d", self.program))
        self.assertEqual([name for name in symbols(Path(self.program)) if "PRIVATE" in name], [])

    def test_hosts_with_static_libraries(self) -> None:
        self.check_hosts(["--static"], ["-static"])
        self.assertNotIn("NEEDED", output_of("readelf", "-d", self.program))

    def test_names_that_are_visible(self) -> None:
        """Those of the installed headers; libstarlark has others for libstarmypy, under a version that says so."""
        include = STAGE / "include" / "starmypy"
        leaves = sorted((workspaces.ROOT / "common").glob("*.h"))
        inner = [workspaces.ROOT / path for path in INNER]
        for name, doors in DOORS.items():
            headers = [path for door in doors for path in sorted(include.glob(door))]
            functions = set().union(*map(declared, headers))
            public, private = words(headers), words([*inner, *leaves])
            for library in (STAGE / "lib" / f"lib{name}.so", STAGE / "lib" / f"lib{name}.a"):
                with self.subTest(library.name):
                    names = exported(library)
                    self.assertEqual(functions - set(names), set(), "declared, but not there")
                    self.assertEqual(set(names) - public - private, set(), "there, but not declared")
                    if library.suffix == ".so":
                        promised = {each for each, version in names.items() if version == f"{NODES[name]}_{interface()}"}
                        self.assertEqual(functions - promised, set(), "declared, but not promised")
                        self.assertEqual(promised - public, set(), "promised, but not declared")
                        self.assertLessEqual(set(names.values()), {f"{NODES[name]}_{interface()}", "SL_PRIVATE"})

    def test_inner_headers_are_not_installed(self) -> None:
        for path in INNER:
            self.assertFalse((STAGE / "include" / "starmypy" / path).exists(), path)

    def test_versions(self) -> None:
        version = version_of_header()
        self.assertEqual(output_of(str(STAGE / "bin" / "starmypy"), "version"), f"starmypy {version}\n")
        for name in DOORS:
            library = STAGE / "lib" / f"lib{name}.so"
            self.assertEqual(os.path.realpath(library), f"{os.path.realpath(library.parent)}/lib{name}.so.{version}")
            self.assertIn(f"Library soname: [lib{name}.so.{interface()}]", output_of("readelf", "-d", str(library)))
            command = ["pkg-config", "--modversion", name]
            told = subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE).stdout
            self.assertEqual(told.decode().strip(), version)


class UseTest(unittest.TestCase):
    maxDiff = None

    def test_every_function_is_used(self) -> None:
        """In a unit test or an example: what nobody calls, nobody has tried."""
        functions = set().union(*(functions_of(workspaces.ROOT / path) for path in [HEADER, *INNER]))
        folders = [workspaces.ROOT / "tests" / "unit", EXAMPLES]
        text = "\n".join(path.read_text("utf-8") for folder in folders for path in folder.glob("*.c*"))
        self.assertEqual(sorted(functions - set(re.findall(r"\bsl_\w+", text))), [])

    def test_the_header_of_hosts_stays_small(self) -> None:
        """docs/embedding.md compares its size with that of others."""
        told = re.findall(r"Ours has (\d+)", (workspaces.ROOT / "docs" / "embedding.md").read_text("utf-8"))
        self.assertEqual(told, [str(len(functions_of(workspaces.ROOT / HEADER)))])

    def test_every_function_is_documented(self) -> None:
        """A comment above each function, or above the group that it stands in without a blank line."""
        for path in [HEADER, *INNER]:
            lines = (workspaces.ROOT / path).read_text("utf-8")
            for group in re.split(r"\n\s*\n|\n// -----[^\n]*", lines):
                if functions_in(group):
                    self.assertIn("//", group, path)


if __name__ == "__main__":
    unittest.main()
