"""Tests of windows: whole sentences, nothing left out, nothing answered for twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.windows import token_range, windows
from standpoint.sentences import Span

LENGTHS = st.lists(st.integers(0, 40), max_size=30)


def made(lengths: list[int]) -> tuple[list[Span], list[Span]]:
    """Return one token a character, and sentences of these many."""
    ends = [sum(lengths[: index + 1]) for index in range(len(lengths))]
    spans = [(end - length, end) for end, length in zip(ends, lengths, strict=True) if length]
    return [(number, number + 1) for number in range(sum(lengths))], spans


@given(lengths=LENGTHS, size=st.integers(2, 50), share=st.floats(0, 0.5))
def test_every_token_is_owned_once_by_a_window_that_reads_it(lengths: list[int], size: int, share: float) -> None:
    tokens, sentences = made(lengths)
    found = windows(tokens, sentences, size=size, overlap=int(size * share))
    assert [token for window in found for token in range(window.own_start, window.own_end)] == list(range(len(tokens)))
    assert all(window.start <= window.own_start < window.own_end <= window.end for window in found)
    assert all(window.end - window.start <= size for window in found)


@given(lengths=LENGTHS, size=st.integers(2, 50), share=st.floats(0, 0.5))
def test_a_sentence_that_fits_is_read_whole_somewhere(lengths: list[int], size: int, share: float) -> None:
    tokens, sentences = made(lengths)
    found = windows(tokens, sentences, size=size, overlap=int(size * share))
    whole = [any(window.start <= start and end <= window.end for window in found) for start, end in sentences]
    assert whole == [end - start <= size for start, end in sentences]


def test_a_window_starts_with_what_the_one_before_ended_with() -> None:
    tokens, sentences = made([4, 4, 4, 4])
    spans = [(window.start, window.end) for window in windows(tokens, sentences, size=8, overlap=4)]
    assert spans == [(0, 8), (4, 12), (8, 16)]


def test_a_sentence_longer_than_a_window_is_read_in_overlapping_parts() -> None:
    tokens, sentences = made([20])
    spans = [(window.start, window.end) for window in windows(tokens, sentences, size=8, overlap=4)]
    assert spans == [(0, 8), (4, 12), (8, 16), (12, 20)]


def test_windows_that_would_not_move_on_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot overlap by 5"):
        windows([(0, 1)], [(0, 1)], size=8, overlap=5)


def test_a_span_covers_the_tokens_it_shares_a_character_with() -> None:
    tokens = [(0, 3), (4, 9), (9, 12)]
    assert token_range(tokens, (2, 5)) == (0, 2)
    assert token_range(tokens, (3, 4)) == (1, 1)
    assert token_range(tokens, (11, 30)) == (2, 3)
