"""The model holder: the model that is served, which follows its source without a pause."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from models.news_model import NewsModel
from models.store import without_password
from serving.model_cache import ModelCache
from serving.model_info import ModelInfo, Offer
from serving.model_source import ModelSource
from serving.registry import read_model
from serving.self_test import self_test
from standpoint.errors import ModelError, ModelFolderError, StandpointError, TrackingError

_REMEMBERED = 20
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Served:
    """A model in service and what is known of it; whoever took it may go on using it after a swap."""

    model: NewsModel
    info: ModelInfo


@dataclass(frozen=True)
class Refusal:
    """A version that was not let into service: what was offered, why not, and when."""

    offer: Offer
    reason: str
    time: datetime


class Stop(Protocol):
    """Ends the following; `threading.Event` is one."""

    def wait(self, timeout: float) -> bool:
        """Wait so many seconds, or until it is time to stop; say whether it is."""


Observer = Callable[[Served | Refusal], None]
"""Is told of every model that goes into service and every version that is refused, in the thread that found it."""


class ModelHolder:
    """Holds the model in service, and puts the next one in its place once that is loaded, warm and tested.

    Reading `current` takes no lock: readers see the old model or the new one, whole. `start`, `check` and `follow`
    may be called from any thread; one of them works at a time. A version that is spoiled, fails its self-test or
    belongs to another codebook is refused, and not tried again until the source has offered another one.
    A new revision of the same codebook is let in; `current.info.codebook` and every prediction say which it is.

    `history` and `refused` hold what went into service and what was refused, the latest last; `refusing` is the
    refusal of what the source offers now, None where that is served. `last_check` is when the source was last asked,
    `last_check_error` what went wrong then, without passwords; None where nothing did.
    """

    def __init__(
        self,
        source: ModelSource,
        *,
        cache: Path | None = None,
        test: Callable[[NewsModel], None] = self_test,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the parts; nothing is loaded yet.

        Args:
            source: where versions come from.
            cache: the folder where versions from a registry are kept for a start without it; None keeps none.
            test: raises an error where a model must not serve.
            clock: tells the time.
        """
        self.reference = source.reference
        self.last_check: datetime | None = None
        self.last_check_error: str | None = None
        self.history: tuple[ModelInfo, ...] = ()
        self.refused: tuple[Refusal, ...] = ()
        self.refusing: Refusal | None = None
        self._source, self._test, self._clock = source, test, clock
        name = source.cache_name
        self._cache = ModelCache(cache / name) if cache is not None and name is not None else None
        self._current: Served | None = None
        self._observers: list[Observer] = []
        self._lock = threading.Lock()

    @property
    def is_ready(self) -> bool:
        """Whether a model is in service."""
        return self._current is not None

    @property
    def current(self) -> Served:
        """The model in service.

        Raises:
            ModelError: none is loaded yet.
        """
        if self._current is None:
            raise ModelError(f"{self.reference}: no model is loaded yet. Wait until the service is ready.")
        return self._current

    def observe(self, observer: Observer) -> None:
        """Tell an observer of swaps and refusals from now on; it must be quick and must not raise."""
        self._observers.append(observer)

    def start(self) -> Served:
        """Load the first model: what the source offers, else the last one in the cache.

        Raises:
            TrackingError: the source does not answer and nothing is cached.
            ModelError: what the source offers is refused and nothing is cached.
        """
        with self._lock:
            problem = self._look()
            if self._current is None and not self._restore():
                raise problem or ModelError(self.refusing.reason if self.refusing else self.reference)
            return self.current

    def check(self) -> bool:
        """Look once whether the source offers another version, and put it into service; say whether it was.

        Whatever goes wrong, the old model stays: `last_check_error` holds the reason, or `refused` the version.
        """
        with self._lock:
            before = self.current.model
            self._look()
            return self.current.model is not before

    def follow(self, interval: float, stop: Stop) -> None:
        """Check every `interval` seconds until told to stop."""
        while not stop.wait(interval):
            self.check()

    @contextmanager
    def following(self, interval: float) -> Iterator[None]:
        """Follow in a thread of its own for as long as the context lasts; it holds up no exit."""
        stop = threading.Event()
        thread = threading.Thread(target=self.follow, args=(interval, stop), name="model-follower", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(_PATIENCE_SECONDS)

    def _look(self) -> Exception | None:
        """Look once; return what went wrong, which is also kept for whoever asks."""
        problem = None
        try:
            self._update(self._source.look())
        except Exception as error:  # whatever a store or a disk comes up with, it must not end the following
            problem = error
        self.last_check, self.last_check_error = self._clock(), None if problem is None else _reason(problem)
        return problem

    def _update(self, offer: Offer) -> None:
        if self.refusing is not None and self.refusing.offer.key == offer.key:
            return
        self.refusing = None
        served = self._current
        if served is None or served.info.key != offer.key:
            self._take(offer)
        else:  # the same version, perhaps with other aliases, or confirmed by a source that did not answer before
            self._current = replace(served, info=replace(served.info, **_fields(offer), from_cache=False))

    def _take(self, offer: Offer) -> None:
        """Fetch, check, warm and test a version beside the one in service; then swap, or refuse it."""
        with self._room() as room:
            try:
                model, folder = self._loaded(offer, room)
                self._examine(model)
            except TrackingError:
                raise
            except Exception as error:  # whatever a bad model comes up with, the one in service stays
                self.refusing = self._refuse(offer, error)
                return
            info = self._swap(model, offer)
            if self._cache is not None:
                self._cache.add(info, folder)

    def _room(self) -> AbstractContextManager[Path]:
        if self._source.cache_name is None:
            return nullcontext(Path())  # not needed, and where nothing can be written not to be had
        return self._cache.room() if self._cache is not None else _temporary()

    def _loaded(self, offer: Offer, room: Path) -> tuple[NewsModel, Path]:
        """Read the version from the cache, or fetch it where it is not there or was spoiled there."""
        cached = self._cache.find(offer.key) if self._cache is not None else None
        if self._cache is not None and cached is not None:
            try:
                return read_model(cached, offer.label), cached
            except ModelFolderError:
                self._cache.drop(cached)
        folder = self._source.fetch(offer, room)
        return read_model(folder, offer.label, shown_as=offer.uri), folder

    def _examine(self, model: NewsModel) -> None:
        if self._current is not None and model.codebook.id != self._current.model.codebook.id:
            raise ModelError(
                f"{model.version}: was trained for codebook '{model.codebook.reference}', this service answers for "
                f"'{self._current.model.codebook.reference}'. Serve the other codebook from a server of its own."
            )
        self._test(model)

    def _swap(self, model: NewsModel, offer: Offer, *, from_cache: bool = False) -> ModelInfo:
        info = ModelInfo(
            **_fields(offer),
            model=model.version,
            codebook=model.codebook.reference,
            loaded_at=self._clock(),
            from_cache=from_cache,
        )
        self._current = Served(model, info)
        self.history = (*self.history, info)[-_REMEMBERED:]
        self._tell(self._current)
        return info

    def _refuse(self, offer: Offer, error: Exception) -> Refusal:
        refusal = Refusal(offer, _reason(error), self._clock())
        self.refused = (*self.refused, refusal)[-_REMEMBERED:]
        self._tell(refusal)
        return refusal

    def _tell(self, event: Served | Refusal) -> None:
        for observer in self._observers:
            observer(event)

    def _restore(self) -> bool:
        """Serve the newest version in the cache that is still sound; say whether there is one."""
        if self._cache is None:
            return False
        for info, folder in self._cache.entries():
            if self.refusing is not None and self.refusing.offer.key == info.key:
                continue
            try:
                model = read_model(folder, info.label)
                self._examine(model)
            except Exception as error:  # as in _take
                self._refuse(info, error)
                continue
            self._swap(model, info, from_cache=True)
            return True
        return False


@contextmanager
def _temporary() -> Iterator[Path]:
    try:
        place = tempfile.TemporaryDirectory()
    except OSError as error:
        raise ModelError(
            f"no folder for passing files can be written ({error.strerror}). Name a cache folder, or set TMPDIR."
        ) from error
    with place as path:
        yield Path(path)


def _fields(offer: Offer) -> dict[str, Any]:
    """Return what an offer says, by name; not what loading added."""
    return {item.name: getattr(offer, item.name) for item in fields(Offer)}


def _reason(error: Exception) -> str:
    said = without_password(str(error))
    return said if isinstance(error, StandpointError) else f"{type(error).__name__}: {said}"
