"""Tests of report.suggestion_pull: that it finds the pull there is, none where there is none, and says why not."""

from collections.abc import Callable, Iterable
from math import exp, log

import numpy as np
import pytest

from report.readings import make_readings
from report.suggestion_pull import SuggestionPull, suggestion_pull, why_no_pull
from standpoint.annotation import Annotation
from standpoint.codebook import Codebook
from standpoint.prediction import FramePrediction, Prediction, StancePrediction

Say = Callable[..., Annotation]


def predicted(article: str, *frames: str, **stances: str) -> Prediction:
    return Prediction(
        article_id=article,
        story=None,
        language="en",
        model="standpoint/1",
        codebook="demo",
        characters_read=10,
        frames=tuple(FramePrediction(id, 0.5, id in frames) for id in ("failure", "pact")),
        stances=tuple(StancePrediction(actor, stance, {}) for actor, stance in stances.items()),
    )


def simulated(codebook: Codebook, say: Say, *, pull: float, seed: int, n: int = 200) -> SuggestionPull:
    """Let two people answer at random; shown a suggestion (always 'failure'), they take it with this probability."""
    draw = np.random.default_rng(seed)
    annotations = []
    for article in range(n):
        blind = bool(draw.random() < 0.4)
        for person in ("ann", "bo"):
            own = draw.random() < 0.3 or (not blind and draw.random() < pull)
            frames = ["failure"] if own else []
            annotations.append(say(f"a{article}", person, *frames, blind=blind, suggested=not blind))
    predictions = {f"a{article}": predicted(f"a{article}", "failure") for article in range(n)}
    return suggestion_pull(make_readings(annotations), codebook, predictions)


def test_a_pull_is_found_in_shares_and_in_agreement_with_the_model(codebook: Codebook, say: Say) -> None:
    found = simulated(codebook, say, pull=0.4, seed=0)
    failure, pact = found.frames
    assert failure.difference.low < 0.7 * 0.4 < failure.difference.high
    assert failure.difference.low > 0
    assert (pact.suggested, pact.blind, pact.difference.value) == (0, 0, 0)
    assert found.mean_absolute == pytest.approx(failure.difference.value / 2)
    assert found.mean_absolute > found.by_chance
    taken_over = next(item for item in found.model if item.name == "frames_suggested")
    assert taken_over.difference.value == pytest.approx(failure.difference.value)
    assert found.n_suggested + found.n_blind == 400


def test_where_nobody_is_pulled_the_limit_of_chance_holds_in_most_cases(codebook: Codebook, say: Say) -> None:
    found = [simulated(codebook, say, pull=0.0, seed=seed, n=60) for seed in range(40)]
    assert sum(item.mean_absolute > item.by_chance for item in found) <= 6
    assert sum(item.frames[0].difference.low <= 0 <= item.frames[0].difference.high for item in found) >= 34


def pairs(say: Say, kind: dict[str, bool], answers: Iterable[tuple[str, str]], seconds: float) -> list[Annotation]:
    return [
        say(f"{sorted(kind)}{number}", person, frame, seconds=seconds * (1 + number), **kind)
        for number, pair in enumerate(answers)
        for person, frame in zip(("ann", "bo"), pair, strict=True)
    ]


def test_agreement_and_seconds_are_compared(codebook: Codebook, say: Say) -> None:
    same, apart = ("failure", "failure"), ("failure", "pact")
    suggested = pairs(say, {"suggested": True}, [same, ("pact", "pact")] * 5, 10)
    blind = pairs(say, {"blind": True}, [same, apart, ("pact", "pact")] * 3, 20)
    found = suggestion_pull(make_readings([*suggested, *blind]), codebook, {})
    assert found.agreement is not None
    assert found.seconds is not None
    # nine blind pairs, three apart: 6 of 18 ordered pairs observed, 2 * 9 * 9 / (18 * 17) expected
    assert (found.agreement.suggested, found.agreement.blind) == pytest.approx((1, 1 - (1 / 3) / (9 / 17)))
    assert (found.agreement.n_suggested, found.agreement.n_blind) == (10, 9)
    assert found.seconds.blind == pytest.approx(exp(np.mean([log(20 * number) for number in range(1, 10)])))
    assert found.seconds.difference.value == pytest.approx(found.seconds.suggested - found.seconds.blind)
    assert found.model == ()


def test_only_answers_of_the_two_kinds_count(codebook: Codebook, say: Say) -> None:
    annotations = [
        say("a1", "ann", "failure", suggested=True),
        say("a2", "ann", blind=True),
        say("a3", "ann", "failure"),
        say("a4", "ann", "failure", blind=True, suggested=True),
    ]
    found = suggestion_pull(make_readings(annotations), codebook, {})
    assert (found.n_suggested, found.n_blind) == (1, 1)
    assert (found.frames[0].suggested, found.frames[0].blind) == (1, 0)
    assert (found.agreement, found.seconds) == (None, None)


def test_stances_the_model_suggests_are_compared(codebook: Codebook, say: Say) -> None:
    annotations = [
        say("a1", "ann", suggested=True, china="critical"),
        say("a2", "ann", blind=True, china="critical"),
        say("a3", "ann", blind=True, japan="neutral"),
    ]
    predictions = {f"a{number}": predicted(f"a{number}", china="critical") for number in (1, 2, 3)}
    found = {item.name: item for item in suggestion_pull(make_readings(annotations), codebook, predictions).model}
    assert set(found) == {"frames", "stances_suggested"}
    assert (found["stances_suggested"].suggested, found["stances_suggested"].blind) == (1, 0.5)


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        ([{}], "not_recorded"),
        ([{"blind": True}, {}], "all_blind"),
        ([{"suggested": True}], "none_blind"),
        ([{"suggested": True}, {"blind": True}], None),
        ([{"suggested": True, "blind": True}], "not_recorded"),
    ],
)
def test_the_pull_needs_both_kinds_of_answers(say: Say, kinds: list[dict[str, bool]], reason: str | None) -> None:
    answers = [say(f"a{number}", "ann", **kind) for number, kind in enumerate(kinds)]
    assert why_no_pull(make_readings(answers)) == reason
