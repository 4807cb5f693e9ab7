"""Tone: words that speak well or ill of whoever they are said of, from the word list in `tone.toml`."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from standpoint.sentences import Span

TONE_FILE = Path(__file__).with_name("tone.toml")

_RUN = re.compile(r"[a-z]+(?:[-'’][a-z]+)*|[\u3400-\u9fff]+")
_PREFIX = 3
_FIRST_CHINESE = "\u3400"
_DENY = "deny"
_ENGLISH_REACH, _CHINESE_REACH = 4, 1
"""How many words (English) or listed words (Chinese) after a denial it can turn around."""


@dataclass(frozen=True)
class _WordList:
    whole: dict[str, str]
    prefixes: dict[str, list[tuple[str, str]]]
    chinese: re.Pattern[str]
    chinese_kinds: dict[str, str]


def tone_words(text: str) -> Iterator[str]:
    """Yield 'good' or 'bad' for each evaluative word, 'notgood' or 'notbad' where a denial stands shortly before it.

    >>> list(tone_words("The plan is not a success but a blunder. 这不是失败"))
    ['notgood', 'bad', 'notbad']
    """
    return (tone for _, tone in tone_spans(text))


def tone_spans(text: str) -> Iterator[tuple[Span, str]]:
    """Yield the characters of each evaluative word and its tone, as `tone_words` names it.

    >>> list(tone_spans("not a success"))
    [((6, 13), 'notgood')]
    """
    reach = 0
    for run in _RUN.finditer(_lower(text)):
        is_chinese = run[0][0] >= _FIRST_CHINESE
        for span, kind in _chinese_kinds(run) if is_chinese else ((run.span(), _kind(run[0])),):
            if kind is None:
                reach -= 1
            elif kind == _DENY:
                reach = _CHINESE_REACH if is_chinese else _ENGLISH_REACH
            else:
                yield span, f"not{kind}" if reach > 0 else kind
                reach = 0


@cache
def tone_fingerprint() -> str:
    """Return a hash of the word list; a model only fits the list it was trained with."""
    return hashlib.sha256(TONE_FILE.read_bytes()).hexdigest()[:16]


def _lower(text: str) -> str:
    """Return a text in lower case, every character at its place."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(one if len(one.lower()) > 1 else one.lower() for one in text)


def _chinese_kinds(run: re.Match[str]) -> Iterator[tuple[Span, str | None]]:
    words = _words()
    for found in words.chinese.finditer(run[0]):
        yield (run.start() + found.start(), run.start() + found.end()), words.chinese_kinds[found[0]]


@lru_cache(maxsize=1 << 16)
def _kind(word: str) -> str | None:
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
    longest_first = sorted(chinese, key=lambda entry: (-len(entry), entry))
    return _WordList(
        whole={entry: kind for entry, kind in english.items() if not entry.endswith("*")},
        prefixes=prefixes,
        chinese=re.compile("|".join(map(re.escape, longest_first))),
        chinese_kinds=chinese,
    )
