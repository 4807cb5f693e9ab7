"""Tasks per second and memory of push and pull on a real server, beside plain calls of its SDK, turn by turn.

The plain calls check nothing, know nothing of what is there already, and leave the answers as the server has them.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from label_studio_sdk import ImportApiRequest, LabelStudio
from rich.console import Console
from rich.table import Table

from benchmarks.command import versions
from benchmarks.studio_load import CODEBOOK, answered_tasks, items, new_project, peak_of
from benchmarks.studio_server import EXECUTABLE, Server, running_studio
from labeling.pulling import pull
from labeling.pushing import push
from labeling.studio_client import Studio
from labeling.studio_task import task_data
from standpoint.codebook import Codebook
from standpoint.codebook_file import load_codebook
from standpoint.errors import StandpointError
from standpoint.jsonl import replacing
from standpoint.mentions import MentionFinder

_BATCH = 200
Item = TypeVar("Item")


@dataclass(frozen=True)
class Bench:
    """A running server, the codebook and how many articles a turn has."""

    server: Server
    codebook: Codebook
    n: int

    @property
    def studio(self) -> Studio:
        """Our client."""
        return Studio(self.server["url"], self.server["token"])

    @property
    def sdk(self) -> LabelStudio:
        """The plain client."""
        return LabelStudio(  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
            base_url=self.server["url"], api_key=self.server["token"]
        )

    def project(self, title: str) -> int:
        """Set up a project and return its id."""
        return new_project(self.studio, self.codebook, title)


def main() -> None:
    """Measure, print and write the JSON; exit 2 with one line where that cannot be."""
    options = _parse()
    console = Console()
    try:
        with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as server:
            bench = Bench(server, load_codebook(CODEBOOK), options.n)
            found = {"n": options.n, "turns": options.turns, **_measured(bench, options.turns, Path(folder))}
        if options.json is not None:
            with replacing(options.json) as file:
                json.dump(found | {"versions": versions()}, file, indent=1)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.studio: {error}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    _show(console, found)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studio", description=__doc__)
    parser.add_argument("--n", type=int, default=5000, help="articles a turn (default 5000)")
    parser.add_argument("--turns", type=int, default=3, help="turns of each way (default 3)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser.parse_args()


def _server(folder: Path) -> Any:  # noqa: ANN401 - a context manager
    if not EXECUTABLE.exists():
        raise StandpointError(f"{EXECUTABLE} is missing: `make test` installs Label Studio there.")
    return running_studio(folder)


def _measured(bench: Bench, turns: int, folder: Path) -> dict[str, Any]:
    ways: dict[str, list[float]] = {}

    def turn(name: str, work: Callable[[], object]) -> None:
        started = time.perf_counter()
        work()
        ways.setdefault(name, []).append(bench.n / (time.perf_counter() - started))

    for number in range(turns):
        pushed, plain = bench.project(f"pushed {number}"), bench.project(f"plain {number}")
        turn("push", lambda: push(bench.studio, pushed, items(bench.n), bench.codebook))  # noqa: B023 - called at once
        turn("push, nothing new", lambda: push(bench.studio, pushed, items(bench.n), bench.codebook))  # noqa: B023
        turn("import_tasks", lambda: _plain_import(bench, plain))  # noqa: B023 - called at once
    answered = _answered(bench, "answered", bench.n)
    for number in range(turns):
        out = folder / f"{number}.jsonl"
        turn("pull", lambda: pull(bench.studio, answered, out=out, tell=_silent))  # noqa: B023 - called at once
        turn("pull, nothing new", lambda: pull(bench.studio, answered, out=out, tell=_silent))  # noqa: B023
        turn("tasks.list", lambda: list(bench.sdk.tasks.list(project=answered, fields="all", page_size=500)))
        turn("exports.as_json", lambda: bench.sdk.projects.exports.as_json(answered))
    rates = {name: {"median": median(rates), "all": rates} for name, rates in ways.items()}
    return {"tasks_per_second": rates, "peak_mb": _memory(bench)}


def _plain_import(bench: Bench, project_id: int) -> None:
    finder, sdk = MentionFinder(bench.codebook.actors), bench.sdk
    for batch in _batches(items(bench.n)):
        tasks = [task_data(item, bench.codebook, finder, blind_share=0.2) for item in batch]
        sdk.projects.import_tasks(project_id, request=[ImportApiRequest(data=data) for data in tasks])


def _answered(bench: Bench, title: str, n: int) -> int:
    """Return a project of tasks with one answer each."""
    project_id = bench.project(title)
    for batch in _batches(answered_tasks(n, bench.codebook)):
        bench.studio.import_tasks(project_id, batch, missing=lambda rest: rest)
    return project_id


def _memory(bench: Bench) -> dict[str, dict[str, float]]:
    url, token = bench.server["url"], bench.server["token"]
    found: dict[str, dict[str, float]] = {"push": {}, "pull": {}}
    for n in (bench.n // 5, bench.n):
        fresh, answered = bench.project(f"memory {n}"), _answered(bench, f"memory, answered {n}", n)
        found["push"][str(n)] = peak_of(url, token, "push", fresh, n)
        found["pull"][str(n)] = peak_of(url, token, "pull", answered, n)
    return found


def _batches(stream: Iterable[Item]) -> Iterator[Sequence[Item]]:
    iterator = iter(stream)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _silent(_: str) -> None:
    """Tell nobody how far it is."""


def _show(console: Console, found: dict[str, Any]) -> None:
    table = Table(title=f"Tasks per second, {found['n']} tasks, {found['turns']} turns", title_justify="left")
    for heading in ("way", "median", "lowest", "highest"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for name, rates in found["tasks_per_second"].items():
        table.add_row(name, *(f"{value:.0f}" for value in (rates["median"], min(rates["all"]), max(rates["all"]))))
    console.print(table)
    for way, peaks in found["peak_mb"].items():
        console.print(f"{way}: peak memory " + ", ".join(f"{mb:.0f} MB at {n} tasks" for n, mb in peaks.items()))


if __name__ == "__main__":
    main()
