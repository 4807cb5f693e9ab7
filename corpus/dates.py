"""Dates as foreign files write them, brought to ISO 8601."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from standpoint.errors import RecordError

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d.*)?")
_LOOSE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,?\s+)?"
_TIME = r"""(?:,?\s+(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?
    (?:\s*(?P<half>[AP])\.?M\.?)?(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d))?(?:\s*\([A-Z]+\))?)?"""
_WORDED = tuple(
    re.compile(f"{_WEEKDAY}{day}{_TIME}", re.VERBOSE | re.IGNORECASE)
    for day in (
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<month>[A-Z]{3,9})\.?,?[\s-]+(?P<year>\d{4})",
        r"(?P<month>[A-Z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    )
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](?:\d\d){1,2}\b.*")
# Seconds since 1970 for the years 1990 to 2100; a thousand times as much is milliseconds.
_EPOCH = range(631_152_000, 4_102_444_800)


def iso_date(value: object) -> str | None:
    """Return a date, or date and time, as ISO 8601; None where the value is empty.

    Takes ISO 8601 (kept as it is), year-month-day with `-`, `/`, `.` or 年月日 and an optional time, `20251120`,
    English months in words with day and year (as in RFC 2822 and in newspapers) and an optional time and offset, dates
    and datetimes, and seconds or milliseconds since 1970, which are read as UTC. Where only numbers follow one
    another and the year is last, nothing is guessed.

    >>> iso_date("2025/11/3 7:43"), iso_date("2025年11月20日"), iso_date(20251120)
    ('2025-11-03T07:43', '2025-11-20', '2025-11-20')
    >>> iso_date("Thu, 20 Nov 2025 07:43:00 +0800"), iso_date("November 20, 2025")
    ('2025-11-20T07:43+08:00', '2025-11-20')

    Raises:
        RecordError: the value is none of these, or no day of the calendar.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        return _written(value)
    if isinstance(value, date):
        return value.isoformat()
    shown = str(value)[:40]
    try:
        found = _from_number(value) if isinstance(value, int | float) else _from_text(str(value).strip())
    except (ValueError, OverflowError) as error:
        raise RecordError(f"date '{shown}' is not in the calendar ({error}). Correct it or leave it out.") from None
    if found is None:
        raise RecordError(f"date '{shown}' is not understood. {_remedy(shown)}")
    return found


def _remedy(shown: str) -> str:
    numbers = _YEAR_LAST.fullmatch(shown.strip())
    if numbers is not None:
        return "Write year, month, day: whether {} or {} is the month is not guessed.".format(*numbers.groups())
    return "Write year, month, day: 2025-11-20, 2025/11/20 or 2025-11-20 07:43."


def _from_text(text: str) -> str | None:
    if _ISO.fullmatch(text):
        datetime.fromisoformat(text)
        return text
    if text.isascii() and text.isdigit():
        is_moment = len(text) == len("20251120074300")
        return _written(datetime.strptime(text, "%Y%m%d%H%M%S")) if is_moment else _from_number(int(text))
    loose = _LOOSE.fullmatch(text)
    if loose is None:
        return _from_offset_time(text) or _from_words(text)
    year, month, day, hour, minute, second = (int(part) if part else None for part in loose.groups())
    if hour is None:
        return date(year or 0, month or 0, day or 0).isoformat()
    return _written(datetime(year or 0, month or 0, day or 0, hour, minute or 0, second or 0))


def _from_offset_time(text: str) -> str | None:
    """Read `2025-11-20 07:43:00 +08:00`, which keeps its offset."""
    if not re.match(r"\d{4}-\d\d-\d\d ", text):
        return None
    text = re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", re.sub(r"\s*(?:UTC|GMT)$", "Z", text))
    return _written(datetime.fromisoformat(text))


def _from_words(text: str) -> str | None:
    """Read `Thu, 20 Nov 2025 07:43:00 +0800`, `20 November 2025`, `Nov. 20, 2025 at 7:43 PM` and the like."""
    found = next((match for pattern in _WORDED if (match := pattern.fullmatch(text))), None)
    month = _month(found["month"]) if found else None
    if found is None or month is None:
        return None
    year, day = int(found["year"]), int(found["day"])
    if found["hour"] is None:
        return date(year, month, day).isoformat()
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("hour must be in 1..12")
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    zone = _zone(found["zone"])
    return _written(datetime(year, month, day, hour, int(found["minute"]), int(found["second"] or 0), tzinfo=zone))


def _month(word: str) -> int | None:
    """Return the number of a month that is written whole, by its first three letters, or `Sept`."""
    word = word.lower()
    names = (name for name in _MONTHS if word in (name, name[:3]) or (word == "sept" and name == "september"))
    name = next(names, None)
    return None if name is None else _MONTHS.index(name) + 1


def _zone(offset: str | None) -> timezone | None:
    if offset is None:
        return None
    if offset[0] not in "+-":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1))


def _from_number(value: float) -> str | None:
    compact = _COMPACT.fullmatch(str(value))
    if compact is not None:
        return date(*map(int, compact.groups())).isoformat()
    seconds = value if int(value) in _EPOCH else value / 1000
    return _written(datetime.fromtimestamp(seconds, UTC)) if int(seconds) in _EPOCH else None


def _written(moment: datetime) -> str:
    has_seconds = moment.second or moment.microsecond
    return moment.isoformat(timespec="auto" if has_seconds else "minutes")
