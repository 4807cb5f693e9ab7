"""Tests of the draw."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from labeling.candidates import Candidate
from labeling.sampling import Design, capped_proba, draw_articles
from standpoint.errors import InputError


def population(n_stories: int = 300, *, seed: int = 0) -> list[Candidate]:
    """Make stories of one to four articles, some of much interest, in three languages and a dozen outlets."""
    generator = np.random.default_rng(seed)
    return [
        Candidate(
            article_id=f"a{story}-{copy}",
            story=f"s{story}",
            language=generator.choice(["zh", "en", "mixed"], p=[0.55, 0.4, 0.05]),
            outlet=f"outlet-{min(generator.geometric(0.2), 12)}",
            interest=float(generator.exponential() ** 2),
        )
        for story in range(n_stories)
        for copy in range(generator.integers(1, 5))
    ]


def drawn_ids(candidates: list[Candidate], n: int = 30, *, seed: int = 0) -> list[str]:
    return [drawn.candidate.article_id for drawn in draw_articles(candidates, n, seed=seed).drawn]


def test_articles_are_drawn_as_often_as_their_probability_says() -> None:
    design, generator, n_draws = Design(population(40), 12), np.random.default_rng(1), 20_000
    counts = np.zeros(len(design.candidates))
    for _ in range(n_draws):
        counts[design.draw(generator)] += 1
    proba = design.inclusion_proba
    errors = (counts / n_draws - proba) / np.sqrt(proba * (1 - proba) / n_draws + 1e-12)
    assert np.abs(errors).max() < 4
    assert errors.std() < 1.2


def test_every_draw_takes_exactly_as_many_as_asked_for_each_of_another_story() -> None:
    design, generator = Design(population(), 50), np.random.default_rng(0)
    for _ in range(500):
        stories = [design.candidates[position].story for position in design.draw(generator)]
        assert len(stories) == len(set(stories)) == 50


def test_the_probabilities_sum_to_the_size_of_the_draw_and_none_is_zero() -> None:
    proba = Design(
        [replace(one, interest=one.interest * (one.language == "zh")) for one in population()], 50
    ).inclusion_proba
    assert proba.sum() == pytest.approx(50)
    assert 0 < proba.min() < proba.max() <= 1


def test_half_of_the_draw_is_uniform_and_half_by_interest() -> None:
    candidates = [
        Candidate("a", "a", "en", "", 0.0),
        Candidate("b", "b", "en", "", 1.0),
        Candidate("c", "c", "en", "", 2.0),
    ]
    assert Design(candidates, 1).inclusion_proba == pytest.approx([1 / 6, 1 / 6 + 1 / 6, 1 / 6 + 2 / 6])


@pytest.mark.parametrize("interest", [0.0, 1.0, 7.0])
def test_where_all_are_of_equal_interest_the_draw_is_uniform(interest: float) -> None:
    candidates = [Candidate(f"a{number}", f"a{number}", "en", "", interest) for number in range(10)]
    assert Design(candidates, 4).inclusion_proba == pytest.approx([0.4] * 10)


def test_where_more_are_asked_for_than_there_are_stories_each_story_gives_one() -> None:
    candidates = population(20)
    draw = draw_articles(candidates, 50, seed=0)
    assert len(draw.drawn) == 20
    by_story: Counter[str] = Counter()
    for one, proba in zip((design := Design(candidates, 50)).candidates, design.inclusion_proba, strict=True):
        by_story[one.story] += proba
    assert list(by_story.values()) == pytest.approx([1.0] * 20)


def test_the_order_of_the_candidates_does_not_matter() -> None:
    candidates = population()
    assert draw_articles(candidates, 30, seed=0) == draw_articles(candidates[::-1], 30, seed=0)


def test_another_seed_size_or_candidate_is_another_draw() -> None:
    candidates = population()
    draws = [
        draw_articles(candidates, 30, seed=0),
        draw_articles(candidates, 30, seed=1),
        draw_articles(candidates, 31, seed=0),
        draw_articles(candidates[:-1], 30, seed=0),
        draw_articles([*candidates[:-1], replace(candidates[-1], interest=9.0)], 30, seed=0),
    ]
    assert len({draw.id for draw in draws}) == len({draw.drawn for draw in draws}) == 5


def test_languages_and_outlets_are_spread_better_than_in_a_simple_random_sample() -> None:
    design, generator = Design([replace(one, interest=1.0) for one in population()], 40), np.random.default_rng(0)
    places = np.unique([f"{one.language} {one.outlet}" for one in design.candidates], return_inverse=True)[1]
    languages = np.unique([one.language for one in design.candidates], return_inverse=True)[1]
    for labels, most in ((languages, 0.15), (places, 0.75)):
        expected = np.bincount(labels, design.inclusion_proba)
        counts = np.array([np.bincount(labels[design.draw(generator)], minlength=len(expected)) for _ in range(500)])
        simple = (expected * (1 - expected / 40)).sum()
        assert ((counts - expected) ** 2).sum(axis=1).mean() < most * simple


def test_a_part_of_the_draw_is_no_less_random() -> None:
    candidates = [replace(one, interest=1.0) for one in population()]
    first = [Counter(one.startswith("a1") for one in drawn_ids(candidates, seed=seed)[:5])[True] for seed in range(200)]
    share = np.mean([one.article_id.startswith("a1") for one in candidates])
    assert np.mean(first) / 5 == pytest.approx(share, abs=0.04)


def test_what_would_be_drawn_more_than_once_is_certain() -> None:
    assert capped_proba([100, 10, 1, 1], 3) == pytest.approx([1, 1, 0.5, 0.5])


def test_a_draw_from_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"cannot draw 5 of 0 articles. Give at least one of each"):
        draw_articles([], 5, seed=0)
