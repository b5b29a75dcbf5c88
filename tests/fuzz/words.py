# SPDX-License-Identifier: Apache-2.0
"""What random programs are made of: signatures of builtins and methods, literals, and expressions that fail."""

import re
from typing import Dict, List, Tuple

# What a value is, as one letter; `a` is anything.
# i int  f float  s string  b bool  l list  t tuple  d dict  r range  n None  c callable  x set
KINDS = "ifsbltdrnc"

# What a parameter takes: a kind or several, then perhaps "?": it may be left out. Some kinds are narrower than types:
# m a small int  p a string that is not empty  k a key  j what JSON has
# S L K lists of strings, small ints, keys  D pairs
Signature = Tuple[str, List[str], str]  # name, parameters, kind of the result

BUILTINS: List[Signature] = [
    ("abs", ["if"], "i"),
    ("all", ["lt"], "b"),
    ("any", ["ltd"], "b"),
    ("bool", ["a?"], "b"),
    ("dict", ["d?"], "d"),
    ("dir", ["a"], "l"),
    ("enumerate", ["lt", "m?"], "l"),
    ("float", ["ifb?"], "f"),
    ("getattr", ["a", "s", "a"], "a"),
    ("hasattr", ["a", "s"], "b"),
    ("hash", ["s"], "i"),
    ("int", ["ib"], "i"),
    ("len", ["sltdr"], "i"),
    ("list", ["ltdr?"], "l"),
    ("max", ["i", "f", "i?"], "i"),
    ("min", ["i", "i", "i?"], "i"),
    ("range", ["m", "m?"], "r"),
    ("repr", ["a"], "s"),
    ("reversed", ["ltr"], "l"),
    ("sorted", ["lt"], "l"),
    ("str", ["a"], "s"),
    ("tuple", ["ltdr?"], "t"),
    ("type", ["a"], "s"),
    ("zip", ["lt?", "ltr?", "lt?"], "l"),
    ("json.encode", ["j"], "s"),
    ("json.encode_indent", ["j"], "s"),
]
# Those that fail more often than not.
RISKY_BUILTINS: List[Signature] = [
    ("enumerate", ["a", "i?"], "l"),
    ("float", ["s"], "f"),
    ("getattr", ["a", "s"], "a"),
    ("int", ["f"], "i"),
    ("int", ["s", "m?"], "i"),
    ("json.decode", ["s", "a?"], "a"),
    ("json.encode", ["a"], "s"),
    ("json.indent", ["s"], "s"),
    ("max", ["lt"], "a"),
    ("min", ["a"], "a"),
    ("range", ["i", "i?", "i?"], "r"),
    ("sorted", ["lt"], "l"),
    ("int", ["i", "m"], "i"),
    ("dict", ["l"], "d"),
]

METHODS: Dict[str, List[Signature]] = {
    "s": [
        ("capitalize", [], "s"),
        ("count", ["s", "m?", "m?"], "i"),
        ("elems", [], "l"),
        ("endswith", ["s", "m?", "m?"], "b"),
        ("find", ["s", "m?", "m?"], "i"),
        ("format", ["a?", "a?"], "s"),
        ("index", ["s", "m?", "m?"], "i"),
        ("isalnum", [], "b"),
        ("isalpha", [], "b"),
        ("isdigit", [], "b"),
        ("islower", [], "b"),
        ("isspace", [], "b"),
        ("istitle", [], "b"),
        ("isupper", [], "b"),
        ("join", ["S"], "s"),
        ("lower", [], "s"),
        ("lstrip", ["s?"], "s"),
        ("partition", ["p"], "t"),
        ("removeprefix", ["s"], "s"),
        ("removesuffix", ["s"], "s"),
        ("replace", ["s", "s", "m?"], "s"),
        ("rfind", ["s", "m?", "m?"], "i"),
        ("rindex", ["s", "m?", "m?"], "i"),
        ("rpartition", ["p"], "t"),
        ("rsplit", ["p", "m?"], "l"),
        ("rstrip", ["s?"], "s"),
        ("split", ["p", "m?"], "l"),
        ("splitlines", ["b?"], "l"),
        ("startswith", ["s", "m?", "m?"], "b"),
        ("strip", ["s?"], "s"),
        ("title", [], "s"),
        ("upper", [], "s"),
    ],
    "l": [
        ("append", ["a"], "n"),
        ("clear", [], "n"),
        ("extend", ["L"], "n"),
        ("index", ["a", "m?", "m?"], "i"),
        ("insert", ["m", "a"], "n"),
        ("pop", ["m?"], "a"),
        ("remove", ["a"], "n"),
    ],
    "d": [
        ("clear", [], "n"),
        ("get", ["k", "a?"], "a"),
        ("items", [], "l"),
        ("keys", [], "l"),
        ("pop", ["k", "a?"], "a"),
        ("popitem", [], "t"),
        ("setdefault", ["k", "a?"], "a"),
        ("update", ["D"], "n"),
        ("values", [], "l"),
    ],
    "x": [
        ("add", ["k"], "n"),
        ("clear", [], "n"),
        ("difference", ["K?"], "x"),
        ("difference_update", ["K?"], "n"),
        ("discard", ["k"], "n"),
        ("intersection", ["K?"], "x"),
        ("intersection_update", ["K?"], "n"),
        ("isdisjoint", ["K"], "b"),
        ("issubset", ["K"], "b"),
        ("issuperset", ["K"], "b"),
        ("pop", [], "a"),
        ("remove", ["k"], "n"),
        ("symmetric_difference", ["K"], "x"),
        ("symmetric_difference_update", ["K"], "n"),
        ("union", ["K?"], "x"),
        ("update", ["K?"], "n"),
    ],
}

# Methods that fail where they find nothing; the same with what they take where they do not.
RISKY_METHODS = {"index": "find", "rindex": "rfind", "popitem": "items", "remove": "append", "pop": "get"}

SMALL_INTS = [0, 1, 2, 3, 4, 5, 7, 10, -1, -2, -3, -7]
GREAT_INTS = [
    "255", "0xff", "0o17", "1000000", "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967296",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "123456789012345678901234567890", "511", "512",
]  # fmt: skip
FLOATS = [
    "0.0", "1.0", "-1.5", "0.1", "2.5", "1e10", "1e16", "1e17", "1.5e300", "1e-4", "1e-5", "123456.789", "3.14159", "1e22",
    'float("nan")', 'float("inf")', 'float("-inf")', "1e23", "0.30000000000000004", "-0.0", "1e100", ".5", "7.", "100.0",
]  # fmt: skip
# fmt: off
STRINGS = [
    '""', '"a"', '"b"', '"abc"', '"aba"', '"Hello, World"', '" x  y "', '"a,b,,c"', "'single'", '"12"', '"-7"',
    '"0x1f"', '"1.5"', '"\\n"', '"a\\nb\\r\\nc"', '"\\t\\\\"', '"q\\"q"', '"%s"', '"%d and %r"', '"{}"', '"{0} {1}"',
    '"{a}"', '"{{}}"', 'r"\\d"', '"\\101\\0"', '"""doc\nlines"""', '"h\u00e9"', '"\U0001f600"', '"ABC def"', '"aXbX"',
    '"upper"', '"name"', '"[1, 2.5, null]"', '"{\\"k\\": [true]}"', '"\\040"', '"nan"', '"  "', '"1e3"', '"keys"',
    '"append"', "'''it's'''", '"\\177\\33"',
]
# fmt: on
# Escapes and the like that bytes alone would not show: each is written as the interpreter has to read it.
FORMATS = [
    "%s",
    "%r",
    "%d",
    "%x",
    "%X",
    "%o",
    "%e",
    "%E",
    "%f",
    "%F",
    "%g",
    "%G",
    "%%",
    "%",
    "%z",
    "%5d",
    "%(a)s",
    "%i",
    "%c",
]
FIELDS = [
    "{}",
    "{0}",
    "{1}",
    "{a}",
    "{b}",
    "{{",
    "}}",
    "{",
    "}",
    "{!r}",
    "{:x}",
    "{0.x}",
    "{a b}",
    "{-1}",
    "{ }",
    "{00}",
]
BINARY = [
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "&",
    "|",
    "^",
    "<<",
    ">>",
    "==",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    "in",
    "not in",
    "and",
    "or",
]
AUGMENTED = ["+=", "-=", "*=", "/=", "//=", "%=", "&=", "|=", "^=", "<<=", ">>="]
ATTRIBUTES = ["nope", "append", "keys", "join", "lenght", "uper", "itmes", "x", "pop"]
# fmt: off
FAILING = [
    "[1, 2, 3][3]", "[1][-2]", '{"a": 1}["b"]', '"abc"[3]', "(1, 2)[2]", "range(3)[3]", "1 // 0", "1 % 0", "1.0 / 0",
    "1.5 % 0.0", "1 / 0.0", "1.0 // 0", 'int("zz")', 'int("12", 37)', 'int("", 10)', 'int("7", 2)', 'int([])',
    'int(float("nan"))', 'float("x")', 'float("1__0")', "len(1)", "len(None)", 'sorted([1, "a"])', "max([])",
    "min([], [])", "min()", '"a" + 1', "[] + ()", "1 + None", "-[]", "not_a", "~1.5", '"".join([1])', '"".join(1)',
    "range(0, 5, 0)", "range()", 'range("a")', "zip(1)", "enumerate(1)", 'enumerate([1], "a")', "dict([(1,)])",
    "dict([1])", "dict(1)", 'dict(["ab"])', 'dict(["abc"])', "tuple(1)", "list(1)", '"a".index("b")',
    '"a".rindex("b")', "[].pop()", "[1].pop(3)", "[1].remove(2)", "[1].index(2)", '{}.pop("x")', "{}.popitem()",
    '"a".split("")', '"a".rsplit("")', '"a".partition("")', "{[]: 1}", "{{}: 1}", "{}[[]]", "[] in {}",
    "{(1, []): 2}", "{len: 1}", '"%d" % "x"', '"%d" % True', '"%s"  % ()', '"%s" % (1, 2)', '"%x" % 1.5',
    '"%e" % "x"', "getattr(1, \"x\")", "getattr([], \"apend\")", "fail()", 'fail("a", 1, [2])',
    'fail("x", sep = "-")', 'fail(msg = "m", attr = "t")', 'fail("a", msg = "m")', 'fail(attr = "t")', "None()",
    "1()", '"a"()', "[](1)", "len()", "len([], [])", "len(x = [])", "len([], y = 1)", 'json.decode("[")',
    'json.decode("{1: 2}")', 'json.decode("01")', 'json.decode("tru")', 'json.decode("\\"\\\\q\\"")',
    'json.decode("[1,]")', 'json.decode("")', 'json.decode("1 2")', "json.encode(len)", 'json.encode({1: 2})',
    'json.encode(float("nan"))', "1 << 512", "1 << -1", "1 >> -1", '"a" * 2147483648', "[1, 2] * 2147483647",
    "1 in 2", '1 in "a"', "1 < \"a\"", "None < None", "{} < {}", "[1] < [None]", "(lambda: 1) < 2", "hash(1)",
    "int(True, 2)", "str()", "repr(1, 2)", "type()", "abs(\"a\")", "reversed({})", 'reversed("a")', "sorted(1)",
    "sorted([1], key = 1)", "sorted([1], foo = 2)", "any(1)", "all(None)", "bool(1, 2)", "dir()", "hasattr(1)",
    "print(1, foo = 2)", "1[0]", "None[0]", "len[0]", "1[0:1]", "{}[1:2]", '"abc"[::0]', '"abc"["a"]', "[1][None]",
    "[1][1.0]", '[1]["a":]', '"abc"[:"b"]', "range(5)[::0]", "1.x", "(1).x", "None.x", "len.x", '"a".x', "[].x()",
    "json.x", "json.encod(1)", "{}.update(1)", "{}.update([1])", "{}.setdefault([])", "[].extend(1)",
    "[].insert(\"a\", 1)", "[].append()", '"a".replace("a")', '"a".startswith(1)', '"a".startswith((1,))',
    '"a".strip(1)', '"a".count(None)', '"a".splitlines(1)', "[x for x in 1]", "[x for x, y in [1]]",
    "[x for x, y in [(1,)]]", "[x for x, y in [(1, 2, 3)]]", "{x: 1 for x in [[]]}", '{"a": 1, "a": 2}', "1 if",
    "max(1)", 'max([1, "a"])', "min([1], key = len)", "(lambda x: x)()", "(lambda: 1)(1)", "(lambda x: x)(y = 1)",
    "(lambda *a: a)(*1)", "(lambda **k: k)(**1)", "(lambda **k: k)(**{1: 2})", "(lambda x: x)(1, x = 2)",
    "dict(**{\"a\": 1}, a = 2)", "range(3) + range(2)", "range(2147483648)", "range(0, 2147483647) == 1",
    "[1, 2] * \"a\"",
]
# fmt: on

NAMES = "alpha beta gamma delta omega".split()

TOKEN = re.compile(
    r"[A-Za-z_]\w*|\d[\w.]*|\"[^\"\n]*\"|'[^'\n]*'|[-+*/%|&^<>=!]=|//|<<|>>|\*\*|\n *|[ \t]+|.", re.DOTALL
)
STRANGE = (
    "( ) [ ] { } : , ; . = == + - * ** / // % | & ^ ~ << >> += < > <= != not in and or if else elif for def lambda return break continue pass load "
    'while class import del is try assert raise with yield as None True x 1 0x 0777 1.5 1e \'\' "s" "unclosed \\ $ ? ! @ # -> ... b"x" async global'
).split() + ["\n", "\n    ", "\n ", "\t", " "]
