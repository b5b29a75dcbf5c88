"""Sends the events in a file, one JSON object a line, to one partner."""

from typing import TextIO

import click

from services.webhooks.delivery import Delivery
from services.webhooks.payload import read_payloads
from services.webhooks.throttle import Throttle


@click.command()
@click.argument("events", type=click.File())
@click.option("--url", required=True)
@click.option("--secret", required=True, envvar="WEBHOOK_SECRET")
def main(events: TextIO, url: str, secret: str) -> None:
    payloads = read_payloads(events.readlines())
    sent = Delivery(secret.encode(), Throttle(seconds=300)).send_all(url, payloads)
    click.echo(f"{sent} of {len(payloads)} sent")
    if sent < len(payloads):
        raise click.exceptions.Exit(1)


if __name__ == "__main__":
    main()
