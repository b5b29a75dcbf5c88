"""Release notes from the titles of commits."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from jinja2 import Environment, StrictUndefined

from tools.release.version import VERSION

_NOTES = Environment(undefined=StrictUndefined).from_string("""Harbor {{ version }}
{% for area, titles in areas %}
{{ area }}:
{% for title in titles %}- {{ title }}
{% endfor %}{% endfor %}""")


def _split(title: str) -> tuple[str, str]:
    area, colon, rest = title.partition(": ")
    return (area, rest) if colon else ("other", title)


def notes(titles: Iterable[str]) -> str:
    commits = sorted(map(_split, titles))
    areas = [
        (area, [rest for _, rest in group])
        for area, group in groupby(commits, key=lambda commit: commit[0])
    ]
    return _NOTES.render(version=VERSION, areas=areas)
