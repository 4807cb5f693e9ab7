"""Plots of an outcome: where the frames are called, whether the probabilities hold, which stances are mixed up."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, precision_recall_curve

from measurement.calibration import reliability
from measurement.classification import confusion_counts
from standpoint.codebook import Codebook
from training.outcome import FrameOutcome, Outcome, StanceOutcome
from training.quality import Quality

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#767676"
"""Colours that remain different to colour-blind eyes (Okabe and Ito, 2008); shapes differ as well."""

_COLUMNS = 4
_LIMITS = (-0.03, 1.03)
_WIDEST_LABEL = 24


def training_figures(outcome: Outcome, quality: Quality, codebook: Codebook) -> dict[str, Figure]:
    """Return every figure that the outcome allows, by name."""
    figures = {}
    if outcome.frames is not None:
        figures["frames_precision_recall"] = precision_recall_figure(outcome.frames, codebook.frame_ids)
        figures["frames_f1"] = frame_f1_figure(quality, codebook.frame_ids)
    if outcome.stances is not None:
        figures["stance_confusion"] = stance_confusion_figure(outcome.stances, codebook.stance_ids)
    if outcome.frames is not None or outcome.stances is not None:
        figures["reliability"] = reliability_figure(outcome)
    return figures


def precision_recall_figure(outcome: FrameOutcome, labels: Sequence[str]) -> Figure:
    """Draw a precision-recall curve per frame, with its base rate and the point at which it is called."""
    n_columns = min(_COLUMNS, len(labels))
    n_rows = math.ceil(len(labels) / n_columns)
    figure = Figure(figsize=(max(2.9 * n_columns, 6.2), 2.7 * n_rows + 1.0), layout="constrained")
    figure.suptitle(f"How well each frame is found: precision and recall on {len(outcome.truth):,} articles")
    grid = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
    for column, (axes, label) in enumerate(zip(grid.flat, labels, strict=False)):
        _precision_recall(axes, outcome, column, label)
    for axes in list(grid.flat)[len(labels) :]:
        axes.set_visible(False)
    for axes in grid[:, 0]:
        axes.set_ylabel("precision")
    for axes in list(grid.flat)[max(len(labels) - n_columns, 0) : len(labels)]:
        axes.set_xlabel("recall")
        axes.xaxis.set_tick_params(labelbottom=True)
    _legend(figure, grid.flat)
    return figure


def _precision_recall(axes: Axes, outcome: FrameOutcome, column: int, label: str) -> None:
    truth, called, proba = outcome.truth[:, column], outcome.called[:, column], outcome.proba[:, column]
    threshold = f"called from {proba[called].min():.2f}" if called.any() else "never called"
    axes.set_title(f"{_short(label)}: in {truth.sum():,}\n{threshold}", fontsize=9)
    axes.set(xlim=_LIMITS, ylim=_LIMITS)
    _tidy(axes)
    if not truth.any():
        return
    precision, recall, _ = precision_recall_curve(truth, proba)
    axes.set_title(f"{axes.get_title()}, average precision {average_precision_score(truth, proba):.2f}", fontsize=9)
    axes.axhline(truth.mean(), color=GREY, linestyle=":", label="base rate: call every article")
    axes.step(recall, precision, where="post", color=BLUE, label="any threshold")
    if called.any():
        hits = (truth & called).sum()
        point = (hits / truth.sum(), hits / called.sum())
        axes.plot(*point, marker="D", color=ORANGE, linestyle="", markersize=8, label="the threshold in use")


def frame_f1_figure(quality: Quality, labels: Sequence[str]) -> Figure:
    """Draw F1 with its 95 % interval for every frame and for all together, beside what calling every article gives."""
    names = ["frames/macro_f1", *(f"frames/{label}/f1" for label in labels)]
    figure = Figure(figsize=(8.0, 0.42 * len(names) + 1.8), layout="constrained")
    axes = figure.subplots()
    found = [quality[name] for name in names]
    positions = np.arange(len(names))
    values = np.array([item.estimate.value for item in found])
    low = np.array([item.estimate.low for item in found])
    high = np.array([item.estimate.high for item in found])
    errors = np.nan_to_num(np.clip([values - low, high - values], 0, None))
    colours = [ORANGE, *[BLUE] * len(labels)]
    axes.barh(positions, values, color=colours, alpha=0.75, height=0.6)
    axes.errorbar(
        values, positions, xerr=errors, fmt="none", ecolor="black", capsize=3, label="95 % interval over stories"
    )
    axes.plot(
        _baselines(quality, labels), positions, "D", color="white", markeredgecolor="black", label="call every article"
    )
    axes.set_yticks(positions, ["all frames (macro)", *map(_short, labels)])
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.0), xlabel="F1 (0 worst, 1 best)")
    axes.set_title(f"How well each frame is found: F1 on {found[0].count:,} articles", fontsize=12)
    _tidy(axes)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def _baselines(quality: Quality, labels: Sequence[str]) -> list[float]:
    """Return the F1 of calling every article: 2 p / (1 + p) where a share p has the frame."""
    present = [quality[f"frames/{label}/present"] for label in labels]
    shares = [item.estimate.value / item.count for item in present]
    return [quality["frames/baseline_all_positive/macro_f1"].estimate.value, *(2 * p / (1 + p) for p in shares)]


def stance_confusion_figure(outcome: StanceOutcome, labels: Sequence[str]) -> Figure:
    """Draw how often each stance is called for each true stance: counts, and shares of the true stance."""
    counts = confusion_counts(outcome.truth, outcome.called, len(labels)).sum(axis=0)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = 1.0 * len(labels) + 2.6
    figure = Figure(figsize=(size + 1.2, size), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.55 else "black"
        axes.text(
            column, row, f"{count:,}\n{shares[row, column]:.0%}", ha="center", va="center", color=colour, fontsize=11
        )
    axes.set_xticks(range(len(labels)), labels)
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="stance called", ylabel="true stance")
    axes.set_title(f"Which stances are mixed up, on {len(outcome.truth):,} targets", fontsize=12)
    figure.colorbar(image, format=PercentFormatter(1.0), label="share of the true stance", shrink=0.8)
    return figure


def reliability_figure(outcome: Outcome) -> Figure:
    """Draw how often what is called likely is true, for frames pooled and stances pooled."""
    figure = Figure(figsize=(6.4, 6.4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="as likely as said")
    if outcome.frames is not None:
        _reliability(
            axes, outcome.frames.truth, outcome.frames.proba, colour=BLUE, marker="o", name="frames, all pooled"
        )
    if outcome.stances is not None:
        truth = outcome.stances.truth[:, None] == np.arange(outcome.stances.proba.shape[1])
        _reliability(axes, truth, outcome.stances.proba, colour=ORANGE, marker="s", name="stances, all pooled")
    axes.set(
        xlim=_LIMITS,
        ylim=_LIMITS,
        xlabel="probability said (equally full bins; bars: 95 %, rows taken as independent)",
        ylabel="share that is true",
        aspect="equal",
    )
    axes.set_title(f"Whether probabilities mean what they say,\non {_rows(outcome)}", fontsize=12)
    axes.legend(loc="upper left", frameon=False)
    _tidy(axes)
    return figure


def _rows(outcome: Outcome) -> str:
    parts = ((outcome.frames, "articles"), (outcome.stances, "targets"))
    return " and ".join(f"{len(part.truth):,} {name}" for part, name in parts if part is not None)


def _reliability(
    axes: Axes, truth: NDArray[np.bool_], proba: NDArray[np.float64], *, colour: str, marker: str, name: str
) -> None:
    bins = reliability(truth, proba)
    likely, true = [item.mean_proba for item in bins], np.array([item.share_true for item in bins])
    intervals = [binomtest(round(b.share_true * b.count), b.count).proportion_ci(method="wilson") for b in bins]
    ends = np.array([[interval.low, interval.high] for interval in intervals]).T
    errors = np.clip([true - ends[0], ends[1] - true], 0, None)
    axes.errorbar(likely, true, yerr=errors, color=colour, marker=marker, capsize=2, label=name)


def _short(label: str) -> str:
    return label if len(label) <= _WIDEST_LABEL else f"{label[: _WIDEST_LABEL - 1]}…"


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _legend(figure: Figure, grid: Iterable[Axes]) -> None:
    """Put one legend below all panels, with every kind of mark that any of them has."""
    marks: dict[str, Artist] = {}
    for axes in grid:
        handles, labels = axes.get_legend_handles_labels()
        marks |= dict(zip(labels, handles, strict=True))
    figure.legend(list(marks.values()), list(marks), loc="outside lower center", ncols=3, frameon=False)
