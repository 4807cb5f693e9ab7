"""Quality on the terminal: figures with their intervals, beside their baselines."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.table import Table

from measurement.intervals import Estimate
from standpoint.codebook import Codebook
from training.quality import Quality

_HEADINGS = {"temporal": "later articles", "cross_validated": "random folds"}
_FRAME_ROWS = (
    ("frames/macro_f1", "frames, macro-F1"),
    ("frames/micro_f1", "frames, micro-F1"),
    ("frames/baseline_all_positive/macro_f1", "  every frame always"),
    ("frames/baseline_majority/macro_f1", "  the usual answer always"),
)
_STANCE_ROWS = (
    ("stance/macro_f1", "stance, macro-F1"),
    ("stance/accuracy", "stance, accuracy"),
    ("stance/baseline_majority/macro_f1", "  the usual answer always, macro-F1"),
    ("stance/target_blind/macro_f1", "  told the text, not the actor"),
    ("stance/name_only/macro_f1", "  told the actor, not the text"),
    ("stance/gain_over_name_only/macro_f1", "  gain over that"),
)


def print_qualities(console: Console, qualities: Mapping[str, Quality], codebook: Codebook) -> None:
    """Print the figures of each way of measuring side by side; a table without any is left out."""
    console.print(Group(*(table for table in _tables(qualities, codebook) if table.row_count)))


def _tables(qualities: Mapping[str, Quality], codebook: Codebook) -> Iterator[Table]:
    yield _table("Quality on articles never trained on, 95 % intervals over stories", qualities, _FRAME_ROWS)
    frames = [(f"frames/{frame.id}/f1", frame.name.en) for frame in codebook.frames]
    yield _table("F1 by frame", qualities, frames)
    yield _table("Stance", qualities, _STANCE_ROWS)
    actors = [(f"stance/actor_{actor.id}/accuracy", actor.name.en) for actor in codebook.actors]
    yield _table("Stance by actor, accuracy", qualities, actors)
    languages = [
        (f"{part}/language_{language}/macro_f1", f"{part}, {language}")
        for part in ("frames", "stance")
        for language in ("zh", "en", "mixed")
    ]
    yield _table("By language, macro-F1", qualities, languages)


def _table(title: str, qualities: Mapping[str, Quality], rows: Sequence[tuple[str, str]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, collapse_padding=True)
    table.add_column("", overflow="fold")
    for name in qualities:
        table.add_column(_HEADINGS.get(name, name), justify="right", min_width=17, overflow="fold")
        table.add_column("n", justify="right", no_wrap=True)
    for name, label in rows:
        if any(name in quality for quality in qualities.values()):
            table.add_row(label, *(cell for quality in qualities.values() for cell in _shown(quality, name)))
    return table


def _shown(quality: Quality, name: str) -> tuple[str, str]:
    if name not in quality:
        return "–", ""
    figure = quality[name]
    present = name.removesuffix("/f1") + "/present"
    rows = f"{quality[present].estimate.value:.0f} of {figure.count}" if present in quality else str(figure.count)
    return _brief(figure.estimate), rows


def _brief(estimate: Estimate) -> str:
    value, low, high = (
        "–" if isnan(number) else f"{number:.2f}" for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} [{low}, {high}]"
