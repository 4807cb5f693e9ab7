"""Label Studio's door: suggestions while people annotate, and webhooks that wake a training."""

import logging
import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.security import APIKeyHeader, HTTPBasic, HTTPBasicCredentials

from serving.batching import OverloadedError
from serving.keys import Keys
from serving.limits import json_only
from serving.parts import Parts, parts_of
from serving.problems import MEDIA_TYPE as PROBLEM
from serving.problems import ProblemError
from serving.request_log import LOGGER
from serving.retraining import Retraining
from serving.studio_fit import misfit
from serving.studio_records import (
    DoorHealth,
    HookAnswer,
    HookCall,
    PredictCall,
    SetupAnswer,
    SetupCall,
    SuggestAnswer,
    VersionsAnswer,
    read_call,
)
from serving.studio_suggestions import BLIND, served_version, suggest

PREFIX = "/label-studio"
HOOK_SECRET = "X-Hook-Secret"
"""The header in which a webhook brings a key: Label Studio sends webhooks without the backend's password."""

HINTS = frozenset(("ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED"))
ORDER = "START_TRAINING"

Door = APIRouter
"""Routes that a service may have beside its API."""

_PROJECT = re.compile(r"\d{1,18}(?=\.\d{1,18}$)", re.ASCII)
_MOST_MISFITS = 20


def studio_door(*, keys: Keys | None = None, retraining: Retraining | None = None) -> APIRouter:
    """Return the routes that Label Studio calls, below `/label-studio`.

    Args:
        keys: who may call, by name and key as user and password; None lets in whom the service lets in.
        retraining: what webhooks wake; None where nothing is trained.
    """
    door = _Door(keys, retraining)
    routes = APIRouter(
        prefix=PREFIX, tags=["Label Studio"], dependencies=[Depends(door.let_in)], responses=_problems(401)
    )
    routes.get("/health", summary="Say that the backend is there")(door.health)
    routes.get("/versions", summary="List the version in service")(door.versions)
    _add_call(routes, "/setup", SetupCall, 409, summary="Take on a project")(door.setup)
    _add_call(routes, "/predict", PredictCall, summary="Suggest labels for tasks")(door.predict)
    _add_call(routes, "/webhook", HookCall, summary="Hear that something was annotated")(door.webhook)
    return routes


class _Door:
    """What the routes share: who may call, what is woken, and which projects do not fit the model."""

    def __init__(self, keys: Keys | None, retraining: Retraining | None) -> None:
        self._keys = keys
        self._retraining = retraining
        self._misfits: dict[str, str] = {}

    def let_in(
        self,
        request: Request,
        given: Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))],
        secret: Annotated[str | None, Depends(APIKeyHeader(name=HOOK_SECRET, auto_error=False))],
    ) -> None:
        """Let a call in that brings a known key.

        Raises:
            ProblemError: 401, the key is missing or not known.
        """
        keys = self._keys or parts_of(request).keys
        if keys is None:
            return
        owner = None
        if given is not None:
            found = keys.owner(given.password)
            owner = found if found == given.username else None
        elif secret is not None:
            owner = keys.owner(secret)
        if owner is None:
            words = f"Give a key's name as user and the key as password, or the key in the header {HOOK_SECRET}."
            raise ProblemError(401, "no-key", words, headers={"WWW-Authenticate": 'Basic realm="standpoint"'})
        request.state.key = owner

    async def health(self, request: Request) -> DoorHealth:
        """Say that the backend is there, and which projects get no suggestions."""
        served = parts_of(request).holder.current
        return DoorHealth(model_version=served_version(served), misfits=self._misfits)

    async def versions(self, request: Request) -> VersionsAnswer:
        """List the version in service."""
        return VersionsAnswer(versions=[served_version(parts_of(request).holder.current)])

    async def setup(self, request: Request) -> SetupAnswer:
        """Take on a project whose interface asks for what the model answers.

        Raises:
            ProblemError: 409, it asks for something else.
        """
        call = read_call(await request.body(), SetupCall)
        parts = parts_of(request)
        problem = self._misfit(parts, call.project, call.label_config)
        if problem is not None:
            raise ProblemError(409, "another-codebook", problem)
        return SetupAnswer(model_version=served_version(parts.holder.current))

    async def predict(self, request: Request) -> SuggestAnswer:
        """Suggest labels for tasks; there are always as many results as tasks, for Label Studio goes by the order."""
        call = read_call(await request.body(), PredictCall)
        parts = parts_of(request)
        if self._misfit(parts, call.project, call.label_config) is not None:
            return SuggestAnswer(results=[[] for _ in call.tasks])
        request.state.n_articles = len(call.tasks)
        try:
            made = await suggest(call.tasks, parts)
        except OverloadedError as error:
            words = "Too many articles wait for the model. Ask for these suggestions again later."
            raise ProblemError(503, "overloaded", words, headers={"Retry-After": str(error.retry_after)}) from None
        if made.passed_over.keys() - {BLIND}:
            _log("tasks without suggestion", project=_number(call.project), reasons=made.passed_over)
        return SuggestAnswer(results=made.results)

    async def webhook(self, request: Request) -> HookAnswer:
        """Hear of an annotation, or of an order to train; anything else is passed over."""
        action = read_call(await request.body(), HookCall).action
        retraining = self._retraining
        if retraining is None:
            return HookAnswer(queued=False)
        if action == ORDER:
            retraining.order()
        elif action in HINTS:
            retraining.hint()
        return HookAnswer(queued=retraining.is_queued)

    def _misfit(self, parts: Parts, project: str, label_config: str) -> str | None:
        """Say why a project does not fit the model; the log and `/health` say it too, once until it changes."""
        number = _number(project)
        problem = misfit(label_config, parts.holder.current.model.codebook)
        if problem is None:
            self._misfits.pop(number, None)
        elif self._misfits.get(number) != problem:
            _log("project does not fit", project=number, problem=problem)
            self._misfits[number] = problem
            for oldest in list(self._misfits)[:-_MOST_MISFITS]:
                del self._misfits[oldest]
        return problem


def _number(project: str) -> str:
    """Return the id of a project, which Label Studio sends as `2.1795492092`: its id and when it was made."""
    found = _PROJECT.match(project)
    return found[0] if found else "unknown"


def _log(event: str, **fields: object) -> None:
    logging.getLogger(LOGGER).warning(event, extra={"fields": fields})


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": _MEANINGS[status], "content": {PROBLEM: schema}} for status in statuses}


def _add_call(
    routes: APIRouter,
    path: str,
    call: type[SetupCall] | type[PredictCall] | type[HookCall],
    *statuses: int,
    summary: str,
) -> Callable[[Any], Any]:
    """Return a decorator that adds a route whose body is a call."""
    content = {"application/json": {"schema": call.model_json_schema()}}
    return routes.post(
        path,
        summary=summary,
        responses=_problems(*statuses, 400, 408, 413, 415, 422, 503),
        dependencies=[Depends(json_only)],
        openapi_extra={"requestBody": {"required": True, "content": content}},
    )


_MEANINGS = {
    400: "The body is not JSON.",
    401: "There is no key, or a wrong one.",
    408: "The body did not arrive in time.",
    409: "The project asks by another codebook than the model's.",
    413: "The body is too large.",
    415: "The body is compressed, or does not say that it is JSON.",
    422: "A field is wrong; `errors` says which.",
    503: "Too much waits for the model.",
}
