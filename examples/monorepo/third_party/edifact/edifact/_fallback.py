from collections.abc import Iterator


def segments(text: str) -> Iterator[str]:
    """The segments without their terminators; `?` quotes the next character."""
    segment = ""
    quoted = False
    for character in text:
        if quoted or character not in "?'":
            segment += character
            quoted = False
        elif character == "?":
            quoted = True
        else:
            yield segment.strip()
            segment = ""
