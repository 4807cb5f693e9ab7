"""Tests of the encoder's news model: one pass answers everything, evidence decides, and nothing is left unread."""

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

import torch

import models.encoder
from benchmarks.small_encoder import write_small_encoder
from models.blended_frames import BlendedFrames
from models.encoder import Encoder
from models.encoder_news_model import EncoderNewsModel
from models.encoder_optimizer import LearningConfig
from models.encoder_processor import Processor
from models.encoder_runtime import BatchAnswers, EncoderRuntime
from models.encoder_torch import TorchRuntime
from models.encoder_training import TrainingConfig
from models.passage_batch import PassageBatch, batches
from models.passages import passages
from models.targets import Target
from standpoint.annotation import Annotation
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.prediction import Prediction, ScoredSpan
from standpoint.sentences import sentences
from training.encoder_fitting import EncoderConfig, fit_encoder, stances_of
from training.gold import Gold, make_gold

NAME = Words("name", "名")
ACTORS = {"china": "China", "japan": "Japan"}
FRAMES = {"failure": "The costly plan collapsed again.", "alliance": "Allies signed a joint pact."}
STANCES = {"critical": "{} broke its promise.", "neutral": "{} published figures.", "supportive": "{} kept its word."}
NAMED = "{} met reporters in Osaka."
"""A sentence that names an actor and says nothing of it."""
CONFIG = TrainingConfig(n_epochs=3, patience=3, learning=LearningConfig(learning_rate=3e-3, head_learning_rate=3e-3))
PARTS = (
    "News of day 1.",
    NAMED.format("China"),
    FRAMES["alliance"],
    "Japan kept its word.",
    "China broke its promise.",
)
"""An article in which one sentence gives a frame away, and one of two decides the stance toward China."""


class Counted(EncoderRuntime):
    """Another runtime, and how many passages it was given in each call."""

    def __init__(self, runtime: EncoderRuntime) -> None:
        self.runtime, self.name, self.padding = runtime, runtime.name, runtime.padding
        self.n_passages: list[int] = []

    def run(self, batch: PassageBatch) -> BatchAnswers:
        """Count, and let the other runtime answer."""
        self.n_passages.append(len(batch.ids))
        return self.runtime.run(batch)


@pytest.fixture(scope="module")
def gold() -> Gold:
    """Make articles in which a sentence gives away each frame and each stance, beside others that name the actor."""
    draw = random.Random(3)
    actors = tuple(Actor(id, NAME, (Alias(name),)) for id, name in ACTORS.items())
    codebook = Codebook("demo", NAME, frames=tuple(Frame(id, NAME, NAME) for id in FRAMES), actors=actors)
    articles, annotations = [], []
    for number in range(60):
        frames = frozenset(id for id in FRAMES if draw.random() < 0.5)
        stances = {actor: draw.choice(list(STANCES)) for actor in draw.sample(list(ACTORS), number % 2 + 1)}
        parts = [FRAMES[id] for id in frames] + [STANCES[said].format(ACTORS[id]) for id, said in stances.items()]
        parts += [NAMED.format(ACTORS[id]) for id in stances if draw.random() < 0.7]
        articles.append(Article(f"a{number}", f"News of day {number}.", " ".join(draw.sample(parts, len(parts)))))
        annotations.append(Annotation(f"a{number}", "gold", codebook.reference, frames, stances))
    return make_gold(articles, annotations, codebook)


@pytest.fixture(scope="module")
def fitted(gold: Gold, tmp_path_factory: pytest.TempPathFactory) -> EncoderNewsModel:
    """Fit a tiny encoder, and let it compute exactly from then on."""
    folder = write_small_encoder(tmp_path_factory.mktemp("encoder"), gold.texts)
    found = fit_encoder(gold, EncoderConfig(folder, CONFIG, n_parts=5, n_folds=2))
    runtime = TorchRuntime(found.network, Processor(torch.device("cpu"), has_bf16=False))
    encoder = Encoder(found.model.encoder.tokenizer, runtime, found.model.encoder.passages)
    stances = stances_of(found.model, encoder)
    return EncoderNewsModel(gold.codebook, encoder, frames=found.model.frames, stances=stances)


@pytest.fixture(params=[1.0, 0.5], ids=["states", "both"])
def model(request: pytest.FixtureRequest, fitted: EncoderNewsModel) -> EncoderNewsModel:
    """Return the model with frames of which the states alone speak, or states and words."""
    frames, weight = fitted.frames, request.param
    assert frames is not None
    linear = frames.linear if weight < 1 else None
    blended = BlendedFrames(linear, frames.head, replace(frames.blend, weight=weight), frames.thresholds_)
    return EncoderNewsModel(fitted.codebook, fitted.encoder, frames=blended, stances=fitted.stances)


def counted(model: EncoderNewsModel) -> tuple[EncoderNewsModel, Counted]:
    runtime = Counted(model.encoder.runtime)
    encoder = Encoder(model.encoder.tokenizer, runtime, model.encoder.passages)
    return EncoderNewsModel(model.codebook, encoder, frames=model.frames, stances=model.stances), runtime


def article(parts: Sequence[str], id: str = "a1") -> Article:
    return Article(id, parts[0], " ".join(parts[1:]))


def said(article: Article, spans: Sequence[ScoredSpan]) -> list[str]:
    return [article.text[span.start : span.end] for span in spans]


def probabilities(prediction: Prediction) -> dict[str, float]:
    """Return the probability of every frame, and of the stance that is called toward every actor."""
    called = {stance.actor: stance.proba[stance.stance] for stance in prediction.stances}
    return called | {frame.id: frame.proba for frame in prediction.frames}


def test_frames_and_stances_come_from_one_pass(model: EncoderNewsModel, gold: Gold) -> None:
    counting, runtime = counted(model)
    predictions = counting.predict([item.article for item in gold.articles])
    assert runtime.n_passages == [len(gold)]
    assert [[frame.id for frame in found.frames if frame.present] for found in predictions] == [
        [id for id in gold.codebook.frame_ids if id in item.frames] for item in gold.articles
    ]
    labels = gold.codebook.stance_ids
    for item, found in zip(gold.articles, predictions, strict=True):
        truth = {target.actor: labels[stance] for target, stance in zip(item.targets, item.stances, strict=True)}
        assert {stance.actor: stance.stance for stance in found.stances} == truth


def test_the_runtime_is_called_once_per_batch(
    model: EncoderNewsModel, gold: Gold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.encoder, "N_TOKENS", 100)
    counting, runtime = counted(model)
    counting.predict([item.article for item in gold.articles])
    scenes, targets = zip(*((item.scene, item.targets) for item in gold.articles), strict=True)
    read = passages(scenes, targets, model.encoder.tokenizer, model.encoder.passages)
    assert runtime.n_passages == [len(group) for group in batches(read, n_tokens=100)]
    assert len(runtime.n_passages) > 5


def test_evidence_is_made_of_whole_sentences(model: EncoderNewsModel, gold: Gold) -> None:
    articles = [item.article for item in gold.articles]
    n_shown = 0
    for asked, found in zip(articles, model.predict(articles), strict=True):
        for evidence in (answer.evidence for part in (found.frames, found.stances) for answer in part):
            assert {(span.start, span.end) for span in evidence} <= set(sentences(asked.text))
            n_shown += len(evidence)
    assert n_shown > len(articles)


def test_the_sentence_that_decides_comes_first(model: EncoderNewsModel) -> None:
    asked = article(PARTS)
    (found,) = model.predict([asked])
    frames = {frame.id: frame for frame in found.frames}
    assert (frames["alliance"].present, frames["failure"].present) == (True, False)
    assert said(asked, frames["alliance"].evidence)[0] == FRAMES["alliance"]
    assert frames["failure"].evidence == ()
    assert {stance.actor: (stance.stance, said(asked, stance.evidence)[0]) for stance in found.stances} == {
        "japan": ("supportive", "Japan kept its word."),
        "china": ("critical", "China broke its promise."),
    }


def test_without_its_first_evidence_an_answer_loses_more_than_without_another(model: EncoderNewsModel) -> None:
    asked, cuts = article(PARTS), range(1, len(PARTS))
    whole, *without = model.predict([asked, *(article([*PARTS[:cut], *PARTS[cut + 1 :]]) for cut in cuts)])
    (alliance,) = (frame for frame in whole.frames if frame.id == "alliance")
    (china,) = (stance for stance in whole.stances if stance.actor == "china")
    left = [probabilities(found)["alliance"] for found in without]
    stances = [stance.proba["critical"] for found in without for stance in found.stances if stance.actor == "china"]
    for proba, evidence in ((left, alliance.evidence), (stances, china.evidence)):
        first = PARTS.index(said(asked, evidence)[0]) - 1
        assert proba[first] < 0.5 < np.delete(proba, first).min()


def test_either_part_may_be_missing(model: EncoderNewsModel) -> None:
    parts = model.codebook, model.encoder
    frames = EncoderNewsModel(*parts, frames=model.frames)
    stances = EncoderNewsModel(*parts, stances=model.stances)
    (whole,), (first,), (second,) = (one.predict([article(PARTS)]) for one in (model, frames, stances))
    assert (first.frames, first.stances) == (whole.frames, ())
    assert (second.frames, second.stances) == ((), whole.stances)
    assert (frames.reads_stances, stances.reads_stances) == (False, True)
    assert (stances.thresholds, stances.needs_cast) == (None, False)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "。", "中", "🧲", "\u200b"])
def test_an_article_of_next_to_nothing_is_answered(model: EncoderNewsModel, text: str) -> None:
    beside, found = model.predict([article(PARTS), Article("a2", "", text)])
    assert found.characters_read == len(text) + 2
    assert found.stances == ()
    assert all(0 <= frame.proba <= 1 for frame in found.frames)
    assert probabilities(beside) == pytest.approx(probabilities(model.predict([article(PARTS)])[0]), abs=1e-4)


def test_no_article_gets_no_prediction(model: EncoderNewsModel) -> None:
    assert model.predict([]) == []


def test_an_article_of_five_thousand_words_is_read_to_its_end(model: EncoderNewsModel) -> None:
    parts = ["Japan broke its promise.", *["News of day 3."] * 1250, "China kept its word."]
    long, counting = article(parts), counted(model)
    (found,) = counting[0].predict([long])
    assert found.characters_read == len(long.text)
    assert sum(counting[1].n_passages) > 20
    assert {stance.actor: stance.stance for stance in found.stances} == {"japan": "critical", "china": "supportive"}
    assert said(long, [stance.evidence[0] for stance in found.stances]) == [parts[0], parts[-1]]
    (ended,) = model.predict([article([*parts, "Allies signed a joint pact."])])
    assert probabilities(ended)["alliance"] > probabilities(found)["alliance"]


def test_an_article_is_answered_the_same_alone_and_among_others(model: EncoderNewsModel, gold: Gold) -> None:
    articles = [article(PARTS), *(item.article for item in gold.articles[:20]), article([*PARTS * 40], "long")]
    for asked, found in zip(articles, model.predict(articles), strict=True):
        assert probabilities(found) == pytest.approx(probabilities(model.predict([asked])[0]), abs=1e-4)


def test_one_more_target_leaves_the_other_answers_as_they_are(model: EncoderNewsModel) -> None:
    lynas = Target("lynas", ("Lynas",))
    (before,), (after,) = (model.predict([article(PARTS)], targets=more) for more in ({}, {"a1": [lynas]}))
    assert [stance.actor for stance in after.stances] == ["china", "japan", "lynas"]
    answered = probabilities(after)
    del answered["lynas"]
    assert answered == pytest.approx(probabilities(before), abs=1e-4)


@pytest.mark.parametrize("names", [("Lynas",), ()])
def test_a_target_without_spans_is_answered(model: EncoderNewsModel, names: tuple[str, ...]) -> None:
    targets = {"a1": [Target("lynas", names)], "a2": [Target("lynas", names)]}
    for found in model.predict([article(PARTS), Article("a2", "", "")], targets=targets):
        lynas = found.stances[-1]
        assert (lynas.actor, lynas.mentions, lynas.evidence) == ("lynas", (), ())
        assert sum(lynas.proba.values()) == pytest.approx(1)


def test_an_actor_that_is_asked_for_beside_the_codebook_is_found_by_its_aliases(model: EncoderNewsModel) -> None:
    lynas = Actor("lynas", Words("Lynas", "莱纳斯"), (Alias("莱纳斯"),))
    asked = article(["News of day 1.", "莱纳斯 broke its promise.", "Japan kept its word."])
    (found,) = model.predict([asked], actors=[lynas])
    assert {stance.actor for stance in found.stances} == {"japan", "lynas"}
    (stance,) = (stance for stance in found.stances if stance.actor == "lynas")
    assert [asked.text[start:end] for start, end in stance.mentions] == ["莱纳斯"]
    assert said(asked, stance.evidence) == ["莱纳斯 broke its promise."]


def test_stances_read_apart_are_those_of_the_news_model(model: EncoderNewsModel, gold: Gold) -> None:
    answers = model.answer([item.asked for item in gold.articles]).stances
    assert answers is not None
    assert model.stances is not None
    assert np.abs(model.stances.predict_proba(gold.questions) - answers.proba).max() < 1e-4
