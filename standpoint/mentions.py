"""Mentions: where a text names an actor, found by the actors' aliases."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ahocorasick

from standpoint.codebook import Actor

# Characters that readers take for one another, replaced one for one so that offsets stay as they are:
# full-width letters and digits, curly apostrophes, blanks that do not break, hyphens that do not break.
_PLAIN = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {
    "’": "'",
    **dict.fromkeys("\u00a0\u202f\u3000", " "),
    "\u2011": "-",
}
_ODD = re.compile(f"[{''.join(_PLAIN)}]")

# A blank that a page put into the middle of Chinese text, where none belongs: `俄 罗斯`.
_STRAY_BLANK = re.compile(r" (?<=[\u3400-\u9fff] )(?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of the text that names an actor; code points, end exclusive."""

    start: int
    end: int
    actor: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A name to look for; without an actor it only keeps shorter names from matching inside it."""

    name: str
    actor: str | None
    match_case: bool


class MentionFinder:
    """Finds all actors in one pass over the text, however many aliases there are.

    The leftmost and then the longest name wins. A Latin name needs word boundaries and matches in any
    case, unless it asks for its own or has no lower-case letter: `US` never matches `us`. A Chinese
    name matches anywhere except inside the longer names its alias excludes, also where a page broke it with a blank.
    """

    def __init__(self, actors: Iterable[Actor]) -> None:
        patterns: dict[str, list[_Pattern]] = {}
        for pattern in _patterns(actors):
            patterns.setdefault(_lowered(pattern.name), []).append(pattern)
        self._automaton = ahocorasick.Automaton()
        for key, same in patterns.items():
            self._automaton.add_word(key, tuple(same))
        if patterns:
            self._automaton.make_automaton()
        self._is_empty = not patterns

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in the order of the text; they never overlap."""
        if self._is_empty:
            return []
        plain = _plain(text)
        blanks = [match.start() for match in _STRAY_BLANK.finditer(plain)]
        if not blanks:
            return self._found(plain)
        places = [blank - n_before for n_before, blank in enumerate(blanks)]  # in the text without them

        def moved(place: int) -> int:
            return place + bisect_right(places, place)

        found = self._found(_STRAY_BLANK.sub("", plain))
        return [Mention(moved(item.start), moved(item.end - 1) + 1, item.actor) for item in found]

    def _found(self, text: str) -> list[Mention]:
        matches = sorted(self._matches(text), key=lambda match: (match[0], -match[1], match[2] is None))
        found: list[Mention] = []
        reached = 0
        for start, end, actor in matches:
            if start < reached:
                continue
            reached = end
            if actor is not None:
                found.append(Mention(start, end, actor))
        return found

    def _matches(self, text: str) -> Iterator[tuple[int, int, str | None]]:
        for last, patterns in self._automaton.iter(_lowered(text)):
            end = last + 1
            start = end - len(patterns[0].name)
            if not _is_whole(text, start, end):
                continue
            for pattern in patterns:
                if not pattern.match_case or text[start:end] == pattern.name:
                    yield start, end, pattern.actor


def _patterns(actors: Iterable[Actor]) -> Iterator[_Pattern]:
    for actor in actors:
        for alias in actor.aliases:
            yield _pattern(alias.text, actor.id, match_case=alias.match_case)
            for longer in alias.not_in:
                yield _pattern(longer, None)


def _pattern(name: str, actor: str | None, *, match_case: bool = False) -> _Pattern:
    plain = _plain(name)
    return _Pattern(plain, actor, match_case or (plain == plain.upper() and plain != plain.lower()))


def _plain(text: str) -> str:
    """Return the text with characters that are read alike made alike; its length stays."""
    for odd in set(_ODD.findall(text)):  # few: much quicker than str.translate, which looks up each character
        text = text.replace(odd, _PLAIN[odd])
    return text


def _lowered(text: str) -> str:
    """Return the text in lower case; its length stays (`İ` alone would become two characters)."""
    return text.replace("İ", "I").lower()


def _is_whole(text: str, start: int, end: int) -> bool:
    """Say whether a span starts and ends where words do; Chinese needs no boundary."""
    return not (
        (_is_letter(text[start]) and start > 0 and _is_letter(text[start - 1]))
        or (_is_letter(text[end - 1]) and end < len(text) and _is_letter(text[end]))
    )


def _is_letter(character: str) -> bool:
    """Say whether a character is part of a word in a script that separates words."""
    return character.isalnum() and character < "\u2e80"
