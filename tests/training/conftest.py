"""Fixtures: made-up gold in both languages, and a quick way to fit it."""

import random

import pytest

from models.features import View
from models.ngrams import NgramConfig
from standpoint.annotation import Annotation
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from training.fitting import FitConfig
from training.gold import Gold, make_gold

ACTORS = {"china": ("China", "中国"), "united_states": ("US", "美国"), "japan": ("Japan", "日本")}
SAYS = {
    "failure": ("The costly plan collapsed again.", "昂贵的计划再次失败。"),
    "alliance": ("Allies signed a joint pact.", "盟友签署了联合协议。"),
    "rare": ("A comet passed.", "彗星掠过。"),
}
SHARES = {"failure": 0.5, "alliance": 0.4, "rare": 0.0}
FILLER = ("The meeting took place on Tuesday.", "Officials met reporters.", "会议于周二举行。", "官员会见了记者。")
STANCES = {
    "critical": ("{0} broke its promise in {1} and harmed everyone.", "{0}在{1}违背承诺，损害各方。"),
    "neutral": ("{0} published its figures in {1}.", "{0}在{1}公布了月度数据。"),
    "supportive": ("{0} kept its promise in {1} and helped everyone.", "{0}在{1}信守承诺，造福各方。"),
}
PLACES = (
    ("Osaka", "大阪"),
    ("Perth", "珀斯"),
    ("Delhi", "德里"),
    ("Nuuk", "努克"),
    ("Hanoi", "河内"),
    ("Lahore", "拉合尔"),
)
_NGRAMS = NgramConfig(words=(1, 1), chinese=(1, 2))


@pytest.fixture(scope="session")
def config() -> FitConfig:
    return FitConfig(frame_views=(View("words", _NGRAMS),), stance_views=(View("clause", _NGRAMS),), n_folds=3)


@pytest.fixture(scope="session")
def gold() -> Gold:
    """Make 72 articles of 36 stories; in two of them only, a frame that nothing can be learned of."""
    name = Words("name", "名")
    actors = tuple(Actor(id, name, tuple(Alias(text) for text in names)) for id, names in ACTORS.items())
    codebook = Codebook("demo", name, frames=tuple(Frame(id, name, name) for id in SAYS), actors=actors)
    draw = random.Random(11)
    pairs = [_pair(number, draw, codebook.reference) for number in range(72)]
    return make_gold([article for article, _ in pairs], [annotation for _, annotation in pairs], codebook)


def _pair(number: int, draw: random.Random, reference: str) -> tuple[Article, Annotation]:
    language, chosen = number % 2, draw.sample(list(ACTORS), 2)
    frames = {id for id in SAYS if draw.random() < SHARES[id]} | ({"rare"} if number < 2 else set())
    stances = {actor: draw.choice(list(STANCES)) for actor in chosen}
    parts = [SAYS[frame][language] for frame in sorted(frames)]
    for actor, stance in stances.items():
        parts.append(STANCES[stance][language].format(ACTORS[actor][language], draw.choice(PLACES)[language]))
    parts.append(draw.choice(FILLER))
    text = " ".join(draw.sample(parts, len(parts)))
    day = f"2025-{number // 28 + 1:02}-{number % 28 + 1:02}"
    article = Article(f"a{number}", "News", text, None, day, None, "zh" if language else "en", f"s{number // 2}")
    return article, Annotation(article.id, "gold", reference, frozenset(frames), stances)
