"""Tests of corpus.listing."""

import pytest

from corpus.listing import read_listing
from corpus.outcome import Placed, Rejected
from standpoint.errors import InputError

LISTING = """Search
ore
Ore prices rise again
Example Wire· 2025-11-20 07:43
Prices rose for a third week.
矿石价格再涨
Example Business Daily · 2025-11-08
第一段。
第二段。
"""


def read(text: str) -> list[Placed | Rejected]:
    return list(read_listing(text, place="page.txt"))


def articles(text: str) -> list[tuple[str, str, str | None, str | None]]:
    found = [item.article for item in read(text) if isinstance(item, Placed)]
    return [(item.title, item.body, item.source, item.published) for item in found]


def test_every_article_has_its_title_text_source_and_date() -> None:
    assert articles(LISTING) == [
        ("Ore prices rise again", "Prices rose for a third week.", "Example Wire", "2025-11-20T07:43"),
        ("矿石价格再涨", "第一段。\n第二段。", "Example Business Daily", "2025-11-08"),
    ]


def test_articles_are_placed_at_the_line_of_their_title() -> None:
    assert [item.place for item in read(LISTING)] == ["page.txt:3", "page.txt:6"]


def test_windows_line_ends_split_lines_and_stay_inside_the_text() -> None:
    found = articles(LISTING.replace("\n", "\r\n"))
    assert [item[0] for item in found] == ["Ore prices rise again", "矿石价格再涨"]
    assert found[1][1] == "第一段。\r\n第二段。"


def test_spaces_that_the_page_broke_into_words_stay() -> None:
    assert articles("题\n社· 2025-11-08\n这一策 略的结果 ...\n")[0][1] == "这一策 略的结果 ..."


def test_blank_lines_around_the_source_line_do_not_matter() -> None:
    assert articles("One\n\nWire· 2025-11-08\n\nText.\n\nTwo\n\nWire· 2025-11-09\nMore.") == [
        ("One", "Text.", "Wire", "2025-11-08"),
        ("Two", "More.", "Wire", "2025-11-09"),
    ]


@pytest.mark.parametrize("line", ["A·B News· 2025-11-08", "  A·B News  ·  2025/11/8  ", "A·B News • 2025.11.08"])
def test_a_source_may_hold_spaces_and_a_dot(line: str) -> None:
    assert articles(f"Title\n{line}\nText.")[0][2:] == ("A·B News", "2025-11-08")


def test_a_date_in_running_text_is_no_source_line() -> None:
    body = "The mine opened · 2025-11-08 was the day."
    assert articles(f"Title\nWire· 2025-11-09\n{body}")[0][1] == body


def test_an_article_without_text_is_set_aside_at_its_line() -> None:
    outcomes = read("Empty one\nWire· 2025-11-08\nFull one\nWire· 2025-11-09\nText.")
    assert outcomes[0] == Rejected(
        "page.txt:1", "article 'Empty one' has no text under its source line. Add it or remove the title."
    )
    assert isinstance(outcomes[1], Placed)


def test_an_article_without_title_is_set_aside() -> None:
    [outcome] = read("Wire· 2025-11-08\nText.")
    assert outcome == Rejected("page.txt:1", "no title line above the line with source and date. Add one.")


def test_a_day_outside_the_calendar_is_set_aside() -> None:
    [outcome] = read("Title\nWire· 2025-11-31 07:43\nText.")
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith("date '2025-11-31 07:43' is not in the calendar")


def test_long_text_above_the_first_title_is_set_aside_and_not_lost() -> None:
    outcomes = read("word " * 50 + "\nTitle\nWire· 2025-11-08\nText.")
    assert isinstance(outcomes[0], Rejected)
    assert outcomes[0].place == "page.txt:1"
    assert "stands above the first title" in outcomes[0].reason
    assert len(outcomes) == 2


def test_a_text_without_a_source_line_says_what_one_looks_like() -> None:
    with pytest.raises(InputError, match=r"page\.txt: no line names a source and a date.*'Example Wire· 2025-11-20"):
        read("Just some notes.\nNothing else.")


def test_an_empty_listing_is_an_error() -> None:
    with pytest.raises(InputError, match=r"page\.txt: the file is empty\. Paste"):
        read(" \n\n")
