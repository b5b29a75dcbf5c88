"""Labels in the language of the label printers."""

from collections.abc import Iterable, Iterator

from jinja2 import Environment, StrictUndefined

from services.labels.parcel import Parcel

ZPL = """^XA
{% for line in parcel.address -%}
^FO40,{{ 40 + 50 * loop.index0 }}^FD{{ line }}^FS
{% endfor -%}
{% if parcel.fragile %}^FO40,400^FDFRAGILE^FS
{% endif -%}
^FO40,500^BCN,120,Y^FD{{ parcel.sscc }}^FS
^XZ"""

_TEMPLATE = Environment(undefined=StrictUndefined).from_string(ZPL)


def labels(parcels: Iterable[Parcel]) -> Iterator[str]:
    return (_TEMPLATE.render(parcel=parcel) for parcel in parcels)
