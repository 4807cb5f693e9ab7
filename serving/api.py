"""The HTTP API: tag articles, show the codebook and the model, say how the service is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic_core import to_json

from serving.api_records import (
    CodebookAnswer,
    HealthAnswer,
    ModelAnswer,
    PredictAnswer,
    actors_of,
    answer_of,
    articles_of,
    read_request,
)
from serving.batching import OverloadedError
from serving.limits import json_only
from serving.metrics import MEDIA_TYPE
from serving.parts import parts_of
from serving.problems import MEDIA_TYPE as PROBLEM
from serving.problems import ProblemError

Documented = dict[int | str, dict[str, Any]]

_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
_CHALLENGE = {"WWW-Authenticate": {"description": "How to send a key.", "schema": {"type": "string"}}}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PredictRequest"}}},
    }
}


def api_routes(*, with_keys: bool) -> APIRouter:
    """Return the routes that need a key, where keys are in use."""
    routes = APIRouter(
        dependencies=[Depends(key_required)] if with_keys else [],
        responses=_problems({401: "There is no key, or a wrong one."}) if with_keys else {},
    )
    routes.post(
        "/v1/predict",
        summary="Tag articles with frames, stances and evidence",
        response_model=PredictAnswer,
        responses=_problems(_PREDICT_PROBLEMS),
        dependencies=[Depends(json_only)],
        openapi_extra=_BODY,
        tags=["articles"],
    )(predict)
    routes.get("/v1/codebook", summary="What the labels mean", tags=["model"])(codebook)
    routes.get("/v1/model", summary="Which model answers, and how well it was measured", tags=["model"])(model)
    text = {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text format."}
    routes.get(
        "/metrics",
        summary="Counters for Prometheus",
        response_class=Response,
        responses={200: text},
        tags=["operation"],
    )(metrics)
    return routes


def health_routes() -> APIRouter:
    """Return the routes that say how the service is, to anyone."""
    routes = APIRouter(prefix="/health", tags=["operation"])
    routes.get("/live", summary="Whether the process answers")(live)
    stopping = _problems({503: "It is about to stop."})
    routes.get("/ready", summary="Whether requests should be sent here", responses=stopping)(ready)
    return routes


def key_required(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> None:
    """Let a request in that brings a known key.

    Raises:
        ProblemError: 401, the key is missing or not known.
    """
    keys = parts_of(request).keys
    owner = keys.owner(given.credentials) if keys is not None and given is not None else None
    if owner is None:
        words = "A known key is needed. Send it as `Authorization: Bearer KEY`."
        raise ProblemError(401, "no-key", words, headers={"WWW-Authenticate": "Bearer"})
    request.state.key = owner


async def predict(request: Request) -> Response:
    """Tag articles; each is read in full, whatever its length.

    Offsets count Unicode code points of title, blank line and body; ends are exclusive.
    """
    parts = parts_of(request)
    asked = read_request(await request.body(), parts.expected)
    articles = articles_of(asked, parts.config.max_characters)
    request.state.n_articles = len(articles)
    actors = actors_of(asked, parts.holder.current.model.codebook)
    try:
        predictions, _ = await parts.batcher.predict(articles, evidence=asked.evidence, actors=actors)
    except OverloadedError as error:
        raise _overloaded(error) from None
    finally:
        parts.metrics.queued(parts.batcher.n_waiting)
    answer = answer_of(predictions, request.state.request_id, probabilities=asked.probabilities)
    return Response(to_json(answer), media_type="application/json")


async def codebook(request: Request) -> CodebookAnswer:
    """Return the codebook of the model in use, in both languages."""
    used = parts_of(request).holder.current.model.codebook
    return CodebookAnswer(reference=used.reference, codebook=used)


async def model(request: Request) -> ModelAnswer:
    """Return the model in use, those before it, and the versions that were refused."""
    holder = parts_of(request).holder
    return ModelAnswer(
        following=holder.reference,
        current=holder.current.info,
        history=holder.history,
        refused=holder.refused,
        last_check=holder.last_check,
        last_check_error=holder.last_check_error,
    )


async def metrics(request: Request) -> Response:
    """Return what the service counts and measures."""
    parts = parts_of(request)
    parts.metrics.source(answers=parts.holder.last_check_error is None)
    return Response(parts.metrics.text(), media_type=MEDIA_TYPE)


async def live() -> HealthAnswer:
    """Say that the process answers."""
    return HealthAnswer(status="alive")


async def ready(request: Request) -> HealthAnswer:
    """Say that a model is loaded and the service is not about to stop.

    Raises:
        ProblemError: 503, it is about to stop.
    """
    if parts_of(request).stopping.is_set():
        raise ProblemError(503, "stopping", "The service is about to stop. Ask another one.")
    return HealthAnswer(status="ready")


def _overloaded(error: OverloadedError) -> ProblemError:
    words = f"Too many articles wait for the model. Send this again after {error.retry_after} s."
    return ProblemError(503, "overloaded", words, headers={"Retry-After": str(error.retry_after)})


def _problems(meanings: dict[int, str]) -> Documented:
    """Return the documentation of problems by their status."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    heads = {401: _CHALLENGE, 503: _RETRY}
    return {
        status: {"description": words, "content": {PROBLEM: schema}, "headers": heads.get(status, {})}
        for status, words in meanings.items()
    }


_PREDICT_PROBLEMS = {
    400: "The body is not JSON.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "The body is compressed, or does not say that it is JSON.",
    422: "A field is wrong, or there is too much of something; `errors` says which.",
    500: "The service failed on this request.",
    503: "Too much waits for the model.",
}
