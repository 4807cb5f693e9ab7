"""Pictures of the explorer page with the sample corpus, as the documentation shows them.

`STANDPOINT_PICTURES=docs/images python -m pytest tests/serving/test_explorer_pictures.py` makes those anew.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from models.news_model import NewsModel
from standpoint.codebook_file import load_codebook
from training.fitting import FitConfig, fit_news_model
from training.gold import read_gold

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples/rare-earths"
MOST_BYTES = 250_000
LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 1000}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(explore: Callable[[NewsModel], str]) -> str:
    """Serve a model of the sample corpus; return where."""
    codebook = load_codebook(ROOT / "codebooks/rare-earths.toml")
    gold = read_gold(SAMPLE / "articles.jsonl", SAMPLE / "gold.jsonl", codebook)
    return explore(fit_news_model(gold, FitConfig()))


@pytest.mark.parametrize(
    ("name", "settings", "sample"),
    [
        ("light", LAPTOP | {"locale": "en"}, "malaysia"),
        ("dark", LAPTOP | {"locale": "en", "color_scheme": "dark"}, "malaysia"),
        ("zh", LAPTOP | {"locale": "zh"}, "kazakhstan"),
        ("phone", PHONE | {"locale": "en"}, "malaysia"),
    ],
)
def test_the_page_is_fit_to_be_shown(
    browser: Browser, address: str, tmp_path: Path, name: str, settings: dict[str, Any], sample: str
) -> None:
    context = browser.new_context(**settings)
    page = context.new_page()
    page.goto(address)
    page.locator(f"[name=sample][value={sample}]").click()
    page.wait_for_load_state()
    assert page.locator(".chip").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") == settings["viewport"]["width"]
    picture = Path(os.environ.get("STANDPOINT_PICTURES", tmp_path)) / f"explorer-{name}.png"
    page.screenshot(path=picture)
    context.close()
    assert 20_000 < picture.stat().st_size < MOST_BYTES
