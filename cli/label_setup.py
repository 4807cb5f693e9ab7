"""standpoint label setup: the codebook becomes a project in Label Studio, and stays in step with it."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from cli.studio_options import CodebookOption, ProjectOption, UrlOption, open_studio
from cli.studio_output import say, setting_names, warn
from labeling.studio_project import SetUp
from labeling.studio_project import setup_project as set_up
from standpoint.codebook_file import load_codebook


def setup_project(
    codebook: CodebookOption,
    project: ProjectOption = None,
    answers: Annotated[
        int | None, typer.Option("--answers", min=1, help="How many people answer each task (a new project: 2).")
    ] = None,
    url: UrlOption = None,
) -> None:
    """Create the project, or bring interface and guide in step with the codebook; a second run changes nothing.

    Example: standpoint label setup --codebook codebooks/rare-earths.toml --url http://localhost:8080

    The token, legacy or personal, is read from LABEL_STUDIO_API_KEY. Exit code: 0 done, 2 an error.
    """
    console = Console()
    loaded = load_codebook(codebook)
    with closing(open_studio(url)) as studio:
        done = set_up(studio, loaded, title=project, now=datetime.now(UTC), maximum_annotations=answers)
    say(console, _summary(done))
    for note in done.notes:
        warn(console, note)
    say(console, f"{studio.url}/projects/{done.project_id}")


def _summary(done: SetUp) -> str:
    if done.created:
        deed = "created"
    elif done.changed:
        deed = f"changed: {setting_names(done.changed)}"
    else:
        deed = "already in step, nothing changed"
    return f"project '{done.title}' (id {done.project_id}), {done.codebook}: {deed}"
