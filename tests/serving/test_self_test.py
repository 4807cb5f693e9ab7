"""Tests of the self-test: which answers keep a model from serving."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from models.canaries import canary_answers
from models.linear_news_model import LinearNewsModel
from serving.self_test import self_test
from standpoint.article import Article
from standpoint.errors import ModelError
from standpoint.prediction import FramePrediction, Prediction, ScoredSpan, StancePrediction
from training.gold import Gold

Spoil = Callable[[list[Prediction]], list[Prediction]]


class Spoiled(LinearNewsModel):
    """Answers like the model it was made of, but for what is spoiled."""

    spoil: Spoil

    def predict(self, articles: Sequence[Article], **options: Any) -> list[Prediction]:  # noqa: ANN401 - passed on
        """Spoil what the model answers."""
        return self.spoil(super().predict(articles, **options))


def spoiled(model: LinearNewsModel, spoil: Spoil) -> LinearNewsModel:
    made = Spoiled(
        model.codebook, frame_model=model.frame_model, stance_model=model.stance_model, version="standpoint/2"
    )
    made.spoil = spoil
    return made


def first_frame(answers: list[Prediction], **changes: object) -> list[Prediction]:
    changed = replace(answers[0].frames[0], **changes)  # type: ignore[arg-type]  # by name
    return [replace(answers[0], frames=(changed, *answers[0].frames[1:])), *answers[1:]]


def last_stance(answers: list[Prediction], **changes: object) -> list[Prediction]:
    changed = replace(answers[-1].stances[-1], **changes)  # type: ignore[arg-type]  # by name
    return [*answers[:-1], replace(answers[-1], stances=(*answers[-1].stances[:-1], changed))]


def alike(answers: list[Prediction]) -> list[Prediction]:
    frame, stance = (
        FramePrediction("failure", 0.5, False),
        StancePrediction("china", "neutral", dict.fromkeys(SCALE, 1 / 3)),
    )
    return [
        replace(
            answer,
            frames=tuple(replace(frame, id=item.id) for item in answer.frames),
            stances=tuple(replace(stance, actor=item.actor) for item in answer.stances),
        )
        for answer in answers
    ]


SCALE = ("critical", "neutral", "supportive")
SPAN = ScoredSpan(0, 900_000, 1.0)
FAULTS: dict[str, Spoil] = {
    "canary-0: frame 'failure' has probability nan": lambda answers: first_frame(answers, proba=math.nan),
    "canary-0: frame 'failure' has probability 1.5": lambda answers: first_frame(answers, proba=1.5),
    "canary-0: its frames are not those of the codebook": lambda answers: first_frame(answers, id="other"),
    "canary-0: offsets 0 to 900000 in a text of ": lambda answers: first_frame(answers, evidence=(SPAN,)),
    "canary-0: offsets 3 to 3 in a text of ": lambda answers: first_frame(answers, evidence=(ScoredSpan(3, 3, 1.0),)),
    "canary-0: evidence has a score that is not a number": lambda answers: first_frame(
        answers, evidence=(ScoredSpan(0, 2, math.inf),)
    ),
    "canary-6: offsets -1 to 2 in a text of ": lambda answers: last_stance(answers, mentions=((-1, 2),)),
    "canary-6: the stance toward 'japan' has probabilities [0.5, 0.5, 0.5]": lambda answers: last_stance(
        answers, proba=dict.fromkeys(SCALE, 0.5)
    ),
    "canary-6: the stance toward 'japan' has labels that are not": lambda answers: last_stance(
        answers, stance="hostile"
    ),
    "7 articles got 6 answers": lambda answers: answers[1:],
    "canary-0: is signed by 'standpoint/1' for": lambda answers: [
        replace(answers[0], model="standpoint/1"),
        *answers[1:],
    ],
    "canary-4: 9 characters read of 3": lambda answers: [
        replace(item, characters_read=9) if item.article_id == "canary-4" else item for item in answers
    ],
    "every article gets the same answer": alike,
}


def test_a_fitted_model_passes(demo_model: LinearNewsModel) -> None:
    self_test(demo_model)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_answer_keeps_a_model_out_and_is_named(demo_model: LinearNewsModel, fault: str) -> None:
    with pytest.raises(ModelError, match=r"^standpoint/2: fails its self-test: " + re.escape(fault)) as error:
        self_test(spoiled(demo_model, FAULTS[fault]))
    assert str(error.value).endswith("Train anew, or promote another.")


def test_more_than_one_fault_is_counted(demo_model: LinearNewsModel) -> None:
    with pytest.raises(ModelError, match=r"has probability 1\.5 \(and 1 more\)\. Train anew"):
        self_test(spoiled(demo_model, lambda answers: first_frame(answers, proba=1.5, evidence=(SPAN,))))


def test_weights_that_are_not_numbers_are_found(demo_model: LinearNewsModel, demo_gold: Gold) -> None:
    assert demo_model.frame_model is not None
    arrays = demo_model.frame_model.to_arrays()
    broken = type(demo_model.frame_model)().load_arrays({**arrays, "intercept": arrays["intercept"] * math.nan})
    with pytest.raises(ModelError, match="frame 'failure' has probability nan"):
        self_test(LinearNewsModel(demo_gold.codebook, frame_model=broken))


def test_a_model_without_stances_or_without_frames_passes(demo_model: LinearNewsModel) -> None:
    self_test(LinearNewsModel(demo_model.codebook, frame_model=demo_model.frame_model))
    self_test(LinearNewsModel(demo_model.codebook, stance_model=demo_model.stance_model))


def test_a_slow_model_is_kept_out(demo_model: LinearNewsModel) -> None:
    times: Iterator[float] = iter((100.0, 161.5))
    with pytest.raises(ModelError, match=r"the canary articles took 61\.5 s, the limit is 60 s\. Train anew"):
        self_test(demo_model, clock=lambda: next(times))


def test_a_model_that_answers_as_it_did_in_training_passes(demo_model: LinearNewsModel) -> None:
    self_test(remembering(demo_model, demo_model))


def test_a_model_that_computes_something_else_than_in_training_is_kept_out(demo_model: LinearNewsModel) -> None:
    assert demo_model.frame_model is not None
    arrays = demo_model.frame_model.to_arrays()
    other = type(demo_model.frame_model)().load_arrays({**arrays, "intercept": arrays["intercept"] + 0.01})
    changed = LinearNewsModel(demo_model.codebook, frame_model=other, stance_model=demo_model.stance_model)
    with pytest.raises(ModelError) as error:
        self_test(remembering(changed, demo_model))
    assert re.match(
        r"standpoint/2: fails its self-test: canary-0: frames/\w+ is 0\.\d+, and was 0\.\d+ in training: "
        r"libraries or files here compute something else \(and \d+ more\)\. Train anew, or promote another\.$",
        str(error.value),
    )


def remembering(model: LinearNewsModel, trained: LinearNewsModel) -> LinearNewsModel:
    """Return a model whose folder says that it answered, when it was trained, as another does."""
    return LinearNewsModel(
        model.codebook,
        frame_model=model.frame_model,
        stance_model=model.stance_model,
        version="standpoint/2",
        training={"canaries": canary_answers(trained)},
    )
