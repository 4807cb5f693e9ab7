"""Public stance datasets as gold: each text an article, each marked target an actor asked for ad hoc."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from models.targets import Target
from standpoint.annotation import Annotation
from standpoint.article import make_article
from standpoint.codebook import Codebook, StanceLabel, Words
from standpoint.jsonl import read_jsonl
from training.gold import Gold, make_gold

SHIFT = 2
"""Characters that an empty title and the blank line put before the body."""


def stance_codebook(id: str, labels: Iterable[str]) -> Codebook:
    """Return a codebook with a stance scale and nothing else: all of its actors are ad hoc."""
    return Codebook(id, Words(id, id), stances=tuple(StanceLabel(label, Words(label, label)) for label in labels))


def read_stances(
    path: Path,
    codebook: Codebook,
    text_id: Callable[[dict[str, Any]], str],
    spans: Callable[[dict[str, Any]], list[list[int]]],
    bystanders: Callable[[dict[str, Any]], list[list[int]]] = lambda _: [],
) -> Gold:
    """Read one labelled target a line.

    Args:
        path: JSON Lines with `id`, `text`, `target` and `label`.
        codebook: the stance scale.
        text_id: names the text that a record belongs to.
        spans: the spans in the text that name a record's target.
        bystanders: spans that name other actors, whose stance is not asked for.
    """
    by_text: dict[str, list[dict[str, Any]]] = {}
    for record in read_jsonl(path, dict[str, Any]):
        by_text.setdefault(text_id(record), []).append(record)
    articles = [make_article("", records[0]["text"], id=id) for id, records in by_text.items()]
    annotations = [
        Annotation(id, "gold", codebook.reference, frozenset(), {record["id"]: record["label"] for record in records})
        for id, records in by_text.items()
    ]
    targets = {}
    for id, records in by_text.items():
        asked = [Target(record["id"], (record["target"],), _shifted(spans(record))) for record in records]
        others = _shifted(span for record in records for span in bystanders(record))
        targets[id] = [*asked, *(Target(f"bystander {index}", (), (span,)) for index, span in enumerate(others))]
    return make_gold(articles, annotations, codebook, targets=targets)


def _shifted(spans: Iterable[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start + SHIFT, end + SHIFT) for start, end in spans)
