"""A draw on the terminal: what it took, of what, by language, outlet and predicted frame."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from cli.visible import visible_line
from labeling.candidates import Candidate
from labeling.interest import Signal
from labeling.sampling import Draw
from standpoint.codebook import Codebook

_SHOWN_OUTLETS = 8


def sample_table(
    candidates: Sequence[Candidate], draw: Draw, signals: Mapping[str, Signal], codebook: Codebook
) -> Table:
    """Return counts of what could be drawn and what was; by predicted frame only where there are predictions."""
    table = Table(box=SIMPLE_HEAD, collapse_padding=True)
    table.add_column("", overflow="fold")
    for heading in ("to draw from", "drawn"):
        table.add_column(heading, justify="right")
    drawn = [item.candidate for item in draw.drawn]
    _add(table, "by language", _counts([one.language] for one in candidates), _counts([one.language] for one in drawn))
    _add(table, "by outlet", _counts([one.outlet] for one in candidates), _counts([one.outlet] for one in drawn))
    if signals:
        names = {frame.id: frame.name.en for frame in codebook.frames}
        by_frame = [_counts(_frames(signals[one.article_id], names) for one in some) for some in (candidates, drawn)]
        _add(table, "by predicted frame", *by_frame)
    return table


def _frames(signal: Signal, names: Mapping[str, str]) -> list[str]:
    return [name for frame, name in names.items() if frame in signal.present] or ["no frame"]


def _counts(labels: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(label for some in labels for label in some)


def _add(table: Table, heading: str, n_candidates: Counter[str], n_drawn: Counter[str]) -> None:
    """Add a section with the commonest labels, and the others together."""
    table.add_section()
    table.add_row(Text(heading, style="bold"))
    ranked = sorted(n_candidates, key=lambda label: (-n_candidates[label], label))
    shown = ranked if len(ranked) <= _SHOWN_OUTLETS + 1 else ranked[:_SHOWN_OUTLETS]
    for label in shown:
        table.add_row(Text(f"  {visible_line(label) or 'not known'}"), f"{n_candidates[label]}", f"{n_drawn[label]}")
    if others := ranked[len(shown) :]:
        counts = (f"{sum(counter[label] for label in others)}" for counter in (n_candidates, n_drawn))
        table.add_row(f"  {len(others)} others", *counts)
