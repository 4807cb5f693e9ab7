"""Tests of the model holder: what is swapped in, what is refused, and what stays."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.folder import save_model
from models.linear_news_model import LinearNewsModel
from models.news_model import NewsModel
from serving.model_holder import ModelHolder, Refusal, Served
from serving.model_info import Offer
from serving.model_source import FolderSource, ModelSource
from standpoint.article import Article
from standpoint.codebook import Words
from standpoint.errors import ModelError, TrackingError

ARTICLES = [Article("a1", "Allies signed a joint pact.", "China broke its promise."), Article("a2", "日本", "")]
CHAMPION = "models:/standpoint@champion"
START = datetime(2025, 11, 25, 3, tzinfo=UTC)
DOWN = TrackingError("tracking store https://host: does not answer. Start it.")

Check = Callable[[NewsModel], None]


class Shelf:
    """A source of model folders: offers the version it is set to, or raises what it is set to."""

    reference = CHAMPION
    cache_name = "shelf"

    def __init__(self, place: Path) -> None:
        self.place = place
        self.now: int | Exception = 1
        self.n_fetched = 0
        self.aliases: tuple[str, ...] = ("champion",)

    def put(self, version: int, model: LinearNewsModel) -> None:
        """Add a version."""
        save_model(model, self.place / str(version))

    def look(self) -> Offer:
        """Offer what it is set to."""
        if isinstance(self.now, Exception):
            raise self.now
        uri, aliases = f"models:/standpoint/{self.now}", self.aliases
        return Offer(key=uri, name="standpoint", version=self.now, uri=uri, created=START, aliases=aliases)

    def fetch(self, offer: Offer, room: Path) -> Path:
        """Copy a version."""
        self.n_fetched += 1
        return Path(shutil.copytree(self.place / str(offer.version), room / "fetched"))


@pytest.fixture
def frames_only(demo_model: LinearNewsModel) -> LinearNewsModel:
    return LinearNewsModel(demo_model.codebook, frame_model=demo_model.frame_model)


@pytest.fixture
def shelf(demo_model: LinearNewsModel, frames_only: LinearNewsModel, tmp_path: Path) -> Shelf:
    """Make a source with two versions, the first of them on offer."""
    source = Shelf(tmp_path / "shelf")
    source.put(1, demo_model)
    source.put(2, frames_only)
    return source


def started(source: ModelSource, cache: Path | None = None, *, test: Check = lambda model: None) -> ModelHolder:
    times = (START + timedelta(minutes=minute) for minute in range(1000))
    holder = ModelHolder(source, cache=cache, test=test, clock=lambda: next(times))
    holder.start()
    return holder


def fails(model: NewsModel) -> None:
    if model.version.startswith("standpoint/2"):
        raise ModelError("fails its self-test")


def spoil(folder: Path) -> None:
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")


def test_the_first_model_is_what_the_source_offers(shelf: Shelf) -> None:
    info = started(shelf).current.info
    assert (info.label, info.aliases, info.codebook) == ("standpoint/1", ("champion",), "demo@" + info.codebook[5:])
    assert info.model.startswith("standpoint/1+")
    assert (info.loaded_at, info.from_cache) == (START, False)


def test_nothing_is_served_before_the_start(shelf: Shelf) -> None:
    holder = ModelHolder(shelf)
    assert not holder.is_ready
    with pytest.raises(ModelError, match=r"models:/standpoint@champion: no model is loaded yet\. Wait"):
        holder.current  # noqa: B018 - reading it raises


def test_a_new_version_is_swapped_in_and_the_old_one_still_answers_whoever_has_it(shelf: Shelf) -> None:
    holder = started(shelf)
    old = holder.current
    shelf.now = 2
    assert holder.check()
    assert holder.current.model.predict(ARTICLES)[0].model == holder.current.info.model
    assert (old.info.version, holder.current.info.version) == (1, 2)
    assert old.model.predict(ARTICLES)[0].model == old.info.model
    assert [info.version for info in holder.history] == [1, 2]


def test_the_same_version_is_not_fetched_again_but_its_aliases_are_kept_up(shelf: Shelf) -> None:
    holder = started(shelf)
    before = holder.current.model
    shelf.aliases = ("challenger", "champion")
    assert not holder.check()
    assert holder.current.model is before
    assert holder.current.info.aliases == ("challenger", "champion")
    assert (shelf.n_fetched, len(holder.history)) == (1, 1)


def test_a_version_that_fails_its_test_is_refused_and_the_old_one_stays(shelf: Shelf) -> None:
    holder = started(shelf, test=fails)
    shelf.now = 2
    assert not holder.check()
    assert holder.current.info.version == 1
    assert holder.refusing is holder.refused[0]
    assert (holder.refusing.offer.label, holder.refusing.reason) == ("standpoint/2", "fails its self-test")
    assert (holder.refusing.time, holder.last_check) == (START + timedelta(minutes=2), START + timedelta(minutes=3))
    assert holder.last_check_error is None


def test_a_refused_version_is_tried_again_only_when_the_alias_has_moved(shelf: Shelf) -> None:
    holder = started(shelf, test=fails)
    shelf.now = 2
    for _ in range(3):
        holder.check()
    assert (shelf.n_fetched, len(holder.refused)) == (2, 1)
    shelf.now = 1
    holder.check()
    assert (holder.refusing, shelf.n_fetched) == (None, 2)
    shelf.now = 2
    holder.check()
    assert (shelf.n_fetched, len(holder.refused)) == (3, 2)


def test_a_model_that_breaks_in_its_own_way_is_refused_too(shelf: Shelf) -> None:
    def breaks(model: NewsModel) -> None:
        if model.version.startswith("standpoint/2"):
            raise ZeroDivisionError("division by zero")

    holder = started(shelf, test=breaks)
    shelf.now = 2
    holder.check()
    assert holder.refused[0].reason == "ZeroDivisionError: division by zero"


def test_a_spoiled_version_is_refused_and_named_without_its_passing_folder(shelf: Shelf) -> None:
    holder = started(shelf)
    spoil(shelf.place / "2")
    shelf.now = 2
    holder.check()
    assert holder.refused[0].reason.startswith("models:/standpoint/2/weights.safetensors: was changed after the model")


def test_another_codebook_is_refused_and_a_new_revision_is_not(shelf: Shelf, demo_model: LinearNewsModel) -> None:
    holder = started(shelf)
    revised = replace(demo_model.codebook, description=Words("revised", "修订"))
    shelf.put(3, LinearNewsModel(replace(revised, id="other"), stance_model=demo_model.stance_model))
    shelf.put(4, LinearNewsModel(revised, frame_model=demo_model.frame_model))
    shelf.now = 3
    assert not holder.check()
    assert "was trained for codebook 'other@" in holder.refused[0].reason
    assert "this service answers for 'demo@" in holder.refused[0].reason
    shelf.now = 4
    assert holder.check()
    assert holder.current.info.codebook == revised.reference


def test_observers_are_told_of_swaps_and_refusals(shelf: Shelf) -> None:
    events: list[Served | Refusal] = []
    holder = ModelHolder(shelf, test=fails)
    holder.observe(events.append)
    holder.start()
    shelf.now = 2
    holder.check()
    assert events == [holder.current, holder.refused[0]]


def test_a_source_that_does_not_answer_leaves_the_old_model_and_says_why(shelf: Shelf) -> None:
    holder = started(shelf)
    shelf.now = OSError("no route to https://reader:secret@host/")
    assert not holder.check()
    assert holder.last_check_error == "OSError: no route to https://***@host/"
    assert holder.current.info.version == 1
    shelf.now = 2
    assert holder.check()
    assert holder.last_check_error is None


def test_a_start_without_the_source_serves_what_was_served_last(shelf: Shelf, tmp_path: Path) -> None:
    holder = started(shelf, tmp_path / "cache")
    shelf.now = 2
    holder.check()
    shelf.now = DOWN
    again = started(shelf, tmp_path / "cache")
    assert (again.current.info.version, again.current.info.from_cache) == (2, True)
    assert again.last_check_error == str(DOWN)
    assert again.current.model.version == holder.current.model.version


def test_a_server_that_started_from_the_cache_goes_on_trying(shelf: Shelf, tmp_path: Path) -> None:
    started(shelf, tmp_path / "cache")
    shelf.now = DOWN
    holder = started(shelf, tmp_path / "cache")
    holder.check()
    assert holder.current.info.from_cache
    shelf.now = 1
    assert not holder.check()
    assert (holder.current.info.from_cache, holder.last_check_error) == (False, None)


def test_a_start_without_the_source_and_without_a_cache_fails(shelf: Shelf, tmp_path: Path) -> None:
    shelf.now = DOWN
    with pytest.raises(TrackingError, match="does not answer"):
        started(shelf, tmp_path / "cache")
    with pytest.raises(TrackingError, match="does not answer"):
        started(shelf)


def test_a_first_version_that_is_refused_leaves_the_start_to_the_cache(shelf: Shelf, tmp_path: Path) -> None:
    shelf.now = 2
    with pytest.raises(ModelError, match="fails its self-test"):
        started(shelf, tmp_path / "cache", test=fails)
    shelf.now = 1
    started(shelf, tmp_path / "cache", test=fails)
    shelf.now = 2
    holder = started(shelf, tmp_path / "cache", test=fails)
    assert (holder.current.info.version, holder.current.info.from_cache) == (1, True)
    assert holder.refusing is not None


def test_a_version_in_the_cache_is_not_fetched_again_unless_it_is_spoiled(shelf: Shelf, tmp_path: Path) -> None:
    started(shelf, tmp_path / "cache")
    started(shelf, tmp_path / "cache")
    assert shelf.n_fetched == 1
    spoil(next((tmp_path / "cache" / "shelf").glob("*/model")))
    assert not started(shelf, tmp_path / "cache").current.info.from_cache
    assert shelf.n_fetched == 2


def test_a_cached_version_that_fails_now_is_refused_once(shelf: Shelf, tmp_path: Path) -> None:
    shelf.now = 2
    started(shelf, tmp_path / "cache")
    holder = ModelHolder(shelf, cache=tmp_path / "cache", test=fails)
    with pytest.raises(ModelError, match="fails its self-test"):
        holder.start()
    assert [refusal.offer.version for refusal in holder.refused] == [2]


def test_a_spoiled_entry_gives_way_to_the_one_before(shelf: Shelf, tmp_path: Path) -> None:
    holder = started(shelf, tmp_path / "cache")
    shelf.now = 2
    holder.check()
    spoil(next((tmp_path / "cache" / "shelf").glob("2+*/model")))
    shelf.now = DOWN
    again = started(shelf, tmp_path / "cache")
    assert again.current.info.version == 1
    assert "was changed after the model was saved" in again.refused[0].reason
    assert again.refusing is None


def test_a_cache_that_cannot_be_written_is_told_and_the_old_model_stays(shelf: Shelf, tmp_path: Path) -> None:
    holder = started(shelf, tmp_path / "cache")
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").write_text("")
    shelf.now = 2
    assert not holder.check()
    assert "cannot be used as a cache" in str(holder.last_check_error)


def test_a_folder_is_followed_when_another_model_takes_its_place(
    demo_model: LinearNewsModel, frames_only: LinearNewsModel, tmp_path: Path
) -> None:
    save_model(demo_model, tmp_path / "m")
    holder = started(FolderSource(tmp_path / "m"), tmp_path / "cache")
    assert not holder.check()
    (tmp_path / "m").rename(tmp_path / "old")
    assert not holder.check()
    assert "m/model.json: cannot be read" in str(holder.last_check_error)
    save_model(frames_only, tmp_path / "m")
    assert holder.check()
    assert not (tmp_path / "cache").exists()


def test_a_folder_is_served_where_nothing_can_be_written(
    demo_model: LinearNewsModel, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_model(demo_model, tmp_path / "m")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    assert started(FolderSource(tmp_path / "m")).is_ready
    with pytest.raises(ModelError, match=r"passing files can be written .*Name a cache folder"):
        started(shelf)


def test_following_checks_at_every_interval_until_it_is_told_to_stop(shelf: Shelf) -> None:
    class Stop:
        waits: list[float] = []

        def wait(self, timeout: float) -> bool:
            self.waits.append(timeout)
            shelf.now = 2
            return len(self.waits) == 3

    holder = started(shelf)
    holder.follow(30.0, Stop())
    assert Stop.waits == [30.0] * 3
    assert holder.current.info.version == 2


def test_following_in_a_thread_swaps_and_ends_with_its_context(shelf: Shelf) -> None:
    swapped = threading.Event()
    holder = started(shelf)
    holder.observe(lambda event: swapped.set())
    with holder.following(0.01):
        shelf.now = 2
        assert swapped.wait(20)
    assert "model-follower" not in {thread.name for thread in threading.enumerate()}
