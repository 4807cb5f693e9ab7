"""Tests of corpus.record."""

from corpus.outcome import Placed, Rejected
from corpus.record import checked, missing_body, outcome_of
from standpoint.article import Article, make_article


def article(value: object) -> Article:
    outcome = outcome_of(value, "news.jsonl:1")
    assert isinstance(outcome, Placed), outcome
    return outcome.article


def reason(value: object) -> str:
    outcome = outcome_of(value, "news.jsonl:1")
    assert isinstance(outcome, Rejected), outcome
    return outcome.reason


def test_a_record_in_standpoints_own_names_becomes_the_same_article() -> None:
    original = make_article("Title", "Body", source="Wire", published="2025-11-20T07:43", url="u", story="s1")
    assert article(original.to_json()) == original


def test_chinese_and_capital_names_are_understood() -> None:
    found = article({"标题": "题", "正文": "文", "来源": "社", "日期": "2025/11/20", "链接": "u", " ID ": 7})
    assert (found.title, found.body, found.source, found.published) == ("题", "文", "社", "2025-11-20")
    assert (found.url, found.id) == ("u", "7")


def test_the_first_name_that_is_filled_counts() -> None:
    assert article({"body": None, "text": "", "content": "from content"}).body == "from content"
    assert article({"content": "second", "body": "first"}).body == "first"


def test_text_is_kept_exactly() -> None:
    body = "  one\r\ntwo 😀\n\n"
    assert article({"title": " T ", "body": body}).text == f" T \n\n{body}"


def test_a_language_tag_is_shortened() -> None:
    assert article({"body": "x", "language": "zh-CN"}).language == "zh"
    assert article({"body": "x", "language": "EN_us"}).language == "en"
    assert "language 'fr' is not one of zh, en, mixed" in reason({"body": "x", "language": "fr"})


def test_a_record_without_a_field_for_the_text_names_what_it_has_and_what_would_do() -> None:
    found = reason({"title": "T", "artikel": "A"})
    assert found.startswith("no field for the article's text among title, artikel. Name it one of: body, text, content")
    assert missing_body(["Text"]) is None
    assert "among none" in str(missing_body([]))


def test_bad_values_are_reasons_and_not_errors() -> None:
    assert reason(["not", "an", "object"]).startswith("expected an object with named fields, found a list")
    assert reason({"body": 3}).startswith("field 'body' must be a text, found a number")
    assert reason({"title": " ", "body": ""}).startswith("title and body are both empty")
    assert reason({"body": "x", "date": "soon"}).startswith("date 'soon' is not understood")
    assert reason({"body": "\ud83d"}).startswith("field 'body' holds half of a surrogate pair")


def test_a_nul_sets_the_article_aside() -> None:
    outcome = Placed("a.jsonl:3", make_article("T", "ab\0c"))
    assert checked(outcome) == Rejected("a.jsonl:3", "field 'body' holds a NUL control character at 2. Remove it.")


def test_an_article_without_nul_passes_unchanged() -> None:
    outcome = Placed("a.jsonl:3", make_article("T", "tab\tand \x0b are kept"))
    assert checked(outcome) is outcome
