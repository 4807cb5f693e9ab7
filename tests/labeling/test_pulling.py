"""Tests of labeling.pulling, against a stand-in for the server that holds tasks and answers."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from labeling.pulling import PullReport, pull, quarantine_path, state_path, unknown_labels
from labeling.studio_annotation import ANSWERED_AGAIN
from labeling.studio_result import result_items
from standpoint.annotation import Annotation, Evidence, annotation_from_json
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.errors import StudioError
from standpoint.jsonl import read_jsonl

TEXT = "Deal fails\n\nThe deal failed."
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
NAME = Words("name", "名")


class Server:
    """A project with tasks and answers; each change is a `step` later than the one before."""

    url = "http://studio.example"

    def __init__(self) -> None:
        self.now, self.step = datetime(2026, 11, 1, tzinfo=UTC), timedelta(minutes=10)
        self.description = "Standpoint codebook demo@0000000a since 2026-11-01T00:00:00Z"
        self.known: dict[int, dict[str, Any]] = {}
        self.accounts = {1: "ana@example.com", 2: "bo@example.com"}
        self.n_answers, self.n_exported = 0, 0

    def tick(self) -> str:
        """Let time pass and return the new one."""
        self.now += self.step
        return f"{self.now:%Y-%m-%dT%H:%M:%S.%fZ}"

    def add_task(self, article_id: str, *, id: int | None = None) -> int:
        """Add a task as a push makes it."""
        id = id or max(self.known, default=0) + 1
        data = {"article_id": article_id, "text": TEXT, "text_sha256": SHA}
        self.known[id] = {"id": id, "data": data, "annotations": [], "updated_at": self.tick()}
        return id

    def answer(self, task: int, *frames: str, by: int = 1, **changes: object) -> dict[str, Any]:
        """Add an answer to a task."""
        self.n_answers += 1
        moment = self.tick()
        raw = {"id": self.n_answers, "completed_by": by, "result": result_items(frames, {}, [], TEXT)}
        raw |= {"created_at": moment, "updated_at": moment} | changes
        self.known[task]["annotations"].append(raw)
        self.known[task]["updated_at"] = moment
        return raw

    def edit(self, task: int, raw: dict[str, Any], *frames: str) -> None:
        """Change an answer."""
        raw["result"] = result_items(frames, {}, [], TEXT)
        raw["updated_at"] = self.known[task]["updated_at"] = self.tick()

    def withdraw(self, task: int, raw: dict[str, Any]) -> None:
        """Delete an answer."""
        self.known[task]["annotations"].remove(raw)
        self.known[task]["updated_at"] = self.tick()

    def users(self) -> dict[int, str]:
        """Return the accounts."""
        return dict(self.accounts)

    def project(self, project_id: int) -> dict[str, Any]:
        """Return the description and the counts."""
        answers = [raw for task in self.known.values() for raw in task["annotations"]]
        n_skipped = sum(raw.get("was_cancelled") is True for raw in answers)
        return {
            "id": project_id,
            "created_at": "2026-11-01T00:00:00Z",
            "description": self.description,
            "total_annotations_number": len(answers) - n_skipped,
            "skipped_annotations_number": n_skipped,
        }

    def task_times(self, project_id: int, *, updated_since: str | None, answered: bool) -> Iterator[tuple[int, str]]:
        """Yield what a pull reads of the tasks."""
        since = datetime.fromisoformat(updated_since) if updated_since else datetime.min.replace(tzinfo=UTC)
        for id, task in sorted(self.known.items()):
            if datetime.fromisoformat(task["updated_at"]) >= since and (task["annotations"] or not answered):
                yield id, task["updated_at"]

    def exported_tasks(self, project_id: int, ids: Collection[int]) -> list[dict[str, Any]]:
        """Return copies of the answered tasks."""
        assert ids
        found = [self.known[id] for id in ids if id in self.known and self.known[id]["annotations"]]
        self.n_exported += len(found)
        copied: list[dict[str, Any]] = json.loads(json.dumps(found))
        return copied


@pytest.fixture
def server() -> Server:
    """A project in which two people answered on the first of three tasks, and one on the second."""
    server = Server()
    first, second, _ = (server.add_task(f"a{number}") for number in (1, 2, 3))
    server.answer(first, "failure")
    server.answer(first, by=2)
    server.answer(second, was_cancelled=True, result=[])
    return server


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "annotations.jsonl"


Step = Callable[[Server], object]


def pulled(server: Server, out: Path, *, full: bool = False) -> PullReport:
    """Pull, and see that a full pull into another folder gives the same bytes."""
    report = pull(server, 1, out=out, full=full, tell=lambda _: None)
    fresh = out.parent / "fresh" / out.name
    pull(server, 1, out=fresh, full=True, tell=lambda _: None)
    for path in (out, quarantine_path(out)):
        twin = fresh.parent / path.name
        assert (path.read_bytes() if path.exists() else None) == (twin.read_bytes() if twin.exists() else None)
    return report


def counts(report: PullReport) -> tuple[int, int, int]:
    return report.n_new, report.n_changed, report.n_removed


def keys(out: Path) -> list[tuple[str, str]]:
    return [(one.article_id, one.annotator) for one in read_jsonl(out, annotation_from_json)]


def test_the_first_pull_fetches_every_answer_and_skip(server: Server, out: Path) -> None:
    report = pulled(server, out)
    assert (report.why_full, counts(report), report.n_tasks) == ("there was none before", (3, 0, 0), 2)
    assert keys(out) == [("a1", "ana"), ("a1", "bo"), ("a2", "ana")]
    assert list(read_jsonl(out, annotation_from_json)) == list(report.annotations)


def test_a_later_pull_fetches_only_what_changed(server: Server, out: Path) -> None:
    pulled(server, out)
    server.answer(3, "failure", by=2)
    server.n_exported = 0
    report = pull(server, 1, out=out, tell=lambda _: None)
    assert (report.why_full, counts(report), server.n_exported) == (None, (1, 0, 0), 2)  # the newest is read again
    assert keys(out)[-1] == ("a3", "bo")


def test_a_pull_of_nothing_new_changes_no_byte(server: Server, out: Path) -> None:
    pulled(server, out)
    before = {path.name: path.read_bytes() for path in out.parent.iterdir() if path.is_file()}
    assert counts(pulled(server, out)) == (0, 0, 0)
    assert {path.name: path.read_bytes() for path in out.parent.iterdir() if path.is_file()} == before


def test_an_edit_a_withdrawal_and_a_change_of_mind_are_found(server: Server, out: Path) -> None:
    pulled(server, out)
    first, second = server.known[1]["annotations"]
    server.edit(1, first)
    assert counts(pulled(server, out)) == (0, 1, 0)
    server.withdraw(1, second)
    report = pulled(server, out)
    assert (report.why_full, counts(report)) == (None, (0, 0, 1))
    server.answer(2, "failure")
    report = pulled(server, out)
    assert (report.why_full, counts(report), report.quarantined) == (None, (0, 1, 0), {ANSWERED_AGAIN: 1})


def test_a_deleted_task_is_found_although_others_were_answered_meanwhile(server: Server, out: Path) -> None:
    pulled(server, out)
    del server.known[2]
    server.answer(3, "failure")
    report = pulled(server, out)
    assert (report.why_full, counts(report)) == ("tasks with answers were deleted", (1, 0, 1))
    assert keys(out) == [("a1", "ana"), ("a1", "bo"), ("a3", "ana")]


def test_a_task_whose_id_was_used_again_is_another_article(server: Server, out: Path) -> None:
    pulled(server, out)
    server.add_task("other", id=2)
    server.answer(2, "failure", was_cancelled=True)
    report = pulled(server, out)
    assert (report.why_full, counts(report)) == (None, (1, 0, 1))
    assert keys(out)[-1] == ("other", "ana")


def test_a_changed_text_takes_its_answers_into_quarantine_and_back(server: Server, out: Path) -> None:
    pulled(server, out)
    for text, n_removed, n_quarantined in (("Deal works", 2, 2), (TEXT, 0, 0)):
        server.known[1]["data"]["text"] = text
        server.known[1]["updated_at"] = server.tick()
        report = pulled(server, out)
        assert (report.n_removed, sum(report.quarantined.values())) == (n_removed, n_quarantined)
    assert not quarantine_path(out).exists()


def test_of_two_tasks_with_one_article_a_person_s_last_answer_counts(server: Server, out: Path) -> None:
    pulled(server, out)
    twin = server.add_task("a1")
    server.answer(twin, "alliance")
    report = pulled(server, out)
    assert (report.why_full, counts(report)) == ("an article has several tasks", (0, 1, 0))
    assert report.quarantined == {ANSWERED_AGAIN: 1}
    server.edit(1, server.known[1]["annotations"][0], "failure")
    assert counts(pulled(server, out)) == (0, 1, 0)


def test_a_change_that_comes_to_light_late_is_fetched(server: Server, out: Path) -> None:
    pulled(server, out)
    server.step = timedelta(seconds=-20)
    server.answer(3, "failure")
    report = pulled(server, out)
    assert (report.why_full, counts(report)) == (None, (1, 0, 0))


@pytest.mark.parametrize(
    "change",
    [
        lambda server: setattr(server, "url", "http://other.example"),
        lambda server: server.accounts.update({3: "cy@example.com"}),
        lambda server: setattr(server, "description", server.description.replace("0a", "0b")),
    ],
)
def test_where_all_annotations_may_change_all_are_fetched_again(server: Server, out: Path, change: Step) -> None:
    pulled(server, out)
    change(server)
    assert pulled(server, out).why_full == "the project, its annotators or its codebook changed"


@pytest.mark.parametrize("name", ["annotations.jsonl", "annotations.quarantine.jsonl"])
@pytest.mark.parametrize("content", [None, b"", b"{}\n"])
def test_files_that_were_edited_or_removed_are_fetched_again(
    server: Server, out: Path, name: str, content: bytes | None
) -> None:
    server.answer(1, "alliance")
    pulled(server, out)
    path = out.with_name(name)
    path.unlink() if content is None else path.write_bytes(content)
    assert pulled(server, out).why_full == "the files are not as the last pull left them"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": 2}', b'{"format": 1, "tasks": {"x": 1}}', b"\xff"])
def test_a_memory_that_cannot_be_read_is_none(server: Server, out: Path, content: bytes) -> None:
    pulled(server, out)
    state_path(out).write_bytes(content)
    assert pulled(server, out).why_full == "there was none before"


def test_a_file_that_no_pull_wrote_is_moved_and_not_overwritten(server: Server, out: Path) -> None:
    out.write_text("by hand\n", encoding="utf-8")
    report = pulled(server, out)
    assert report.backup == out.with_name("annotations.jsonl.bak")
    assert report.backup.read_text(encoding="utf-8") == "by hand\n"
    assert pulled(server, out, full=True).backup is None


def test_a_server_that_dies_half_way_leaves_the_old_files(
    server: Server, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled(server, out)
    before = out.read_bytes(), state_path(out).read_bytes()
    server.answer(3, "failure")

    def die(project_id: int, ids: Collection[int]) -> list[dict[str, Any]]:
        raise StudioError("the connection broke")

    with monkeypatch.context() as broken:
        broken.setattr(server, "exported_tasks", die)
        with pytest.raises(StudioError, match="the connection broke"):
            pull(server, 1, out=out, tell=lambda _: None)
    assert (out.read_bytes(), state_path(out).read_bytes()) == before
    assert counts(pulled(server, out)) == (1, 0, 0)


def test_a_pull_that_died_between_its_files_is_made_good(
    server: Server, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled(server, out)
    server.answer(3, "failure")

    def die(path: Path, state: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("labeling.pulling.write_state", die)
        with pytest.raises(KeyboardInterrupt):
            pull(server, 1, out=out, tell=lambda _: None)
    assert pulled(server, out).why_full == "the files are not as the last pull left them"


def test_a_project_without_a_codebook_is_refused(server: Server, out: Path) -> None:
    server.description = "made by hand"
    with pytest.raises(StudioError, match="does not say by which codebook.*standpoint label setup"):
        pulled(server, out)


def test_an_empty_project_gives_an_empty_file(out: Path) -> None:
    assert pulled(Server(), out).annotations == ()
    assert out.read_bytes() == b""


def test_the_memory_holds_no_address_of_a_person(server: Server, out: Path) -> None:
    pulled(server, out)
    assert "@example.com" not in state_path(out).read_text(encoding="utf-8")


def test_labels_that_the_codebook_does_not_have_are_counted_by_name() -> None:
    codebook = Codebook("demo", NAME, (Frame("failure", NAME, NAME),), (Actor("china", NAME, (Alias("China"),)),))
    known = Annotation("a1", "ana", "", frozenset({"failure"}), {"china": "critical"}, (Evidence("china", 0, 4),))
    strange = Annotation("a2", "ana", "", frozenset({"gone"}), {"eu": "angry"}, (Evidence("gone", 0, 4),) * 2)
    assert unknown_labels([known, strange, strange], codebook) == {
        "frame 'gone'": 2,
        "actor 'eu'": 2,
        "stance 'angry'": 2,
        "evidence label 'gone'": 2,
    }
