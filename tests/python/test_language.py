# SPDX-License-Identifier: Apache-2.0
"""The tests of the language leave nothing out: every builtin, method, message, statement, operator and option of a dialect is named
by one of them. What there is, is read from the tables and calls in the sources."""

import re
import unittest
from pathlib import Path
from typing import Dict, Iterator, List, Set, Tuple

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ["parser", "runtime", "runtime/types", "builtins"]

ROW = re.compile(r'SL_BUILTIN\(\s*"(\w+)\(')
TABLE = re.compile(r"^struct sl_builtin (sl_\w+)\[\] = \{(.*?)^\};", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r'^    \{"(\w+)",', re.MULTILINE)
LITERAL = r'"(?:[^"\\]|\\.)*"'
# A call that reports an error, up to its text, which may be several literals.
REPORT = re.compile(
    r"\b(?:sl_fail|sl_fail_false|sl_fail_in|sl_diagnostic_add|sl_diagnostic_defer|sl_typing_error|error|escape_error|not_allowed|sl_expect_error"
    r"|error_here|check_annotation)\((?:[^;\"]*?[,(]\s*)?((?:%s\s*(?:PRI\w+\s*)?)+)" % LITERAL
)
DIRECTIVE = re.compile(r"%(?:\.\*)?[-+ 0#]*\d*(?:\.\d+)?(?:hh|h|ll|l|z|j|t)?[a-zA-Z]")
STATEMENTS = "def lambda return for while break continue if elif else pass load type".split()
OPERATORS = "+ - * / // % & | ^ ~ << >> == != < <= > >= in and or not += -= *= /= //= %= &= |= ^= <<= >>=".split() + [
    "not in"
]

# Messages that no small program brings about, or that the file's reader has reported before.
OUT_OF_REACH = {
    "file too large": "of more than 4 GB",
    "load statements may not be executed in this thread": "a host without a loader",
    "stack overflow: calls are nested too deeply": "natives that call each other, which only hosts bring along",
    "out of memory: the limit is %zu MB": "see test_hostile",
    "excessive capacity requested (%u + %u characters)": "takes more than the heap's limit before",
    "excessive capacity requested (table of %zu entries)": "takes more than the heap's limit before",
}


def read(*folders: str) -> Iterator[Tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).iterdir()):
            if path.suffix in (".c", ".y", ".re"):
                yield path.name, path.read_text(encoding="utf-8")


def tested(*patterns: str) -> str:
    """The texts of tests, and these with what is escaped in literals as it is."""
    texts = [
        p.read_text(encoding="utf-8", errors="replace")
        for pattern in patterns
        for p in sorted((ROOT / "tests").glob(pattern))
        if p.is_file()
    ]
    text = "\n".join(texts)
    return text + text.replace('\\"', '"').replace("\\\\", "\\")


def messages() -> Dict[str, str]:
    """Every message's format, and a file that has it."""
    found: Dict[str, str] = {}
    for name, text in read(*SOURCES):
        for match in REPORT.finditer(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)):
            literals = re.findall(LITERAL, match.group(1))
            message = "".join(literal[1:-1] for literal in literals)
            message = message.replace('\\"', '"').replace("\\\\", "\\").replace("\\t", "").strip()
            if len(re.sub(r"%\S+|\W", "", message)) > 2:
                found.setdefault(message, name)
    return found


def pattern_of(message: str) -> "re.Pattern[str]":
    parts = [re.escape(part).replace("%%", "%") for part in DIRECTIVE.split(message)]
    return re.compile("[^\n]*?".join(parts))


class LanguageTest(unittest.TestCase):
    star = tested("star/*.star")

    def missing(self, names: Set[str], form: str, text: str) -> List[str]:
        return sorted(name for name in names if not re.search(form % re.escape(name), text))

    def test_builtins(self) -> None:
        for _, text in read("builtins"):
            for table, rows in TABLE.findall(text):
                form = r"\.%s\(" if table.endswith("_methods") else r"(?<![.\w])%s\("
                with self.subTest(table):
                    self.assertEqual(self.missing(set(ROW.findall(rows)), form, self.star), [])

    def test_statements_and_operators(self) -> None:
        self.assertEqual(self.missing(set(STATEMENTS), r"(?m)^[^#\n]*(?<![\w\"])%s\b", self.star), [])
        self.assertEqual(self.missing(set(OPERATORS), r"(?<=[\w)\] (])%s(?=[ \w(])", self.star), [])

    def test_options(self) -> None:
        table = (ROOT / "parser" / "dialect.c").read_text(encoding="utf-8").partition("sl_dialect_options[] = {")[2]
        options = set(OPTION.findall(table.partition("};")[0]))
        self.assertTrue({"set", "while", "types"} <= options)
        self.assertEqual(self.missing(options, r"(?m)^# flags: .*\b(?:no)?%s\b", self.star), [])

    def test_messages(self) -> None:
        text = tested("star/*.star", "syntax/*", "syntax/*/*", "golden/*/std*", "unit/*.c", "python/*.py")
        found = messages()
        self.assertGreater(len(found), 150)
        missing = {m: name for m, name in found.items() if m not in OUT_OF_REACH and not pattern_of(m).search(text)}
        self.assertEqual(missing, {})
        self.assertEqual(sorted(set(OUT_OF_REACH) - set(found)), [], "no message any more")


if __name__ == "__main__":
    unittest.main()
