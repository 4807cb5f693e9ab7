"""standpoint promote: a registered version made the champion, also to go back to an earlier one."""

import os
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.visible import visible
from models.store import tracking_uri
from serving.registry import promote


def promote_version(
    version: Annotated[
        str, typer.Argument(help="models:/standpoint/3, or models:/standpoint@challenger.", show_default=False)
    ],
) -> None:
    """Make a registered version the champion, the one that other verbs use where no model is named.

    Example: standpoint promote models:/standpoint/3

    A server that follows the champion tests the version and puts it into service without a restart. To go back,
    promote the earlier version. The store is sqlite:///mlruns/mlflow.db, or what MLFLOW_TRACKING_URI names.
    Exit code: 0 the version is the champion, 2 an error.
    """
    done = promote(version, uri=tracking_uri(os.environ), time=datetime.now(UTC))
    if done.before == done.version:
        words = f"{done.name}/{done.version} is the champion already"
    else:
        before = "there was none" if done.before is None else f"it was {done.name}/{done.before}"
        words = f"{done.name}/{done.version} is the champion now; before, {before}"
    Console().print(Text(visible(words)), soft_wrap=True)
