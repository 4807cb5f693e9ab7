"""Tests of the plots: that they say what they show, and that they draw what was measured."""

from dataclasses import replace
from io import BytesIO

import matplotlib.pyplot
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from training.gold import Gold
from training.outcome import FrameOutcome, Outcome, StanceOutcome
from training.plots import (
    ORANGE,
    frame_f1_figure,
    precision_recall_figure,
    reliability_figure,
    stance_confusion_figure,
    training_figures,
)
from training.quality import Quality, measure


@pytest.fixture
def frames(demo_outcome: Outcome) -> FrameOutcome:
    assert demo_outcome.frames is not None
    return demo_outcome.frames


@pytest.fixture
def stances(demo_outcome: Outcome) -> StanceOutcome:
    assert demo_outcome.stances is not None
    return demo_outcome.stances


def words(figure: Figure) -> str:
    """Return every text in a figure."""
    return "\n".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))  # type: ignore[attr-defined]


def test_an_outcome_with_both_parts_gives_every_figure(
    demo_gold: Gold, demo_outcome: Outcome, demo_quality: Quality
) -> None:
    figures = training_figures(demo_outcome, demo_quality, demo_gold.codebook)
    assert set(figures) == {"frames_precision_recall", "frames_f1", "stance_confusion", "reliability"}
    for figure in figures.values():
        figure.savefig(content := BytesIO(), format="png")
        assert content.getvalue().startswith(b"\x89PNG")
    assert matplotlib.pyplot.get_fignums() == []


def test_a_part_that_was_not_measured_is_not_drawn(demo_gold: Gold, stances: StanceOutcome) -> None:
    outcome = Outcome(frames=None, stances=stances)
    figures = training_figures(outcome, measure(outcome, demo_gold.codebook), demo_gold.codebook)
    assert set(figures) == {"stance_confusion", "reliability"}


def test_nothing_measured_gives_no_figure(demo_gold: Gold) -> None:
    assert training_figures(Outcome(None, None), Quality(()), demo_gold.codebook) == {}


def test_each_frame_has_a_panel_with_its_base_rate_and_its_threshold(frames: FrameOutcome) -> None:
    figure = precision_recall_figure(frames, ("failure", "alliance"))
    said = words(figure)
    assert "precision and recall on 40 articles" in said
    assert f"failure: in {frames.truth[:, 0].sum()}" in said
    assert {"base rate: call every article", "any threshold", "the threshold in use"} <= set(said.splitlines())
    assert len(figure.axes) == 2


def test_the_threshold_is_marked_where_it_calls(frames: FrameOutcome) -> None:
    truth, called = np.array([[True], [True], [False], [False]]), np.array([[True], [False], [True], [False]])
    proba, rates = np.array([[0.9], [0.3], [0.6], [0.1]]), np.full((4, 1), 0.5)
    figure = precision_recall_figure(FrameOutcome(truth, called, proba, rates, frames.stories, frames.languages), ["x"])
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in marks] == [(0.5, 0.5)]  # type: ignore[index]
    assert "called from 0.60" in words(figure)


def test_a_frame_in_no_article_has_an_empty_panel(frames: FrameOutcome) -> None:
    none = np.zeros_like(frames.truth)
    figure = precision_recall_figure(replace(frames, truth=none, called=none), ("failure", "alliance"))
    assert "failure: in 0\nnever called" in words(figure)
    assert figure.axes[0].lines[:] == []


def test_more_frames_than_columns_go_to_the_next_row(frames: FrameOutcome) -> None:
    wide = replace(frames, **{name: np.tile(getattr(frames, name), (1, 3)) for name in ("truth", "called", "proba")})
    figure = precision_recall_figure(wide, [f"frame_{number}" for number in range(5)])
    assert [axes.get_visible() for axes in figure.axes] == [True] * 5 + [False] * 3


def test_bars_show_f1_beside_calling_every_article(demo_quality: Quality, frames: FrameOutcome) -> None:
    figure = frame_f1_figure(demo_quality, ("failure", "alliance"))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["all frames (macro)", "failure", "alliance"]
    share = frames.truth[:, 0].mean()
    marks = next(line for line in axes.lines if line.get_marker() == "D")
    assert np.asarray(marks.get_xdata())[1] == pytest.approx(2 * share / (1 + share))
    assert "F1 on 40 articles" in words(figure)
    assert to_hex(axes.patches[0].get_facecolor()) == ORANGE


def test_the_confusion_matrix_shows_counts_and_shares_of_the_true_stance(stances: StanceOutcome) -> None:
    few = stances.where(np.arange(len(stances.truth)) < 4)
    outcome = replace(few, truth=np.array([0, 0, 0, 1]), called=np.array([0, 0, 2, 1]))
    said = words(stance_confusion_figure(outcome, ("critical", "neutral", "supportive")))
    assert {"Which stances are mixed up, on 4 targets"} <= set(said.splitlines())
    assert "2\n67%" in said
    assert "1\n100%" in said


def test_the_reliability_diagram_pools_frames_and_stances(demo_outcome: Outcome) -> None:
    said = words(reliability_figure(demo_outcome))
    assert "on 40 articles and 60 targets" in said
    assert {"frames, all pooled", "stances, all pooled", "as likely as said"} <= set(said.splitlines())
