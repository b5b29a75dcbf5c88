def widths() -> list[float]:
    return [1.0, 2.5]
