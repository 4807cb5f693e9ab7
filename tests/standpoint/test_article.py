"""Tests of the article: offsets, ids, language and dates."""

from datetime import date

import pytest

from standpoint.article import Article, article_from_json, detect_language, make_article
from standpoint.errors import RecordError


@pytest.mark.parametrize("title", ["稀土", "🔥 rare earths", "👩‍🔬 says", "line\r\nbreak", "𠮷野"])
def test_offsets_count_code_points_of_title_blank_line_and_body(title: str) -> None:
    article = make_article(title, "China leads.")
    start = len(title) + 2
    assert article.text[start : start + 5] == "China"


def test_line_ends_stay_as_they_were_read() -> None:
    assert make_article("a", "one\r\ntwo").text == "a\n\none\r\ntwo"


def test_the_same_content_gets_the_same_id_for_ever() -> None:
    article = make_article("稀土", "body", source="Wire", published="2025-11-20")
    assert article.id == make_article("稀土", "body", source="Wire", published="2025-11-20").id == "6f1a2cfd5dc981c0"


@pytest.mark.parametrize("other", [("稀", "土body"), ("稀土", "Body"), ("稀土", "body ")])
def test_other_content_gets_another_id(other: tuple[str, str]) -> None:
    assert make_article(*other).id != make_article("稀土", "body").id


def test_the_story_url_and_language_do_not_change_the_id() -> None:
    assert make_article("t", "b", url="https://a.example", story="s1", language="zh").id == make_article("t", "b").id


@pytest.mark.parametrize(
    ("title", "body", "language"),
    [
        ("稀土", "中国主导稀土市场。", "zh"),
        ("Rare earths", "China leads.", "en"),
        ("稀土独立", "Core Viewpoint - The U.S. depends on imports for its magnets.", "mixed"),
        ("", "中国与 MP Materials 签约，供应稀土磁材。", "zh"),
        ("", "The word 稀土 means rare earth in Chinese.", "en"),
        ("2025", "!!!", "en"),
        ("", "𠮷野家", "zh"),
    ],
)
def test_the_language_is_read_off_title_and_body(title: str, body: str, language: str) -> None:
    assert detect_language(title, body) == language


@pytest.mark.parametrize("published", ["2025-11-20", "2025-11-20T07:43", "2025-11-20 07:43:10+08:00", "20251120"])
def test_iso_dates_and_times_give_the_day(published: str) -> None:
    assert make_article("t", "b", published=published).day == date(2025, 11, 20)


@pytest.mark.parametrize("published", ["2025/11/20", "yesterday", "2025-02-30", "20 Nov 2025"])
def test_any_other_date_is_refused_with_an_example_of_a_good_one(published: str) -> None:
    with pytest.raises(RecordError, match=f"published '{published}' is not a date. Write 2025-11-20 or"):
        make_article("t", "b", published=published)


def test_an_article_without_a_date_has_no_day() -> None:
    assert make_article("t", "b").day is None


@pytest.mark.parametrize("value", [{}, {"title": " ", "body": "\n"}])
def test_an_article_without_text_is_refused(value: dict[str, str]) -> None:
    with pytest.raises(RecordError, match="title and body are both empty. An article needs text."):
        article_from_json(value)


def test_a_record_reads_back_as_it_was_written() -> None:
    article = make_article("稀土", "b", source="Wire", published="2025-11-20", url="https://a.example", story="s1")
    assert article_from_json(article.to_json()) == article


def test_a_number_is_a_good_id_and_a_truth_value_is_not() -> None:
    assert article_from_json({"id": 7, "title": "t"}).id == "7"
    with pytest.raises(RecordError, match="an id must be a text or a whole number, found True"):
        article_from_json({"id": True, "title": "t"})


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RecordError, match="language 'fr' is not one of zh, en, mixed"):
        make_article("t", "b", language="fr")


def test_an_article_built_by_hand_needs_an_id() -> None:
    with pytest.raises(RecordError, match="an article needs an id"):
        Article(id="", title="t", body="b")
