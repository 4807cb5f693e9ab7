"""A result: one person's or model's labels as Label Studio stores them, to be read and written without loss."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labeling.anchoring import Anchored, anchor
from labeling.studio_config import ACTORS, EVIDENCE, FRAMES, NONE, NOTE, TEXT, stance_control
from standpoint.annotation import Evidence

_STANCE = stance_control("")


@dataclass(frozen=True, slots=True)
class SetAside:
    """A part of a result that is no label, as it came, and why."""

    reason: str
    value: Any


@dataclass(frozen=True, slots=True)
class Labels:
    """What a result says: labels as they stand there, known to a codebook or not.

    `problems` say why it is no complete answer; `n_moved` counts the spans found elsewhere than they said.
    """

    frames: frozenset[str]
    stances: dict[str, str]
    evidence: tuple[Evidence, ...] = ()
    note: str | None = None
    problems: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    n_moved: int = 0


def result_items(
    frames: Collection[str],
    stances: Mapping[str, str],
    evidence: Sequence[Evidence],
    text: str,
    *,
    scores: Mapping[tuple[str, str], float] | None = None,
    note: str | None = None,
) -> list[dict[str, Any]]:
    """Write labels of a text as result items; without a frame, the explicit choice of none.

    `scores` maps (control, label) to a probability, as `("frames", "us_failure")` or `("stance__china", "critical")`;
    an item has the lowest of its labels'. Ids are the same whenever the labels are.
    """
    choices = {FRAMES: sorted(frames) or [NONE], ACTORS: sorted(stances)}
    choices |= {stance_control(actor): [stance] for actor, stance in sorted(stances.items())}
    items = [_item(name, name, "choices", {"choices": chosen}) for name, chosen in choices.items() if chosen]
    for number, span in enumerate(evidence):
        value = {"start": span.start, "end": span.end, "text": text[span.start : span.end], "labels": [span.label]}
        items.append(_item(f"{EVIDENCE}-{number}", EVIDENCE, "labels", value))
    if note:
        items.append(_item(NOTE, NOTE, "textarea", {"text": [note]}))
    return [_with_score(item, scores or {}) for item in items]


def labels_of(result: Any, text: str) -> Labels:  # noqa: ANN401 - a server may hold anything
    """Read the items of a result on a text; whatever they hold, nothing is raised and nothing gets lost.

    Spans are anchored by the words they quote. A stance counts whether or not its actor is ticked.
    """
    reading = _Reading(text)
    for item in result if isinstance(result, list) else [result]:
        reading.add(item)
    return reading.labels()


def _item(id: str, control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "from_name": control, "to_name": TEXT, "type": kind, "value": value}


def _with_score(item: dict[str, Any], scores: Mapping[tuple[str, str], float]) -> dict[str, Any]:
    labels = item["value"].get("choices") or item["value"].get("labels") or []
    known = [scores[item["from_name"], label] for label in labels if (item["from_name"], label) in scores]
    return item | {"score": min(known)} if known else item


@dataclass
class _Reading:
    """The labels found so far in a result."""

    text: str
    frames: set[str] = field(default_factory=set)
    actors: set[str] = field(default_factory=set)
    stances: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    evidence: list[Evidence] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    set_aside: list[SetAside] = field(default_factory=list)
    n_moved: int = 0

    def add(self, item: Any) -> None:  # noqa: ANN401 - a server may hold anything
        control, value = (item.get("from_name"), item.get("value")) if isinstance(item, dict) else (None, None)
        value = value if isinstance(value, dict) else {}
        if control == FRAMES:
            self.frames.update(self._texts(item, value.get("choices")))
        elif control == ACTORS:
            self.actors.update(self._texts(item, value.get("choices")))
        elif control == EVIDENCE:
            self._add_span(item, value)
        elif control == NOTE:
            self.notes += self._texts(item, value.get("text"))
        elif isinstance(control, str) and control.startswith(_STANCE) and control != _STANCE and _is_text(control):
            self.stances[control.removeprefix(_STANCE)].update(self._texts(item, value.get("choices")))
        else:
            self._put_aside(item, "it belongs to no control of the interface")

    def labels(self) -> Labels:
        return Labels(
            frames=frozenset(self.frames - {NONE}),
            stances={actor: min(chosen) for actor, chosen in sorted(self.stances.items()) if len(chosen) == 1},
            evidence=tuple(self.evidence),
            note="\n".join(self.notes) or None,
            problems=tuple(self._problems()),
            set_aside=tuple(self.set_aside),
            n_moved=self.n_moved,
        )

    def _problems(self) -> list[str]:
        problems = [f"what '{control}' holds cannot be read" for control in sorted(self.unread)]
        if not self.frames:
            problems.append("frames were left open: neither a frame nor none of them is chosen")
        if NONE in self.frames and len(self.frames) > 1:
            problems.append(f"none of the frames is chosen, and so is {', '.join(sorted(self.frames - {NONE}))}")
        for actor in sorted(self.actors | self.stances.keys()):
            chosen = sorted(self.stances.get(actor, ()))
            if len(chosen) > 1:
                problems.append(f"actor '{actor}' has several stances: {', '.join(chosen)}")
            if not chosen and actor in self.actors:
                problems.append(f"actor '{actor}' is ticked but has no stance")
        return problems

    def _add_span(self, item: Any, value: dict[str, Any]) -> None:  # noqa: ANN401 - a server may hold anything
        labels, quoted = value.get("labels"), value.get("text")
        if not (isinstance(labels, list) and labels and all(map(_is_text, labels))):
            return self._put_aside(item, "it has no label")
        is_relative = "startOffset" in value  # its start names a paragraph or an element, not a character
        start, end = (None if is_relative else _offset(value.get(name)) for name in ("start", "end"))
        found = anchor(self.text, start, end, quoted if isinstance(quoted, str) else None)
        if not isinstance(found, Anchored):
            return self._put_aside(item, found)
        self.n_moved += found.moved
        self.evidence += [Evidence(label, found.start, found.end) for label in labels]

    def _texts(self, item: Any, value: Any) -> list[str]:  # noqa: ANN401 - a server may hold anything
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(map(_is_text, values)):
            return values
        if item["from_name"] != NOTE:
            self.unread.add(item["from_name"])
        self._put_aside(item, "it holds no list of texts")
        return []

    def _put_aside(self, item: Any, reason: str) -> None:  # noqa: ANN401 - a server may hold anything
        self.set_aside.append(SetAside(reason, item))


def _offset(value: object) -> int | None:
    """Return a whole number; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_text(value: object) -> bool:
    """Tell whether a value is a text that a file can store: without half a surrogate pair."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)
