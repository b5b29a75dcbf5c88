"""Terms and conditions, kept as reStructuredText by the lawyers, as HTML."""

from docutils.core import publish_parts


def html_body(source: str) -> str:
    parts = publish_parts(  # type: ignore[no-untyped-call]
        source, writer="html5", settings_overrides={"halt_level": 2}
    )
    return str(parts["body"])
