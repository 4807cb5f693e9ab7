"""Articles as JSON: one object a line, or one list in the file."""

import json
from collections.abc import Iterator

from corpus.encoding import decode, decode_as, detect_encoding
from corpus.outcome import Placed, Rejected
from corpus.record import outcome_of
from standpoint.errors import InputError


def read_json_lines(raw: bytes, *, place: str) -> Iterator[Placed | Rejected]:
    """Yield one outcome a line, placed at `file:line`; a bad line is set aside and reading goes on.

    Raises:
        InputError: the encoding of the file cannot be told.
    """
    encoding = detect_encoding(raw, place=place)
    if encoding.startswith(("utf-16", "utf-32")):
        raw, encoding = decode(raw, place=place).encode(), "utf-8"
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if line.strip():
            yield _line_outcome(line, encoding, f"{place}:{number}")


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
        yield from read_json_lines(raw, place=place)
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
        return outcome_of(json.loads(text), place)
    except json.JSONDecodeError as error:
        reason = f"not valid JSON at column {error.colno}: {error.msg}. One complete record a line is expected."
        return Rejected(place, reason)
    except RecursionError:
        return Rejected(place, "nested too deeply. One flat record a line is expected.")
    except InputError as error:
        return Rejected(place, str(error))
    except ValueError:
        return Rejected(place, "holds a number of thousands of digits. Write it as a text.")
