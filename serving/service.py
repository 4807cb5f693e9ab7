"""The service: one warm model behind an HTTP API, put together from its parts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from serving.api import api_routes, health_routes
from serving.api_records import request_type
from serving.batching import Batcher, BatchLimits, Workers
from serving.keys import read_keys
from serving.limits import BodyLimits
from serving.metrics import Metrics
from serving.model_holder import ModelHolder
from serving.model_processes import ModelProcesses
from serving.model_thread import ModelThread
from serving.parts import Parts
from serving.problems import Problem, add_problem_handlers
from serving.request_log import RequestLog, log_request
from serving.service_config import ServiceConfig

_ABOUT = """Tags Chinese and English news with the frames an article uses and its stance toward each actor it names.

以中英文新闻为对象：标注文章所用的框架，以及文章对其提到的每个行为体的立场。

Every offset counts Unicode code points of an article's text, which is its title, a blank line and its body.
"""


class Service(FastAPI):
    """The service as an ASGI application; its parts are `state.parts`."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with the limits of this service in it."""
        if self.openapi_schema is None:
            schemas = super().openapi().setdefault("components", {}).setdefault("schemas", {})
            for model in (self.state.parts.expected, Problem):
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schemas |= schema.pop("$defs", {})
                schemas[model.__name__] = schema
        return super().openapi()


def create_service(holder: ModelHolder, config: ServiceConfig, *, doors: Sequence[APIRouter] = ()) -> FastAPI:
    """Return the service as an ASGI application.

    Args:
        holder: what is served, started already.
        config: its limits and its file of keys.
        doors: further routes, which find the parts by `serving.parts.parts_of`.

    Raises:
        InputError: the file of keys cannot be used.
    """
    parts = _parts(holder, config)
    service = Service(
        title="Standpoint", version="1", description=_ABOUT, docs_url=None, redoc_url=None, lifespan=_life
    )
    service.state.parts = parts
    add_problem_handlers(service)
    service.add_middleware(BodyLimits, config=config)
    service.add_middleware(RequestLog, observers=(log_request, parts.metrics.request))
    for routes in (health_routes(), api_routes(with_keys=parts.keys is not None), *doors):
        service.include_router(routes)
    return service


def _parts(holder: ModelHolder, config: ServiceConfig) -> Parts:
    metrics = Metrics()
    metrics.model(holder.current)
    holder.observe(metrics.model)
    limits = BatchLimits(config.batch_articles, config.batch_wait_ms, config.queue_articles)
    return Parts(
        holder=holder,
        batcher=Batcher(_workers(holder, config.processes), limits, observe=metrics.batch),
        metrics=metrics,
        config=config,
        expected=request_type(config),
        keys=None if config.keys_file is None else read_keys(config.keys_file),
    )


def _workers(holder: ModelHolder, n_processes: int) -> Workers:
    if n_processes == 0:
        return ModelThread(lambda: holder.current)
    processes = ModelProcesses(lambda: holder.current, n_processes)
    holder.observe(lambda event: processes.renew_soon())
    return processes


@asynccontextmanager
async def _life(service: FastAPI) -> AsyncIterator[None]:
    """Take batches while the service runs, and answer all that was accepted before it ends."""
    parts: Parts = service.state.parts
    await parts.batcher.start()
    with parts.holder.following(parts.config.follow_seconds):
        yield
    parts.stopping.set()
    await parts.batcher.drain()
