"""Suggestions: what of a model's predictions reaches annotators."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from labeling.pushing import push
from labeling.studio_client import Raw, Studio
from labeling.suggestion import suggestion
from labeling.suggestions import Refused, SuggestionReport, push_suggestions
from labeling.work_item import WorkItem
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.prediction import FramePrediction, Prediction, ScoredSpan, StancePrediction

FRAMES = tuple(Frame(name, Words(name, name), Words("", "")) for name in ("failure", "dominance"))
CODEBOOK = Codebook("demo", Words("Demo", "示例"), FRAMES, (Actor("china", Words("China", "中国"), (Alias("China"),)),))
VERSION = f"standpoint/1+0000000a {CODEBOOK.reference}"
TEXT = "雨🌧\n\nIt rains."
STANCE = StancePrediction("china", "critical", {"critical": 0.7, "neutral": 0.2, "supportive": 0.1})


def prediction(article_id: str, *, failure: float = 0.9) -> Prediction:
    spans = (ScoredSpan(0, 2, 1.5),)
    frames = (
        FramePrediction("failure", failure, failure > 0.5, spans),
        FramePrediction("dominance", 0.2, False, spans),
    )
    return Prediction(article_id, None, "en", "standpoint/1+0000000a", CODEBOOK.reference, 13, frames, (STANCE,))


@pytest.fixture
def studio(memory_studio: Studio) -> Studio:
    """Return a server with the articles a0 to a3, the last one blind."""
    memory_studio.update_project(1, {"model_version": ""})
    items = [WorkItem(Article(f"a{number}", "雨🌧", "It rains."), blind=number == 3) for number in range(4)]
    push(memory_studio, 1, items, CODEBOOK)
    return memory_studio


def sent(studio: Studio, predictions: Sequence[Prediction]) -> SuggestionReport:
    return push_suggestions(studio, 1, predictions, CODEBOOK, batch_size=2)


def values(raw: Raw) -> dict[str, list[str]]:
    return {item["from_name"]: item["value"].get("choices") or item["value"]["labels"] for item in raw["result"]}


def test_a_suggestion_has_frames_stance_and_the_evidence_of_frames_that_are_present() -> None:
    raw = suggestion(prediction("a0"), 7, VERSION, TEXT)
    expected = {"frames": ["failure"], "actors": ["china"], "stance__china": ["critical"], "evidence": ["failure"]}
    assert values(raw) == expected
    assert (raw["task"], raw["model_version"], raw["score"]) == (7, VERSION, 0.7)


def test_every_item_of_a_suggestion_has_its_probability() -> None:
    scores = {item["from_name"]: item["score"] for item in suggestion(prediction("a0"), 7, VERSION, TEXT)["result"]}
    assert scores == {"frames": 0.9, "actors": 0.7, "stance__china": 0.7, "evidence": 0.9}


def test_without_a_frame_none_of_them_is_suggested() -> None:
    raw = suggestion(prediction("a0", failure=0.3), 7, VERSION, TEXT)
    assert raw["result"][0]["value"] == {"choices": ["__none__"]}
    assert raw["result"][0]["score"] == 0.7


def test_every_task_that_is_not_blind_gets_a_suggestion_once_and_it_is_shown(studio: Studio) -> None:
    predictions = [prediction(f"a{number}") for number in range(4)]
    assert sent(studio, predictions) == SuggestionReport(VERSION, created=3, blind=1)
    assert sent(studio, predictions) == SuggestionReport(VERSION, present=3, blind=1)
    assert studio.prediction_versions(1) == {VERSION: 3}
    assert studio.project(1)["model_version"] == VERSION


def test_a_newer_model_replaces_the_older_and_leaves_the_models_of_others(studio: Studio) -> None:
    other = {"task": 1, "model_version": "gpt", "score": 1, "result": []}
    studio.import_predictions(1, [other], missing=lambda rest: rest)
    sent(studio, [prediction("a0"), prediction("a1")])
    newer = sent(studio, [replace(prediction("a0"), model="standpoint/2+0000000b")])
    assert newer.replaced == [VERSION]
    assert studio.prediction_versions(1) == {"gpt": 1, f"standpoint/2+0000000b {CODEBOOK.reference}": 1}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (replace(prediction("a1"), codebook="demo@00000000"), "made for codebook 'demo@00000000'"),
        (replace(prediction("a1"), model="standpoint/2"), "it is of model 'standpoint/2', the first one of"),
        (replace(prediction("a1"), characters_read=99), "read 99 characters, the task has 13"),
        (replace(prediction("a1"), frames=(FramePrediction("failur", 0.9, True),)), "did you mean 'failure'"),
        (replace(prediction("a1"), stances=(replace(STANCE, actor="chins"),)), "did you mean 'china'"),
        (replace(prediction("a1"), stances=(replace(STANCE, stance="bad"),)), "stance 'bad' is not in codebook 'demo'"),
        (
            replace(prediction("a1"), frames=(FramePrediction("failure", 0.9, True, (ScoredSpan(3, 15, 1),)),)),
            "evidence for 'failure' spans 3 to 15 of 13 characters",
        ),
    ],
)
def test_a_prediction_that_does_not_fit_is_named_and_not_sent(studio: Studio, wrong: Prediction, reason: str) -> None:
    report = sent(studio, [prediction("a0"), wrong, prediction("a2")])
    assert (report.created, len(report.refused)) == (2, 1)
    assert report.refused[0].article_id == wrong.article_id
    assert reason in report.refused[0].reason


def test_what_the_server_drops_is_found_and_named(studio: Studio) -> None:
    unsure = replace(prediction("a1"), stances=(replace(STANCE, proba={}),))
    report = sent(studio, [prediction("a0"), unsure])
    assert report.created == 1
    assert report.refused == [Refused("a1", "the server dropped it; run `standpoint label setup`, then push again")]


def test_a_task_that_becomes_blind_loses_its_suggestion(studio: Studio) -> None:
    sent(studio, [prediction("a0"), prediction("a1")])
    push(studio, 1, [WorkItem(Article("a0", "雨🌧", "It rains."), blind=True)], CODEBOOK)
    assert studio.predicted_ids(1, VERSION) == {2}


def test_no_predictions_change_nothing(studio: Studio) -> None:
    assert sent(studio, []) == SuggestionReport()
    assert studio.project(1)["model_version"] == ""


def test_predictions_of_a_whole_corpus_are_no_fault_where_the_project_has_a_part_of_it(studio: Studio) -> None:
    report = sent(studio, [prediction("a0"), prediction("elsewhere"), prediction("a2")])
    assert (report.created, report.elsewhere, report.refused) == (2, 1, [])
