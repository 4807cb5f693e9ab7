"""The door to retraining: how far it is, for whoever runs the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from serving.api import key_required
from serving.parts import Parts
from serving.problems import MEDIA_TYPE as PROBLEM
from serving.retraining import Retraining
from serving.retraining_state import JobResult


class TrainingAnswer(BaseModel):
    """How far retraining is; secrets in what a run writes are masked."""

    state: Literal["off", "idle", "waiting", "running"] = Field(description="off: no command was given.")
    queued: Annotated[bool, Field(description="Whether a run will begin, after the one under way if any.")] = False
    n_annotations: Annotated[int, Field(description="Annotations that came since the last run began.")] = 0
    due: Annotated[datetime | None, Field(description="When the queued run begins, if nothing else comes.")] = None
    started: Annotated[datetime | None, Field(description="When the run under way began.")] = None
    output: Annotated[tuple[str, ...], Field(description="The last lines that the run under way wrote.")] = ()
    last: Annotated[JobResult | None, Field(description="The last run that ended.")] = None


def training_door(retraining: Retraining | None, *, with_keys: bool) -> APIRouter:
    """Return the route that shows retraining, which lives as long as the service; None: nothing is trained."""

    @asynccontextmanager
    async def life(service: FastAPI) -> AsyncIterator[None]:
        if retraining is None:
            yield
            return
        parts: Parts = service.state.parts
        retraining.start(then=parts.holder.check)
        yield
        await run_in_threadpool(retraining.stop)

    async def training() -> TrainingAnswer:
        """Return what is queued, what runs and how the last run ended."""
        return TrainingAnswer(state="off") if retraining is None else _answer(retraining)

    routes = APIRouter(lifespan=life, dependencies=[Depends(key_required)] if with_keys else [])
    routes.get(
        "/v1/training",
        summary="How far retraining is",
        tags=["model"],
        responses=_UNKNOWN_KEY if with_keys else {},
    )(training)
    return routes


def _answer(retraining: Retraining) -> TrainingAnswer:
    found = retraining.status()
    state = found.state
    return TrainingAnswer(
        state="running" if state.running else "waiting" if state.is_queued else "idle",
        queued=state.is_queued,
        n_annotations=state.n_hints,
        due=found.due,
        started=state.running,
        output=found.output,
        last=state.last,
    )


_UNKNOWN_KEY: dict[int | str, dict[str, Any]] = {
    401: {
        "description": "There is no key, or a wrong one.",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
