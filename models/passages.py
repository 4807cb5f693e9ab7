"""Passages: scenes and targets as the token numbers that an encoder reads, and the places it is asked about."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.encoder_tokens import EncoderTokenizer, Tokens
from models.targets import Scene, Target
from models.tone import tone_spans
from models.windows import Window, token_range, windows
from standpoint.sentences import Span

Numbers = NDArray[np.int64]

TONES = ("", "good", "bad", "notgood", "notbad")
"""What a token may say of whoever it is said of; the first is nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one passage speaks of a target: the tokens that name it, and the sentence around them as a token range.

    `target` is the target's number among those of its scene, `number` that of the sentence; None where the place is not
    in a sentence of its own.
    """

    target: int
    tokens: Numbers
    sentence: Span
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """What an encoder reads at once, special tokens and all.

    `ids` are token numbers, `actors` says which tokens name any actor, and `tones` is the number in `TONES` of what
    each token says, all (n_tokens,). The tokens `own` are this passage's to answer for, and `sentences` (n_own,) the
    number of the sentence each of them is in; `scene` is the number of the scene it belongs to.
    """

    scene: int
    ids: Numbers
    actors: NDArray[np.bool_]
    tones: Numbers
    own: Span
    sentences: Numbers
    places: list[Place] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PassageConfig:
    """How long passages are, in tokens without the special ones, and by how much they overlap.

    Twice the length takes a fifth longer, and frames are no better for it (`docs/encoder.md`).
    """

    size: int = 126
    overlap: int = 16


def passages(
    scenes: Sequence[Scene],
    targets: Sequence[Sequence[Target]],
    tokenizer: EncoderTokenizer,
    config: PassageConfig = PassageConfig(),
) -> list[Passage]:
    """Return what is to be read to answer for every target of every scene; each target has a place at least.

    A target that the text does not name is read beside it: its first name follows each window, as a second text. One
    without a name is asked of the text as a whole, and so is one whose name or mentions the tokenizer passes over.
    """
    names = [target.names[0] for group in targets for target in group if _is_beside(target)]
    beside = iter(tokenizer.tokenise(names))
    found = []
    for number, (tokens, scene, group) in enumerate(
        zip(tokenizer.tokenise([scene.text for scene in scenes]), scenes, targets, strict=True)
    ):
        reader = _SceneReader(number, scene, tokens, tokenizer)
        cut = reader.windows(config.size, config.overlap)
        read = [reader.passage(window) for window in cut]
        found += read
        for index, target in enumerate(group):
            name = next(beside).ids if _is_beside(target) else None
            if name is not None and len(name):
                found += reader.beside(name, index, config)
            elif not reader.add_mentions(read, cut, index, target):
                reader.add_whole(read, index)
    return found


class _SceneReader:
    """Makes the passages of one scene."""

    def __init__(self, number: int, scene: Scene, tokens: Tokens, tokenizer: EncoderTokenizer) -> None:
        self.number, self.scene, self.tokens, self.tokenizer = number, scene, tokens, tokenizer
        self.is_actor = np.zeros(len(tokens.ids), dtype=bool)
        self.sentences = [token_range(tokens.spans, span) for span in scene.sentences]
        for span in scene.actors:
            self.is_actor[slice(*token_range(tokens.spans, span))] = True
        self.tones = np.zeros(len(tokens.ids), dtype=np.int64)
        for span, tone in tone_spans(scene.text):
            self.tones[slice(*token_range(tokens.spans, span))] = TONES.index(tone)
        ends = [end for _, end in scene.sentences]
        starts = [start for start, _ in tokens.spans]
        self.sentence_of = np.searchsorted(ends, starts, side="right").clip(max=max(len(ends) - 1, 0))

    def windows(self, size: int, overlap: int) -> list[Window]:
        """Return the scene's windows, one at least."""
        found = windows(self.tokens.spans, self.scene.sentences, size=size, overlap=overlap)
        return found or [Window(0, 0, 0, 0)]

    def passage(self, window: Window) -> Passage:
        """Return a window between the special tokens."""
        before, after = self.tokenizer.before, self.tokenizer.after
        inner = slice(window.start, window.end)
        around, shift = (len(before), len(after)), len(before) - window.start
        return Passage(
            scene=self.number,
            ids=np.concatenate([before, self.tokens.ids[inner], after]).astype(np.int64),
            actors=np.pad(self.is_actor[inner], around),
            tones=np.pad(self.tones[inner], around),
            own=(window.own_start + shift, window.own_end + shift),
            sentences=self.sentence_of[window.own_start : window.own_end],
        )

    def add_mentions(self, read: Sequence[Passage], cut: Sequence[Window], index: int, target: Target) -> bool:
        """Add a place for every sentence that names the target, in the window that owns the mention; say if any was."""
        n_before = sum(len(passage.places) for passage in read)
        ranges = sorted(token_range(self.tokens.spans, span) for span in target.mentions)
        for passage, window in zip(read, cut, strict=True):
            mine = [span for span in ranges if window.own_start <= span[0] < window.own_end and span[0] < span[1]]
            shift = len(self.tokenizer.before) - window.start
            for sentence, inside in _by_sentence(self._sentences(window), mine):
                tokens = np.unique([token for start, end in inside for token in range(start, min(end, window.end))])
                around = (sentence[0] + shift, sentence[1] + shift)
                passage.places.append(Place(index, tokens + shift, around, int(self.sentence_of[tokens[0]])))
        return sum(len(passage.places) for passage in read) > n_before

    def add_whole(self, read: Sequence[Passage], index: int) -> None:
        """Ask a target of everything each passage owns."""
        for passage in read:
            tokens = np.arange(*passage.own) if passage.own[0] < passage.own[1] else np.zeros(1, dtype=np.int64)
            passage.places.append(Place(index, tokens, (0, len(passage.ids))))

    def beside(self, name: Numbers, index: int, config: PassageConfig) -> Iterator[Passage]:
        """Yield the text's windows again, with the target's name as a second text."""
        ids = name[: config.size // 4]
        size = config.size - len(ids) - len(self.tokenizer.between)
        for window in self.windows(size, min(config.overlap, size // 2)):
            first = self.passage(window)
            stem = len(first.ids) - len(self.tokenizer.after)
            start = stem + len(self.tokenizer.between)
            tail = np.zeros(start - stem + len(ids) + len(self.tokenizer.after), dtype=bool)
            joined = np.concatenate([first.ids[:stem], self.tokenizer.between, ids, self.tokenizer.after])
            place = Place(index, np.arange(start, start + len(ids)), (0, start + len(ids)))
            yield Passage(
                scene=self.number,
                ids=joined.astype(np.int64),
                actors=np.concatenate([first.actors[:stem], tail]),
                tones=np.concatenate([first.tones[:stem], tail.astype(np.int64)]),
                own=(0, 0),
                sentences=np.zeros(0, dtype=np.int64),
                places=[place],
            )

    def _sentences(self, window: Window) -> list[Span]:
        """Return the sentences as token ranges, as much of each as the window holds."""
        clipped = [(max(start, window.start), min(end, window.end)) for start, end in self.sentences]
        return [span for span in clipped if span[0] < span[1]]


def _is_beside(target: Target) -> bool:
    return bool(target.names) and not target.mentions


def _by_sentence(sentences: Sequence[Span], mentions: Iterable[Span]) -> Iterator[tuple[Span, list[Span]]]:
    """Yield each sentence in which mentions start, with them; a mention outside all of them is a sentence itself."""
    left = list(mentions)
    for start, end in sentences:
        inside = [span for span in left if start <= span[0] < end]
        left = [span for span in left if span not in inside]
        if inside:
            yield (start, end), inside
    yield from ((span, [span]) for span in left)
