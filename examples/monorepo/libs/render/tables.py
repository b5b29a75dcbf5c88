"""Tables for terminals."""

from collections.abc import Sequence

from tabulate import tabulate


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    # The package has no types: what comes back is checked here, once.
    text = tabulate(rows, headers=headings, tablefmt="plain")  # type: ignore[no-untyped-call]
    assert isinstance(text, str)
    return text
