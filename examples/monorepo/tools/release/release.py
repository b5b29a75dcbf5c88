"""`git log --format=%s | release notes`."""

import sys

import click

from tools.release.notes import notes
from tools.release.version import VERSION


@click.group()
@click.version_option(VERSION)
def main() -> None:
    pass


@main.command("notes")
def print_notes() -> None:
    click.echo(notes(line.rstrip("\n") for line in sys.stdin))


if __name__ == "__main__":
    main()
