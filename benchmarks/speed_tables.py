"""What the speed benchmarks print: pace, batch sizes, peak memory and the figures of both sides."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.peak_memory import PIPELINE, PRODUCT, PeakMemory

Found = Mapping[str, Any]


def show_linear(found: Found) -> None:
    """Print what `benchmarks.speed` measured of the linear model."""
    console = Console()
    rows = {"frames": found, **{f"whole product, {name}": row for name, row in found["whole_product"].items()}}
    console.print(_pace(rows))
    console.print(_memory(found["memory"]))
    console.print(_agreement(found), highlight=False)
    _show_end(console, found)


def show_encoder(found: Found) -> None:
    """Print what `benchmarks.speed` measured of the encoder; the headline is the usual way at its fastest."""
    console = Console()
    asked, cost = found["asked"], found["one_more_actor"]
    console.print(_settings(found["settings"]))
    console.print(_pace({f"{one}, {way}": row for one, ways in found["pace"].items() for way, row in ways.items()}))
    console.print(_memory(found["memory"]))
    lines = [
        f"ours computes with {found['runtime']}",
        *(f"{task}: {_agreement(found[task])}" for task in ("frames", "stances")),
        f"{asked['articles']} articles of {asked['words']} words, {asked['actors']} actors each; "
        f"calls for stances an article: {asked['calls_for_stances']}",
        f"calls that bf16 leaves as they are: {found['same_calls_in_bf16']}" if found["same_calls_in_bf16"] else "",
        f"one more actor: {_range(cost['percent'])} % of an article; ms by actors asked: {cost['milliseconds']}",
        f"beside {found['headline']['precision']}, {found['headline']['way']}: "
        f"{_range(found['headline']['ratio'])} times the articles a second",
    ]
    console.print("\n".join(filter(None, lines)), highlight=False)
    _show_end(console, found)


def _pace(rows: Mapping[str, Found]) -> Table:
    table = _table("articles per second, median", ("what", PRODUCT, PIPELINE, "ratio (lowest to highest)"))
    for name, row in rows.items():
        pace = row["articles_per_second"]
        table.add_row(name, str(pace[PRODUCT]), str(pace[PIPELINE]), _range(row["ratio"]))
    return table


def _settings(rows: Sequence[Found]) -> Table:
    table = _table("the usual way, articles per second by batch size", ("task", "precision", "batch", "articles/s"))
    for row in rows:
        speed = f"{row['articles_per_second']}{' *' if row['is_best'] else ''}"
        table.add_row(row["task"], row["precision"], str(row["batch_size"]), speed)
    return table


def _memory(rows: Sequence[Found]) -> Table:
    title = "peak memory in MB, a process each"
    columns = ("path", "articles", "model ready", "after scoring", "seconds", "articles/s")
    table = _table(title, columns)
    for row in (PeakMemory(**row) for row in rows):
        speed = f"{row.n_articles / row.seconds:.1f}"
        table.add_row(row.path, str(row.n_articles), str(row.ready_mb), str(row.peak_mb), str(row.seconds), speed)
    return table


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


def _range(values: Found) -> str:
    return f"{values['median']} ({values['low']} to {values['high']})"


def _agreement(found: Found) -> str:
    difference = found["difference"]
    return (
        f"macro-F1 {found['macro_f1']:.3f}, pipeline {found['pipeline_macro_f1']['value']:.3f}; "
        "difference {:+.3f} [{:+.3f}, {:+.3f}]".format(difference["value"], *difference["ci95"])
    )


def _show_end(console: Console, found: Found) -> None:
    console.print(f"{found['machine']}; {found['seconds']:.0f} s", highlight=False)
