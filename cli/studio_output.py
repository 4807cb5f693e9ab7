"""What the verbs of `standpoint label` that talk to the server print: lines, warnings, counts."""

from collections.abc import Iterable, Mapping

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.visible import visible

_SETTINGS = {
    "label_config": "interface",
    "expert_instruction": "annotator's guide",
    "description": "history of the codebook",
    "maximum_annotations": "answers per task",
}


def say(console: Console, text: str, *, style: str = "") -> None:
    """Print a line; the terminal breaks it, so that it can be copied whole."""
    console.print(Text(visible(text), style=style), soft_wrap=True)


def warn(console: Console, text: str) -> None:
    """Print a line that asks for attention."""
    say(console, f"! {text}", style="yellow")


def print_counts(console: Console, title: str, counts: Mapping[str, int]) -> None:
    """Print counts under a title, one a line; nothing where there is none."""
    if counts:
        say(console, title, style="bold")
        table = Table(box=SIMPLE, show_header=False, show_edge=False)
        table.add_column(overflow="fold")
        table.add_column(justify="right")
        for name, count in counts.items():
            table.add_row(Text(visible(name)), f"{count:,}")
        console.print(table)


def setting_names(settings: Iterable[str]) -> str:
    """Return what people call some settings of a project, as `setup` and `status` list them."""
    return ", ".join(_SETTINGS.get(name, name) for name in settings)
