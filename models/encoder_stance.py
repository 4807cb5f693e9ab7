"""The encoder's stances: each target's scores, pooled over the places where an article speaks of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.calibration import Floats
from models.encoder import Encoder
from models.passages import Numbers
from models.stance_model import StanceScorer, TargetInText
from models.targets import Scene, Target


class EncoderStances(StanceScorer):
    """Says which stance a text takes toward a target, all targets of a text from one pass."""

    def __init__(self, encoder: Encoder, n_stances: int) -> None:
        self.encoder, self.n_stances = encoder, n_stances
        self._stay_neutral(n_stances)

    def decision_function(self, questions: Sequence[TargetInText]) -> Floats:
        """Return uncalibrated scores, shape (n_questions, n_stances)."""
        scores = np.zeros((len(questions), self.n_stances))
        if len(questions):
            asked = by_scene(questions)
            scores[np.concatenate(asked.rows)] = self.encoder.read(asked.scenes, asked.targets).places.pooled(
                len(questions)
            )
        return scores


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions by scene: `rows` are their numbers."""

    scenes: list[Scene]
    targets: list[list[Target]]
    rows: list[Numbers]


def by_scene(questions: Sequence[TargetInText]) -> Asked:
    """Put the questions about one scene together."""
    numbers: dict[int, list[int]] = {}
    for number, question in enumerate(questions):
        numbers.setdefault(id(question.scene), []).append(number)
    groups = list(numbers.values())
    return Asked(
        scenes=[questions[group[0]].scene for group in groups],
        targets=[[questions[number].target for number in group] for group in groups],
        rows=[np.array(group) for group in groups],
    )
