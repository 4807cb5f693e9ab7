"""The prediction service under load beside `mlflow models serve` of the same model, turn by turn in one run.

Articles have 600 words. Then, under load: the alias is moved twenty times, a spoiled version is promoted, and memory
is watched over many requests. Load comes from wrk on the same machine, so both sides share the processors with it.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.command import versions
from benchmarks.load import Load, Outcome, put_load, under_load
from benchmarks.served_model import SPOILED, Server, Store, english_articles, make_store, our_server, their_server
from standpoint.article import Article
from standpoint.errors import StandpointError
from standpoint.jsonl import replacing

_MANY = 64
_CONNECTIONS, _CONNECTIONS_FOR_MANY = 32, 8
_SIDES = ("standpoint serve", "mlflow models serve", "mlflow models serve --workers 2")
_FOLLOW = "follow_seconds=0.2"
_LOADS, _REFUSALS = "standpoint_model_loads_total", "standpoint_model_refusals_total"
_MEMORY_SECONDS = 30.0
_SETTLE_SECONDS, _PATIENCE_SECONDS = 2.0, 60.0


@dataclass(frozen=True)
class Way:
    """One way to ask: the server, the path, and how articles become a body."""

    server: Server
    path: str
    body: Callable[[Sequence[Article]], str]

    @property
    def url(self) -> str:
        """Where requests go."""
        return f"{self.server.url}{self.path}"


def main() -> None:
    """Measure, print and write the JSON; exit 2 with one line where that cannot be."""
    options = _parse()
    started = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = _measured(options, Path(folder))
        found |= {"seconds": round(time.perf_counter() - started), "versions": versions()}
        if options.json is not None:
            with replacing(options.json) as file:
                json.dump(found, file, indent=1)
    except StandpointError as error:
        Console(stderr=True).print(f"benchmarks.serving: {error}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    _show(found)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--turns", type=int, default=5, help="how often each side is timed; 0 skips it (default 5)")
    parser.add_argument("--turn-seconds", type=float, default=10, help="how long a turn lasts (default 10)")
    parser.add_argument("--swaps", type=int, default=20, help="how often the alias is moved; 0 skips it (default 20)")
    parser.add_argument(
        "--requests", type=int, default=200_000, help="over how many memory is watched; 0 skips it (default 200000)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the articles (default 0)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser.parse_args()


def _measured(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    articles = english_articles(_MANY, n_words=600, seed=options.seed)
    _tell("training the models")
    store = make_store(folder)
    found: dict[str, Any] = {}
    if options.turns:
        found["pace"] = _paced(store, folder, articles, options)
    if options.swaps:
        with our_server(store, folder, _FOLLOW) as server:
            _tell(f"moving the alias {options.swaps} times, then to a spoiled version, under load")
            found["swaps"] = _swapped(store, server, articles, options.swaps)
            found["spoiled"] = _spoiled(store, server, articles)
        store.promote(1)
    if options.requests:
        with our_server(store, folder) as server:
            found["memory"] = _watched(server, articles, options.requests)
    return found | {"n_cores": os.cpu_count(), "n_turns": options.turns, "turn_seconds": options.turn_seconds}


def _ours(server: Server) -> Way:
    return Way(server, "/v1/predict", lambda articles: json.dumps({"articles": [*map(_plain, articles)]}))


def _theirs(server: Server) -> Way:
    return Way(server, "/invocations", lambda articles: json.dumps({"dataframe_records": [*map(_plain, articles)]}))


def _plain(article: Article) -> dict[str, str]:
    return {"id": article.id, "title": article.title, "body": article.body}


def _paced(store: Store, folder: Path, articles: Sequence[Article], options: argparse.Namespace) -> dict[str, Any]:
    """Put the same load on all sides in turn; a first turn does not count."""
    with ExitStack() as stack:
        ours = _ours(stack.enter_context(our_server(store, folder)))
        theirs = [_theirs(stack.enter_context(their_server(store, n_workers=number))) for number in (1, 2)]
        sides = dict(zip(_SIDES, (ours, *theirs), strict=True))
        outcomes: dict[int, dict[str, list[Outcome]]] = {n: {name: [] for name in sides} for n in (1, _MANY)}
        for turn, (n_articles, rows), (name, way) in product(range(options.turns + 1), outcomes.items(), sides.items()):
            _tell(f"turn {turn} of {options.turns}, articles a request: {n_articles}, {name}")
            n_connections = _CONNECTIONS if n_articles == 1 else _CONNECTIONS_FOR_MANY
            outcome = put_load(_load(way, articles, n_articles, n_connections, options.turn_seconds if turn else 2))
            way.server.wait_until_idle()
            if outcome.n_failed or (turn and not outcome.n_requests):
                words = f"{outcome.n_failed} requests failed and {outcome.n_requests} were answered"
                raise StandpointError(f"{name}: {words}, so no figure holds. Let turns be longer, or the load less.")
            if turn:
                rows[name].append(outcome)
    return {str(n_articles): _compared(n_articles, rows) for n_articles, rows in outcomes.items()}


def _load(way: Way, articles: Sequence[Article], n_articles: int, n_connections: int, seconds: float) -> Load:
    parts = [articles[start : start + n_articles] for start in range(0, len(articles), n_articles)]
    return Load(way.url, [way.body(part) for part in parts], n_connections, seconds)


def _compared(n_articles: int, sides: dict[str, list[Outcome]]) -> dict[str, Any]:
    """Return each side's medians, and the ratios of ours to theirs, which ran side by side in a turn."""
    rows = {
        name: {
            "articles_per_second": round(median(outcome.per_second for outcome in outcomes) * n_articles, 1),
            "p50_ms": round(median(outcome.p50_ms for outcome in outcomes), 1),
            "p99_ms": round(median(outcome.p99_ms for outcome in outcomes), 1),
        }
        for name, outcomes in sides.items()
    }
    ours = sides[_SIDES[0]]
    return {
        "sides": rows,
        "ratios": {
            name: {
                "pace": _spread(
                    [mine.per_second / other.per_second for mine, other in zip(ours, sides[name], strict=True)]
                ),
                "p99": _spread([mine.p99_ms / other.p99_ms for mine, other in zip(ours, sides[name], strict=True)]),
            }
            for name in _SIDES[1:]
        },
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(median(values), 2), "low": round(min(values), 2), "high": round(max(values), 2)}


def _swapped(store: Store, server: Server, articles: Sequence[Article], n_swaps: int) -> dict[str, Any]:
    """Move the alias to and fro under load, each time as soon as the last move is seen in the metrics."""
    seconds = []
    with under_load(_endless(server, articles)) as running:
        time.sleep(_SETTLE_SECONDS)
        for number in range(n_swaps):
            seconds.append(_promoted(store, 2 - number % 2, server, _LOADS))
        time.sleep(_SETTLE_SECONDS)
        running.end()
        outcome = running.outcome()
    return {"loads_in_metrics": server.counter(_LOADS), "seconds_until_in_use": _spread(seconds), **_answered(outcome)}


def _spoiled(store: Store, server: Server, articles: Sequence[Article]) -> dict[str, Any]:
    """Promote a version whose bytes were changed, under load."""
    with under_load(_endless(server, articles)) as running:
        time.sleep(_SETTLE_SECONDS)
        _promoted(store, SPOILED, server, _REFUSALS)
        time.sleep(_SETTLE_SECONDS)
        running.end()
        outcome = running.outcome()
    return {"refusals_in_metrics": server.counter(_REFUSALS), **_answered(outcome)}


def _endless(server: Server, articles: Sequence[Article]) -> Load:
    return replace(_load(_ours(server), articles, 1, _CONNECTIONS, 600), read_answers=True)


def _promoted(store: Store, version: int, server: Server, counter: str) -> float:
    """Move the alias; return the seconds until a counter of the server shows what came of it.

    Raises:
        StandpointError: it shows nothing within a minute.
    """
    before, started = server.counter(counter), time.perf_counter()
    store.promote(version)
    while (seconds := time.perf_counter() - started) < _PATIENCE_SECONDS:
        if server.counter(counter) > before:
            return seconds
        time.sleep(0.05)
    raise StandpointError(f"version {version} was promoted, and {counter} stands at {before} a minute later.")


def _answered(outcome: Outcome) -> dict[str, Any]:
    return {
        "n_requests": outcome.n_requests,
        "n_failed": outcome.n_failed,
        "p99_ms": outcome.p99_ms,
        "models": outcome.models,
    }


def _watched(server: Server, articles: Sequence[Article], n_requests: int) -> list[dict[str, float]]:
    """Return the server's memory every so many requests until all are made; the first row is before any."""
    load = _load(_ours(server), articles, 1, _CONNECTIONS, _MEMORY_SECONDS)
    rows: list[dict[str, float]] = [{"n_requests": 0, "n_failed": 0, "memory_mb": server.memory_mb()}]
    while rows[-1]["n_requests"] < n_requests:
        outcome, before = put_load(load), rows[-1]
        n_failed = before["n_failed"] + outcome.n_failed
        n_so_far = before["n_requests"] + outcome.n_requests
        rows.append({"n_requests": n_so_far, "n_failed": n_failed, "memory_mb": server.memory_mb()})
        _tell(f"memory after {n_so_far} of {n_requests} requests: {rows[-1]['memory_mb']} MB")
    return rows


def _tell(words: str) -> None:
    Console(stderr=True).print(words, markup=False, highlight=False, soft_wrap=True)


def _show(found: dict[str, Any]) -> None:
    console = Console()
    for n_articles, pace in found.get("pace", {}).items():
        console.print(_pace_table(n_articles, pace))
    for name, what in (("swaps", "the alias moved to and fro"), ("spoiled", "a spoiled version promoted")):
        if not (row := found.get(name)):
            continue
        counted = {key: value for key, value in row.items() if key.endswith("_in_metrics")}
        words = f"{row['n_requests']} requests, {row['n_failed']} failed, p99 {row['p99_ms']:.0f} ms"
        console.print(f"{what}: {words}, {counted}, answered by {row['models']}", highlight=False, soft_wrap=True)
    if rows := found.get("memory"):
        words = ", ".join(f"{row['memory_mb']:.0f} MB after {row['n_requests']:,}" for row in rows)
        console.print(f"memory: {words}; {rows[-1]['n_failed']} failed", highlight=False, soft_wrap=True)
    console.print(f"{found['n_cores']} cores, {found['seconds']} s", highlight=False)


def _pace_table(n_articles: str, pace: dict[str, Any]) -> Table:
    table = Table(title=f"articles a request: {n_articles}, of 600 words", title_justify="left")
    for heading in ("server", "articles/s", "p50 ms", "p99 ms", "ours, times as fast", "our p99, times theirs"):
        table.add_column(heading, justify="left" if heading == "server" else "right")
    for name, row in pace["sides"].items():
        ratios = pace["ratios"].get(name)
        shown = [_shown(ratios[key]) for key in ("pace", "p99")] if ratios else ["", ""]
        table.add_row(name, *(f"{row[key]:.1f}" for key in ("articles_per_second", "p50_ms", "p99_ms")), *shown)
    return table


def _shown(spread: dict[str, float]) -> str:
    return f"{spread['median']} ({spread['low']} to {spread['high']})"


if __name__ == "__main__":
    main()
