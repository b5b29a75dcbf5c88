"""The errors that cross package boundaries.  Anything else is a bug of the package that raised it."""


class HarborError(Exception):
    """Base of every expected error; `code` is stable and shown to customers."""

    code = "internal"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details

    def __str__(self) -> str:
        text = super().__str__()
        if not self.details:
            return text
        facts = ", ".join(f"{key}={value!r}" for key, value in sorted(self.details.items()))
        return f"{text} ({facts})"


class InvalidInput(HarborError):
    code = "invalid-input"


class NotFound(HarborError):
    code = "not-found"


class Unavailable(HarborError):
    """A system that we depend on does not answer; trying again later may help."""

    code = "unavailable"
