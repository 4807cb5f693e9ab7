"""Metrics: what the service counts and measures, in the text format of Prometheus."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from serving.model_holder import Refusal, Served
from serving.request_log import RequestRecord

MEDIA_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ARTICLES = (1, 2, 4, 8, 16, 32, 64, 128)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Metrics:
    """The counters of one service, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "standpoint_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "standpoint_request_seconds",
            "From the head of a request to the end of its answer.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._articles = Counter("standpoint_articles", "Articles tagged.", registry=self._registry)
        self._characters = Counter("standpoint_characters", "Characters read.", registry=self._registry)
        self._batches = Histogram(
            "standpoint_batch_articles", "Articles in a model call.", buckets=_ARTICLES, registry=self._registry
        )
        self._model_seconds = Histogram(
            "standpoint_model_seconds", "Duration of a model call.", buckets=_SECONDS, registry=self._registry
        )
        self._queue = Gauge("standpoint_queue_articles", "Articles waiting for the model.", registry=self._registry)
        self._model = Gauge(
            "standpoint_model", "1 for the model in use.", ["version", "codebook"], registry=self._registry
        )
        self._source = Gauge(
            "standpoint_source_answers", "1 where the registry or folder answered last time.", registry=self._registry
        )
        self._loads = Counter("standpoint_model_loads", "Models put into use.", registry=self._registry)
        self._refusals = Counter("standpoint_model_refusals", "Model versions refused.", registry=self._registry)

    def request(self, record: RequestRecord) -> None:
        """Count one answered request."""
        method = record.method if record.method in _METHODS else "other"
        self._requests.labels(method, record.route, str(record.status)).inc()
        self._seconds.labels(record.route).observe(record.seconds)

    def batch(self, n_articles: int, n_characters: int, seconds: float) -> None:
        """Count one call of the model."""
        self._articles.inc(n_articles)
        self._characters.inc(n_characters)
        self._batches.observe(n_articles)
        self._model_seconds.observe(seconds)

    def queued(self, n_articles: int) -> None:
        """Set how many articles wait for the model."""
        self._queue.set(n_articles)

    def model(self, event: Served | Refusal) -> None:
        """Count a model that was put into use, and name it; or a version that was refused."""
        if isinstance(event, Refusal):
            self._refusals.inc()
            return
        self._loads.inc()
        self._model.clear()
        self._model.labels(event.info.model, event.info.codebook).set(1)

    def source(self, *, answers: bool) -> None:
        """Set whether the source of models answered when it was last asked."""
        self._source.set(answers)

    def text(self) -> bytes:
        """Return all metrics as Prometheus reads them."""
        return generate_latest(self._registry)
