"""Fixtures: one small news model in both languages that several files look at."""

import random

import numpy as np
import pytest

from models.frame_model import FrameModel
from models.linear_news_model import LinearNewsModel
from models.news_model import scene_of
from models.stance_model import StanceModel, TargetInText
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.mentions import MentionFinder

ACTORS = {"china": ("China", "中国"), "united_states": ("US", "美国"), "japan": ("Japan", "日本")}
SAYS = {
    "failure": ("The costly plan collapsed again.", "昂贵的计划再次失败。"),
    "alliance": ("Allies signed a joint pact.", "盟友签署了联合协议。"),
}
FILLER = ("The meeting took place on Tuesday.", "Officials met reporters.", "会议于周二举行。", "官员会见了记者。")
STANCES = (
    ("{} broke its promise and harmed everyone.", "{}违背承诺，损害各方。"),
    ("{} published its monthly figures.", "{}公布了月度数据。"),
    ("{} kept its promise and helped everyone.", "{}信守承诺，造福各方。"),
)


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    name = Words("name", "名")
    actors = [Actor(id, name, tuple(Alias(text) for text in names)) for id, names in ACTORS.items()]
    return Codebook("demo", name, frames=tuple(Frame(id, name, name) for id in SAYS), actors=tuple(actors))


@pytest.fixture(scope="session")
def model(codebook: Codebook) -> LinearNewsModel:
    """Fit both parts on made-up texts: which sentences are in a text decides its frames and stances."""
    draw = random.Random(7)
    finder, names = MentionFinder(codebook.actors), dict(ACTORS)
    texts, present, questions, stances = [], [], [], []
    for number in range(80):
        language, actor, stance = number % 2, draw.choice(list(ACTORS)), number % 3
        frames = [draw.random() < 0.5 for _ in SAYS]
        parts = [says[language] for says, is_used in zip(SAYS.values(), frames, strict=True) if is_used]
        parts += [STANCES[stance][language].format(ACTORS[actor][language]), draw.choice(FILLER)]
        text = " ".join(draw.sample(parts, len(parts)))
        scene, targets = scene_of(text, finder, names)
        texts.append(text)
        present.append(frames)
        questions += [TargetInText(scene, target) for target in targets]
        stances += [stance] * len(targets)
    return LinearNewsModel(
        codebook,
        frame_model=FrameModel().fit(texts, np.array(present)),
        stance_model=StanceModel(3).fit(questions, np.array(stances)),
        version="demo/1",
        training={"n_articles": 80, "note": "made up, 编造"},
    )
