"""Tone words: found in both languages, turned around by a denial nearby."""

import tomllib

import pytest

from models.tone import TONE_FILE, tone_fingerprint, tone_spans, tone_words


@pytest.mark.parametrize(
    ("text", "tones"),
    [
        ("A blunder, they said.", ["bad"]),
        ("It was not a success.", ["notgood"]),
        ("They didn't succeed.", ["notgood"]),
        ("The deal was a success; the plant is a blunder.", ["good", "bad"]),
        ("项目彻底失败。", ["bad"]),
        ("这并非失败。", ["notbad"]),
        ("Shares rose 3.8% on Tuesday.", []),
        ("", []),
    ],
)
def test_evaluative_words_are_named_with_their_direction(text: str, tones: list[str]) -> None:
    assert tone_words(text) == tones


def test_a_denial_reaches_a_few_words_only() -> None:
    assert tone_words("not that anyone at all in the whole wide world cares, a success") == ["good"]


def test_every_listed_chinese_word_is_found_whole_in_any_company() -> None:
    lists = tomllib.loads(TONE_FILE.read_text(encoding="utf-8"))["zh"]
    for kind in ("good", "bad"):
        for word in lists[kind]:
            found = list(tone_spans(f"X的{word}。"))
            assert found == [((2, 2 + len(word)), kind)], word


def test_spans_count_characters_of_the_text_as_it_is() -> None:
    assert list(tone_spans("İZMİR: A BLUNDER, 彻底失败")) == [((9, 16), "bad"), ((20, 22), "bad")]


def test_no_word_is_in_two_lists() -> None:
    lists = tomllib.loads(TONE_FILE.read_text(encoding="utf-8"))
    for language in ("en", "zh"):
        entries = [entry for kind in ("good", "bad", "deny") for entry in lists[language][kind]]
        assert len(entries) == len(set(entries))


def test_the_fingerprint_is_that_of_the_file() -> None:
    assert len(tone_fingerprint()) == 16
    assert tone_fingerprint() == tone_fingerprint()
