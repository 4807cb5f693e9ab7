"""Fixtures: a small made-up corpus with its model and quality, a browser, and a Label Studio server."""

import os
import random
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from benchmarks.studio_server import EXECUTABLE, Server, running_studio
from models.news_model import NewsModel
from standpoint.annotation import Annotation
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from training.fitting import FitConfig, fit_news_model, in_silence
from training.gold import Gold, make_gold
from training.outcome import Outcome, cross_validated
from training.quality import Quality, measure
from training.splits import story_folds

if TYPE_CHECKING:
    from models.encoder_news_model import EncoderNewsModel
    from training.encoder_recipe import EncoderRecipe

CONFIG = FitConfig(n_folds=2)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
)
FRAMES = {"failure": "The costly plan collapsed again.", "alliance": "Allies signed a joint pact."}
STANCES = {"critical": "{} broke its promise.", "neutral": "{} published figures.", "supportive": "{} kept its word."}
ACTORS = {"china": "China", "japan": "Japan"}


def pytest_configure(config: pytest.Config) -> None:
    """Make a file that cannot be imported an error in CI, where nothing may be missing; elsewhere it is skipped."""
    if os.environ.get("CI"):
        config.option.doctest_ignore_import_errors = False


@pytest.fixture(scope="session")
def demo_gold() -> Gold:
    """Make forty articles in which a sentence gives away each frame and each stance."""
    draw = random.Random(3)
    name = Words("name", "名")
    actors = tuple(Actor(id, name, (Alias(text),)) for id, text in ACTORS.items())
    codebook = Codebook("demo", name, frames=tuple(Frame(id, name, name) for id in FRAMES), actors=actors)
    articles, annotations = [], []
    for number in range(40):
        frames = frozenset(id for id in FRAMES if draw.random() < 0.5)
        stances = {actor: draw.choice(list(STANCES)) for actor in draw.sample(list(ACTORS), number % 2 + 1)}
        parts = [FRAMES[id] for id in frames] + [STANCES[stance].format(ACTORS[id]) for id, stance in stances.items()]
        articles.append(Article(f"a{number}", f"News of day {number}", " ".join(draw.sample(parts, len(parts)))))
        annotations.append(Annotation(f"a{number}", "gold", codebook.reference, frames, stances))
    return make_gold(articles, annotations, codebook)


@pytest.fixture(scope="session")
def demo_model(demo_gold: Gold) -> NewsModel:
    """Fit both parts on the whole corpus."""
    return fit_news_model(demo_gold, CONFIG)


@pytest.fixture(scope="session")
def demo_outcome(demo_gold: Gold) -> Outcome:
    """Let models answer the articles they were not fitted on."""
    folds = list(story_folds(demo_gold.stories, n_folds=CONFIG.n_folds))
    return cross_validated(demo_gold, folds, lambda gold: fit_news_model(gold, CONFIG))


@pytest.fixture(scope="session")
def demo_quality(demo_gold: Gold, demo_outcome: Outcome) -> Quality:
    """Measure what they answered."""
    return measure(demo_outcome, demo_gold.codebook)


@pytest.fixture(scope="session")
def demo_recipe(demo_gold: Gold, tmp_path_factory: pytest.TempPathFactory) -> "EncoderRecipe":
    """Make the recipe of a tiny encoder that learns what gives stances away; only tests that have torch ask for it."""
    from benchmarks.small_encoder import write_small_encoder
    from models.encoder_optimizer import LearningConfig
    from models.encoder_training import TrainingConfig
    from training.encoder_fitting import EncoderConfig
    from training.encoder_recipe import EncoderRecipe

    folder = write_small_encoder(tmp_path_factory.mktemp("encoder"), demo_gold.texts)
    learning = LearningConfig(learning_rate=3e-3, head_learning_rate=3e-3)
    training = TrainingConfig(n_epochs=20, patience=20, n_targets=8, learning=learning)
    return EncoderRecipe(CONFIG, EncoderConfig(folder, training, n_parts=4, n_folds=2, name="tiny"))


@pytest.fixture(scope="session")
def demo_encoder(demo_gold: Gold, demo_recipe: "EncoderRecipe") -> "EncoderNewsModel":
    """Fit a tiny encoder's model on the whole corpus and make it ready to be kept; its runtime is the exact one."""
    model = demo_recipe.fit(demo_gold, progress=in_silence)
    model.training["tolerance"] = demo_recipe.finish(model, demo_gold, progress=in_silence)
    return model


@pytest.fixture(scope="session")
def studio_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server, wait until it answers, and stop it in the end."""
    if not EXECUTABLE.exists():
        message = f"{EXECUTABLE} is missing: `make test` installs Label Studio, or name one in STANDPOINT_LABEL_STUDIO"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    folder = tmp_path_factory.mktemp("studio")
    with running_studio(folder) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a Chromium without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        message = "no chromium: install the packages chromium and fonts-noto-cjk, or run `make test` as root"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
