"""Tests of report.page."""

import pytest
from jinja2 import UndefinedError

from report.page import page, shown_count


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="is undefined"):
        page("agreement.html")


def test_a_count_that_is_not_known_is_a_dash() -> None:
    assert shown_count(None) == "–"
