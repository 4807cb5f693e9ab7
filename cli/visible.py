"""Visible text: what others wrote, made safe to print on a terminal."""

import re

# Control characters, which a terminal obeys, and marks that turn a text's direction; tabs and line breaks stay.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""Return the text with every character that a terminal would obey written out.

    >>> visible("red \x1b[31m, and \u202e backwards")
    'red ␛[31m, and <202E> backwards'
    """
    return _OBEYED.sub(_written_out, text)


def visible_line(text: str) -> str:
    """Return the same on one line, runs of white space as one space."""
    return visible(" ".join(text.split()))


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else f"<{code:04X}>"
