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

    def evidence(self, sentences: Sequence[str], casts: Sequence[str], states: States) -> Floats:
        """Return by how many log-odds each sentence of one article speaks for each frame, (n_sentences, n_frames)."""
        weight, final = self.blend.weight, self.blend.final[:, 0]
        pushes: Floats = weight * final * self.blend.second[:, 0] * self.head.evidence(states)
        if self.linear is not None:
            own = self.linear.passage_scores(sentences, casts=casts)
            pushes = pushes + (1 - weight) * final * self.blend.first[:, 0] * own
        return pushes

    def to_arrays(self) -> Arrays:
        """Return what was learned as plain arrays."""
        parts = {"head": self.head.to_arrays(), "blend": self.blend.to_arrays()}
        if self.linear is not None:
            parts["linear"] = self.linear.to_arrays()
        named = {f"{part}.{name}": value for part, arrays in parts.items() for name, value in arrays.items()}
        return {**named, "thresholds": self.thresholds_}


def blended_frames(arrays: Mapping[str, NDArray[Any]], linear: FrameModel | None) -> BlendedFrames:
    """Read back what `to_arrays` returned; `linear` is the linear part, None where there is none."""

    def below(part: str) -> Arrays:
        return {name.removeprefix(f"{part}."): value for name, value in arrays.items() if name.startswith(f"{part}.")}

    head = FrameHead().load_arrays(below("head"))
    return BlendedFrames(linear, head, Blend.from_arrays(below("blend")), arrays["thresholds"])
