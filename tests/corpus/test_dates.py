"""Tests of corpus.dates."""

from datetime import date, datetime, timedelta, timezone

import pytest

from corpus.dates import iso_date
from standpoint.errors import RecordError


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2025-11-20", "2025-11-20"),
        ("2025/11/20", "2025-11-20"),
        ("2025.1.2", "2025-01-02"),
        ("20251120", "2025-11-20"),
        (20251120, "2025-11-20"),
        ("2025年11月20日", "2025-11-20"),
        ("2025年11月20日 7:43", "2025-11-20T07:43"),
        ("2025-11-20 07:43", "2025-11-20T07:43"),
        ("2025-11-20 07:43:05", "2025-11-20T07:43:05"),
        ("2025-11-20 07:43:00+08:00", "2025-11-20T07:43+08:00"),
        ("  2025-11-20\n", "2025-11-20"),
        ("2025-11-20 07:43:00 +0800", "2025-11-20T07:43+08:00"),
        ("2025-11-20 07:43:00 UTC", "2025-11-20T07:43+00:00"),
        ("20251120074305", "2025-11-20T07:43:05"),
        ("Thu, 20 Nov 2025 07:43:00 +0800", "2025-11-20T07:43+08:00"),
        ("Thu, 20 Nov 2025 07:43:09 -0330 (NST)", "2025-11-20T07:43:09-03:30"),
        ("20 Nov 2025 07:43 GMT", "2025-11-20T07:43+00:00"),
        ("20 Nov 2025", "2025-11-20"),
        ("3rd September 2025", "2025-09-03"),
        ("20-Nov-2025", "2025-11-20"),
        ("November 20, 2025", "2025-11-20"),
        ("Nov. 20, 2025", "2025-11-20"),
        ("Sept 3 2025", "2025-09-03"),
        ("Thursday, November 20, 2025 at 7:43 PM", "2025-11-20T19:43"),
        ("Nov 20, 2025 12:05 a.m.", "2025-11-20T00:05"),
    ],
)
def test_dates_are_brought_to_iso(written: object, iso: str) -> None:
    assert iso_date(written) == iso


@pytest.mark.parametrize("text", ["2025-11-20T07:43", "2025-11-20T07:43:00Z", "2025-11-20T07:43:00.25+08:00"])
def test_iso_text_is_kept_as_it_is(text: str) -> None:
    assert iso_date(text) == text


def test_dates_and_datetimes_are_written_out() -> None:
    zone = timezone(timedelta(hours=8))
    assert iso_date(date(2025, 11, 20)) == "2025-11-20"
    assert iso_date(datetime(2025, 11, 20, 7, 43)) == "2025-11-20T07:43"
    assert iso_date(datetime(2025, 11, 20, 7, 43, 1, tzinfo=zone)) == "2025-11-20T07:43:01+08:00"


def test_seconds_and_milliseconds_since_1970_are_read_as_utc() -> None:
    assert iso_date(1763624580) == "2025-11-20T07:43+00:00"
    assert iso_date("1763624580000") == "2025-11-20T07:43+00:00"
    assert iso_date(1763624580.0) == "2025-11-20T07:43+00:00"


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_no_date_is_none(nothing: object) -> None:
    assert iso_date(nothing) is None


@pytest.mark.parametrize("written", ["20/11/2025", "yesterday", 7, True, float("inf"), float("nan"), "9" * 5000, []])
def test_what_cannot_be_told_is_refused_with_the_accepted_forms(written: object) -> None:
    with pytest.raises(RecordError, match=r"^date '.{0,40}' is not (understood\. Write year, month, day|in the cal)"):
        iso_date(written)


@pytest.mark.parametrize("written", ["03/04/2025", "20/11/2025", "3.4.25", "03-04-2025 07:43"])
def test_a_month_is_never_guessed_where_the_year_is_last(written: str) -> None:
    with pytest.raises(
        RecordError, match=r"is not understood\. Write year, month, day: whether .+ is the month is not"
    ):
        iso_date(written)


@pytest.mark.parametrize("written", ["20 Brumaire 2025", "Nov 2025", "20 Nov 25", "20 Nov 2025 07:43 CST"])
def test_other_words_and_zones_of_two_meanings_are_not_understood(written: str) -> None:
    with pytest.raises(RecordError, match="is not understood"):
        iso_date(written)


@pytest.mark.parametrize(
    "written", ["31 Nov 2025", "Nov 20, 2025 13:05 PM", "2025-02-30", "2025/13/01", "20250230", "2025-11-20 25:00"]
)
def test_a_day_outside_the_calendar_is_refused(written: str) -> None:
    with pytest.raises(RecordError, match=r"is not in the calendar \(.+\)\. Correct it or leave it out"):
        iso_date(written)
