# SPDX-License-Identifier: Apache-2.0
"""README.md and docs/: what they show is what there is."""

import os
import re
import subprocess
import unittest
from typing import Iterator, Tuple

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("STARMYPY", os.path.join(ROOT, "build", "starmypy"))

LINK = re.compile(r"\]\(([^)#:]+)\)")
RULES = re.compile(r"starmypy rules (\w[\w./]*)")
# A row of the table in docs/commands.md, and a line of `starmypy help`.
ROW = re.compile(r"^\| `(\w+)", re.MULTILINE)
HELP = re.compile(r"^  (\w+) ", re.MULTILINE)


def text_of(*path: str) -> str:
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def pages() -> Iterator[Tuple[str, str]]:
    """The path and the text of each page."""
    yield "README.md", text_of("README.md")
    for name in sorted(os.listdir(os.path.join(ROOT, "docs"))):
        yield "docs/" + name, text_of("docs", name)


def output_of(*arguments: str) -> str:
    return subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.PIPE).stdout.decode()


class ReadmeTest(unittest.TestCase):
    def test_its_program_is_the_example(self) -> None:
        shown = re.search(r"```c\n(.*?)```", text_of("README.md"), re.DOTALL)
        example = text_of("examples", "embed", "hello.c")
        assert shown
        self.assertEqual(shown.group(1), example[example.index("#include") :])

    def test_it_names_every_page(self) -> None:
        links = LINK.findall(text_of("README.md"))
        self.assertEqual([path for path, _ in pages() if path != "README.md" and path not in links], [])


class PagesTest(unittest.TestCase):
    def test_links_lead_somewhere(self) -> None:
        for page, text in pages():
            for link in LINK.findall(text):
                path = os.path.join(ROOT, os.path.dirname(page), link)
                self.assertTrue(os.path.exists(path), f"{page}: {link}")

    def test_rule_set_files_exist(self) -> None:
        files = output_of("rules").splitlines()
        for page, text in pages():
            for path in RULES.findall(text):
                self.assertIn(path, files, page)

    def test_every_command_is_described(self) -> None:
        commands = text_of("docs", "commands.md")
        table = commands[: commands.index("## ")]
        self.assertEqual(ROW.findall(table), HELP.findall(output_of("help")))


if __name__ == "__main__":
    unittest.main()
