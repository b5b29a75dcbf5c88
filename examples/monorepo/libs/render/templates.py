"""Letters from templates; a template that misses a value is an error, not a gap."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from libs.money.money import Money

LETTERS = Path(__file__).with_name("letters")


def _money(amount: Money) -> str:
    return str(amount)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(LETTERS), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters["money"] = _money
    return environment


def render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(values)
