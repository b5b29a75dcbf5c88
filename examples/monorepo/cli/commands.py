"""The commands of `harbor`, the program on everybody's desk."""

from __future__ import annotations

import click
from harbor_geo import Point

from domain.routing.planner import Planner, length_km
from libs.base.errors import HarborError
from libs.ports.ports import find_port, nearest_port
from libs.render.tables import table
from tools.release.version import VERSION


@click.group()
@click.version_option(VERSION)
def main() -> None:
    pass


@main.command()
@click.argument("latitude", type=float)
@click.argument("longitude", type=float)
def near(latitude: float, longitude: float) -> None:
    """The nearest port of a place."""
    port = nearest_port(Point(latitude, longitude))
    click.echo(f"{port.locode} {port.name}")


@main.command()
@click.argument("locodes", nargs=-1, required=True)
def route(locodes: tuple[str, ...]) -> None:
    """The length of a voyage along LOCODES."""
    try:
        ports = Planner([locodes]).route(find_port(locodes[0]), find_port(locodes[-1]))
    except HarborError as error:
        raise click.ClickException(str(error)) from error
    click.echo(table(["port", "name"], [[port.locode, port.name] for port in ports]))
    click.echo(f"{length_km(ports):,.0f} km")
