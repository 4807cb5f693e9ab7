"""Tests of the stance model: it tells targets of one sentence apart, under names it never saw."""

import itertools
import re

import numpy as np
import pytest
from numpy.typing import NDArray

from models.stance_model import StanceModel, TargetInText
from models.targets import Scene, Target
from standpoint.sentences import sentences

CRITICAL, NEUTRAL, SUPPORTIVE = 0, 1, 2
NAMES = ("Japan", "China", "Lynas", "Texas", "India", "Perth")
PATTERNS = (
    ("{0} was praised for honest help, while {1} was blamed for broken promises.", (SUPPORTIVE, CRITICAL)),
    ("{0} was blamed for broken promises, while {1} was praised for honest help.", (CRITICAL, SUPPORTIVE)),
    ("{0} met {1} on Monday.", (NEUTRAL, NEUTRAL)),
    ("{0}因信守承诺受到赞扬，而{1}因违背承诺受到指责。", (SUPPORTIVE, CRITICAL)),
    ("{0}因违背承诺受到指责，而{1}因信守承诺受到赞扬。", (CRITICAL, SUPPORTIVE)),
    ("{0}周一会见了{1}。", (NEUTRAL, NEUTRAL)),
)


def questions(text: str, *names: str) -> list[TargetInText]:
    spans = {name: tuple(match.span() for match in re.finditer(name, text)) for name in names}
    scene = Scene(text, tuple(sentences(text)), tuple(sorted(itertools.chain(*spans.values()))))
    return [TargetInText(scene, Target(name, (name,), spans[name])) for name in names]


def training_set(*, without: tuple[int, ...] = ()) -> tuple[list[TargetInText], NDArray[np.int64]]:
    """Return every pattern with many pairs of names, but no question of these stances."""
    asked, stances = [], []
    for (pattern, answers), pair in itertools.product(PATTERNS, itertools.permutations(NAMES, 2)):
        for question, stance in zip(questions(pattern.format(*pair), *pair), answers, strict=True):
            if stance not in without:
                asked.append(question)
                stances.append(stance)
    return asked, np.array(stances)


def test_shares_are_learned_in_place_of_stances() -> None:
    asked, stances = training_set()
    whole = StanceModel(3).fit(asked, stances, shares=np.eye(3)[stances])
    assert whole.coef_.tolist() == StanceModel(3).fit(asked, stances).coef_.tolist()
    turned = StanceModel(3).fit(asked, stances, shares=np.eye(3)[2 - stances])
    assert (turned.decision_function(asked).argmax(axis=1) == 2 - stances).mean() > 0.95


@pytest.fixture(scope="module")
def model() -> StanceModel:
    return StanceModel(3).fit(*training_set())


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("Wakanda was praised for help, while Narnia was blamed again.", ("Wakanda", "Narnia"), [SUPPORTIVE, CRITICAL]),
        ("Wakanda was blamed again, while Narnia was praised for help.", ("Wakanda", "Narnia"), [CRITICAL, SUPPORTIVE]),
        ("昨日，蒙古因信守承诺受到赞扬，而缅甸因违背承诺受到指责。", ("蒙古", "缅甸"), [SUPPORTIVE, CRITICAL]),
        ("昨日，蒙古因违背承诺受到指责，而缅甸因信守承诺受到赞扬。", ("蒙古", "缅甸"), [CRITICAL, SUPPORTIVE]),
    ],
)
def test_unseen_targets_of_one_sentence_are_told_apart(
    model: StanceModel, text: str, names: tuple[str, str], expected: list[int]
) -> None:
    assert model.choose(model.predict_proba(questions(text, *names))).tolist() == expected


def test_a_target_between_the_poles_is_neutral(model: StanceModel) -> None:
    assert model.choose(model.predict_proba(questions("Wakanda met Narnia on Friday.", "Wakanda")))[0] == NEUTRAL


def test_the_probabilities_sum_to_one(model: StanceModel) -> None:
    asked = [*questions("Rain came.", "Wakanda"), *questions("", "x"), *training_set()[0][:5]]
    assert model.predict_proba(asked).sum(axis=1) == pytest.approx(1)


def test_a_stance_that_was_never_seen_is_never_called() -> None:
    model = StanceModel(3).fit(*training_set(without=(NEUTRAL,)))
    proba = model.predict_proba(training_set()[0])
    assert proba.shape[1] == 3
    assert proba.sum(axis=1) == pytest.approx(1)
    assert proba[:, NEUTRAL].max() < 1e-6
    assert set(model.choose(proba)) == {CRITICAL, SUPPORTIVE}


def test_two_stances_of_two_are_learned_like_two_of_three() -> None:
    asked, stances = training_set(without=(NEUTRAL,))
    two = StanceModel(2).fit(asked, stances // 2).predict_proba(asked)
    three = StanceModel(3).fit(asked, stances).predict_proba(asked)
    assert two == pytest.approx(three[:, [CRITICAL, SUPPORTIVE]], abs=1e-6)
    assert two.argmax(axis=1).tolist() == (stances // 2).tolist()


def test_a_weight_lifts_a_stance(model: StanceModel) -> None:
    proba = np.array([[0.4, 0.35, 0.25]])
    weighted = StanceModel(3).load_arrays({**model.to_arrays(), "weights": np.array([1.0, 1.0, 2.0])})
    assert (model.choose(proba).tolist(), weighted.choose(proba).tolist()) == ([0], [2])


def test_no_question_gives_no_row(model: StanceModel) -> None:
    assert model.predict_proba([]).shape == (0, 3)


def test_arrays_read_back_give_the_same_answers(model: StanceModel) -> None:
    again = StanceModel(3).load_arrays(model.to_arrays())
    asked = training_set()[0][::7]
    assert again.predict_proba(asked).tolist() == model.predict_proba(asked).tolist()
