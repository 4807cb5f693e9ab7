"""Tone: words that speak well or ill of whoever they are said of, from the word list in `tone.toml`."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TONE_FILE = Path(__file__).with_name("tone.toml")

_RUN = re.compile(r"[a-z]+(?:[-'’][a-z]+)*|[\u3400-\u9fff]+")
_PREFIX = 3
_DENIAL_REACH = {"en": 4, "zh": 1}
"""How many words (English) or evaluative words (Chinese) after a denial are turned around at most."""


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
    words, reach = _words(), 0
    for match in _RUN.finditer(text.lower()):
        run = match.group()
        kinds = _chinese_kinds(run, words) if run[0] >= "\u3400" else [_kind(run, words)]
        for kind in kinds:
            if kind == "deny":
                reach = _DENIAL_REACH["zh" if run[0] >= "\u3400" else "en"]
            elif kind:
                yield f"not{kind}" if reach > 0 else kind
                reach = 0
            else:
                reach -= 1


@cache
def tone_fingerprint() -> str:
    """Return a hash of the word list; a model only fits the list it was trained with."""
    return hashlib.sha256(TONE_FILE.read_bytes()).hexdigest()[:16]


def _chinese_kinds(run: str, words: _WordList) -> list[str | None]:
    return [words.chinese_kinds[match.group()] for match in words.chinese.finditer(run)]


def _kind(word: str, words: _WordList) -> str | None:
    found = words.whole.get(word)
    if found is None and word.endswith(("n't", "n’t")):
        return "deny"
    for prefix, kind in words.prefixes.get(word[:_PREFIX], ()) if found is None else ():
        if word.startswith(prefix):
            return kind
    return found


@cache
def _words() -> _WordList:
    lists = tomllib.loads(TONE_FILE.read_text(encoding="utf-8"))
    english = {entry.lower(): kind for kind in ("good", "bad", "deny") for entry in lists["en"][kind]}
    chinese = {entry: kind for kind in ("good", "bad", "deny") for entry in lists["zh"][kind]}
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
