"""The parts of one running service, as its routes reach them."""

from dataclasses import dataclass, field
from threading import Event
from typing import cast

from fastapi import Request

from serving.api_records import PredictRequest
from serving.batching import Batcher
from serving.keys import Keys
from serving.metrics import Metrics
from serving.model_holder import ModelHolder
from serving.service_config import ServiceConfig


@dataclass(frozen=True)
class Parts:
    """What a service is made of; `keys` is None where everyone may ask, `stopping` is set when it takes leave."""

    holder: ModelHolder
    batcher: Batcher
    metrics: Metrics
    config: ServiceConfig
    expected: type[PredictRequest]
    keys: Keys | None = None
    stopping: Event = field(default_factory=Event)


def parts_of(request: Request) -> Parts:
    """Return the parts of the service that a request came to."""
    return cast(Parts, request.app.state.parts)
