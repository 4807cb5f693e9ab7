"""Tests of serving.explorer_words."""

import re

import pytest

from serving.explorer_words import PROBLEMS, WORDS, chosen_language


@pytest.mark.parametrize("name", [*WORDS, *PROBLEMS])
def test_every_text_is_there_in_both_languages_with_the_same_places_to_fill(name: str) -> None:
    words = (WORDS | PROBLEMS)[name]
    assert words.en.strip()
    assert re.search("[\u3400-\u9fff]", words.zh)
    assert set(re.findall(r"{\w+}", words.en)) == set(re.findall(r"{\w+}", words.zh))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en;q=0.1,zh;q=0", "en"), ("de, *", "en"), ("zh;q=x, ;,", "en"), ("", "en")],
)
def test_the_browsers_language_is_taken(accepted: str, language: str) -> None:
    assert chosen_language("", accepted) == language


def test_the_language_that_is_asked_for_comes_first() -> None:
    assert chosen_language("zh", "en") == "zh"
