"""Tests of faithfulness: falls of made-up probabilities without evidence and without random sentences."""

import numpy as np
import pytest

from measurement.faithfulness import faithfulness
from standpoint.errors import InputError


def test_falls_are_means_over_answers_and_draws() -> None:
    found = faithfulness([0.9, 0.7], [0.5, 0.5], [[0.9, 0.8], [0.6, 0.6]], ["a", "b"])
    assert found.top.value == pytest.approx(0.3)
    assert found.random.value == pytest.approx(0.075)
    assert found.difference.value == pytest.approx(0.225)
    assert found.n_answers == 2


def test_equal_falls_count_half() -> None:
    assert faithfulness([0.9], [0.5], [[0.5, 0.7, 0.3, 0.5]], ["a"]).share_above.value == 0.5


def test_a_probability_that_rises_is_a_fall_below_zero() -> None:
    found = faithfulness([0.5], [0.6], [[0.4]], ["a"])
    assert found.top.value == pytest.approx(-0.1)
    assert found.share_above.value == 0


def test_evidence_that_is_random_itself_is_not_called_faithful() -> None:
    generator = np.random.default_rng(0)
    drawn = generator.random((300, 5)) * 0.5
    found = faithfulness(np.full(300, 0.9), generator.random(300) * 0.5, drawn, np.arange(300) // 3)
    assert found.difference.low < 0 < found.difference.high
    assert found.share_above.low < 0.5 < found.share_above.high


def test_the_difference_is_paired() -> None:
    whole = np.linspace(0.5, 1, 20)
    found = faithfulness(whole, whole - 0.3, whole[:, np.newaxis] - 0.1, list(map(str, range(20))))
    assert str(found.difference) == "0.200 [0.200, 0.200]"


def test_answers_of_one_article_are_drawn_together() -> None:
    alone = faithfulness([0.9] * 6, [0.1, 0.1, 0.1, 0.8, 0.8, 0.8], [[0.9]] * 6, list("abcdef")).top
    together = faithfulness([0.9] * 6, [0.1, 0.1, 0.1, 0.8, 0.8, 0.8], [[0.9]] * 6, list("aaabbb")).top
    assert together.high - together.low > alone.high - alone.low


def test_figures_are_written_as_numbers() -> None:
    written = faithfulness([0.9], [0.5], [[0.8]], ["a"]).to_json()
    assert written["difference"] == {"value": pytest.approx(0.3), "ci95": [None, None]}
    assert set(written) == {"top", "random", "difference", "share_above", "n_answers"}


@pytest.mark.parametrize("drawn", [[0.9], [[0.9], [0.9]], [[]]])
def test_draws_that_do_not_fit_the_answers_are_refused(drawn: list[float] | list[list[float]]) -> None:
    with pytest.raises(InputError, match=r"have shapes \(1,\), \(1,\) and .* Give .*\(n_answers, n_draws\)"):
        faithfulness([0.9], [0.5], drawn, ["a"])


def test_a_group_for_each_answer_is_needed() -> None:
    with pytest.raises(InputError, match="proba has 1 items but groups has 2"):
        faithfulness([0.9], [0.5], [[0.9]], ["a", "b"])


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(InputError, match=r"without_evidence\[0\] is 1\.5, not a probability"):
        faithfulness([0.9], [1.5], [[0.9]], ["a"])
