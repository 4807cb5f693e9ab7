"""The cast of a text: which actors stand in a sentence, together with whom, and what is said there.

Its words are the same in every language, so that what is learned of a frame from Chinese articles ("the United States,
and bad things said of it") holds for English ones too.
"""

from collections.abc import Collection, Sequence
from itertools import combinations

from models.targets import Scene, Target
from models.tone import tone_words


def cast_by_sentence(scene: Scene, targets: Sequence[Target], actors: Collection[str]) -> list[str]:
    """Describe each sentence of a scene in words: its actors, pairs of them, its tone words, and actors with tones.

    Args:
        scene: the text and its sentences.
        targets: who is named, and where.
        actors: the ids that count; other targets are passed over.
    """
    starts = sorted((span[0], target.actor) for target in targets if target.actor in actors for span in target.mentions)
    described, position = [], 0
    for start, end in scene.sentences:
        present = set()
        while position < len(starts) and starts[position][0] < end:
            present.add(starts[position][1])
            position += 1
        described.append(" | ".join(_words(sorted(present), tone_words(scene.text[start:end]))))
    return described


def _words(actors: Sequence[str], tones: Sequence[str]) -> list[str]:
    words = [f"tone_{tone}" for tone in tones]
    for actor in actors:
        words += [actor, *(f"{actor}_{tone}" for tone in tones)]
    return words + [f"{first}_with_{second}" for first, second in combinations(actors, 2)]
