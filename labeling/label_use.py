"""Labels that leave the interface while answers still have them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labeling.studio_config import ACTORS, EVIDENCE, FRAMES, NONE, stance_control
from standpoint.codebook import Codebook

Label = tuple[str, str]
"""A control of the interface and a label that it offers."""


@dataclass(frozen=True, slots=True)
class LabelUse:
    """A label that the codebook no longer has, and how many answers have it; `takes_control`: its question goes too."""

    control: str
    label: str
    n_answers: int
    takes_control: bool = False

    def note(self) -> str:
        """Say what becomes of the answers."""
        return (
            f"'{self.label}' has left '{self.control}', but {self.n_answers} answers have it: "
            "they stay, and `standpoint label pull` keeps and reports them"
        )


def dropped_labels(controls: Mapping[str, Any], codebook: Codebook) -> set[Label]:
    """Return what an interface offers and the codebook does not; `controls` is its `parsed_label_config`."""
    offered = {(control, label) for control, parts in controls.items() for label in parts.get("labels", ())}
    return offered - set(_labels(codebook))


def counted_use(tasks: Iterable[Mapping[str, Any]], dropped: set[Label], codebook: Codebook) -> list[LabelUse]:
    """Count the answers that have a dropped label; a stance whose actor is gone is counted under the actor."""
    gone = {stance_control(actor): actor for actor in _gone_actors(dropped, codebook)}
    counts: Counter[Label] = Counter()
    for task in tasks:
        for annotation in task["annotations"]:
            labels = set(_chosen(annotation["result"] or ()))
            counts.update({(ACTORS, gone[control]) for control, _ in labels if control in gone})
            counts.update({label for label in labels & dropped if label[0] not in (ACTORS, *gone)})
    return [
        LabelUse(control, label, number, takes_control=control == ACTORS)
        for (control, label), number in sorted(counts.items())
    ]


def _gone_actors(dropped: set[Label], codebook: Codebook) -> Iterable[str]:
    """Yield the actors whose question about the stance leaves the interface."""
    prefix = stance_control("")
    for control in {control for control, _ in dropped}:
        actor = control.removeprefix(prefix)
        if control.startswith(prefix) and actor not in codebook.actor_ids:
            yield actor


def _labels(codebook: Codebook) -> Iterable[Label]:
    yield from ((FRAMES, label) for label in (*codebook.frame_ids, NONE))
    yield from ((EVIDENCE, label) for label in codebook.frame_ids)
    for actor in codebook.actor_ids:
        yield ACTORS, actor
        yield from ((stance_control(actor), stance) for stance in codebook.stance_ids)


def _chosen(result: Iterable[Mapping[str, Any]]) -> Iterable[Label]:
    for item in result:
        value = item.get("value") or {}
        yield from ((str(item.get("from_name")), label) for label in value.get("choices") or value.get("labels") or ())
