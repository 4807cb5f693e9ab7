"""A page: one HTML file that needs nothing from outside, filled in from a template with everything escaped."""

from math import isnan
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, **values: Any) -> str:  # noqa: ANN401 - templates take values of any kind
    """Fill in a template of `report/templates`; a value that the template asks for and does not get is an error.

    Every text is escaped. Numbers are written by the filters `number` (digits after the point, an optional sign) and
    `count` (thousands apart), with a dash where there is no number.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": shown_number, "count": shown_count}
    return environment.get_template(template).render(**values)


def shown_number(value: float | None, digits: int = 2, sign: str = "") -> str:
    """Return a number as text, a dash where there is none.

    >>> shown_number(0.678), shown_number(-0.001, sign="+"), shown_number(float("nan"))
    ('0.68', '+0.00', '–')
    """
    return "–" if value is None or isnan(value) else f"{value:{sign}z.{digits}f}".replace("-", "−")


def shown_count(value: int | None) -> str:
    """Return a count with thousands apart, a dash where there is none.

    >>> shown_count(4224)
    '4,224'
    """
    return "–" if value is None else f"{value:,}"
