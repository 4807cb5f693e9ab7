"""A suggestion: a model's prediction as annotators are shown it."""

from typing import Any

from labeling.studio_config import ACTORS, EVIDENCE, FRAMES, NONE, stance_control
from labeling.studio_result import result_items
from standpoint.annotation import Evidence
from standpoint.codebook import Codebook
from standpoint.errors import RecordError, unknown
from standpoint.prediction import Prediction


def version_of(prediction: Prediction, codebook: Codebook) -> str:
    """Return the model version in Label Studio: `standpoint/3+1f0c9a52 rare-earths@b9b46775`."""
    return f"{prediction.model} {codebook.reference}"


def check_prediction(prediction: Prediction, codebook: Codebook, text: str) -> None:
    """Hold a prediction against codebook and text.

    Raises:
        RecordError: it is of another codebook or another text, or names what the codebook does not have.
    """
    if prediction.codebook != codebook.reference:
        raise RecordError(f"it was made for codebook '{prediction.codebook}', not '{codebook.reference}'. Score again.")
    if prediction.characters_read > len(text):
        raise RecordError(
            f"the model read {prediction.characters_read} characters, the task has {len(text)}. Score this text."
        )
    owner = f"codebook '{codebook.id}'"
    for kind, value, known in (
        *(("frame", frame.id, codebook.frame_ids) for frame in prediction.frames),
        *(("actor", stance.actor, codebook.actor_ids) for stance in prediction.stances),
        *(("stance", stance.stance, codebook.stance_ids) for stance in prediction.stances),
    ):
        if value not in known:
            raise RecordError(unknown(kind, value, known, owner))
    for frame in prediction.frames:
        for span in frame.evidence:
            if not 0 <= span.start < span.end <= len(text):
                raise RecordError(
                    f"evidence for '{frame.id}' spans {span.start} to {span.end} of {len(text)} characters."
                )


def suggestion(prediction: Prediction, task_id: int, version: str, text: str) -> dict[str, Any]:
    """Return the prediction as the server takes it; its score is the probability of its least sure answer."""
    present = {frame.id: frame.proba for frame in prediction.frames if frame.present}
    stances = {stance.actor: stance.stance for stance in prediction.stances}
    evidence = [
        Evidence(frame.id, span.start, span.end)
        for frame in prediction.frames
        if frame.present
        for span in frame.evidence
    ]
    sure = [frame.proba if frame.present else 1 - frame.proba for frame in prediction.frames]
    sure += [stance.proba.get(stance.stance, 0.0) for stance in prediction.stances]
    return {
        "task": task_id,
        "model_version": version,
        "score": round(min(sure, default=0.0), 4),
        "result": result_items(present.keys(), stances, evidence, text, scores=_scores(prediction)),
    }


def _scores(prediction: Prediction) -> dict[tuple[str, str], float]:
    """Return the probability of each label, by control and label."""
    frames = {frame.id: frame.proba for frame in prediction.frames}
    scores = {(control, label): proba for control in (FRAMES, EVIDENCE) for label, proba in frames.items()}
    scores[FRAMES, NONE] = 1 - max(frames.values(), default=0.0)
    for stance in prediction.stances:
        scores[ACTORS, stance.actor] = stance.proba.get(stance.stance, 0.0)
        scores |= {(stance_control(stance.actor), label): proba for label, proba in stance.proba.items()}
    return scores
