"""Sentence segmentation for Chinese and English news, as exact spans of the text."""

import re

Span = tuple[int, int]

LONGEST = 2000
"""Characters of a sentence at most."""

_CLOSERS = re.escape("\"'”’」』）)】》]")
_OPENERS = re.escape("\"'“‘「『（(【《[")
# A candidate end: a line break, or a run of marks with the quotes, brackets and references that close after it.
# A digest runs its bullets on: a reference ends an item where a bullet follows, or a heading and a bullet.
# All begin with one set of characters, which lets the search pass over the others quickly.
_BREAKS, _MARKS = r"\n\r\u2028\u2029", "。！？｡!?…."
_NUMBER = r"\d{1,3}\]"
_ITEM = r"(?=[ \t]+(?:[-–•] |[A-Z\u3400-\u9fff][^\[\]\n]{0,60} - ))"
_END = re.compile(
    rf"[{_BREAKS}{_MARKS}\[](?:(?<=[{_BREAKS}])"
    rf"|(?<=[{_MARKS}])[{_MARKS}]*[{_CLOSERS}]*(?:[ \t]?\[{_NUMBER})*"
    rf"|(?<=\[){_NUMBER}(?:\[{_NUMBER})*{_ITEM})"
)
_STRONG = re.compile("[。｡！？]")
_COMMAS = frozenset(",，、；;：:")
_LAST_TOKEN = re.compile(r"(?<![A-Za-z\u00c0-\u1fff])[A-Za-z](?:[A-Za-z.]*[A-Za-z])?\Z")
_NEXT_WORD = re.compile(rf"[\s{_OPENERS}]*([^\W_]+)")
# A number or letter that opens a list item: `2. Japan`.
_LIST_NUMBER = re.compile(r"\s*(?:\d{1,3}|[a-z])")

_TITLES = frozenset("mr mrs ms dr prof sen rep gov gen col lt sgt capt e.g i.e vs cf".split())
_BEFORE_NUMBERS = frozenset("no nos vol fig".split())
_ABBREVIATIONS = frozenset(
    "st jr sr etc approx dept est inc ltd co corp jan feb mar apr jun jul aug sep sept oct nov dec "
    "a.m p.m u.s u.k u.n d.c".split()
)
# An abbreviation may also end a sentence; one of these words after it starts a new one.
_STARTERS = frozenset(
    "a after all although an and as at but by for he her his however i if in it its meanwhile no on one she since so "
    "some that the their there these they this those though to under we what when while with yet you".split()
)


def sentences(text: str) -> list[Span]:
    """Return the spans of the text's sentences: in order, not overlapping, without outer white space.

    A line break always ends a sentence, so that headlines and list items stand alone; a run of `LONGEST` characters
    without any end is cut, at a blank or comma where there is one.

    >>> text = "U.S. output rose 3.5 percent. 中方回应：“这是谎言。”他说完就走了"
    >>> [text[start:end] for start, end in sentences(text)]
    ['U.S. output rose 3.5 percent.', '中方回应：“这是谎言。”', '他说完就走了']
    """
    found = []
    start = 0
    for match in _END.finditer(text):
        if match.group().isspace() or _ends_sentence(text, start, match):
            found.append(_trimmed(text, start, match.end()))
            start = match.end()
    found.append(_trimmed(text, start, len(text)))
    return [piece for span in found if span[0] < span[1] for piece in _cut(text, span)]


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    """Say whether the marks of `match` end the sentence that starts at `start`."""
    mark, end = match.group(), match.end()
    following = text[end : end + 1]
    if mark.startswith("["):
        return True
    if "》" in mark or _next(text, end)[:1] in _COMMAS:
        return False  # a title with a mark of its own, or a quotation inside a sentence
    if _STRONG.search(mark):
        return True
    if (following and not following.isspace() and not _is_wide(following)) or _goes_on_lower(text, end):
        return False
    if "!" in mark or "?" in mark:
        return True
    if mark.startswith(("…", "..")):
        return mark[-1] not in "…." or following.isspace()
    return not (_LIST_NUMBER.fullmatch(text, start, match.start()) or _is_abbreviation(text, match.start(), end))


def _next(text: str, end: int) -> str:
    """Return the first characters after a mark and its blanks."""
    return text[end : end + 40].lstrip(" \t\u3000")[:2]


def _goes_on_lower(text: str, end: int) -> bool:
    """Say whether a word in lower case follows; a name such as `iPhone` may start a sentence."""
    following = _next(text, end)
    return following[:1].islower() and not following[1:].isupper()


def _is_abbreviation(text: str, start: int, end: int) -> bool:
    """Say whether the full stop at `start` belongs to the word before it."""
    token, following = _LAST_TOKEN.search(text, max(0, start - 12), start), _NEXT_WORD.match(text, end)
    if token is None or following is None:
        return False
    word, next_word = token.group().lower(), following.group(1)
    if word in _BEFORE_NUMBERS:
        return next_word.isdigit()
    if len(word) == 1:
        return token.group().isupper() and (len(next_word) == 1 or next_word.lower() not in _STARTERS)
    return word in _TITLES or (word in _ABBREVIATIONS and next_word.lower() not in _STARTERS)


def _is_wide(character: str) -> bool:
    return character >= "\u2e80"


def _cut(text: str, span: Span) -> list[Span]:
    """Return the span, or the pieces of one that is too long to be a sentence."""
    start, end = span
    pieces = []
    while end - start > LONGEST:
        place = max(text.rfind(mark, start + LONGEST // 2, start + LONGEST) for mark in " ，,、") + 1
        piece_end = place or start + LONGEST
        pieces.append(_trimmed(text, start, piece_end))
        start = _trimmed(text, piece_end, end)[0]
    return [*pieces, (start, end)]


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
