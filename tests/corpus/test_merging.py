"""Tests of corpus.merging."""

import pytest

from corpus.merging import merge
from corpus.outcome import Placed
from standpoint.article import make_article
from standpoint.errors import RecordError


def placed(
    place: str, body: str, *, id: str | None = None, source: str | None = None, url: str | None = None
) -> Placed:
    return Placed(place, make_article("T", body, id=id, source=source, url=url))


def test_new_articles_follow_those_already_there() -> None:
    old, new = placed("out:1", "old"), placed("in:1", "new")
    assert merge([old], [new]) == ([old.article, new.article], [])


def test_reading_the_same_again_changes_nothing() -> None:
    old = placed("out:1", "old")
    assert merge([old], [placed("in:1", "old"), placed("in:2", "old")]) == ([old.article], [])


def test_another_text_under_a_known_id_is_set_aside_with_both_places() -> None:
    articles, [rejected] = merge([], [placed("a.csv:2", "one", id="7"), placed("b.csv:9", "two", id="7")])
    assert [article.body for article in articles] == ["one"]
    assert rejected.place == "b.csv:9"
    assert rejected.reason == (
        "id '7' is already that of an article with another text, read from a.csv:2, which was kept. "
        "Give one of them another id or remove one."
    )


def test_a_conflict_reads_the_same_when_the_import_is_repeated() -> None:
    readings = [placed("a.csv:2", "one", id="7"), placed("b.csv:9", "two", id="7")]
    articles, rejected = merge([], readings)
    assert merge([Placed("out:1", article) for article in articles], readings) == (articles, rejected)


def test_another_source_under_a_known_id_is_set_aside_by_name() -> None:
    _, [rejected] = merge([placed("out:1", "one", id="7", source="A")], [placed("in:1", "one", id="7", source="B")])
    assert "another source ('A' there, 'B' here), read from out:1" in rejected.reason


def test_empty_fields_are_filled_and_filled_ones_kept() -> None:
    first, second = placed("out:1", "one", id="7", source="A"), placed("in:1", "one", id="7", url="u")
    [article], rejected = merge([first], [second])
    assert (article.source, article.url, rejected) == ("A", "u", [])


def test_the_story_and_language_of_the_first_are_kept() -> None:
    first = Placed("out:1", make_article("T", "B", id="7", story="s1", language="zh"))
    again = Placed("in:1", make_article("T", "B", id="7", story="other"))
    assert merge([first], [again]) == ([first.article], [])


def test_one_id_twice_in_the_existing_file_is_an_error_so_that_no_line_is_lost() -> None:
    with pytest.raises(RecordError, match=r"out:2: id '7' is already used at out:1\. Give one of them another id"):
        merge([placed("out:1", "one", id="7"), placed("out:2", "one", id="7")], [])
