"""Prints a label for each parcel in a list."""

from typing import TextIO

import click

from services.labels.parcel import parse_parcel
from services.labels.printer import labels


@click.command()
@click.argument("parcels", type=click.File())
def main(parcels: TextIO) -> None:
    for label in labels(map(parse_parcel, parcels)):
        click.echo(label)


if __name__ == "__main__":
    main()
