"""A target: one actor in one article, and the views of the text from which the stance toward it is read."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from models.tone import Kind, tone_kinds, tones_of
from standpoint.sentences import Span

TARGET, OTHER = "\ue000", "\ue001"
"""The characters (of the private use area) that stand for the target and for other actors in a masked text."""

VIEW_NAMES = (
    *("sentence", "left", "right", "around", "clause", "offsets", "tone"),
    *("name", "name_found", "name_missing", "overlap", "context"),
)
"""What a target is seen through: the passages that name it, its name beside the text, and the whole text."""

Item = TypeVar("Item")

_MOST = 200
"""A text that names a target in more sentences is read at this many of them, evenly spread; its context is whole."""

_NEAR, _WIDE, _CLAUSE_REACH = 4, 10, 40
_HAN_PER_WORD = 1.6
_TOKEN = re.compile(r"[\u3400-\u9fff\ue000\ue001]|[^\W_\u3400-\u9fff\ue000\ue001]+(?:['’.-][^\W_]+)*|[^\w\s]")
_CLAUSE = re.compile(
    r"[,;:()“”\"—–。，、；：！？（）]|\.\s|但|而|却|因为|所以"
    r"| (?:but|while|and|who|which|that|after|because|as|saying|said) "
)


@dataclass(frozen=True, slots=True)
class Target:
    """An actor in one text: its names and the spans that name it there (none where it does not stand in the text)."""

    actor: str
    names: tuple[str, ...] = ()
    mentions: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A text, its sentences, and the spans that name any actor: what all targets of the text have in common."""

    text: str
    sentences: tuple[Span, ...]
    actors: tuple[Span, ...] = ()


_Windows = tuple[str, str, str, str, str]
"""Left, right, around, clause and offsets of a mention."""


class ReadPassages:
    """What was read of masked passages and their windows, so that none is read twice."""

    def __init__(self) -> None:
        self._windows: dict[str, list[_Windows]] = {}
        self._kinds: dict[str, list[Kind]] = {}

    def windows(self, passage: str) -> list[_Windows]:
        """Return the windows around every mention of the target in a masked sentence."""
        if passage not in self._windows:
            self._windows[passage] = list(_windows(passage))
        return self._windows[passage]

    def tones(self, texts: Iterable[str]) -> list[str]:
        """Return the tones of texts as if they were one, parted by blanks."""
        return tones_of([kind for text in texts for kind in self._kinds_of(text)])

    def _kinds_of(self, text: str) -> list[Kind]:
        if text not in self._kinds:
            self._kinds[text] = tone_kinds(text)
        return self._kinds[text]


def target_views(scene: Scene, target: Target, read: ReadPassages | None = None) -> tuple[str, ...]:
    """Return the views of a target in the order of `VIEW_NAMES`.

    Mentions of the target are masked, and so are all other actors, so that what is learned of one actor
    holds for the next. Where the text never names the target, the sentence that shares most with its name stands in.

    Args:
        scene: the text.
        target: who is asked about.
        read: what was read before, which is not read again but added to; for questions that share passages.
    """
    read = read or ReadPassages()
    scene = _without_masks(scene)
    masks = _masks(scene, target)
    passages = [_masked(scene.text, span, masks) for span, _ in mentions_by_sentence(scene, target)]
    windows = _spread([window for passage in passages for window in read.windows(passage)])
    if not passages and target.names:
        passages = [_closest_sentence(scene, target.names[0])]
    name = target.names[0] if target.names else ""
    found, missing = _shared_runs(name.lower(), scene.text.lower())
    parts = [list(part) for part in zip(*windows, strict=True)] or [[]] * 5
    return (
        " ".join(passages),
        *map(" ".join, parts),
        " ".join(_tone(part, read.tones(texts)) for part, texts in zip("lracs", [*parts[:4], passages], strict=True)),
        name,
        " ".join(found),
        " ".join(missing),
        _overlap(scene.text, target, found, missing),
        scene.text,
    )


def mentions_by_sentence(scene: Scene, target: Target) -> Sequence[tuple[Span, tuple[Span, ...]]]:
    """Return the sentences that name the target, each with its mentions; of very many, `_MOST` evenly spread ones."""
    mentions = sorted(target.mentions)
    starts, ends = [start for start, _ in mentions], [end for _, end in mentions]
    found = []
    for start, end in scene.sentences:
        first = bisect_right(ends, start)
        if first == len(mentions):
            break
        if starts[first] < end:
            found.append(((start, end), tuple(mentions[first : bisect_left(starts, end)])))
    return _spread(found)


def _spread(items: Sequence[Item]) -> Sequence[Item]:
    return items if len(items) <= _MOST else [items[index * len(items) // _MOST] for index in range(_MOST)]


def _without_masks(scene: Scene) -> Scene:
    """Return the scene with blanks where its text itself holds a mask, so that no text can forge a mention."""
    if TARGET not in scene.text and OTHER not in scene.text:
        return scene
    return replace(scene, text=scene.text.replace(TARGET, " ").replace(OTHER, " "))


def _masks(scene: Scene, target: Target) -> list[tuple[int, int, str]]:
    """Return what is masked, in order: the target's mentions, and others where they do not overlap one."""
    mentions = sorted(target.mentions)
    starts, ends = [start for start, _ in mentions], [end for _, end in mentions]
    others = [(start, end) for start, end in scene.actors if bisect_right(ends, start) >= bisect_left(starts, end)]
    return sorted([*((*span, TARGET) for span in mentions), *((*span, OTHER) for span in others)])


def _masked(text: str, span: Span, masks: Sequence[tuple[int, int, str]]) -> str:
    parts, reached = [], span[0]
    for start, end, mask in masks[bisect_left(masks, (span[0], 0, "")) : bisect_left(masks, (span[1], 0, ""))]:
        if reached <= start:
            parts += [text[reached:start], f" {mask} "]
            reached = end
    parts.append(text[reached : span[1]])
    return "".join(parts)


def _windows(passage: str) -> Iterator[_Windows]:
    """Yield left, right, around, clause and offsets for every mention of the target in a masked sentence."""
    tokens = list(_TOKEN.finditer(passage))
    words = [token[0] for token in tokens]
    n_han = len([word for word in words if "\u3400" <= word <= "\u9fff"])
    stretch = _HAN_PER_WORD if n_han * 2 > len(words) else 1
    near, wide = round(_NEAR * stretch), round(_WIDE * stretch)
    marks = [match.span() for match in _CLAUSE.finditer(passage)]
    last = len(words) - 1
    for index, token in enumerate(tokens):
        if words[index] == TARGET:
            yield (
                passage[tokens[max(index - near, 0)].start() : token.end()],
                passage[token.start() : tokens[min(index + near, last)].end()],
                passage[tokens[max(index - wide, 0)].start() : tokens[min(index + wide, last)].end()],
                _clause_around(passage, marks, tokens, index),
                _offsets(words, index),
            )


def _clause_around(passage: str, marks: Sequence[Span], tokens: Sequence[re.Match[str]], index: int) -> str:
    """Return the clause that holds a token; marks are the spans of what parts clauses, in order.

    Where nothing parts them for long, `_CLAUSE_REACH` tokens on either side are enough.
    """
    start = tokens[index].start()
    following = bisect_right(marks, (start, start))
    before = marks[following - 1][1] if following else 0
    after = marks[following][0] if following < len(marks) else len(passage)
    first = tokens[max(index - _CLAUSE_REACH, 0)].start()
    last = tokens[min(index + _CLAUSE_REACH, len(tokens) - 1)].end()
    return passage[max(before, first) : min(after, last)]


def _offsets(words: Sequence[str], index: int) -> str:
    """Return the words around a mention, each marked with its side and distance."""
    marked = []
    for distance in range(1, _NEAR + 1):
        if index >= distance:
            marked.append(f"l{distance}{words[index - distance]}")
        if index + distance < len(words):
            marked.append(f"r{distance}{words[index + distance]}")
    return " ".join(word for word in marked if word[-1].isalnum() or word[-1] in (TARGET, OTHER))


def _closest_sentence(scene: Scene, name: str) -> str:
    wanted = _pairs(name)
    best = max(scene.sentences, key=lambda span: len(wanted & _pairs(scene.text[slice(*span)])), default=(0, 0))
    return scene.text[slice(*best)]


def _tone(part: str, tones: Sequence[str]) -> str:
    """Name the good and bad words of a part, and which of them prevail there."""
    if not tones:
        return f"{part}neteven0"
    balance = 2 * (tones.count("good") + tones.count("notbad")) - len(tones)
    net = "good" if balance > 0 else "bad" if balance < 0 else "even"
    return " ".join([*(f"{part}{tone}" for tone in tones), f"{part}net{net}1"])


def _shared_runs(name: str, text: str) -> tuple[list[str], list[str]]:
    """Return the longest runs of the name that stand in the text, from left to right, and what lies between them."""
    found, missing, start, gap = [], [], 0, 0
    while start < len(name) - 1:
        if name[start : start + 2] in text:
            end = len(name) if name[start:] in text else start + 2
            while end < len(name) and name[start : end + 1] in text:
                end += 1
            found.append(name[start:end])
            missing.append(name[gap:start])
            start = gap = end
        else:
            start += 1
    return found, [run for run in [*missing, name[gap:]] if run.strip()]


def _overlap(text: str, target: Target, found: Sequence[str], missing: Sequence[str]) -> str:
    """Describe in words how the target's name stands in the text: how much of it, how often, and where."""
    n_found, n_missing = sum(map(len, found)), sum(map(len, missing))
    place = round(4 * text.lower().find(found[0]) / max(len(text), 1)) if found else 9
    return " ".join(
        (
            f"mentions{min(len(target.mentions), 4)}",
            f"share{round(5 * n_found / max(n_found + n_missing, 1))}",
            f"name{min((n_found + n_missing) // 2, 8)}",
            f"runs{min(len(found), 4)}",
            f"longest{min(max(map(len, found), default=0), 8)}",
            f"place{place}",
        )
    )


def _pairs(text: str) -> set[str]:
    return {text[start : start + 2] for start in range(len(text) - 1)}
