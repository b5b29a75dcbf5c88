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
# The installed doors of each library.
DOORS = {
    "starlark": ["runtime/starlark.h", "builtins/builtins.h", "parser/syntax.h", "common/text.h", "common/arena.h"],
    "starmypy": ["rules/*.h", "rules/*/*.h"],
}
# A function that is declared and not defined in place.
FUNCTION = re.compile(r"^(?! |[^\n(]*\bstatic\b)[\w* ]*?\b((?:sl|bz)_\w+)\(", re.MULTILINE)


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()


def text_of(header: Path) -> str:
    return re.sub(r"//[^\n]*", "", header.read_text("utf-8"))


def declared(header: Path) -> Set[str]:
    """The functions that a header declares."""
    return set(FUNCTION.findall(text_of(header)))


def exported(library: Path, *options: str) -> Set[str]:
    lines = output_of("nm", "-g", "--defined-only", *options, str(library)).splitlines()
    return {line.split()[2].split("@")[0] for line in lines if len(line.split()) == 3}


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

    def test_hosts_with_static_libraries(self) -> None:
        self.check_hosts(["--static"], ["-static"])
        self.assertNotIn("NEEDED", output_of("readelf", "-d", self.program))

    def test_names_that_are_visible(self) -> None:
        """Those of the doors, and of the leaves that both libraries need."""
        include = STAGE / "include" / "starmypy"
        leaves = sorted((workspaces.ROOT / "common").glob("*.h"))
        for name, doors in DOORS.items():
            headers = [path for door in doors for path in sorted(include.glob(door))]
            functions = set().union(*map(declared, headers))
            words = set(re.findall(r"\b(?:sl|bz)_\w+", "\n".join(map(text_of, [*headers, *leaves]))))
            for library in (STAGE / "lib" / f"lib{name}.so", STAGE / "lib" / f"lib{name}.a"):
                with self.subTest(library.name):
                    names = exported(library, *(["-D"] if library.suffix == ".so" else []))
                    self.assertEqual(functions - names, set(), "declared, but not there")
                    self.assertEqual(names - words, set(), "there, but not declared")

    def test_versions(self) -> None:
        header = (STAGE / "include" / "starmypy" / "runtime" / "starlark.h").read_text("utf-8")
        version = re.findall(r'#define SL_VERSION "(\d+\.\d+\.\d+)"', header)[0]
        self.assertEqual(output_of(str(STAGE / "bin" / "starmypy"), "version"), f"starmypy {version}\n")
        major, minor, _ = version.split(".")
        interface = major if major != "0" else f"0.{minor}"
        for name in DOORS:
            library = STAGE / "lib" / f"lib{name}.so"
            self.assertEqual(os.path.realpath(library), f"{os.path.realpath(library.parent)}/lib{name}.so.{version}")
            self.assertIn(f"Library soname: [lib{name}.so.{interface}]", output_of("readelf", "-d", str(library)))
            command = ["pkg-config", "--modversion", name]
            told = subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE).stdout
            self.assertEqual(told.decode().strip(), version)


class UseTest(unittest.TestCase):
    maxDiff = None

    def test_every_public_function_is_used(self) -> None:
        """In a unit test, an example, or the program: what nobody calls, nobody has tried."""
        public = declared(workspaces.ROOT / "runtime" / "starlark.h")
        folders = [workspaces.ROOT / "tests" / "unit", EXAMPLES]
        text = "\n".join(path.read_text("utf-8") for folder in folders for path in folder.glob("*.c*"))
        used = set(re.findall(r"\bsl_\w+", text))
        self.assertEqual(sorted(public - used), [])


if __name__ == "__main__":
    unittest.main()
