#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a lock: exact versions with the hashes of the wheels that Debian's Pythons can use.

    lock.py [--python TAG]... NAME==VERSION... >setup/NAME.lock

Every distribution must be named, dependencies included: pip then looks nothing up by itself. --python
(cp311, cp313) says for which Pythons; if it is not given, for both and for any. A lock made with it carries
markers, so that other Pythons install nothing from it.
"""

import argparse
import html.parser
import re
import urllib.parse
import urllib.request
from typing import List, Optional, Tuple

INDEX = "https://pypi.org/simple/"
SUPPORTED = ("cp311", "cp313")
MACHINE = re.compile(r"-manylinux.*_(x86_64|aarch64)\.whl$")


class Links(html.parser.HTMLParser):
    """The (file name, sha256) pairs of one page of the index."""

    def __init__(self) -> None:
        super().__init__()
        self.files: List[Tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        url = urllib.parse.urlsplit(dict(attrs).get("href") or "")
        if tag == "a" and url.fragment.startswith("sha256="):
            name = urllib.parse.unquote(url.path.rsplit("/", 1)[1])
            self.files.append((name, url.fragment[len("sha256=") :]))


def files_of(name: str) -> List[Tuple[str, str]]:
    with urllib.request.urlopen(INDEX + re.sub(r"[-_.]+", "-", name).lower() + "/") as page:
        links = Links()
        links.feed(page.read().decode())
    return links.files


def is_usable(file: str, pythons: List[str]) -> bool:
    """Whether a wheel is for one of pythons on Linux, by its compatibility tags."""
    python, abi, platform = file[: -len(".whl")].split("-")[-3:]
    if platform == "any":
        return "py3" in python.split(".")
    if not MACHINE.search(file):
        return False
    if abi == "abi3":
        return all(int(tag[3:]) <= 11 for tag in python.split("."))
    return abi == "none" or python in pythons


def lock_entry(requirement: str, pythons: List[str], marker: str) -> str:
    name, version = requirement.split("==")
    start = re.sub(r"[-_.]+", "_", name).lower() + "-" + version + "-"
    hashes = sorted(
        digest
        for file, digest in files_of(name)
        if file.lower().replace(".", "_").startswith(start.replace(".", "_"))
        and file.endswith(".whl")
        and is_usable(file, pythons)
    )
    if not hashes:
        raise SystemExit("lock.py: no usable wheel of " + requirement)
    return " \\\n".join([requirement + marker] + ["    --hash=sha256:" + digest for digest in hashes])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", action="append", choices=SUPPORTED, metavar="TAG")
    parser.add_argument("requirements", nargs="+", metavar="NAME==VERSION")
    arguments = parser.parse_args()
    words = " ".join(
        ["--python %s" % tag for tag in arguments.python or []] + arguments.requirements
    )
    pythons = arguments.python or list(SUPPORTED)
    versions = ["python_version == '%s.%s'" % (tag[2], tag[3:]) for tag in arguments.python or []]
    marker = " ; " + " or ".join(versions) if versions else ""
    print("# Made by: setup/lock.py " + words)
    for requirement in arguments.requirements:
        print(lock_entry(requirement, pythons, marker))


if __name__ == "__main__":
    main()
