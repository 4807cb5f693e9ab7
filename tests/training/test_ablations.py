"""Tests of the ablations: a model that sees less falls where the stance is really in what it does not see."""

from dataclasses import replace

import numpy as np
import pytest

from training.ablations import ABLATIONS, ablated_stances
from training.fitting import FitConfig, fit_stances
from training.gold import Gold
from training.outcome import StanceOutcome, held_out_stances


@pytest.fixture(scope="module")
def parts(gold: Gold) -> tuple[Gold, Gold]:
    return gold.select(range(48)), gold.select(range(48, 72))


@pytest.fixture(scope="module")
def ablated(parts: tuple[Gold, Gold], config: FitConfig) -> dict[str, StanceOutcome]:
    return ablated_stances(*parts, config)


def share_right(outcome: StanceOutcome | None) -> float:
    assert outcome is not None
    return float((outcome.truth == outcome.called).mean())


def test_every_ablation_answers_every_target(ablated: dict[str, StanceOutcome], parts: tuple[Gold, Gold]) -> None:
    assert set(ablated) == set(ABLATIONS)
    assert all(outcome.truth.tolist() == parts[1].stances.tolist() for outcome in ablated.values())


def test_models_that_see_less_are_worse_where_stances_differ_within_a_text(
    ablated: dict[str, StanceOutcome], parts: tuple[Gold, Gold], config: FitConfig
) -> None:
    model = fit_stances(parts[0], config)
    assert model is not None
    whole = share_right(held_out_stances(model, *parts))
    assert whole > 0.9
    assert share_right(ablated["target_blind"]) < whole - 0.2
    assert share_right(ablated["name_only"]) < whole - 0.2


def test_the_target_blind_model_says_the_same_of_all_targets_of_a_text(ablated: dict[str, StanceOutcome]) -> None:
    proba = ablated["target_blind"].proba.reshape(-1, 2, 3)
    assert np.array_equal(proba[:, 0], proba[:, 1])


def test_the_name_only_model_does_not_read_the_text(
    ablated: dict[str, StanceOutcome], parts: tuple[Gold, Gold], config: FitConfig
) -> None:
    train, test = parts
    silent = [replace(item, scene=replace(item.scene, text=" " * len(item.scene.text))) for item in test.articles]
    outcome = ablated_stances(train, Gold(test.codebook, silent), config)["name_only"]
    assert outcome.proba.tolist() == ablated["name_only"].proba.tolist()


def test_too_few_stances_give_no_ablation(gold: Gold, config: FitConfig) -> None:
    assert ablated_stances(gold.select(range(3)), gold, config) == {}
