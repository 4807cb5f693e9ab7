"""Tests of serving.api_records."""

import json

import pytest

from models.news_model import NewsModel
from serving.api_records import PredictAnswer, actors_of, answer_of, articles_of, read_request, request_type
from serving.problems import ProblemError
from serving.service_config import ServiceConfig
from standpoint.article import Article, article_from_json

EXPECTED = request_type(ServiceConfig(max_articles=3, max_characters=100))
WHOLE = Article("a", "新闻", "China.", "Wire", "2025-11-20T07:43", "https://example.org", "zh", "s1")


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_an_article_is_read_as_it_is_written_to_json_lines() -> None:
    request = read_request(body(articles=[WHOLE.to_json(), {"body": "Japan."}]), EXPECTED)
    assert articles_of(request, 100) == [WHOLE, article_from_json({"body": "Japan."})]


def test_everything_that_is_wrong_with_the_articles_is_listed() -> None:
    articles = [{"body": "a" * 99}, {"body": " "}, {"body": "a", "published": "soon"}]
    with pytest.raises(ProblemError) as caught:
        articles_of(read_request(body(articles=articles), EXPECTED), 100)
    found = {error.pointer: error.detail for error in caught.value.errors}
    assert list(found) == ["#/articles/0", "#/articles/1", "#/articles/2"]
    assert "may have 100 characters" in found["#/articles/0"]
    assert "An article needs text" in found["#/articles/1"]
    assert "Write 2025-11-20" in found["#/articles/2"]


def test_the_same_text_may_come_twice_where_no_id_is_given() -> None:
    request = read_request(body(articles=[{"body": "China."}] * 2), EXPECTED)
    assert len(articles_of(request, 100)) == 2


def test_an_actor_has_an_id_of_its_own_and_its_names(demo_model: NewsModel) -> None:
    actors = [{"id": "acme", "aliases": ["Acme", "阿克梅"]}]
    request = read_request(body(articles=[{"body": "a"}], actors=actors), EXPECTED)
    (actor,) = actors_of(request, demo_model.codebook)
    assert (actor.id, [alias.text for alias in actor.aliases]) == ("acme", ["Acme", "阿克梅"])
    twice = read_request(body(articles=[{"body": "a"}], actors=actors * 2), EXPECTED)
    with pytest.raises(ProblemError) as caught:
        actors_of(twice, demo_model.codebook)
    assert [error.pointer for error in caught.value.errors] == ["#/actors/1/id"]


def test_an_actor_with_too_many_names_is_refused() -> None:
    actors = [{"id": "acme", "aliases": [f"Acme {number}" for number in range(21)]}]
    with pytest.raises(ProblemError) as caught:
        read_request(body(articles=[{"body": "a"}], actors=actors), EXPECTED)
    assert [error.pointer for error in caught.value.errors] == ["#/actors/0/aliases"]


def test_an_answer_holds_the_predictions_and_is_as_documented(demo_model: NewsModel) -> None:
    predictions = demo_model.predict([WHOLE])
    answer = answer_of(predictions, "r1", probabilities=True)
    assert answer == {"request_id": "r1", "predictions": [predictions[0].to_json()]}
    PredictAnswer.model_validate(answer)
    bare = answer_of(predictions, "r1", probabilities=False)["predictions"][0]
    assert "proba" not in json.dumps(bare)
