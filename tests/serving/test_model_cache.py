"""Tests of the cache: what is kept, what is pruned, and what a spoiled entry does."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.folder import load_model, save_model
from models.news_model import NewsModel
from serving.model_cache import ModelCache
from serving.model_info import MeasuredFigure, ModelInfo
from standpoint.errors import ModelError

START = datetime(2025, 11, 25, 3, tzinfo=UTC)


def info(version: int) -> ModelInfo:
    return ModelInfo(
        key=f"standpoint/{version}",
        name="standpoint",
        version=version,
        uri=f"models:/standpoint/{version}",
        created=START,
        aliases=("champion",),
        promoted=START,
        figures=(MeasuredFigure("temporal/frames/macro_f1", 0.6, 0.5, 0.7), MeasuredFigure("brier", 0.1)),
        model=f"standpoint/{version}+1f0c9a52",
        codebook="demo@9f2c41d0",
        loaded_at=START + timedelta(hours=version),
    )


def keep(cache: ModelCache, version: int, model: NewsModel) -> None:
    with cache.room() as room:
        save_model(model, room / "fetched")
        cache.add(info(version), room / "fetched")


def test_an_entry_comes_back_with_all_that_is_known_of_it(demo_model: NewsModel, tmp_path: Path) -> None:
    keep(ModelCache(tmp_path / "cache"), 3, demo_model)
    ((found, folder),) = ModelCache(tmp_path / "cache").entries()
    assert found == info(3)
    assert folder == tmp_path / "cache" / "3+1f0c9a52" / "model"
    assert load_model(folder).codebook == demo_model.codebook


def test_the_last_few_are_kept_and_the_one_served_last_comes_first(demo_model: NewsModel, tmp_path: Path) -> None:
    cache = ModelCache(tmp_path, keep=2)
    for version in (1, 2, 3):
        keep(cache, version, demo_model)
    assert [found.version for found, _ in cache.entries()] == [3, 2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2+1f0c9a52", "3+1f0c9a52"]


def test_an_entry_is_found_by_its_key_only(demo_model: NewsModel, tmp_path: Path) -> None:
    keep(ModelCache(tmp_path), 1, demo_model)
    assert ModelCache(tmp_path).find("standpoint/1") == tmp_path / "1+1f0c9a52" / "model"
    assert ModelCache(tmp_path).find("standpoint/2") is None


def test_serving_an_entry_again_makes_it_the_last_one(demo_model: NewsModel, tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    keep(cache, 2, demo_model)
    keep(cache, 1, demo_model)
    cache.add(info(2), tmp_path / "2+1f0c9a52" / "model")
    assert [found.version for found, _ in cache.entries()] == [2, 1]


def test_the_same_version_is_replaced(demo_model: NewsModel, tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    keep(cache, 1, demo_model)
    (tmp_path / "1+1f0c9a52" / "model" / "weights.safetensors").write_bytes(b"")
    keep(cache, 1, demo_model)
    assert load_model(tmp_path / "1+1f0c9a52" / "model").codebook == demo_model.codebook


def test_an_entry_whose_file_is_spoiled_is_left_out_and_then_removed(demo_model: NewsModel, tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    for version in (1, 2):
        keep(cache, version, demo_model)
    (tmp_path / "2+1f0c9a52" / "info.json").write_text('{"key": 1}')
    assert [found.version for found, _ in cache.entries()] == [1]
    keep(cache, 3, demo_model)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1+1f0c9a52", "3+1f0c9a52"]


def test_a_room_is_gone_afterwards_and_one_left_by_a_crash_a_day_later(demo_model: NewsModel, tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    with cache.room() as room:
        (room / "part").write_text("...")
    assert not room.exists()
    for name, age in ((".room-old", 25), (".room-new", 1)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, times=2 * ((START + timedelta(hours=1 - age)).timestamp(),))
    keep(cache, 1, demo_model)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".room-new", "1+1f0c9a52"]


def test_a_cache_that_is_not_there_yet_has_no_entries(tmp_path: Path) -> None:
    assert ModelCache(tmp_path / "cache").entries() == []


def test_a_cache_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"file/a: cannot be used as a cache \(Not a directory\)\. Make it writable"):
        ModelCache(tmp_path / "file" / "a").room().__enter__()
