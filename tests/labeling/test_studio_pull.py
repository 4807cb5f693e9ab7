"""Tests of pulling against a real Label Studio server."""

import dataclasses
import hashlib
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from labeling.anchoring import MISSING, OUTSIDE
from labeling.pulling import PullReport, pull, quarantine_path, unknown_labels
from labeling.studio_annotation import ANSWERED_AGAIN, NOT_PUSHED, TEXT_CHANGED
from labeling.studio_client import Studio
from labeling.studio_project import setup_project
from labeling.studio_result import result_items
from standpoint.annotation import Annotation, Evidence
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words

pytestmark = pytest.mark.studio

NAME = Words("name", "名")
CODEBOOK = Codebook(
    "demo",
    Words("Demo", "示例"),
    frames=tuple(Frame(id, Words(id, f"{id} 框"), NAME) for id in ("failure", "alliance")),
    actors=(Actor("china", Words("China", "中国"), (Alias("China"),)),),
)
TEXTS = {
    "a1": "Talks 😀 fail\n\nLine one.\r\nLine two: the deal 👩‍👩‍👧 failed.\r\nChina left.",
    "a2": "谈判失败\n\n第一行。\r\n第二行：交易😀失败了，失败了。",
    "a3": "Nothing happens\n\nAll is well.",
}


class Project:
    """A project of its own on the server, with a task for each text, and two people who answer."""

    def __init__(self, studio: Studio, server: dict[str, str], out: Path) -> None:
        self.studio, self.server, self.out = studio, server, out
        self.title = f"Pull {uuid.uuid4().hex[:12]}"
        self.id = self.set_up(CODEBOOK)
        self.studio.import_tasks(self.id, [{"data": data_of(id)} for id in TEXTS], missing=list)
        self.tasks = {task["data"]["article_id"]: int(task["id"]) for task in self.studio.task_states(self.id)}

    def set_up(self, codebook: Codebook) -> int:
        """Bring the project in step with a codebook."""
        return setup_project(self.studio, codebook, title=self.title, now=datetime.now(UTC)).project_id

    def call(self, method: str, path: str, *, who: str = "token", **body: Any) -> Any:  # noqa: ANN401 - parsed JSON
        """Send a request as one of the people."""
        headers = {"Authorization": f"Token {self.server[who]}"}
        answer = requests.request(method, f"{self.server['url']}/api/{path}", headers=headers, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def answer(self, article: str, items: list[Any], *, who: str = "reader-a", **more: float) -> int:
        """Answer on an article's task; return the answer's id."""
        path = f"tasks/{self.tasks[article]}/annotations/"
        return int(self.call("POST", path, who=who, result=items, **more)["id"])

    def pull(self, *, full: bool = False) -> PullReport:
        """Pull, and see that a full pull into another folder gives the same bytes."""
        report = pull(self.studio, self.id, out=self.out, full=full, tell=lambda _: None)
        fresh = self.out.parent / "fresh" / self.out.name
        pull(self.studio, self.id, out=fresh, full=True, tell=lambda _: None)
        for path in (self.out, quarantine_path(self.out)):
            twin = fresh.parent / path.name
            assert (path.exists(), path.exists() and path.read_bytes()) == (
                twin.exists(),
                twin.exists() and twin.read_bytes(),
            )
        return report


def data_of(article: str) -> dict[str, object]:
    text = TEXTS[article]
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {
        "article_id": article,
        "text": text,
        "text_sha256": digest,
        "inclusion_proba": 0.5,
        "draw": "d1",
        "actors": [],
    }


def words(article: str, quoted: str, label: str = "failure") -> Evidence:
    start = TEXTS[article].index(quoted)
    return Evidence(label, start, start + len(quoted))


def span(article: str, **changes: object) -> list[dict[str, Any]]:
    """The items of an answer with one span, parts of it changed."""
    items = result_items(["failure"], {}, [words(article, TEXTS[article][:4])], TEXTS[article])
    items[-1]["value"] |= changes
    return items


def counts(report: PullReport) -> tuple[str | None, int, int, int]:
    return report.why_full, report.n_new, report.n_changed, report.n_removed


@pytest.fixture
def project(studio_server: dict[str, str], tmp_path: Path) -> Iterator[Project]:
    with closing(Studio(studio_server["url"], studio_server["token"])) as studio:
        yield Project(studio, studio_server, tmp_path / "annotations.jsonl")


def by_key(report: PullReport) -> dict[tuple[str, str], Annotation]:
    return {(one.article_id, one.annotator): one for one in report.annotations}


def test_two_people_s_answers_come_back_with_offsets_exact_after_emoji_and_line_ends(project: Project) -> None:
    english = [words("a1", "deal 👩‍👩‍👧 failed"), words("a1", "one.\r\nLine"), words("a1", "China left", "alliance")]
    chinese = [words("a2", "😀失败了")]
    project.answer(
        "a1", result_items(["failure"], {"china": "critical"}, english, TEXTS["a1"], note="行\nok"), lead_time=7.5
    )
    project.answer("a1", result_items([], {}, [], TEXTS["a1"]), who="reader-b")
    project.answer("a2", result_items(["failure"], {}, chinese, TEXTS["a2"]), who="reader-b")
    report = project.pull()
    found = by_key(report)
    assert list(found) == [("a1", "reader-a"), ("a1", "reader-b"), ("a2", "reader-b")]
    first = found["a1", "reader-a"]
    assert (first.frames, first.stances) == (frozenset({"failure"}), {"china": "critical"})
    assert first.evidence == tuple(english)
    assert (first.note, first.seconds, first.inclusion_proba, first.draw) == ("行\nok", 7.5, 0.5, "d1")
    assert (found["a1", "reader-b"].frames, found["a1", "reader-b"].problems) == (frozenset(), ())
    assert found["a2", "reader-b"].evidence == tuple(chinese)
    assert {one.codebook for one in report.annotations} == {CODEBOOK.reference}
    assert (report.n_moved, report.quarantined) == (0, {})


def test_a_skip_an_edit_a_change_of_mind_and_a_withdrawal_are_found_one_by_one(project: Project) -> None:
    first = project.answer("a1", result_items(["failure"], {}, [], TEXTS["a1"]))
    assert counts(project.pull()) == ("there was none before", 1, 0, 0)
    skip = project.answer("a2", [], who="reader-b", was_cancelled=True)
    report = project.pull()
    assert (counts(report), by_key(report)["a2", "reader-b"].skipped) == ((None, 1, 0, 0), True)
    project.call("PATCH", f"annotations/{first}/", who="reader-a", result=result_items([], {}, [], TEXTS["a1"]))
    report = project.pull()
    assert (counts(report), by_key(report)["a1", "reader-a"].frames) == ((None, 0, 1, 0), frozenset())
    project.answer("a2", result_items(["alliance"], {}, [], TEXTS["a2"]), who="reader-b")
    report = project.pull()
    assert (counts(report), report.quarantined) == ((None, 0, 1, 0), {ANSWERED_AGAIN: 1})
    project.call("DELETE", f"annotations/{skip}/")
    project.call("DELETE", f"annotations/{first}/")
    report = project.pull()
    assert (counts(report), report.quarantined) == ((None, 0, 0, 1), {})


@pytest.mark.parametrize("n_added", [0, 1])
def test_a_deleted_task_is_found_although_others_are_answered_meanwhile(project: Project, n_added: int) -> None:
    for article in ("a1", "a2"):
        project.answer(article, result_items(["failure"], {}, [], TEXTS[article]))
    project.pull()
    project.studio.delete_tasks(project.id, [project.tasks["a1"]])
    for _ in range(n_added):
        project.answer("a3", result_items([], {}, [], TEXTS["a3"]))
    assert counts(project.pull()) == ("tasks with answers were deleted", n_added, 0, 1)


def test_a_task_that_takes_the_id_of_a_deleted_one_is_another_article(project: Project) -> None:
    project.answer("a3", result_items([], {}, [], TEXTS["a3"]))
    project.pull()
    project.studio.delete_tasks(project.id, [project.tasks["a3"]])
    project.studio.import_tasks(project.id, [{"data": data_of("a1") | {"article_id": "a4"}}], missing=list)
    project.tasks |= {task["data"]["article_id"]: task["id"] for task in project.studio.task_states(project.id)}
    project.answer("a4", result_items(["failure"], {}, [], TEXTS["a1"]))
    report = project.pull()
    assert (counts(report)[1:], list(by_key(report))) == ((1, 0, 1), [("a4", "reader-a")])


def test_a_choice_that_left_the_interface_while_in_use_is_kept_and_counted(project: Project) -> None:
    project.answer("a1", result_items(["failure", "alliance"], {}, [], TEXTS["a1"]))
    project.pull()
    smaller = dataclasses.replace(CODEBOOK, frames=CODEBOOK.frames[:1])
    project.set_up(smaller)
    report = project.pull()
    assert report.annotations[0].frames == {"failure", "alliance"}
    assert report.annotations[0].codebook == CODEBOOK.reference
    assert unknown_labels(report.annotations, smaller) == {"frame 'alliance'": 1}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"start": 900, "end": 940, "text": "no such words"}, MISSING),
        ({"start": 900, "end": 940, "text": None}, OUTSIDE),
        ({"start": 9, "end": 2, "text": ""}, OUTSIDE),
        ({"start": "0", "end": "4", "text": 7}, OUTSIDE),
        ({"labels": []}, "it has no label"),
    ],
)
def test_a_span_that_cannot_be_placed_is_quarantined_and_its_answer_stays(
    project: Project, changes: dict[str, object], reason: str
) -> None:
    project.answer("a1", span("a1", **changes))
    report = project.pull()
    assert (report.quarantined, report.annotations[0].evidence) == ({reason: 1}, ())
    assert report.annotations[0].is_usable


def test_a_span_whose_words_stand_elsewhere_is_moved_there(project: Project) -> None:
    project.answer("a1", span("a1", start=40, end=44, text="Line two: the"))
    report = project.pull()
    assert (report.n_moved, report.annotations[0].evidence) == (1, (words("a1", "Line two: the"),))


def test_answers_on_a_task_made_by_hand_or_with_a_changed_text_are_quarantined(project: Project) -> None:
    project.studio.import_tasks(project.id, [{"data": {"text": "by hand", "actors": []}}], missing=list)
    project.tasks["hand"] = max(int(task["id"]) for task in project.studio.task_states(project.id))
    for article in ("hand", "a1"):
        project.answer(article, result_items([], {}, [], "text"))
    report = project.pull()
    assert (list(by_key(report)), report.quarantined) == ([("a1", "reader-a")], {NOT_PUSHED: 1})
    project.studio.update_task(project.tasks["a1"], data_of("a1") | {"text": "another text"})
    report = project.pull()
    assert (counts(report), report.quarantined) == ((None, 0, 0, 1), {NOT_PUSHED: 1, TEXT_CHANGED: 1})


@pytest.mark.parametrize("item", [{}, {"from_name": "sentiment", "value": {"choices": ["good"]}}, {"value": [1]}])
def test_an_item_of_no_control_is_quarantined(project: Project, item: dict[str, object]) -> None:
    project.answer("a1", [*result_items([], {}, [], TEXTS["a1"]), item])
    assert project.pull().quarantined == {"it belongs to no control of the interface": 1}


def test_an_answer_stays_suggested_when_its_suggestion_is_replaced(project: Project) -> None:
    shown = {"task": project.tasks["a1"], "model_version": "m/1", "result": result_items([], {}, [], TEXTS["a1"])}
    project.studio.import_predictions(project.id, [shown], missing=list)
    project.studio.update_project(project.id, {"model_version": "m/1"})
    for article in ("a1", "a2"):
        project.answer(article, result_items([], {}, [], TEXTS[article]))
    assert [one.suggested for one in project.pull().annotations] == [True, False]
    project.studio.delete_predictions(project.id, "m/1")
    report = project.pull()
    assert (counts(report), [one.suggested for one in report.annotations]) == ((None, 0, 0, 0), [True, False])
