"""Blended frames: the linear frame model and the head on an encoder's states, made one answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.blend import Blend
from models.calibration import Floats
from models.features import Arrays
from models.frame_head import FrameHead, States
from models.frame_model import FrameModel
from models.targets import Scene

_MOST_LEFT_OUT = 60
"""An article of more sentences is not read again without each of them: that would take their number squared."""


class BlendedFrames:
    """Says how strongly an article uses each frame, from its words and from what an encoder makes of its sentences.

    `linear` may be missing where the blend does not use it. `thresholds_` (n_frames,) are on the calibrated
    probability; a frame that either source could not learn is never called.
    """

    def __init__(self, linear: FrameModel | None, head: FrameHead, blend: Blend, thresholds: Floats) -> None:
        self.linear, self.head, self.blend, self.thresholds_ = linear, head, blend, thresholds

    def predict_proba(self, texts: Sequence[str], casts: Sequence[str], states: Sequence[States]) -> Floats:
        """Return calibrated probabilities, shape (n_articles, n_frames); what the blend does not use may be empty."""
        second = self.head.decision_function(states)
        first = np.zeros_like(second)
        if self.linear is not None:
            first = self.linear.decision_function(texts, casts=casts)
        return self.blend.predict_proba(first, second)

    def evidence(self, scene: Scene, cast: Sequence[str], states: States) -> Floats:
        """Return by how many log-odds each frame of one article falls without each sentence, (n_sentences, n_frames).

        `cast` is that of each sentence. The encoder is not asked again: only the sentence's own state is left out.
        """
        weight, final = self.blend.weight, self.blend.final[:, 0]
        falls: Floats = weight * final * self.blend.second[:, 0] * self.head.evidence(states)
        if self.linear is not None:
            falls = falls + (1 - weight) * final * self.blend.first[:, 0] * _linear_falls(self.linear, scene, cast)
        return falls

    def to_arrays(self) -> Arrays:
        """Return what was learned as plain arrays."""
        parts = {"head": self.head.to_arrays(), "blend": self.blend.to_arrays()}
        if self.linear is not None:
            parts["linear"] = self.linear.to_arrays()
        named = {f"{part}.{name}": value for part, arrays in parts.items() for name, value in arrays.items()}
        return {**named, "thresholds": self.thresholds_}


def _linear_falls(linear: FrameModel, scene: Scene, cast: Sequence[str]) -> Floats:
    """Return by how much the linear scores fall without each sentence; of a long article, what each says alone."""
    if len(scene.sentences) > _MOST_LEFT_OUT:
        return linear.passage_scores([scene.text[start:end] for start, end in scene.sentences], casts=cast)
    less = [scene.text[:start] + scene.text[end:] for start, end in scene.sentences]
    casts = [" | ".join(one for number, one in enumerate(cast) if number != left) for left in range(len(less))]
    scores = linear.decision_function([scene.text, *less], casts=[" | ".join(cast), *casts])
    return scores[:1] - scores[1:]


def blended_frames(arrays: Mapping[str, NDArray[Any]], linear: FrameModel | None) -> BlendedFrames:
    """Read back what `to_arrays` returned; `linear` is the linear part, None where there is none."""

    def below(part: str) -> Arrays:
        return {name.removeprefix(f"{part}."): value for name, value in arrays.items() if name.startswith(f"{part}.")}

    head = FrameHead().load_arrays(below("head"))
    return BlendedFrames(linear, head, Blend.from_arrays(below("blend")), arrays["thresholds"])
