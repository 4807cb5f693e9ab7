"""Tests of serving.studio_suggestions: a swap between what Label Studio is told and what it asks."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from models.linear_news_model import LinearNewsModel
from serving import studio_suggestions
from serving.batching import Answer
from serving.model_holder import ModelHolder, Served
from serving.parts import Parts
from serving.service_config import ServiceConfig
from serving.studio_suggestions import article_of, served_version, suggest
from standpoint.article import Article

TASK = {"id": 1, "data": {"article_id": "a1", "text": "News\n\nChina broke its promise."}}


@dataclass
class SlowToTakeOver:
    """A worker that answers with its old model so many times."""

    old: Served
    new: Served
    n_old: int

    async def predict(self, articles: Sequence[Article]) -> Answer:
        """Answer, and be one answer nearer to the new model."""
        self.n_old -= 1
        served = self.old if self.n_old >= 0 else self.new
        return served.model.predict(articles), served


def version_suggested(holder: ModelHolder, n_old: int) -> str:
    new = holder.current
    fitted = cast(LinearNewsModel, new.model)
    model = LinearNewsModel(fitted.codebook, frame_model=fitted.frame_model, version="standpoint/0+old")
    parts = SimpleNamespace(
        batcher=SlowToTakeOver(Served(model, new.info), new, n_old), holder=holder, config=ServiceConfig()
    )
    (found,) = asyncio.run(suggest([TASK], cast(Parts, parts))).results
    return str(cast(dict[str, Any], found)["model_version"])


def test_a_worker_that_has_not_taken_over_the_new_model_yet_is_asked_again(
    holder: ModelHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio_suggestions, "_PAUSE_SECONDS", 0.01)
    assert version_suggested(holder, 3) == served_version(holder.current)


def test_a_worker_that_cannot_take_over_the_new_model_answers_as_it_can(
    holder: ModelHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio_suggestions, "_PAUSE_SECONDS", 0.01)
    assert version_suggested(holder, 1000).startswith("standpoint/0+old demo@")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"blind": True}, "blind"),
        ({"blind": "yes"}, "blind"),
        ({"text": "N\n\n" + "x" * 98}, "too long"),
        ({"text": "no blank line"}, "not made by `standpoint label push`"),
        ({"article_id": 7}, "not made by `standpoint label push`"),
    ],
)
def test_a_task_that_gets_no_suggestion_is_told_why(changes: dict[str, object], reason: str) -> None:
    assert article_of({"data": {**TASK["data"], **changes}}, 100) == reason  # type: ignore[dict-item]  # an object


@pytest.mark.parametrize("blind", [False, None])
def test_a_task_that_is_not_blind_gets_one(blind: bool | None) -> None:
    found = article_of({"data": {"article_id": "a1", "text": "News\n\nx", "blind": blind}}, 100)
    assert isinstance(found, Article)
    assert found.text == "News\n\nx"
