"""Pushing articles: one task each."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

import pytest

from labeling.pushing import MAX_CHARACTERS, ChangedText, PushOptions, PushReport, push
from labeling.studio_client import Raw, Studio
from labeling.work_item import WorkItem
from standpoint.article import Article
from standpoint.codebook import Codebook, Words
from standpoint.errors import StudioError

CODEBOOK = Codebook("demo", Words("Demo", "示例"))
RAIN, SUN = Article("a1", "Rain 🌧", "It rains.\r\nA lot."), Article("a2", "晴", "出太阳了。", language="zh")


def pushed(studio: Studio, *articles: Article | WorkItem, replace_text: bool = False, size: int = 200) -> PushReport:
    items = [item if isinstance(item, WorkItem) else WorkItem(item) for item in articles]
    options = PushOptions(replace_text=replace_text, batch_size=size)
    return push(studio, 1, items, CODEBOOK, options=options)


def test_every_article_becomes_a_task_with_its_text_as_it_is(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    assert pushed(memory_studio, RAIN, SUN).created == 2
    assert [task["data"]["text"] for task in shelf.values()] == [RAIN.text, SUN.text]
    assert shelf[1]["data"]["text_sha256"] == hashlib.sha256(RAIN.text.encode()).hexdigest()


def test_pushing_again_changes_nothing(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    pushed(memory_studio, RAIN, SUN)
    before = {number: task["data"] for number, task in shelf.items()}
    assert pushed(memory_studio, RAIN, SUN) == PushReport(unchanged=2)
    assert {number: task["data"] for number, task in shelf.items()} == before


def test_another_source_of_the_same_text_is_brought_in_step(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    pushed(memory_studio, RAIN)
    assert pushed(memory_studio, Article("a1", RAIN.title, RAIN.body, source="Wire")) == PushReport(refreshed=1)
    assert shelf[1]["data"]["outlet"] == "Wire"


def test_a_changed_text_is_reported_and_stays(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    pushed(memory_studio, RAIN)
    report = pushed(memory_studio, Article("a1", "Rain", "It has stopped."))
    assert report == PushReport(changed_text=[ChangedText("a1", 1)])
    assert shelf[1]["data"]["text"] == RAIN.text


def test_a_changed_text_replaces_one_without_answers_when_asked(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    pushed(memory_studio, RAIN)
    report = pushed(memory_studio, Article("a1", "Rain", "It has stopped."), replace_text=True)
    assert report == PushReport(replaced=1)
    assert shelf[1]["data"]["text"] == "Rain\n\nIt has stopped."


@pytest.mark.parametrize("what", ["total_annotations", "cancelled_annotations", "draft"])
def test_no_text_is_replaced_under_an_answer(memory_studio: Studio, shelf: dict[int, Raw], what: str) -> None:
    pushed(memory_studio, RAIN)
    shelf[1][what] = 1
    report = pushed(memory_studio, Article("a1", "Rain", "It has stopped."), replace_text=True)
    assert [changed.task_id for changed in report.changed_text] == [1]
    assert shelf[1]["data"]["text"] == RAIN.text


def test_a_push_that_does_not_know_the_draw_keeps_it(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    pushed(memory_studio, WorkItem(RAIN, 0.25, "draw-1", True))
    assert pushed(memory_studio, RAIN) == PushReport(unchanged=1)
    assert pushed(memory_studio, WorkItem(RAIN, 0.5, "draw-2")) == PushReport(refreshed=1)
    data = shelf[1]["data"]
    assert (data["inclusion_proba"], data["draw"], data["blind"]) == (0.5, "draw-2", True)


def test_under_an_answer_draw_and_blindness_stay_and_a_question_comes(
    memory_studio: Studio, shelf: dict[int, Raw]
) -> None:
    pushed(memory_studio, WorkItem(RAIN, 0.25, "draw-1", True))
    shelf[1]["total_annotations"] = 1
    pushed(memory_studio, WorkItem(RAIN, 0.5, "draw-2", False, "Is it so?"))
    data = shelf[1]["data"]
    assert (data["inclusion_proba"], data["draw"], data["blind"], data["question"]) == (
        0.25,
        "draw-1",
        True,
        "Is it so?",
    )


def test_a_line_that_comes_twice_is_pushed_once(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    assert pushed(memory_studio, RAIN, RAIN, size=1) == PushReport(created=1, repeated=1)
    assert len(shelf) == 1


def test_two_texts_of_one_id_are_reported(memory_studio: Studio) -> None:
    report = pushed(memory_studio, RAIN, Article("a1", "Snow", ""))
    assert report == PushReport(created=1, changed_text=[ChangedText("a1", None)])


def copied(shelf: dict[int, Raw], *numbers: int) -> None:
    for number in numbers:
        shelf[number] = {**shelf[1], "id": number}


def test_of_duplicates_without_answers_the_oldest_stays(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    pushed(memory_studio, RAIN)
    copied(shelf, 2, 3)
    assert pushed(memory_studio, RAIN) == PushReport(unchanged=1, duplicates_removed=2)
    assert list(shelf) == [1]


@pytest.mark.parametrize("what", ["total_annotations", "cancelled_annotations", "draft"])
def test_of_duplicates_the_answered_one_stays(memory_studio: Studio, shelf: dict[int, Raw], what: str) -> None:
    pushed(memory_studio, RAIN)
    copied(shelf, 2, 3)
    shelf[2][what] = 1
    assert pushed(memory_studio, RAIN).duplicates_removed == 2
    assert list(shelf) == [2]


def test_duplicates_that_both_have_answers_are_reported(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    pushed(memory_studio, RAIN)
    copied(shelf, 2, 3)
    shelf[2]["total_annotations"] = shelf[3]["total_annotations"] = 1
    report = pushed(memory_studio, RAIN)
    assert [(one.article_id, one.answered) for one in report.answered_twice] == [("a1", (2, 3))]
    assert list(shelf) == [2, 3]


def test_tasks_of_others_are_left_alone(memory_studio: Studio, shelf: dict[int, Raw]) -> None:
    shelf[1] = {"id": 1, "data": {"text": "by hand"}, "total_annotations": 0, "cancelled_annotations": 0}
    pushed(memory_studio, RAIN)
    assert shelf[1]["data"] == {"text": "by hand"}


def test_no_request_holds_more_text_than_it_may(memory_studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    taken = type(memory_studio).import_tasks

    def import_tasks(
        self: Studio, project_id: int, tasks: Sequence[Raw], *, missing: Callable[[Sequence[Raw]], Sequence[Raw]]
    ) -> None:
        sizes.append(len(tasks))
        taken(self, project_id, tasks, missing=missing)

    monkeypatch.setattr(type(memory_studio), "import_tasks", import_tasks)
    long = [Article(f"long-{number}", "", "x" * (MAX_CHARACTERS // 2)) for number in range(3)]
    pushed(memory_studio, *long, SUN)
    assert sizes == [2, 2]


def test_a_server_that_dies_leaves_word_of_how_far_the_push_came(
    memory_studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed(memory_studio, RAIN)

    def die(*_: object, **__: object) -> None:
        raise StudioError("http://memory.test: nothing answers there.")

    monkeypatch.setattr(memory_studio, "import_tasks", die)
    message = "nothing answers there. 1 articles were done by then. Run the same command again: it goes on from there"
    with pytest.raises(StudioError, match=message):
        pushed(memory_studio, RAIN, SUN)


def test_progress_is_told_in_articles(memory_studio: Studio) -> None:
    told: list[int] = []
    items: Iterable[WorkItem] = (WorkItem(Article(f"a{number}", "Rain", "")) for number in range(5))
    push(memory_studio, 1, items, CODEBOOK, options=PushOptions(batch_size=2), progress=told.append)
    assert told == [2, 2, 1]
