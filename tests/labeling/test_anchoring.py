"""Tests of labeling.anchoring."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labeling.anchoring import AMBIGUOUS, BLANK, MISSING, NEAR, OUTSIDE, Anchored, anchor

TEXTS = st.text(alphabet="ab 😀中\r\n\u00a0ﬁé", min_size=1, max_size=40)


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_span_whose_words_stand_where_it_says_is_kept_as_it_was_drawn() -> None:
    assert anchor("one two three", 3, 8, " two ") == Anchored(3, 8)


@pytest.mark.parametrize("quoted", [None, ""])
def test_a_span_inside_the_text_that_quotes_nothing_is_kept(quoted: str | None) -> None:
    assert anchor("one two", 4, 7, quoted) == Anchored(4, 7)


@pytest.mark.parametrize(("start", "end"), [(None, 3), (3, None), (-2, 2), (2, 2), (3, 1), (0, 8), (50, 60)])
def test_a_span_outside_the_text_that_quotes_nothing_cannot_be_placed(start: int | None, end: int | None) -> None:
    assert anchor("one two", start, end, None) == OUTSIDE


@pytest.mark.parametrize(("start", "end"), [(0, 3), (3, 1), (None, None), (900, 905), (-5, -1), (8, 9)])
def test_words_that_stand_once_are_found_wherever_the_span_says(start: int | None, end: int | None) -> None:
    assert anchor("one two three", start, end, "three") == Anchored(8, 13, moved=True)


def test_of_equal_words_the_nearest_are_taken() -> None:
    text = "deal. A long way off, another deal. And a third deal."
    second = text.index("deal", 10)
    assert anchor(text, second + 3, second + 7, "deal") == Anchored(second, second + 4, moved=True)


def test_equal_words_on_both_sides_equally_far_are_not_guessed_between() -> None:
    assert anchor("ab....ab", 3, 5, "ab") == AMBIGUOUS


def test_equal_words_far_away_are_not_guessed_between() -> None:
    text = "." * (NEAR + 1) + "deal or deal"
    assert anchor(text, 0, 4, "deal") == AMBIGUOUS
    assert anchor(text, 1, 5, "deal") == Anchored(NEAR + 1, NEAR + 5, moved=True)


def test_equal_words_are_not_guessed_between_where_the_span_does_not_say_where() -> None:
    assert anchor("deal or deal", None, None, "deal") == AMBIGUOUS


def test_words_that_are_not_in_the_text_cannot_be_placed() -> None:
    assert anchor("one two three", 4, 7, "four") == MISSING


@pytest.mark.parametrize(("start", "end", "quoted"), [(3, 4, " "), (3, 4, None), (0, 3, " \n")])
def test_white_space_is_no_evidence(start: int, end: int, quoted: str | None) -> None:
    assert anchor("one two three", start, end, quoted) == BLANK


def test_offsets_in_utf16_units_are_recognised_although_equal_words_are_nearer() -> None:
    text = "😀😀😀 aaa aaa aaa"
    assert anchor(text, 15, 18, "aaa") == Anchored(12, 15, moved=True)
    assert anchor(text, 11, 14, "aaa") == Anchored(8, 11, moved=True)


def test_offsets_that_count_a_line_end_as_one_are_recognised_although_equal_words_are_nearer() -> None:
    text = "\r\n\r\n\r\n\r\nno no no no"
    assert anchor(text, 4, 6, "no") == Anchored(8, 10, moved=True)
    assert anchor(text, 10, 12, "no") == Anchored(14, 16, moved=True)


@pytest.mark.parametrize(
    ("text", "quoted", "found"),
    [
        ("so\r\nthe end", "so\nthe", "so\r\nthe"),
        ("10\u00a0000 tons", "10 000 tons", "10\u00a0000 tons"),
        ("a  wide   gap", "wide gap", "wide   gap"),
        ("the ﬁrst", "first", "ﬁrst"),
        ("ＵＳ失败", "US失败", "ＵＳ失败"),
        ("caf\u00e9 au lait", "cafe\u0301", "caf\u00e9"),
        ("one two", "  two \n", "two"),
    ],
)
def test_words_that_are_equal_but_for_white_space_and_unicode_forms_are_found(
    text: str, quoted: str, found: str
) -> None:
    start = text.index(found)
    assert anchor(text, 0, 2, quoted) == Anchored(start, start + len(found), moved=True)


@given(st.data())
def test_every_true_span_stays(data: st.DataObject) -> None:
    text = data.draw(TEXTS)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert anchor(text, start, end, text[start:end]) == (Anchored(start, end) if text[start:end].strip() else BLANK)


@given(st.data())
def test_offsets_of_a_browser_find_the_very_span(data: st.DataObject) -> None:
    text = data.draw(TEXTS)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quoted, shifted = text[start:end], utf16_length(text[:start])
    assume(quoted.strip() and text[shifted : shifted + utf16_length(quoted)] != quoted)
    assert anchor(text, shifted, shifted + utf16_length(quoted), quoted) == Anchored(start, end, moved=True)


ANYWHERE = st.none() | st.integers(-60, 60)


@given(TEXTS, ANYWHERE, ANYWHERE, st.none() | TEXTS)
def test_whatever_a_span_says_the_answer_is_a_span_of_the_text_or_a_reason(
    text: str, start: int | None, end: int | None, quoted: str | None
) -> None:
    found = anchor(text, start, end, quoted)
    if isinstance(found, Anchored):
        assert text[found.start : found.end].strip()
        assert 0 <= found.start < found.end <= len(text)
    else:
        assert found in (AMBIGUOUS, BLANK, MISSING, OUTSIDE)
