"""Tone: words that speak well or ill of whoever they are said of, from the word list in `tone.toml`."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from standpoint.sentences import Span

Kind = str | None
"""What the list says of a word: 'good', 'bad', a denial, or nothing."""

TONE_FILE = Path(__file__).with_name("tone.toml")

_ENGLISH = r"(?<=[a-z])[a-z]*(?:[-'’][a-z]+)*"
_PREFIX = 3
_GROUP = 28
"""First characters of Chinese words that are passed over together: about the square root of how many there are."""

_DENY = "deny"
_REACH = {_DENY: 4, f"{_DENY}_chinese": 1}
"""How many words (English) or listed words (Chinese) after a denial it can turn around."""


@dataclass(frozen=True)
class _WordList:
    """The listed words, and a pattern that finds any English word and the listed Chinese ones."""

    whole: dict[str, str]
    prefixes: dict[str, list[tuple[str, str]]]
    pattern: re.Pattern[str]


def tone_words(text: str) -> list[str]:
    """Return 'good' or 'bad' for each evaluative word, 'notgood' or 'notbad' where a denial stands shortly before it.

    >>> tone_words("The plan is not a success but a blunder. 这不是失败")
    ['notgood', 'bad', 'notbad']
    """
    return tones_of(tone_kinds(text))


def tone_kinds(text: str) -> list[Kind]:
    """Return the kind of each word of a text, from which `tones_of` makes its tones.

    Kinds of texts side by side are those of the texts joined by blanks.
    """
    return list(map(_kind, _words().pattern.findall(_lower(text))))


def tones_of(kinds: Sequence[Kind]) -> list[str]:
    """Return the tones of words, as `tone_words` does, given the kinds of all words in order."""
    return [tone for _, tone in _tones(kinds)] if any(kinds) else []


def tone_spans(text: str) -> Iterator[tuple[Span, str]]:
    """Yield the characters of each evaluative word and its tone, as `tone_words` names it.

    >>> list(tone_spans("not a success"))
    [((6, 13), 'notgood')]
    """
    found = list(_words().pattern.finditer(_lower(text)))
    return ((found[number].span(), tone) for number, tone in _tones(_kind(match[0]) for match in found))


@cache
def tone_fingerprint() -> str:
    """Return a hash of the word list; a model only fits the list it was trained with."""
    return hashlib.sha256(TONE_FILE.read_bytes()).hexdigest()[:16]


def _lower(text: str) -> str:
    """Return a text in lower case, every character at its place."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(one if len(one.lower()) > 1 else one.lower() for one in text)


def _tones(kinds: Iterable[Kind]) -> Iterator[tuple[int, str]]:
    """Yield the number of each evaluative word and its tone, given the kinds of all words in order."""
    reach = 0
    for number, kind in enumerate(kinds):
        if kind is None:
            reach -= 1
        elif kind in _REACH:
            reach = _REACH[kind]
        else:
            yield number, f"not{kind}" if reach > 0 else kind
            reach = 0


@lru_cache(maxsize=1 << 16)
def _kind(word: str) -> Kind:
    words = _words()
    found = words.whole.get(word)
    if found is not None or word.endswith(("n't", "n’t")):
        return found or _DENY
    prefixes = words.prefixes.get(word[:_PREFIX], ())
    return next((kind for prefix, kind in prefixes if word.startswith(prefix)), None)


@cache
def _words() -> _WordList:
    lists = tomllib.loads(TONE_FILE.read_text(encoding="utf-8"))
    english = {entry.lower(): kind for kind in ("good", "bad", _DENY) for entry in lists["en"][kind]}
    chinese = {entry: kind for kind in ("good", "bad", _DENY) for entry in lists["zh"][kind]}
    prefixes: dict[str, list[tuple[str, str]]] = {}
    for entry, kind in sorted(english.items(), key=lambda item: -len(item[0])):
        if entry.endswith("*"):
            prefixes.setdefault(entry[:_PREFIX], []).append((entry[:-1], kind))
    whole = {entry: kind for entry, kind in english.items() if not entry.endswith("*")}
    whole |= {entry: f"{_DENY}_chinese" if kind == _DENY else kind for entry, kind in chinese.items()}
    return _WordList(whole, prefixes, _pattern(chinese))


def _pattern(chinese: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any English word and these Chinese ones, of which the longest is found.

    A pattern tries its alternatives one by one. So they are put together by first character, and these in groups,
    which are passed over at once: that makes Chinese four times as quick.
    """
    endings: dict[str, list[str]] = {}
    for entry in sorted(chinese, key=lambda entry: (-len(entry), entry)):
        endings.setdefault(re.escape(entry[0]), []).append(re.escape(entry[1:]))
    branches = [f"(?<={first})(?:{'|'.join(rest)})" for first, rest in endings.items()]
    firsts = list(endings)
    groups = [
        f"(?<=[{''.join(firsts[start : start + _GROUP])}])(?:{'|'.join(branches[start : start + _GROUP])})"
        for start in range(0, len(firsts), _GROUP)
    ]
    return re.compile(f"[a-z{''.join(firsts)}](?:{'|'.join([_ENGLISH, *groups])})")
