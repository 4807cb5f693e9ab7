"""Tests of cli.visible."""

import pytest

from cli.visible import visible, visible_line


@pytest.mark.parametrize("obeyed", ["\x1b", "\x07", "\x08", "\r", "\x7f", "\x9b", "\u202e", "\u2066", "\u2028"])
def test_no_character_that_a_terminal_obeys_is_left(obeyed: str) -> None:
    shown = visible(f"a{obeyed}b")
    assert obeyed not in shown
    assert shown.startswith("a")
    assert shown.endswith("b")
    assert len(shown) > 2


def test_ordinary_text_stays_as_it_is() -> None:
    text = "稀土 “Erz”\n\tprices, [red] 🙂👩\u200d🔬"
    assert visible(text) == text


def test_a_line_has_no_breaks() -> None:
    assert visible_line(" a\r\nb\t c\x1b ") == "a b c␛"
