#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random Starlark programs: each seed is a program, always the same one.

    generate.py SEED [COUNT]      print the programs of COUNT seeds from SEED on

A program uses every statement, operator, builtin and method of the language, mostly as they are meant to be used, and
now and then not: then it ends with an error. It always ends, soon, and holds little memory: loops are short, nothing
grows by doubling, and no function calls itself. Programs of the kind `broken` are others with some of their tokens
changed: most do not parse.
"""

import random
import re
import sys
from typing import Callable, Dict, List, Optional, Tuple

from words import (
    ATTRIBUTES,
    AUGMENTED,
    BINARY,
    BUILTINS,
    FAILING,
    FIELDS,
    FLOATS,
    FORMATS,
    GREAT_INTS,
    KINDS,
    METHODS,
    NAMES,
    RISKY_BUILTINS,
    RISKY_METHODS,
    SMALL_INTS,
    STRANGE,
    STRINGS,
    TOKEN,
)


class Program:
    """The program of one seed, while it is being written."""

    def __init__(self, seed: int, sets: bool = False) -> None:
        self.random = random.Random(seed)
        self.lines: List[str] = []
        self.scopes: List[Dict[str, str]] = [{}]  # name to kind
        self.functions: Dict[str, Tuple[List[str], str]] = {}  # those that may be called: parameters, kind
        self.count = 0
        self.loops = 0
        self.in_function = False
        self.kinds = KINDS + ("x" if sets else "")
        self.chaos = self.random.choice([0.0, 0.0, 0.002, 0.01, 0.03, 0.1])
        self.writers: Dict[str, Callable[[int], str]] = {
            "i": self.int_, "f": self.float_, "s": self.string, "b": self.bool_, "l": self.list_, "t": self.tuple_, "d": self.dict_,
            "r": self.range_, "n": lambda depth: "None", "c": self.callable, "k": self.key, "S": self.strings, "L": self.small, "D": self.update,
            "x": self.set_, "K": self.keys, "m": lambda depth: self.small_int(), "p": lambda depth: self.pick(['","', '" "', '"a"', '"lo"', '"b"']),
            "j": self.encodable,
        }  # fmt: skip

    # ------------------------------------------------------------ choosing

    def one_in(self, n: int) -> bool:
        return self.random.randrange(n) == 0

    def below(self, n: int) -> int:
        return self.random.randrange(n)

    def pick(self, items: "List[str]") -> str:
        return self.random.choice(items)

    def fresh(self) -> str:
        self.count += 1
        return "v%d" % self.count

    def risky(self) -> bool:
        return self.random.random() < self.chaos * 4

    def variables(self, kind: str) -> List[str]:
        doubtful = self.risky()
        return [n for scope in self.scopes for n, k in scope.items() if kind in (k, "a") or k == "a" and doubtful]

    # ------------------------------------------------------------ expressions

    def expression(self, kind: str, depth: int) -> str:
        """An expression of a kind, or of one of several."""
        if len(kind) > 1:
            kind = self.pick(list(kind.replace("?", "")))
        if self.random.random() < self.chaos:
            if self.one_in(2):
                return self.pick(FAILING)
            kind = self.pick(list(self.kinds))
        if kind == "a":
            kind = self.pick(list("iisssbbllltddrnfc" + self.kinds[10:]))
        choice = self.below(10)
        known = self.variables(kind)
        if choice < 4 and known:
            return self.pick(known)
        if choice == 4 and depth > 0:
            return self.conditional(kind, depth)
        if choice == 5 and depth > 0:
            found = self.call_for(kind, depth)
            if found:
                return found
        text = self.writers[kind](max(depth, 0))
        return "(%s)" % text if self.one_in(12) else text

    def conditional(self, kind: str, depth: int) -> str:
        parts = (self.expression(kind, depth - 1), self.expression("ba", depth - 1), self.expression(kind, depth - 1))
        return "(%s if %s else %s)" % parts

    def call_for(self, kind: str, depth: int) -> Optional[str]:
        """A call of a builtin, a method or a function that returns this kind."""
        risky = self.risky()
        builtins = RISKY_BUILTINS if risky else BUILTINS
        choices: List[Tuple[str, str, List[str]]] = [("", n, p) for n, p, k in builtins if k == kind]
        for receiver, methods in METHODS.items():
            if receiver in self.kinds:
                choices += [
                    (receiver, n, p) for n, p, k in methods if k == kind and (risky or n not in RISKY_METHODS)
                ]
        mine = [n for n, (_, k) in self.functions.items() if k == kind]
        if mine and self.one_in(2):
            return self.call_function(self.pick(mine), depth)
        if not choices:
            return None
        receiver, name, parameters = self.random.choice(choices)
        arguments = self.arguments(parameters, depth)
        if receiver:
            return "%s.%s(%s)" % (self.receiver(receiver, depth), name, arguments)
        if name == "sorted" and not risky:
            arguments += self.pick([", key = str", ", key = lambda x: repr(x)", ", reverse = True, key = repr"])
        elif name in ("min", "max", "sorted") and self.one_in(4):
            arguments += self.pick([", key = str", ", key = lambda x: -x", ", key = None"])
        return "%s(%s)" % (name, arguments)

    def receiver(self, kind: str, depth: int) -> str:
        text = self.expression(kind, depth - 1)
        return text if re.match(r"^[\w.]+$|^\[.*\]$|^\"[^\"]*\"$", text) else "(%s)" % text

    def arguments(self, parameters: List[str], depth: int) -> str:
        given: List[str] = []
        for parameter in parameters:
            if parameter.endswith("?") and self.one_in(2):
                break
            given.append(self.expression(parameter.rstrip("?"), depth - 1))
        if self.random.random() < self.chaos:
            given = given[1:] if self.one_in(2) else given + [self.expression("a", 0)]
        if self.random.random() < self.chaos:
            given.append("%s = %s" % (self.pick(NAMES), self.expression("a", 0)))
        return ", ".join(given)

    def call_function(self, name: str, depth: int) -> str:
        parameters, _ = self.functions[name]
        given: List[str] = []
        keywords = False
        for parameter in parameters:
            bare = parameter.lstrip("*").split(" ")[0]
            value = self.expression("a", depth - 2)
            if parameter.startswith("**"):
                if self.one_in(3):
                    given.append(self.pick(["%s = %s" % (self.pick(NAMES), value), '**{"z": %s}' % value]))
            elif parameter == "*":
                keywords = True
            elif parameter.startswith("*"):
                keywords = True
                if self.one_in(2) and not any(" = " in g for g in given):
                    given.append(self.pick([value, "*[%s]" % value, "*(%s, 1)" % value]))
            elif "=" in parameter and self.one_in(2):
                keywords = True
            elif keywords or self.one_in(6):
                keywords = True
                given.append("%s = %s" % (bare, value))
            else:
                given.append(value)
        if self.random.random() < self.chaos * 3 and given:
            self.random.shuffle(given)
            given = given[self.below(2) :]
        return "%s(%s)" % (name, ", ".join(given))

    def small_int(self) -> str:
        return str(self.random.choice(SMALL_INTS))

    def int_(self, depth: int) -> str:
        if depth == 0 or self.one_in(3):
            return self.pick(GREAT_INTS) if self.one_in(5) else self.small_int()
        choice = self.below(8)
        if choice == 0:
            return self.pick(["-", "+", "~"]) + self.expression("i", depth - 1)
        if choice == 1:
            return "(%s) %s %d" % (self.expression("i", depth - 1), self.pick(["<<", ">>"]), self.below(40))
        if choice == 2:
            return "(%s) %s %s" % (self.expression("i", depth - 1), self.pick(["//", "%"]), self.divisor(depth))
        if choice == 3 and self.risky():
            return "%s[%s]" % (self.receiver("lt", depth), self.small_int())
        operator = self.pick(["+", "-", "*", "&", "|", "^"])
        return "(%s %s %s)" % (self.expression("i", depth - 1), operator, self.expression("i", depth - 1))

    def divisor(self, depth: int) -> str:
        return (
            self.expression("i", depth - 1)
            if self.risky()
            else self.pick(["2", "3", "-7", "10", "1009", "-1", "(1 << 70)"])
        )

    def float_(self, depth: int) -> str:
        if depth == 0 or self.one_in(3):
            return self.pick(FLOATS)
        operator = self.pick(["+", "-", "*", "/", "//", "%"])
        if "/" in operator or operator == "%":
            return "(%s %s %s)" % (
                self.expression("if", depth - 1),
                operator,
                self.pick(["2.0", "-0.3", "1e10", "7.5", self.divisor(depth)]),
            )
        return "(%s %s %s)" % (self.expression("if", depth - 1), operator, self.expression("f", depth - 1))

    def literal(self) -> str:
        if self.one_in(4):
            letters = "abcWYZ 019_,.-%{}'\u00e9\u0107"
            return '"%s"' % "".join(self.random.choice(letters) for _ in range(self.below(8)))
        return self.pick(STRINGS)

    def string(self, depth: int) -> str:
        if depth == 0 or self.one_in(3):
            return self.literal()
        choice = self.below(8)
        if choice == 0:
            return "(%s) * %s" % (self.literal(), self.small_int())
        if choice == 1:
            return self.percent(depth)
        if choice == 2:
            return self.formatted(depth)
        if choice == 3:
            return "%s[%s]" % (self.receiver("s", depth), self.bounds(depth))
        if choice == 4:
            text = "%s[%s]" if self.risky() else '(%s + "xyz0123456789")[%s]'
            return text % (self.receiver("s", depth), self.small_int())
        if choice == 5:
            return "%s(%s)" % (self.pick(["str", "repr"]), self.expression("a", depth - 1))
        return "(%s + %s)" % (self.expression("s", depth - 1), self.expression("s", depth - 1))

    def percent(self, depth: int) -> str:
        good = FORMATS[:12]
        texts, values = "", []
        for _ in range(self.below(4)):
            one = self.pick(FORMATS) if self.random.random() < self.chaos else self.pick(good)
            texts += one + self.pick(["", " ", "-"])
            kind = "a" if one in ("%s", "%r") else "if" if one[-1] in "eEfFgG" else "i"
            # Bazel shows negative ints in octal and hexadecimal as no one else does.
            values.append(("abs(%s)" if one[-1] in "xXo" else "%s") % self.expression(kind, depth - 1))
        if "%%" in texts and not self.risky():
            return '("%s" % ())'.replace("%s", "100%%", 1)
        if len(values) == 1 and self.one_in(3) and "%s" not in texts and "%r" not in texts:
            return '("%s" %% %s)' % (texts, values[0])
        return '("%s" %% (%s%s))' % (texts, ", ".join(values), "," if len(values) == 1 else "")

    def formatted(self, depth: int) -> str:
        if self.random.random() < self.chaos * 5:
            text = "".join(self.pick(FIELDS) for _ in range(1 + self.below(3)))
        else:
            text = self.pick(["{}{}", "{0} {1}", "{1}{0}", "{a}: {}", "{{{}}}", "{b}{a}", "x", "{0}{0}"])
        given = [self.expression("a", depth - 1) for _ in range(2)]
        given += ["%s = %s" % (name, self.expression("a", depth - 1)) for name in ("a", "b")]
        return '"%s".format(%s)' % (text, ", ".join(given))

    def bounds(self, depth: int) -> str:
        parts = [self.small_int() if self.one_in(2) else "" for _ in range(2 + self.below(2))]
        if len(parts) == 3 and parts[2] == "0" and self.random.random() > self.chaos:
            parts[2] = "2"
        return ":".join(parts)

    def bool_(self, depth: int) -> str:
        if depth == 0 or self.one_in(5):
            return self.pick(["True", "False"])
        choice = self.below(6)
        if choice == 0:
            return "not " + self.expression("a", depth - 1)
        if choice == 1:
            return "(%s %s %s)" % (
                self.expression("b", depth - 1),
                self.pick(["and", "or"]),
                self.expression("b", depth - 1),
            )
        if choice == 2:
            operator = self.pick(["in", "not in"])
            if self.one_in(2):
                return "(%s %s %s)" % (self.expression("s", depth - 1), operator, self.expression("s", depth - 1))
            return "(%s %s %s)" % (
                self.expression("k", depth - 1),
                operator,
                self.expression("ltd" if not self.risky() else "ar", depth - 1),
            )
        if choice == 3:
            return "(%s %s %s)" % (
                self.expression("a", depth - 1),
                self.pick(["==", "!="]),
                self.expression("a", depth - 1),
            )
        kind = self.pick(["i", "if", "s", "s", "b"])
        operator = self.pick(["<", ">", "<=", ">=", "==", "!="])
        return "(%s %s %s)" % (self.expression(kind, depth - 1), operator, self.expression(kind, depth - 1))

    def items(self, kind: str, depth: int) -> str:
        return ", ".join(self.expression(kind, depth - 1) for _ in range(self.below(4)))

    def strings(self, depth: int) -> str:
        return "[%s]" % self.items("s", depth)

    def small(self, depth: int) -> str:
        return "[%s]" % ", ".join(self.small_int() for _ in range(self.below(4)))

    def key(self, depth: int) -> str:
        return (
            self.expression(self.pick(["s", "s", "i", "b", "n", "f"]), min(depth, 1))
            if depth
            else self.pick([self.literal(), self.small_int()])
        )

    def encodable(self, depth: int) -> str:
        value = self.expression(self.pick(["s", "s", "i", "b", "n", "m"]), depth - 1)
        return self.pick(
            [value, "[%s, %s]" % (value, self.literal()), '{"k": %s, %s: [{}]}' % (value, '"%d"' % self.below(99))]
        )

    def keys(self, depth: int) -> str:
        return "[%s]" % ", ".join(self.key(depth - 1) for _ in range(self.below(4)))

    def clauses(self, depth: int) -> Tuple[str, List[str]]:
        """The clauses of a comprehension, and the names that they bind."""
        text, names = "", []
        for _ in range(1 + self.one_in(4)):
            name = self.fresh()
            if self.one_in(5):
                other = self.fresh()
                text += " for %s, %s in %s.items()" % (name, other, self.receiver("d", depth))
                names += [name, other]
            else:
                text += " for %s in %s" % (name, self.expression("ltrd" if self.one_in(2) else "L", depth - 1))
                names.append(name)
            self.scopes[-1].update({n: "a" for n in names})
            if self.one_in(3):
                text += " if %s" % self.bool_(depth - 1 if depth else 0)
        return text, names

    def comprehension(self, depth: int, body: Callable[[], str]) -> str:
        self.scopes.append({})
        text, _ = self.clauses(depth)
        result = body() + text
        self.scopes.pop()
        return result

    def list_(self, depth: int) -> str:
        if depth == 0:
            return self.small(0)
        choice = self.below(9)
        if choice < 3:
            kind = self.pick(["a", "i", "s", "a"])
            return "[%s%s]" % (self.items(kind, depth), "")
        if choice == 3:
            return "[%s]" % self.comprehension(depth - 1, lambda: self.expression("a", depth - 1))
        if choice == 4:
            return "(%s + %s)" % (self.expression("l", depth - 1), self.expression("l", depth - 1))
        if choice == 5:
            return "(%s * %s)" % (self.expression("l", depth - 1), self.small_int())
        if choice == 6:
            return "%s[%s]" % (self.receiver("l", depth), self.bounds(depth))
        return self.call_for("l", depth) or "[]"

    def tuple_(self, depth: int) -> str:
        if depth == 0:
            return self.pick(["()", "(1,)", '(1, "a")', "(None, True)"])
        choice = self.below(5)
        if choice == 0:
            return "(%s + %s)" % (self.expression("t", depth - 1), self.expression("t", depth - 1))
        if choice == 1:
            return "%s[%s]" % (self.receiver("t", depth), self.bounds(depth))
        if choice == 2:
            return "(%s * %s)" % (self.small_int(), self.expression("t", depth - 1))
        items = [self.expression("a", depth - 1) for _ in range(self.below(4))]
        return "(%s%s)" % (", ".join(items), "," if len(items) == 1 else "")

    def dict_(self, depth: int) -> str:
        if depth == 0:
            return self.pick(["{}", '{"a": 1}', "{1: 2}", '{"k": [1, 2]}'])
        choice = self.below(6)
        if choice == 0:
            return "{%s}" % self.comprehension(
                depth - 1, lambda: "%s: %s" % (self.key(depth - 1), self.expression("a", depth - 1))
            )
        if choice == 1:
            return "(%s | %s)" % (self.expression("d", depth - 1), self.expression("d", depth - 1))
        if choice == 2:
            keys = self.random.sample(NAMES, self.below(3))
            return "dict(%s)" % ", ".join("%s = %s" % (k, self.expression("a", depth - 1)) for k in keys)
        keys = [self.key(depth - 1) for _ in range(self.below(4))]
        if not self.risky():
            keys = self.random.sample(
                STRINGS[:10] + ["1", "2.5", "None", "True", "(1, 2)", "-0.0", "1 << 80"], len(keys)
            )
        return "{%s}" % ", ".join("%s: %s" % (key, self.expression("a", depth - 1)) for key in keys)

    def set_(self, depth: int) -> str:
        if depth and self.one_in(2):
            operator = self.pick(["|", "&", "-", "^"])
            return "(%s %s %s)" % (self.expression("x", depth - 1), operator, self.expression("x", depth - 1))
        return "set(%s)" % self.keys(depth)

    def update(self, depth: int) -> str:
        pairs = "[%s]" % ", ".join("(%s, %s)" % (self.key(0), self.expression("a", 0)) for _ in range(self.below(3)))
        return self.pick([self.dict_(min(depth, 1)), pairs, pairs + ", gamma = " + self.expression("a", 0)])

    def range_(self, depth: int) -> str:
        return "range(%s)" % ", ".join(str(self.below(12)) for _ in range(1 + self.below(2)))

    def callable(self, depth: int) -> str:
        choice = self.below(4)
        if choice == 0:
            return self.pick([n for n, _, _ in BUILTINS if "." not in n])
        if choice == 1 and self.functions:
            return self.pick(list(self.functions))
        if choice == 2:
            return "%s.%s" % (self.receiver("s", depth), self.pick([n for n, _, _ in METHODS["s"]]))
        return "(lambda %s: %s)" % (
            self.pick(["", "p", "p = 1", "*p", "p, **q"]),
            self.expression("a", min(depth - 1, 1)),
        )

    # ------------------------------------------------------------ statements

    def emit(self, indent: int, text: str) -> None:
        # A literal of several lines goes on at the margin.
        self.lines.append("  " * indent + text)

    def block(self, indent: int, size: int) -> None:
        for _ in range(1 + self.below(size)):
            self.statement(indent, size - 1)

    def bind(self, name: str, kind: str) -> None:
        self.scopes[-1][name] = kind

    def statement(self, indent: int, size: int) -> None:
        choice = self.below(24)
        nests = indent > 0 and size > 0
        if choice < 7:
            self.assign(indent)
        elif choice < 9:
            self.mutate(indent)
        elif choice == 9 and indent:
            self.augment(indent)
        elif choice == 10:
            self.unpack(indent)
        elif choice == 11 and nests:
            self.if_(indent, size)
        elif choice in (12, 13) and nests and self.loops < 2:
            self.for_(indent, size)
        elif choice == 14 and nests:
            self.def_(indent, size)
        elif choice == 15 and indent:
            self.emit(
                indent,
                self.pick(
                    ["pass", self.expression("a", 2), "return", "return " + self.expression("a", 2)][
                        : 2 if self.one_in(3) else 4
                    ]
                    if not self.loops
                    else ["pass"]
                ),
            )
        elif choice == 16 and self.random.random() < self.chaos * 4:
            self.wrong(indent)
        else:
            self.print_(indent)

    def assign(self, indent: int) -> None:
        kind = self.pick(list(self.kinds))
        text = self.expression(kind, 3)
        name = self.fresh()
        self.emit(indent, "%s = %s" % (name, text))
        self.bind(name, kind)

    def print_(self, indent: int) -> None:
        known = self.variables("a")
        value = self.pick(known) if known and self.one_in(2) else self.expression("a", 3)
        form = self.pick(
            [
                "print(%s)",
                "print(repr(%s))",
                "print(type(%s))",
                "print(%s, 1, sep = '|')",
                "print(repr(%s))",
                "print('=', %s)",
            ]
        )
        self.emit(indent, form % value)

    def mutate(self, indent: int) -> None:
        kind = self.pick(["l", "l", "d", "d"] + (["x", "x"] if "x" in self.kinds else []))
        known = self.variables(kind)
        if not known:
            self.assign(indent)
            return
        name = self.pick(known)
        choice = self.below(4)
        if choice == 0 and kind == "l":
            self.emit(
                indent,
                (
                    "if %s: %s[%s] = %s" % (name, name, self.pick(["0", "-1"]), self.expression("a", 2))
                    if indent
                    else "%s.append(%s)" % (name, self.small_int())
                ),
            )
        elif choice == 0 and kind == "d":
            self.emit(indent, "%s[%s] = %s" % (name, self.key(1), self.expression("a", 2)))
        else:
            method, parameters, _ = self.random.choice(METHODS[kind])
            if method in RISKY_METHODS and not self.risky():
                self.emit(
                    indent,
                    (
                        "%s = %s.pop() if %s else None" % (self.fresh(), name, name)
                        if kind == "l"
                        else "%s = len(%s)" % (self.fresh(), name)
                    ),
                )
                return
            # Never twice as long: what is added is written out.
            self.emit(indent, "%s.%s(%s)" % (name, method, self.arguments(parameters, 1 if self.loops else 2)))

    def augment(self, indent: int) -> None:
        kind = self.pick(["i", "i", "s", "l", "d", "f"])
        known = [n for n, k in self.scopes[-1].items() if k == kind]
        if not known:
            self.assign(indent)
            return
        name = self.pick(known)
        operators = {
            "i": AUGMENTED,
            "f": AUGMENTED[:6],
            "s": ["+=", "%="] if self.risky() else ["+="],
            "l": ["+="],
            "d": ["|="],
        }[kind]
        operator = self.pick(operators)
        if kind == "i" and self.loops:
            operator = self.pick(["+=", "-=", "&=", "^=", "|=", "//="])
        value = (
            self.small_int()
            if kind in "if"
            else self.literal() if kind == "s" else self.small(0) if kind == "l" else self.dict_(0)
        )
        if kind in "if" and "/" in operator or operator == "%=" and kind != "s":
            value = self.pick(["2", "-3", "10"])
        if kind == "i" and operator in ("<<=", ">>="):
            value = str(self.below(30))
        if kind == "i" and operator == "/=":
            self.scopes[-1][name] = "f"
        self.emit(indent, "%s %s %s" % (name, operator, value))

    def unpack(self, indent: int) -> None:
        names = [self.fresh() for _ in range(1 + self.below(3))]
        values = [self.expression("a", 2) for _ in names]
        if self.random.random() < self.chaos:
            values.append("1")
        left = ", ".join(names) + ("" if len(names) > 1 else ",")
        form = self.pick(
            ["%s = %s", "(%s) = (%s)", "[%s] = [%s]"] if len(names) > 1 else ["(%s) = [%s]", "[%s] = (%s,)"]
        )
        self.emit(indent, form % (left, ", ".join(values)))
        for name in names:
            self.bind(name, "a")

    def if_(self, indent: int, size: int) -> None:
        self.emit(indent, "if %s:" % self.expression("ba", 2))
        self.inner(indent + 1, size)
        if self.one_in(3):
            self.emit(indent, "elif %s:" % self.expression("b", 2))
            self.inner(indent + 1, size)
        if self.one_in(2):
            self.emit(indent, "else:")
            self.inner(indent + 1, size)

    def inner(self, indent: int, size: int) -> None:
        """A block that may not run: what it binds is not sure to be bound after it."""
        before = dict(self.scopes[-1])
        self.block(indent, size)
        if self.loops and self.one_in(4):
            self.emit(indent, self.pick(["break", "continue"]))
        if not self.random.random() < self.chaos:
            self.scopes[-1] = before

    def for_(self, indent: int, size: int) -> None:
        name = self.fresh()
        self.loops += 1
        iterable = self.pick(
            ["range(%d)" % self.below(5), self.expression("lt", 1), self.small(0), self.receiver("d", 1)]
        )
        target = name
        if self.one_in(4):
            target, iterable = "%s, %s" % (name, name + "b"), "enumerate(%s)" % self.small(0)
        before = dict(self.scopes[-1])
        self.emit(indent, "for %s in %s:" % (target, iterable))
        self.bind(name, "a")
        self.inner(indent + 1, size)
        self.scopes[-1] = before
        self.loops -= 1

    def parameters(self) -> List[str]:
        result: List[str] = []
        for name in self.random.sample(NAMES, self.below(4)):
            result.append(name if not any("=" in p for p in result) else "%s = %s" % (name, self.expression("a", 1)))
            if self.one_in(3):
                result[-1] = "%s = %s" % (name, self.expression("a", 1))
        if self.one_in(3):
            result.append(self.pick(["*rest", "*"]))
            if result[-1] == "*" or self.one_in(2):
                result.append(self.pick(["only", "only = 1"]))
        if self.one_in(4):
            result.append("**others")
        return result

    def def_(self, indent: int, size: int) -> None:
        name = "f%d" % (len(self.functions) + 1 if indent == 0 else self.below(10**6))
        parameters = self.parameters()
        kind = self.pick(list("isblda"))
        self.emit(indent, "def %s(%s):" % (name, ", ".join(parameters)))
        if self.one_in(6):
            self.emit(indent + 1, '"""What it does."""')
        outer, loops = self.scopes, self.loops
        self.loops = 0
        # Outer variables may be read only: nothing that a call changes grows with the number of calls.
        self.scopes = [dict(s) for s in outer] + [{}]
        for parameter in parameters:
            bare = parameter.lstrip("*").split(" ")[0]
            if bare:
                self.bind(bare, "t" if parameter.startswith("*r") else "d" if parameter.startswith("**") else "a")
        self.block(indent + 1, size)
        self.emit(indent + 1, "return %s" % self.expression(kind, 2))
        self.scopes, self.loops = outer, loops
        if indent == 0:
            self.functions[name] = (parameters, kind)
        elif not self.loops:
            self.emit(
                indent,
                "print(%s(%s))"
                % (name, ", ".join("1" for p in parameters if p[0] != "*" and "=" not in p and p != "only")),
            )

    def wrong(self, indent: int) -> None:
        text = self.pick(
            [
                self.pick(FAILING),
                "%s.%s = 1" % (self.receiver("a", 1), self.pick(ATTRIBUTES)),
                "(%s)[%s] = %s" % (self.expression("tsrd", 1), self.expression("a", 1), self.expression("a", 1)),
                "%s.%s" % (self.receiver("a", 1), self.pick(ATTRIBUTES)),
                "%s %s %s" % (self.receiver("a", 1), self.pick(BINARY), self.receiver("a", 1)),
                "%s, %s = %s" % (self.fresh(), self.fresh(), self.expression("a", 1)),
                "%s(%s)" % (self.expression("c", 1), self.items("a", 1)),
                "%s = %s" % (self.fresh(), self.pick(["undefined", "v%d" % (self.count + 5)])),
            ]
        )
        self.emit(indent, text)

    def mutation_in_loop(self) -> None:
        name = self.fresh()
        kind = self.pick(["l", "d"])
        self.emit(1, "%s = %s" % (name, {"l": "[1, 2]", "d": '{"a": 1}'}[kind]))
        self.emit(1, "for %s in %s:" % (self.fresh(), name))
        changes = [
            "{0}.append(1)",
            "{0}.clear()",
            "{0}[0] = 1",
            "{0} += [1]",
            "{0}.pop()",
            "[{0}.insert(0, 1) for _ in [1]]",
        ]
        if kind == "d":
            changes = [
                '{0}["b"] = 1',
                '{0}["a"] = 2',
                '{0}.pop("a")',
                "{0}.update(a = 1)",
                "{0}.clear()",
                "{0} |= {{}}",
                '{0}.setdefault("a")',
            ]
        self.emit(2, self.pick(changes).format(name))

    def write(self) -> str:
        for _ in range(2 + self.below(4)):
            self.statement(0, 0)
        for _ in range(1 + self.below(3)):
            self.def_(0, 4)
        for _ in range(2 + self.below(5)):
            self.statement(0, 0)
        for name in self.functions:
            self.emit(0, "print(%s)" % self.call_function(name, 3))
        if self.random.random() < self.chaos * 2:
            self.emit(0, "def last():")
            self.mutation_in_loop()
            self.emit(0, "last()")
        return "\n".join(self.lines) + "\n"


def broken(seed: int) -> str:
    """A program of which some tokens were taken out, doubled, exchanged or made up."""
    chance = random.Random(seed ^ 0x5EED)
    tokens: List[str] = TOKEN.findall(Program(seed).write())
    start = chance.randrange(max(1, len(tokens) - 60))
    tokens = tokens[:start][-80:] if chance.randrange(3) == 0 else tokens[: 160 + start]
    for _ in range(1 + chance.randrange(3)):
        i = chance.randrange(len(tokens)) if tokens else 0
        change = chance.randrange(4)
        if change == 0:
            del tokens[i : i + 1]
        elif change == 1:
            tokens[i:i] = tokens[i : i + 1]
        elif change == 2:
            tokens[i:i] = [" ", chance.choice(STRANGE), " "]
        else:
            tokens[i : i + 1] = [chance.choice(STRANGE)]
    return "".join(tokens) + "\n"


def program(seed: int, kind: str = "run") -> str:
    """The program of a seed: of kind `run`, `sets` (those have sets) or `broken`."""
    return broken(seed) if kind == "broken" else Program(seed, kind == "sets").write()


def main() -> None:
    first = int(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    kind = sys.argv[3] if len(sys.argv) > 3 else "run"
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for seed in range(first, first + count):
        print("# seed %d" % seed)
        print(program(seed, kind))


if __name__ == "__main__":
    main()
