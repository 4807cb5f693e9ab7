"""Dates as foreign files write them, brought to ISO 8601."""

import re
from datetime import UTC, date, datetime

from standpoint.errors import RecordError

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d.*)?")
_LOOSE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
# Seconds since 1970 for the years 1990 to 2100; a thousand times as much is milliseconds.
_EPOCH = range(631_152_000, 4_102_444_800)


def iso_date(value: object) -> str | None:
    """Return a date, or date and time, as ISO 8601; None where the value is empty.

    Takes ISO 8601 (kept as it is), year-month-day with `-`, `/`, `.` or 年月日 and an optional time, `20251120`,
    dates and datetimes, and seconds or milliseconds since 1970, which are read as UTC.

    >>> iso_date("2025/11/3 7:43"), iso_date("2025年11月20日"), iso_date(20251120)
    ('2025-11-03T07:43', '2025-11-20', '2025-11-20')

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
        raise RecordError(
            f"date '{shown}' is not understood. Write year, month, day: 2025-11-20, 2025/11/20 or 2025-11-20 07:43."
        )
    return found


def _from_text(text: str) -> str | None:
    if _ISO.fullmatch(text):
        datetime.fromisoformat(text)
        return text
    if text.isascii() and text.isdigit():
        return _from_number(int(text))
    loose = _LOOSE.fullmatch(text)
    if loose is None:
        return _from_offset_time(text)
    year, month, day, hour, minute, second = (int(part) if part else None for part in loose.groups())
    if hour is None:
        return date(year or 0, month or 0, day or 0).isoformat()
    return _written(datetime(year or 0, month or 0, day or 0, hour, minute or 0, second or 0))


def _from_offset_time(text: str) -> str | None:
    """Read `2025-11-20 07:43:00+08:00`, which keeps its offset."""
    if not re.match(r"\d{4}-\d\d-\d\d ", text):
        return None
    return _written(datetime.fromisoformat(text))


def _from_number(value: float) -> str | None:
    compact = _COMPACT.fullmatch(str(value))
    if compact is not None:
        return date(*map(int, compact.groups())).isoformat()
    seconds = value if int(value) in _EPOCH else value / 1000
    return _written(datetime.fromtimestamp(seconds, UTC)) if int(seconds) in _EPOCH else None


def _written(moment: datetime) -> str:
    has_seconds = moment.second or moment.microsecond
    return moment.isoformat(timespec="auto" if has_seconds else "minutes")
