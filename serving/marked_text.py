"""Marked text: an article cut into lines and pieces, each with the marks that lie on it, every character visible."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from standpoint.sentences import Span

_TAGS = "\U000e0000-\U000e007f"
# What shows nothing, or turns a text's direction: controls, zero-width marks, and tags, joiners and variation
# selectors other than those that emoji, flags and rare characters are made of.
HIDDEN = re.compile(
    "(?:[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]"
    "|(?<=[\\s!-~\u3000-\u9fff])[\u200c\u200d]"
    f"|(?<![\U0001f3f4{_TAGS}])[{_TAGS}]+"
    "|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,})+"
)
_SHORT_NAMES = {
    0x00: "NUL", 0x0D: "CR", 0xAD: "SHY", 0x61C: "ALM", 0x200B: "ZWSP", 0x200C: "ZWNJ", 0x200D: "ZWJ", 0x200E: "LRM",
    0x200F: "RLM", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO", 0x2060: "WJ",
    0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0xFEFF: "BOM",
}  # fmt: skip
_MOST_NAMES = 3


@dataclass(frozen=True)
class Mark:
    """A span of the text that is marked: of which kind and for which label, by their places in what is shown."""

    kind: str
    label: int
    number: int
    start: int
    end: int


@dataclass(frozen=True)
class LaidMark:
    """A mark as it lies on one piece: in which lane of its kind, and whether it begins or ends there."""

    mark: Mark
    lane: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Part:
    """Characters that are shown as they are, or, where `names` is given, by those names in their place."""

    text: str
    names: str = ""
    title: str = ""


@dataclass(frozen=True)
class Piece:
    """Characters under the same marks."""

    parts: tuple[Part, ...]
    marks: tuple[LaidMark, ...]

    @property
    def text(self) -> str:
        """The characters, whether they are shown or named."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True)
class Line:
    """Pieces up to a line break, which is the end of the last one; blank lines that follow each other are one line."""

    pieces: tuple[Piece, ...]

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read."""
        return all(piece.text.isspace() for piece in self.pieces)


def marked_lines(text: str, marks: Sequence[Mark], span: Span) -> list[Line]:
    """Cut a span of the text into lines, and each line into pieces; offsets are code points.

    The pieces of a mark, joined, are exactly its span of the text; a piece under several marks knows all of them.

    >>> [line] = marked_lines("rare earths", [Mark("frame", 0, 0, 0, 6), Mark("mention", 0, 0, 5, 11)], (0, 11))
    >>> [(piece.text, [laid.mark.kind for laid in piece.marks]) for piece in line.pieces]
    [('rare ', ['frame']), ('e', ['frame', 'mention']), ('arths', ['mention'])]
    """
    lines: list[Line] = []
    pieces: list[Piece] = []
    for piece in _pieces(text, marks, span):
        pieces.append(piece)
        if piece.text.endswith("\n"):
            lines.append(Line(tuple(pieces)))
            pieces = []
    if pieces:
        lines.append(Line(tuple(pieces)))
    blanks = groupby(lines, key=lambda line: line.is_blank)
    return [line for is_blank, group in blanks for line in ([_joined(group)] if is_blank else group)]


def visible_parts(text: str) -> Iterator[Part]:
    r"""Split characters into those that can be shown and runs of those that hide or turn the text.

    >>> [part.names or part.text for part in visible_parts("pay\u202e 100")]
    ['pay', 'RLO', ' 100']
    """
    end = 0
    for match in HIDDEN.finditer(text):
        if match.start() > end:
            yield Part(text[end : match.start()])
        yield _named(match.group())
        end = match.end()
    if end < len(text):
        yield Part(text[end:])


def _joined(lines: Iterable[Line]) -> Line:
    return Line(tuple(piece for line in lines for piece in line.pieces))


def _pieces(text: str, marks: Sequence[Mark], span: Span) -> Iterator[Piece]:
    first, last = span
    opening: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        if mark.start < last and mark.end > first:
            opening[max(mark.start, first)].append(mark)
    breaks = (match.end() for match in re.compile("\n").finditer(text, first, last))
    ends = (min(mark.end, last) for group in opening.values() for mark in group)
    lying: list[Mark] = []
    for start, end in pairwise(sorted({first, last, *opening, *breaks, *ends})):
        lying = sorted([mark for mark in lying if mark.end > start] + opening[start], key=_depth)
        yield Piece(tuple(visible_parts(text[start:end])), tuple(_laid(lying, start, end)))


def _depth(mark: Mark) -> tuple[str, int, int]:
    """Return what orders the marks of a piece, the outermost first: kinds by name, of each kind the last label."""
    return mark.kind, -mark.label, -mark.number


def _laid(lying: Iterable[Mark], start: int, end: int) -> Iterator[LaidMark]:
    lanes: defaultdict[str, int] = defaultdict(int)
    for mark in lying:
        yield LaidMark(mark, lanes[mark.kind], mark.start == start, mark.end == end)
        lanes[mark.kind] += 1


def _named(run: str) -> Part:
    names = list(dict.fromkeys(_SHORT_NAMES.get(ord(character), _code(character)) for character in run))
    shown = " ".join(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "")
    count = f" ×{len(run)}" if len(run) > len(names[:_MOST_NAMES]) else ""
    title = "" if len(set(run)) > 1 else f"{_code(run[0])} {unicodedata.name(run[0], '')}".strip()
    return Part(run, shown + count, title)


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
