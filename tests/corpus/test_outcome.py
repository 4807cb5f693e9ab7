"""Tests of corpus.outcome."""

from corpus.outcome import Rejected


def test_a_rejected_record_is_written_with_its_place_and_reason() -> None:
    assert Rejected("a.csv:2", "no text").to_json() == {"place": "a.csv:2", "reason": "no text"}
