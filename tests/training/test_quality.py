"""Tests of quality: figures equal scikit-learn's, intervals hold them, and scalars are fit for a tracking store."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, precision_score, recall_score

from standpoint.codebook import Codebook, Frame, Words
from training.outcome import FrameOutcome, Outcome, StanceOutcome
from training.quality import Quality, measure

NAME = Words("name", "名")
CODEBOOK = Codebook("demo", NAME, frames=tuple(Frame(id, NAME, NAME) for id in ("failure", "alliance", "rare")))
N_ROWS = 120
DRAW = np.random.default_rng(4)


def frames() -> FrameOutcome:
    """Return three frames called right four times in five; the third is never there and never called."""
    truth = DRAW.random((N_ROWS, 3)) < [0.6, 0.3, 0.0]
    called = np.where(DRAW.random((N_ROWS, 3)) < 0.8, truth, ~truth) & [True, True, False]
    proba = np.clip(called * 0.7 + DRAW.random((N_ROWS, 3)) * 0.3, 0, 1)
    rates = np.tile(truth.mean(axis=0), (N_ROWS, 1))
    return FrameOutcome(truth, called, proba, rates, names("s", 60), np.array(["zh", "en"] * 60, dtype=object))


def stances(share_right: float = 0.7) -> StanceOutcome:
    truth = np.arange(N_ROWS) % 7 % 3
    called = np.where(DRAW.random(N_ROWS) < share_right, truth, DRAW.integers(3, size=N_ROWS))
    proba, common = np.eye(3)[called], np.zeros(N_ROWS, dtype=np.int64)
    languages = np.array(["zh"] * (N_ROWS - 3) + ["mixed"] * 3, dtype=object)
    return StanceOutcome(truth, called, common, proba, names("s", 60), languages, names("actor", 3))


def names(prefix: str, count: int) -> NDArray[np.object_]:
    return np.array([f"{prefix}{number % count}" for number in range(N_ROWS)], dtype=object)


FRAMES, ANSWERS, WORSE = frames(), stances(), stances(0.2)


@pytest.fixture(scope="module")
def quality() -> Quality:
    return measure(Outcome(FRAMES, ANSWERS), CODEBOOK, ablations={"name_only": WORSE})


def value(quality: Quality, name: str) -> float:
    return quality[name].estimate.value


@pytest.mark.parametrize("average", ["macro", "micro"])
def test_frame_f1_equals_that_of_scikit_learn(quality: Quality, average: str) -> None:
    expected = f1_score(FRAMES.truth, FRAMES.called, average=average, zero_division=0)
    assert value(quality, f"frames/{average}_f1") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "score"), [("f1", f1_score), ("precision", precision_score), ("recall", recall_score)]
)
def test_the_figures_of_a_frame_equal_those_of_scikit_learn(quality: Quality, name: str, score: object) -> None:
    assert callable(score)
    for column, frame in enumerate(CODEBOOK.frame_ids):
        expected = score(FRAMES.truth[:, column], FRAMES.called[:, column], zero_division=0)
        assert value(quality, f"frames/{frame}/{name}") == pytest.approx(expected)


def test_the_brier_score_equals_that_of_scikit_learn(quality: Quality) -> None:
    expected = brier_score_loss(FRAMES.truth[:, 0], FRAMES.proba[:, 0])
    assert value(quality, "frames/failure/brier") == pytest.approx(expected)


def test_stance_figures_equal_those_of_scikit_learn(quality: Quality) -> None:
    assert value(quality, "stance/macro_f1") == pytest.approx(f1_score(ANSWERS.truth, ANSWERS.called, average="macro"))
    assert value(quality, "stance/accuracy") == pytest.approx(accuracy_score(ANSWERS.truth, ANSWERS.called))
    each = f1_score(ANSWERS.truth, ANSWERS.called, average=None)
    assert [value(quality, f"stance/{label}/f1") for label in CODEBOOK.stance_ids] == pytest.approx(each)


def test_baselines_equal_what_reading_nothing_gives(quality: Quality) -> None:
    everything = f1_score(FRAMES.truth, np.ones_like(FRAMES.truth), average="macro", zero_division=0)
    assert value(quality, "frames/baseline_all_positive/macro_f1") == pytest.approx(everything)
    majority = f1_score(FRAMES.truth, FRAMES.rates >= 0.5, average="macro", zero_division=0)
    assert value(quality, "frames/baseline_majority/macro_f1") == pytest.approx(majority)
    common = f1_score(ANSWERS.truth, ANSWERS.common, average="macro", zero_division=0)
    assert value(quality, "stance/baseline_majority/macro_f1") == pytest.approx(common)
    assert value(quality, "stance/baseline_majority/accuracy") == pytest.approx((ANSWERS.truth == 0).mean())


def test_slices_equal_the_figures_of_their_rows_alone(quality: Quality) -> None:
    chinese = measure(Outcome(FRAMES.where(FRAMES.languages == "zh"), None), CODEBOOK)
    assert quality["frames/language_zh/macro_f1"].estimate == chinese["frames/macro_f1"].estimate
    rows = ANSWERS.actors == "actor1"
    assert value(quality, "stance/actor_actor1/accuracy") == (ANSWERS.truth == ANSWERS.called)[rows].mean()
    assert quality["stance/actor_actor1/accuracy"].count == rows.sum()


def test_slices_of_a_few_rows_are_not_reported(quality: Quality) -> None:
    assert "stance/language_zh/macro_f1" in quality
    assert "stance/language_mixed/macro_f1" not in quality


def test_intervals_hold_their_values(quality: Quality) -> None:
    ends = [figure.estimate for figure in quality.figures if math.isfinite(figure.estimate.low)]
    assert len(ends) > 20
    assert all(one.low <= one.value <= one.high for one in ends)


def test_intervals_are_over_stories_and_not_over_rows() -> None:
    def width(n_stories: int) -> float:
        outcome = FrameOutcome(**{**vars(FRAMES), "stories": names("s", n_stories)})
        estimate = measure(Outcome(outcome, None), CODEBOOK)["frames/failure/f1"].estimate
        return estimate.high - estimate.low

    assert math.isnan(width(1))
    assert width(N_ROWS) > 0


def test_an_ablation_is_reported_with_what_is_gained_over_it(quality: Quality) -> None:
    assert value(quality, "stance/name_only/macro_f1") == pytest.approx(
        f1_score(WORSE.truth, WORSE.called, average="macro")
    )
    gain = quality["stance/gain_over_name_only/macro_f1"].estimate
    assert gain.value == pytest.approx(value(quality, "stance/macro_f1") - value(quality, "stance/name_only/macro_f1"))
    assert gain.low > 0


def test_scalars_are_flat_and_finite(quality: Quality) -> None:
    scalars = quality.scalars()
    assert all(type(one) is float and math.isfinite(one) for one in scalars.values())
    assert {"frames/macro_f1", "frames/macro_f1/low", "frames/macro_f1/high", "frames/rare/f1"} <= set(scalars)
    assert "frames/failure/brier/low" not in scalars


def test_no_two_figures_share_a_name(quality: Quality) -> None:
    every = [figure.name for figure in quality.figures]
    assert len(every) == len(set(every))


def test_a_part_that_is_missing_has_no_figures() -> None:
    assert {figure.name.split("/")[0] for figure in measure(Outcome(FRAMES, None), CODEBOOK).figures} == {"frames"}
    assert measure(Outcome(None, None), CODEBOOK).figures == ()


def test_the_same_seed_gives_the_same_figures(quality: Quality) -> None:
    again = measure(Outcome(FRAMES, ANSWERS), CODEBOOK, ablations={"name_only": WORSE})
    assert again.scalars() == quality.scalars()
