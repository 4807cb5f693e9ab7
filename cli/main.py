"""The standpoint command: its verbs, and what becomes of errors."""

import importlib
import sys
from collections.abc import Mapping, Sequence

import typer
from rich.console import Console
from rich.text import Text

from cli.label import LABEL_ABOUT, LABEL_VERBS
from cli.visible import visible
from standpoint.errors import StandpointError

VERBS = {
    "codebook": ("cli.codebook", "codebook_app", "Check or show a codebook."),
    "import": ("cli.import_", "import_articles", "Read articles of any format into one JSON Lines file."),
    "train": ("cli.train", "train_model", "Train, measure and register a model from gold annotations."),
    "evaluate": ("cli.evaluate", "evaluate_model", "Measure a trained model on articles it has not seen."),
    "promote": ("cli.promote", "promote_version", "Make a registered version the champion."),
    "score": ("cli.score", "score_articles", "Tag articles with frames, stances and evidence."),
    "serve": ("cli.serve", "serve", "Answer over HTTP with a trained model."),
    "serve-key": ("cli.serve", "make_serve_key", "Make a key for the HTTP service."),
    "demo": ("cli.demo", "demo", "Run the whole job on the sample corpus."),
}
"""Each verb with the module and name that carry it out, and its line in the list of verbs."""


def main() -> None:
    """Run the command; exit 2 with one line when Standpoint knows what is wrong, 130 when stopped by hand."""
    try:
        command(sys.argv[1:])()
    except StandpointError as error:
        message = Text(f"standpoint: {visible(str(error))}", style="red")
        Console(stderr=True).print(message, soft_wrap=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def command(arguments: Sequence[str]) -> typer.Typer:
    """Return the command with the verb that is asked for; only that verb's libraries are loaded."""
    app = _group(VERBS, arguments, _ABOUT)
    inner = arguments[1:] if list(arguments[:1]) == ["label"] else ()
    app.add_typer(_group(LABEL_VERBS, inner, LABEL_ABOUT), name="label", help=LABEL_ABOUT.splitlines()[0])
    return app


def _group(verbs: Mapping[str, tuple[str, str, str]], arguments: Sequence[str], about: str) -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback(help=about)(_nothing)
    for verb, (module, name, summary) in verbs.items():
        wanted = getattr(importlib.import_module(module), name) if list(arguments[:1]) == [verb] else _nothing
        if isinstance(wanted, typer.Typer):
            app.add_typer(wanted, name=verb, help=summary)
        else:
            app.command(verb, help=summary if wanted is _nothing else None)(wanted)
    return app


_ABOUT = """Tag Chinese and English news with the frames it uses and its stance toward each actor.

Start with: standpoint demo
"""


def _nothing() -> None:
    """Stand in for a verb that is listed but not asked for."""


if __name__ == "__main__":
    main()
