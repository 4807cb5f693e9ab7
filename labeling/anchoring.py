"""Anchoring: where in a text the words stand that a span quotes."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

NEAR = 200
"""How far off (code points) a span may be where its words stand in the text more than once."""

BLANK = "it holds only white space"
OUTSIDE = "it lies outside the text and quotes no words"
MISSING = "its words are not in the text"
AMBIGUOUS = "its words are not where it says, and stand in the text more than once"


@dataclass(frozen=True, slots=True)
class Anchored:
    """A span of the text (code points, end exclusive); `moved`: its words stood elsewhere than it said."""

    start: int
    end: int
    moved: bool = False


def anchor(text: str, start: int | None, end: int | None, quoted: str | None) -> Anchored | str:
    """Hold a span against the words it quotes; return where they stand, or the reason why it cannot be placed.

    A span whose words stand where it says is kept as it was drawn, white space at its ends included; so is one inside
    the text that quotes no words. Any other is looked for: counted as browsers count (UTF-16 units, one character a
    line end), then as the nearest equal words, then as the nearest words that are equal but for white space and
    Unicode compatibility forms. Words that stand more than once are taken only within `NEAR`, and never at a tie.

    >>> anchor("one two", 4, 7, "two"), anchor("one two", 3, 6, "two")
    (Anchored(start=4, end=7, moved=False), Anchored(start=4, end=7, moved=True))
    >>> anchor("one two", 4, 7, "three")
    'its words are not in the text'
    """
    if (
        start is not None
        and end is not None
        and 0 <= start < end <= len(text)
        and quoted in (None, "", text[start:end])
    ):
        return Anchored(start, end) if text[start:end].strip() else BLANK
    if not quoted:
        return OUTSIDE
    return _counted_otherwise(text, start, quoted) or _nearest(text, start, quoted)


@dataclass(frozen=True, slots=True)
class _View:
    """A text written in another way; character `i` of it comes from `starts[i]` to `ends[i]` of the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def anchored(self, index: int, length: int) -> Anchored:
        return Anchored(self.starts[index], self.ends[index + length - 1], moved=True)


def _counted_otherwise(text: str, start: int | None, quoted: str) -> Anchored | None:
    """Find the words exactly at `start`, were it counted in UTF-16 units, with one character a line end, or both."""
    if start is None or start < 0 or not quoted.strip():
        return None
    for pieces, fold in ((_CHARACTERS, _utf16), (_LINE_ENDS, _line_feed), (_LINE_ENDS, _browser)):
        view, words = _view(text, pieces, fold), _view(quoted, pieces, fold).text
        if view.text.startswith(words, start):
            return view.anchored(start, len(words))
    return None


def _nearest(text: str, start: int | None, quoted: str) -> Anchored | str:
    plain = _View(text, range(len(text)), range(1, len(text) + 1))
    loose = _view(text, _WORDS, _compatible)
    reason = MISSING
    for view, words in ((plain, quoted), (loose, _view(quoted, _WORDS, _compatible).text.strip())):
        if not words.strip():
            return BLANK
        found = _occurrence(view.text, words, None if start is None else bisect_left(view.starts, start))
        if isinstance(found, int):
            return view.anchored(found, len(words))
        reason = found if reason == MISSING else reason
    return reason


def _occurrence(text: str, words: str, near: int | None) -> int | str:
    """Return where the words stand: the only place, or of several the nearest one, or why there is none."""
    first, last = text.find(words), text.rfind(words)
    if first == last:
        return MISSING if first < 0 else first
    if near is None:
        return AMBIGUOUS
    around = text.rfind(words, 0, near + len(words)), text.find(words, near)
    distances = {abs(index - near): index for index in around if index >= 0}
    is_tie = around[0] >= 0 and len(distances) == 1 and around[0] != around[1] and around[1] >= 0
    nearest = min(distances)
    return AMBIGUOUS if is_tie or nearest > NEAR else distances[nearest]


_CHARACTERS = re.compile(r".", re.DOTALL)
_LINE_ENDS = re.compile(r"\r\n|.", re.DOTALL)
_WORDS = re.compile(r"\s+|\S")
_SECOND_UNIT = "\uffff"


@lru_cache(maxsize=8)
def _view(text: str, pieces: re.Pattern[str], fold: Callable[[str], str]) -> _View:
    """Write the text anew, each piece of it folded; cached, for one text often has many spans."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece in pieces.finditer(text):
        parts.append(fold(piece.group()))
        starts += [piece.start()] * len(parts[-1])
        ends += [piece.end()] * len(parts[-1])
    return _View("".join(parts), starts, ends)


def _utf16(piece: str) -> str:
    return piece + _SECOND_UNIT if piece > "\uffff" else piece


def _line_feed(piece: str) -> str:
    return "\n" if piece == "\r\n" else piece


def _browser(piece: str) -> str:
    return _utf16(_line_feed(piece))


def _compatible(piece: str) -> str:
    return " " if piece.isspace() else unicodedata.normalize("NFKD", piece)
