"""Articles as JSON: one object a line, or one list in the file."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from corpus.encoding import decode, decode_as, encoding_of, utf8_lines
from corpus.lines import LONGEST_LINE, bounded_lines, with_line_feeds
from corpus.outcome import Placed, Rejected
from corpus.record import outcome_of
from standpoint.errors import InputError


def read_json_lines(
    file: IO[bytes], encoding: str, *, place: str, longest: int = LONGEST_LINE
) -> Iterator[Placed | Rejected]:
    """Yield one outcome a line, placed at `file:line`; a bad line is set aside and reading goes on.

    A line of more than `longest` bytes is set aside without being held in memory.

    Raises:
        InputError: the file is in UTF-16 or UTF-32 and damaged.
    """
    is_recoded = encoding.startswith(("utf-16", "utf-32"))
    file = with_line_feeds(utf8_lines(file, encoding, place=place))
    for number, line in enumerate(bounded_lines(file, longest=longest), start=1):
        where = f"{place}:{number}"
        if line is None:
            reason = f"this line has more than {longest:,} bytes. One complete record a line is expected."
            yield Rejected(where, reason)
        elif line.strip():
            yield _line_outcome(line.rstrip(b"\r\n"), "utf-8" if is_recoded else encoding, where)


def read_json(raw: bytes, *, place: str) -> Iterator[Placed | Rejected]:
    """Yield the articles of a file that holds a list, one object, or in spite of its name one object a line.

    Raises:
        InputError: the file is no JSON.
    """
    try:
        value = json.loads(decode(raw, place=place))
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise InputError(
                f"{place}:{error.lineno}: not valid JSON at column {error.colno}: {error.msg}. "
                "A list of articles is expected; write the file again."
            ) from None
        yield from read_json_lines(BytesIO(raw), encoding_of(BytesIO(raw), place=place), place=place)
        return
    except RecursionError:
        raise InputError(f"{place}: nested too deeply. A flat list of articles is expected.") from None
    except ValueError:
        raise InputError(f"{place}: holds a number of thousands of digits. Write it as a text.") from None
    if not isinstance(value, list):
        yield outcome_of(value, place)
        return
    for number, item in enumerate(value, start=1):
        yield outcome_of(item, f"{place}: item {number}")


def _line_outcome(line: bytes, encoding: str, place: str) -> Placed | Rejected:
    try:
        text = decode_as(line, encoding, place="this line")
        return outcome_of(json.loads(text.removeprefix("\ufeff")), place)  # files with a mark, put one after the other
    except json.JSONDecodeError as error:
        reason = f"not valid JSON at column {error.colno}: {error.msg}. One complete record a line is expected."
        return Rejected(place, reason)
    except RecursionError:
        return Rejected(place, "nested too deeply. One flat record a line is expected.")
    except InputError as error:
        return Rejected(place, str(error))
    except ValueError:
        return Rejected(place, "holds a number of thousands of digits. Write it as a text.")
