"""Labels that leave the interface while answers have them."""

from typing import Any

from labeling.label_use import LabelUse, counted_use, dropped_labels
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words

CODEBOOK = Codebook(
    "demo",
    Words("Demo", "示例"),
    frames=(Frame("failure", Words("Failure", "失败"), Words("", "")),),
    actors=(Actor("china", Words("China", "中国"), (Alias("China"),)),),
)
CONTROLS = {
    "frames": {"labels": ["failure", "hope", "__none__"]},
    "actors": {"labels": ["china", "eu"]},
    "stance__eu": {"labels": ["critical"]},
    "stance__china": {"labels": ["critical", "worried"]},
    "note": {},
}


def task(*chosen: tuple[str, str]) -> dict[str, Any]:
    items = [{"from_name": control, "value": {"choices": [label]}} for control, label in chosen]
    return {"annotations": [{"result": items}]}


def test_what_the_interface_offers_and_the_codebook_does_not_is_dropped() -> None:
    gone = {("frames", "hope"), ("actors", "eu"), ("stance__eu", "critical"), ("stance__china", "worried")}
    assert dropped_labels(CONTROLS, CODEBOOK) == gone


def test_answers_with_a_dropped_label_are_counted() -> None:
    tasks = [task(("frames", "hope"), ("frames", "failure")), task(("frames", "hope")), task(("frames", "failure"))]
    uses = counted_use(tasks, dropped_labels(CONTROLS, CODEBOOK), CODEBOOK)
    assert uses == [LabelUse("frames", "hope", 2)]
    assert uses[0].note().startswith("'hope' has left 'frames', but 2 answers have it: they stay")


def test_a_stance_toward_an_actor_that_is_gone_takes_its_question_away() -> None:
    tasks = [task(("actors", "eu"), ("stance__eu", "critical")), task(("stance__china", "worried"))]
    assert counted_use(tasks, dropped_labels(CONTROLS, CODEBOOK), CODEBOOK) == [
        LabelUse("actors", "eu", 1, takes_control=True),
        LabelUse("stance__china", "worried", 1),
    ]


def test_a_skip_uses_nothing() -> None:
    assert counted_use([{"annotations": [{"result": []}]}], dropped_labels(CONTROLS, CODEBOOK), CODEBOOK) == []
