"""Books the interchange in a file and writes the letters to the customers."""

import os
from typing import TextIO

import click

from libs.money.currency import parse_currency
from services.booking.server import make_production_desk, parse_and_book


@click.command()
@click.argument("interchange", type=click.File())
@click.option("--currency", default="EUR", show_default=True)
@click.option("--letters/--no-letters", default=True, help="Also print the letters.")
def main(interchange: TextIO, currency: str, letters: bool) -> None:
    desk = make_production_desk(os.environ)
    summary, texts = parse_and_book(desk, interchange.read(), parse_currency(currency))
    click.echo(summary)
    if letters:
        for text in texts:
            click.echo()
            click.echo(text, nl=False)


if __name__ == "__main__":
    main()
