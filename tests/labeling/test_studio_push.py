"""Setup, push and status against a real Label Studio server."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labeling.label_use import LabelUse
from labeling.pushing import PushOptions, PushReport, push
from labeling.studio_client import Raw, Studio
from labeling.studio_project import SetUp, project_of, setup_project
from labeling.studio_result import result_items
from labeling.studio_status import project_status
from labeling.suggestion import version_of
from labeling.suggestions import push_suggestions
from labeling.work_item import WorkItem
from standpoint.article import Article, make_article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.codebook_file import load_codebook
from standpoint.errors import StudioError
from standpoint.jsonl import write_jsonl
from standpoint.prediction import FramePrediction, Prediction, ScoredSpan, StancePrediction

pytestmark = pytest.mark.studio

ROOT = Path(__file__).parents[2]
CODEBOOK_FILE = ROOT / "codebooks/rare-earths.toml"
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
FAILURE, HOPE = (Frame(name, Words(name, name + "框架"), Words("", "")) for name in ("failure", "hope"))
CHINA, EU = (Actor(name.lower(), Words(name, name), (Alias(name),)) for name in ("China", "EU"))
CODEBOOK = Codebook("demo", Words("Demo", "示例"), (FAILURE, HOPE), (CHINA, EU))
Server = dict[str, str]


@pytest.fixture
def studio(studio_server: Server) -> Iterator[Studio]:
    """Open the real server."""
    with closing(Studio(studio_server["url"], studio_server["token"])) as studio:
        yield studio


def made_up(n_articles: int) -> list[Article]:
    """Make articles in Chinese, English and both, with emoji, CRLF, and what HTML would swallow."""
    rng = random.Random(0)
    english = (
        "China <b>cut</b> exports.",
        "The EU & others fear it. 🚢\r\n",
        "A\tquiet day.\u00a0",
        "👩‍👩‍👧 read on.\r\n\r\n",
    )
    chinese = ("中国收紧了出口。", "欧盟表示担忧。🧲\r\n", "市场平静。", "“专家”认为影响有限。\n")
    pools = {"en": english, "zh": chinese, "mixed": english + chinese}
    return [
        make_article(
            f"{language} 🌍 {number}",
            "".join(rng.choices(pools[language], k=8)),
            id=f"a{number:04d}",
            language=language,
        )
        for number in range(n_articles)
        for language in [("en", "zh", "mixed")[number % 3]]
    ]


def project_for(studio: Studio, title: str, codebook: Codebook = CODEBOOK) -> int:
    return setup_project(studio, codebook, title=title, now=NOW).project_id


def pushed(studio: Studio, project_id: int, articles: Sequence[Article], *, replace_text: bool = False) -> PushReport:
    options = PushOptions(replace_text=replace_text)
    return push(studio, project_id, [WorkItem(article) for article in articles], CODEBOOK, options=options)


def held(studio: Studio, project_id: int) -> Counter[str]:
    return Counter(task["data"]["article_id"] for task in studio.task_states(project_id))


def answer(studio: Studio, task: Raw, frames: Sequence[str] = (), stances: Mapping[str, str] | None = None) -> None:
    result = result_items(frames, stances or {}, (), task["data"]["text"])
    studio._call("POST", f"/api/tasks/{task['id']}/annotations/", json={"result": result, "lead_time": 12.0})


def skip(studio: Studio, task: Raw) -> None:
    studio._call("POST", f"/api/tasks/{task['id']}/annotations/", json={"result": [], "was_cancelled": True})


def command(server: Server, *arguments: object) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "LABEL_STUDIO_URL": server["url"],
        "LABEL_STUDIO_API_KEY": server["personal_token"],
        "COLUMNS": "100",
    }
    words = [sys.executable, "-m", "cli.main", "label", *map(str, arguments)]
    return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(server: Server, *arguments: object) -> tuple[int, str]:
    process = command(server, *arguments)
    out, errors = process.communicate(timeout=120)
    return process.returncode, out + errors


@pytest.mark.filterwarnings("ignore:The `parse_obj` method is deprecated")  # the SDK, of itself
@pytest.mark.parametrize("kind", ["token", "personal_token"])
def test_both_kinds_of_token_open_the_server(studio_server: Server, kind: str) -> None:
    with closing(Studio(studio_server["url"], studio_server[kind])) as studio:
        assert studio.check() == "admin@example.com"


def test_a_wrong_token_is_told(studio_server: Server) -> None:
    with (
        closing(Studio(studio_server["url"], "0" * 40)) as studio,
        pytest.raises(StudioError, match="the token is not valid"),
    ):
        studio.check()


def test_a_wrong_path_is_told(studio_server: Server) -> None:
    with (
        closing(Studio(studio_server["url"] + "/elsewhere", studio_server["token"])) as studio,
        pytest.raises(StudioError, match="HTTP 404 and no Label Studio JSON"),
    ):
        studio.check()


def test_setup_twice_changes_nothing(studio: Studio) -> None:
    codebook = load_codebook(CODEBOOK_FILE)
    first = setup_project(studio, codebook, title="Twice", now=NOW)
    assert first.created
    again = setup_project(studio, codebook, title="Twice", now=datetime(2027, 1, 1, tzinfo=UTC))
    assert again == SetUp(first.project_id, "Twice", codebook.reference, created=False)


def test_300_articles_are_there_as_they_are_and_once(studio: Studio) -> None:
    project_id, articles = project_for(studio, "Three hundred"), made_up(300)
    assert pushed(studio, project_id, articles).created == 300
    assert pushed(studio, project_id, articles) == PushReport(unchanged=300)
    texts = {task["data"]["article_id"]: task["data"]["text"] for task in studio.task_states(project_id)}
    assert texts == {article.id: article.text for article in articles}
    assert any("\r\n" in text for text in texts.values())


def test_a_push_that_is_killed_is_finished_by_the_next(studio_server: Server, studio: Studio, tmp_path: Path) -> None:
    codebook = load_codebook(CODEBOOK_FILE)
    project_id, file = project_for(studio, "Killed", codebook), tmp_path / "articles.jsonl"
    write_jsonl(file, (article.to_json() for article in made_up(3000)))
    words = ("push", file, "--codebook", CODEBOOK_FILE, "--project", "Killed")
    first = command(studio_server, *words)
    while studio.project(project_id)["task_number"] == 0 and first.poll() is None:
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert 0 < sum(held(studio, project_id).values()) < 3000
    assert run(studio_server, *words)[0] == 0
    assert held(studio, project_id) == Counter({f"a{number:04d}": 1 for number in range(3000)})


def test_two_pushes_at_once_make_one_task_each(studio_server: Server, studio: Studio, tmp_path: Path) -> None:
    project_id, file = project_for(studio, "At once", load_codebook(CODEBOOK_FILE)), tmp_path / "articles.jsonl"
    write_jsonl(file, (article.to_json() for article in made_up(600)))
    both = [command(studio_server, "push", file, "--codebook", CODEBOOK_FILE, "--project", "At once") for _ in "ab"]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert held(studio, project_id) == Counter({f"a{number:04d}": 1 for number in range(600)})


def test_a_changed_text_is_never_put_under_answers(studio: Studio) -> None:
    project_id, articles = project_for(studio, "Changed"), made_up(3)
    pushed(studio, project_id, articles)
    answered, skipped, free = studio.task_states(project_id)
    answer(studio, answered)
    skip(studio, skipped)
    changed = [replace(article, body=article.body + "!") for article in articles]
    reported = [one.task_id for one in pushed(studio, project_id, changed).changed_text]
    assert reported == [answered["id"], skipped["id"], free["id"]]
    report = pushed(studio, project_id, changed, replace_text=True)
    assert (report.replaced, [one.task_id for one in report.changed_text]) == (1, [answered["id"], skipped["id"]])
    texts = [task["data"]["text"] for task in studio.task_states(project_id)]
    assert texts == [articles[0].text, articles[1].text, changed[2].text]


def test_of_duplicates_the_answered_one_stays(studio: Studio) -> None:
    project_id, articles = project_for(studio, "Duplicates"), made_up(2)
    pushed(studio, project_id, articles)
    copies = [{"data": task["data"]} for task in studio.task_states(project_id)]
    studio.import_tasks(project_id, copies, missing=lambda rest: rest)
    tasks = list(studio.task_states(project_id))
    answer(studio, tasks[2])
    assert pushed(studio, project_id, articles).duplicates_removed == 2
    assert [task["id"] for task in studio.task_states(project_id)] == [tasks[1]["id"], tasks[2]["id"]]


def prediction(article: Article, model: str) -> Prediction:
    start = article.text.index("🌍")
    frames = (
        FramePrediction("failure", 0.9, True, (ScoredSpan(start, start + 1, 1.0),)),
        FramePrediction("hope", 0.1, False),
    )
    stance = StancePrediction("china", "critical", {"critical": 0.7, "neutral": 0.2, "supportive": 0.1})
    return Prediction(article.id, None, article.language, model, CODEBOOK.reference, 10, frames, (stance,))


def test_suggestions_are_shown_and_replaced_by_a_newer_model(studio: Studio) -> None:
    project_id, articles = project_for(studio, "Suggestions"), made_up(30)
    pushed(studio, project_id, articles)
    blind = {task["id"] for task in studio.task_states(project_id) if task["data"]["blind"]}
    for model, n_replaced in (("standpoint/1+0000000a", 0), ("standpoint/2+0000000b", 1)):
        predictions = [prediction(article, model) for article in articles]
        report = push_suggestions(studio, project_id, predictions, CODEBOOK)
        assert (report.created, report.blind, report.refused) == (30 - len(blind), len(blind), [])
        assert len(report.replaced) == n_replaced
        version = version_of(predictions[0], CODEBOOK)
        assert studio.prediction_versions(project_id) == {version: 30 - len(blind)}
        assert studio.project(project_id)["model_version"] == version
        assert not studio.predicted_ids(project_id, version) & blind
    assert push_suggestions(studio, project_id, predictions, CODEBOOK).present == 30 - len(blind)


def test_what_the_server_drops_is_named(studio: Studio) -> None:
    project_id, articles = project_for(studio, "Dropped"), made_up(9)
    pushed(studio, project_id, articles)
    unknown_there = replace(CODEBOOK, frames=(FAILURE, HOPE, Frame("fear", HOPE.name, HOPE.definition)))
    wrong = [replace(prediction(article, "standpoint/1"), codebook=unknown_there.reference) for article in articles]
    fear = (FramePrediction("fear", 0.9, True),)
    wrong[0] = replace(wrong[0], frames=fear)
    blind = {task["data"]["article_id"] for task in studio.task_states(project_id) if task["data"]["blind"]}
    assert articles[0].id not in blind
    report = push_suggestions(studio, project_id, wrong, unknown_there)
    assert [refused.article_id for refused in report.refused] == [articles[0].id]
    assert report.created == 9 - len(blind) - 1


def test_a_frame_that_leaves_while_in_use_is_told_and_an_actor_is_refused(studio: Studio) -> None:
    project_id = project_for(studio, "In use")
    pushed(studio, project_id, made_up(2))
    for task in studio.task_states(project_id):
        answer(studio, task, ["hope"], {"eu": "critical"})
    done = setup_project(studio, replace(CODEBOOK, frames=(FAILURE,)), title="In use", now=NOW)
    assert done.notes[0] == LabelUse("frames", "hope", 2).note()
    with pytest.raises(StudioError, match="actor 'eu' is no longer in the codebook, but 2 answers"):
        setup_project(studio, replace(CODEBOOK, actors=(CHINA,)), title="In use", now=NOW)


def test_the_status_counts_answers_skips_and_suggestions(studio: Studio) -> None:
    project_id, articles = project_for(studio, "Status"), made_up(6)
    pushed(studio, project_id, articles)
    tasks = list(studio.task_states(project_id))
    answer(studio, tasks[0])
    skip(studio, tasks[1])
    status = project_status(studio, project_of(studio, CODEBOOK, "Status"), CODEBOOK)
    assert (status.n_tasks, status.n_skipped, status.asked, status.differences) == (6, 1, CODEBOOK.reference, ())
    assert status.by_answers == {0: 5, 1: 1}
    assert status.languages == {"en": 2, "zh": 2, "mixed": 2}
    counted = status.annotators["admin"]
    assert (counted.answers, counted.skips, counted.seconds) == (1, 1, [12.0])


def test_the_commands_set_up_push_and_show_the_status(studio_server: Server, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    write_jsonl(file, (article.to_json() for article in made_up(5)))
    shared = ("--codebook", CODEBOOK_FILE, "--project", "By command")
    assert "created" in run(studio_server, "setup", *shared)[1]
    assert "already in step, nothing changed" in run(studio_server, "setup", *shared)[1]
    assert "created     5" in run(studio_server, "push", file, *shared)[1]
    write_jsonl(file, (replace(article, body="Other.").to_json() for article in made_up(1)))
    code, told = run(studio_server, "push", file, *shared)
    assert (code, "article 'a0000': task" in told, "--replace-text" in told) == (1, True, True)
    code, told = run(studio_server, "status", *shared)
    assert (code, "in step with rare-earths@" in told) == (0, True)
