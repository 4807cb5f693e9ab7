"""The records of the HTTP API: what a client sends and what it gets, in the words of the domain."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from serving.model_holder import Refusal
from serving.model_info import ModelInfo
from serving.problems import FieldError, from_validation, wrong_fields
from serving.service_config import ServiceConfig
from standpoint.article import Article, make_article
from standpoint.codebook import Actor, Alias, Codebook, Words
from standpoint.errors import InputError
from standpoint.prediction import Prediction

MOST_NAMES, LONGEST_NAME = 20, 200
"""How many names an actor may have that is asked for, and how many characters one of them."""

_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]

ZH_ARTICLE = {
    "id": "zh-1",
    "title": "美国盟友签署关键矿产协议",
    "body": "美国财长表示，北京不是可靠的供应国。日本和澳大利亚同日签署联合开采协议。",
    "published": "2025-11-20",
    "language": "zh",
}
EN_ARTICLE = {
    "id": "en-1",
    "title": "Magnet plant delayed again",
    "body": "Washington's plan for a domestic supply chain has stalled. Beijing kept its export licences.",
    "source": "Example Wire",
}

_ShortText = Annotated[str, Field(max_length=500)]
_Span = Annotated[list[int], Field(min_length=2, max_length=2, description="[start, end], in code points.")]
_Proba = Annotated[float, Field(ge=0, le=1)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class ArticleInput(_Input):
    """One article; title and body may not both be blank. Offsets in the answer count in title, blank line, body."""

    id: _ShortText | None = Field(None, description="Derived from the content where absent.")
    title: str = ""
    body: str = ""
    source: _ShortText | None = None
    published: Annotated[str, Field(max_length=40)] | None = Field(None, description="ISO 8601 date, or date and time.")
    url: Annotated[str, Field(max_length=4000)] | None = None
    language: Literal["zh", "en", "mixed"] | None = Field(None, description="Detected where absent.")
    story: _ShortText | None = Field(None, description="The group of near-copies it belongs to.")


class ActorInput(_Input):
    """An actor asked for beside those of the codebook, found by its names."""

    id: str = Field(pattern="^[a-z][a-z0-9_-]{0,63}$", description="An id that the codebook does not have.")
    aliases: Annotated[list[_Name], Field(max_length=MOST_NAMES, fail_fast=True)]


class PredictRequest(_Input):
    """Articles to be tagged."""

    articles: list[ArticleInput]
    actors: list[ActorInput] = []
    evidence: bool = Field(True, description="Whether to look for the sentences that show each frame and stance.")
    probabilities: bool = Field(True, description="Whether `proba` is part of the answer.")


class SpanRecord(BaseModel):
    """A sentence and how strongly it speaks for a label (log-odds); code points, end exclusive."""

    start: int
    end: int
    score: float


class FrameRecord(BaseModel):
    """One frame: its calibrated probability, whether it is called present, and the sentences that show it."""

    id: str
    proba: _Proba | None = Field(None, description="Left out where no probabilities were asked for.")
    present: bool
    evidence: list[SpanRecord]


class StanceRecord(BaseModel):
    """The stance toward one actor that the article names."""

    actor: str
    stance: str
    proba: dict[str, _Proba] | None = Field(None, description="Left out where no probabilities were asked for.")
    mentions: list[_Span]
    evidence: list[SpanRecord]


class PredictionRecord(BaseModel):
    """What the model says of one article, as `standpoint score` writes it."""

    article_id: str
    story: str | None
    language: Literal["zh", "en", "mixed"]
    model: str
    codebook: str
    characters_read: int = Field(description="All characters of the text: nothing is cut.")
    frames: list[FrameRecord]
    stances: list[StanceRecord]


class PredictAnswer(BaseModel):
    """A prediction for each article, in the order of the request."""

    request_id: str
    predictions: list[PredictionRecord]


class CodebookAnswer(BaseModel):
    """The codebook of the model in use; `reference` names the exact revision."""

    reference: str
    codebook: Codebook


class ModelAnswer(BaseModel):
    """The model in use, what is followed, every model that was put into use, and the versions that were refused."""

    following: str = Field(description="The registered model or the folder that is looked at for a newer version.")
    current: ModelInfo
    history: tuple[ModelInfo, ...]
    refused: tuple[Refusal, ...]
    last_check: datetime | None
    last_check_error: str | None


class HealthAnswer(BaseModel):
    """How the service is."""

    status: Literal["alive", "ready"]


def request_type(config: ServiceConfig) -> type[PredictRequest]:
    """Return the type of a request under the limits of a service."""
    text = Annotated[str, Field(max_length=config.max_characters)]
    article = create_model("ArticleInput", __base__=ArticleInput, title=(text, ""), body=(text, ""))
    articles = Annotated[list[article], Field(min_length=1, max_length=config.max_articles, fail_fast=True)]  # type: ignore[valid-type]  # made here
    actors = Annotated[list[ActorInput], Field(max_length=config.max_actors, fail_fast=True)]
    fields: dict[str, Any] = {
        "articles": (articles, Field(examples=[[ZH_ARTICLE, EN_ARTICLE]])),
        "actors": (actors, Field([], examples=[[{"id": "pensana", "aliases": ["Pensana", "彭萨纳"]}]])),
    }
    return cast(type[PredictRequest], create_model("PredictRequest", __base__=PredictRequest, **fields))


def read_request(body: bytes, expected: type[PredictRequest]) -> PredictRequest:
    """Read the body of a request.

    Raises:
        ProblemError: it is not JSON (400) or not what is expected (422).
    """
    try:
        return expected.model_validate_json(body)
    except ValidationError as error:
        raise from_validation(error, expected) from None


def articles_of(request: PredictRequest, max_characters: int) -> list[Article]:
    """Return the articles of a request, in order.

    Raises:
        ProblemError: an article has no text or too much, a date is none, or two have one id; all such are listed.
    """
    articles, errors, places = [], [], dict[str, int]()
    for number, item in enumerate(request.articles):
        pointer = f"#/articles/{number}"
        if len(item.title) + 2 + len(item.body) > max_characters:
            errors.append(FieldError(pointer, f"Its text may have {max_characters} characters. Split the article."))
            continue
        if item.id and places.setdefault(item.id, number) != number:
            words = f"The article at #/articles/{places[item.id]} has this id too. Give one of them another."
            errors.append(FieldError(f"{pointer}/id", words))
        try:
            articles.append(make_article(**item.model_dump()))
        except InputError as error:
            errors.append(FieldError(pointer, str(error)))
    if errors:
        raise wrong_fields(errors)
    return articles


def actors_of(request: PredictRequest, codebook: Codebook) -> tuple[Actor, ...]:
    """Return the actors that are asked for beside those of the codebook.

    Raises:
        ProblemError: an actor has no alias, or an id that the codebook or another one has.
    """
    taken, errors = set(codebook.actor_ids), []
    for number, item in enumerate(request.actors):
        if item.id in taken:
            known = "The codebook or another actor of this request has this id. Choose another one."
            errors.append(FieldError(f"#/actors/{number}/id", known))
        if not item.aliases:
            errors.append(FieldError(f"#/actors/{number}/aliases", "An actor is found by its aliases. Add one."))
        taken.add(item.id)
    if errors:
        raise wrong_fields(errors)
    return tuple(_actor(item) for item in request.actors)


def answer_of(predictions: Sequence[Prediction], request_id: str, *, probabilities: bool) -> dict[str, Any]:
    """Return the answer to a request as JSON."""
    records = [prediction.to_json() for prediction in predictions]
    if not probabilities:
        for part in _parts(records):
            del part["proba"]
    return {"request_id": request_id, "predictions": records}


def _parts(records: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    return (part for record in records for part in (*record["frames"], *record["stances"]))


def _actor(item: ActorInput) -> Actor:
    return Actor(item.id, Words(item.id, item.id), tuple(Alias(alias) for alias in item.aliases))
