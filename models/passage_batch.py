"""A batch of passages: arrays of one length for the encoder to read at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.passages import Numbers, Passage

REACH = 10
"""Distances from a mention are told apart up to this many tokens; what lies farther counts as this far."""

NO_ACTOR, THE_TARGET, AN_OTHER = 0, 1, 2
"""What part a token plays for one target."""


@dataclass(frozen=True, slots=True)
class PassageBatch:
    """Passages and their places as arrays; `n_tokens` is the longest passage, shorter ones end in padding.

    Of passages: `ids`, `is_text` (not padding) and `actors`, each (n_passages, n_tokens).
    Of places: `owners` is the number of the passage, (n_places,); `roles` what part each token plays, `offsets` its
    distance from the closest mention (0 to 2 x `REACH`, `REACH` at the mention), and `is_near` whether it is in the
    sentence, each (n_places, n_tokens).
    """

    ids: Numbers
    is_text: NDArray[np.bool_]
    actors: Numbers
    owners: Numbers
    roles: Numbers
    offsets: Numbers
    is_near: NDArray[np.bool_]


def passage_batch(passages: Sequence[Passage], *, padding: int) -> PassageBatch:
    """Put passages together, at least one; `padding` is the number of the padding token."""
    n_tokens = max(len(passage.ids) for passage in passages)
    ids = np.full((len(passages), n_tokens), padding, dtype=np.int64)
    is_text = np.zeros(ids.shape, dtype=bool)
    actors = np.zeros(ids.shape, dtype=np.int64)
    for row, passage in enumerate(passages):
        length = len(passage.ids)
        ids[row, :length], is_text[row, :length], actors[row, :length] = passage.ids, True, passage.actors
    places = [(row, place) for row, passage in enumerate(passages) for place in passage.places]
    owners = np.array([row for row, _ in places], dtype=np.int64)
    roles = actors[owners] * AN_OTHER
    offsets = np.zeros(roles.shape, dtype=np.int64)
    is_near = np.zeros(roles.shape, dtype=bool)
    for index, (_, place) in enumerate(places):
        roles[index, place.tokens] = THE_TARGET
        offsets[index] = _offsets(place.tokens, n_tokens)
        is_near[index, slice(*place.sentence)] = True
        is_near[index, place.tokens] = True
    return PassageBatch(ids, is_text, actors, owners, roles, offsets, is_near)


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


def _offsets(mention: Numbers, n_tokens: int) -> Numbers:
    """Return the signed distance of every token from the closest one of a mention, shifted so that none is negative."""
    position = np.arange(n_tokens)
    following = np.searchsorted(mention, position).clip(max=len(mention) - 1)
    behind, ahead = position - mention[(following - 1).clip(min=0)], position - mention[following]
    closest = np.where((np.abs(behind) < np.abs(ahead)) & (following > 0), behind, ahead)
    closest = np.where(position > mention[-1], position - mention[-1], closest)
    distance: Numbers = closest.clip(-REACH, REACH) + REACH
    return distance
