"""A batch of passages: arrays of one length for the encoder to read at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.passages import Numbers, Passage, Place

REACH = 10
"""Distances from a mention are told apart up to this many tokens; what lies farther counts as this far."""

NO_ACTOR, THE_TARGET, AN_OTHER = 0, 1, 2
"""What part a token plays for one target."""


@dataclass(frozen=True, slots=True)
class PassageBatch:
    """Passages and their places as arrays; `n_tokens` is the longest passage, shorter ones end in padding.

    Of passages: `ids`, `is_text` (not padding), `actors` and `tones`, each (n_passages, n_tokens), and `pooling`
    (n_passages, n_sentences, n_tokens): 1 where a token that the passage answers for is in the sentence; the first is
    the first sentence it answers for.
    Of places: `owners` is the number of the passage, (n_places,). Each sees the tokens at the positions `near` of its
    passage, with what part each plays (`roles`) and its distance from the closest mention (`offsets`, 0 to
    2 x `REACH`, `REACH` at the mention); all (n_places, n_near), where `is_near` is not set it is padding.
    """

    ids: Numbers
    is_text: NDArray[np.bool_]
    actors: Numbers
    tones: Numbers
    pooling: NDArray[np.float32]
    owners: Numbers
    near: Numbers
    is_near: NDArray[np.bool_]
    roles: Numbers
    offsets: Numbers


def passage_batch(passages: Sequence[Passage], *, padding: int) -> PassageBatch:
    """Put passages together, at least one; `padding` is the number of the padding token."""
    n_tokens = max(len(passage.ids) for passage in passages)
    ids = np.full((len(passages), n_tokens), padding, dtype=np.int64)
    is_text = np.zeros(ids.shape, dtype=bool)
    actors, tones = (np.zeros(ids.shape, dtype=np.int64) for _ in range(2))
    n_sentences = max((int(np.ptp(one.sentences)) + 1 for one in passages if len(one.sentences)), default=1)
    pooling = np.zeros((len(passages), n_sentences, n_tokens), dtype=np.float32)
    for row, passage in enumerate(passages):
        length = len(passage.ids)
        ids[row, :length], is_text[row, :length], actors[row, :length] = passage.ids, True, passage.actors
        tones[row, :length] = passage.tones
        if len(passage.sentences):
            pooling[row, passage.sentences - passage.sentences[0], np.arange(*passage.own)] = 1
    places = [(row, passage, place) for row, passage in enumerate(passages) for place in passage.places]
    seen = [_near(passage, place) for _, passage, place in places]
    near, is_near, roles, offsets = (_padded([one[part] for one in seen]) for part in range(4))
    owners = np.array([row for row, _, _ in places], dtype=np.int64)
    return PassageBatch(ids, is_text, actors, tones, pooling, owners, near, is_near.astype(bool), roles, offsets)


def batches(passages: Sequence[Passage], *, n_tokens: int) -> list[list[int]]:
    """Return the numbers of the passages in batches, those of like length together, of at most `n_tokens` with padding.

    A passage that is longer alone is a batch of its own.
    """
    groups: list[list[int]] = []
    for number in sorted(range(len(passages)), key=lambda number: len(passages[number].ids)):
        if not groups or (len(groups[-1]) + 1) * len(passages[number].ids) > n_tokens:
            groups.append([])
        groups[-1].append(number)
    return groups


def _near(passage: Passage, place: Place) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return what a place sees: positions, ones, roles and offsets, each (n_near,)."""
    mention = place.tokens
    first, end = min(place.sentence[0], int(mention[0])), max(place.sentence[1], int(mention[-1]) + 1)
    position: Numbers = np.arange(first, end)
    if (first, end) != place.sentence:  # a mention that reaches beyond its sentence: what lies between is not seen
        position = np.union1d(np.arange(*place.sentence), mention)
    roles = passage.actors[position] * AN_OTHER
    roles[np.searchsorted(position, mention)] = THE_TARGET
    return position, np.ones(len(position), dtype=np.int64), roles, _offsets(mention, position)


def _padded(rows: Sequence[Numbers]) -> Numbers:
    """Return rows as one array, shorter ones ending in zeros."""
    padded = np.zeros((len(rows), max(map(len, rows), default=1)), dtype=np.int64)
    for number, row in enumerate(rows):
        padded[number, : len(row)] = row
    return padded


def _offsets(mention: Numbers, position: Numbers) -> Numbers:
    """Return the signed distance of positions from the closest token of a mention, so shifted that none is negative."""
    following = np.searchsorted(mention, position).clip(max=len(mention) - 1)
    behind, ahead = position - mention[(following - 1).clip(min=0)], position - mention[following]
    closest = np.where((np.abs(behind) < np.abs(ahead)) & (following > 0), behind, ahead)
    distance: Numbers = closest.clip(-REACH, REACH) + REACH
    return distance
