"""Tests of the encoder's news model: one pass answers everything, evidence decides, and nothing is left unread."""

import os
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

import models.encoder
from models.blended_frames import BlendedFrames
from models.encoder import Encoder
from models.encoder_news_model import EncoderNewsModel
from models.encoder_runtime import BatchAnswers, EncoderRuntime
from models.encoder_stance import EncoderStances
from models.passage_batch import PassageBatch, batches
from models.passages import passages
from models.targets import Target
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Words
from standpoint.prediction import Prediction, ScoredSpan
from standpoint.sentences import sentences
from training.gold import Gold

MIXED = (
    "News of day 1.",
    "China published figures.",
    "Allies signed a joint pact.",
    "Japan kept its word.",
    "China broke its promise.",
)
"""One sentence gives the frame `alliance` away; one of two decides the stance toward China."""


class Counted(EncoderRuntime):
    """Another runtime, and how many passages it was given in each call."""

    def __init__(self, runtime: EncoderRuntime) -> None:
        self.runtime, self.name, self.padding = runtime, runtime.name, runtime.padding
        self.n_passages: list[int] = []

    def run(self, batch: PassageBatch) -> BatchAnswers:
        self.n_passages.append(len(batch.ids))
        return self.runtime.run(batch)


def weighted(frames: BlendedFrames | None, weight: float) -> BlendedFrames:
    """Return frames of which the states say so much; `weight` 1 leaves the words out."""
    assert frames is not None
    linear = frames.linear if weight < 1 else None
    return BlendedFrames(linear, frames.head, replace(frames.blend, weight=weight), frames.thresholds_)


@pytest.fixture(params=[1.0, 0.5], ids=["states", "both"])
def model(request: pytest.FixtureRequest, demo_encoder: EncoderNewsModel) -> EncoderNewsModel:
    frames = weighted(demo_encoder.frames, request.param)
    return EncoderNewsModel(demo_encoder.codebook, demo_encoder.encoder, frames=frames, stances=demo_encoder.stances)


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


def test_frames_and_stances_come_from_one_pass(model: EncoderNewsModel, demo_gold: Gold) -> None:
    counting, runtime = counted(model)
    predictions = counting.predict([item.article for item in demo_gold.articles])
    assert runtime.n_passages == [len(demo_gold)]
    assert [[frame.id for frame in found.frames if frame.present] for found in predictions] == [
        [id for id in demo_gold.codebook.frame_ids if id in item.frames] for item in demo_gold.articles
    ]
    labels = demo_gold.codebook.stance_ids
    for item, found in zip(demo_gold.articles, predictions, strict=True):
        gold = {target.actor: labels[stance] for target, stance in zip(item.targets, item.stances, strict=True)}
        assert {stance.actor: stance.stance for stance in found.stances} == gold


def test_the_runtime_is_called_once_per_batch(
    model: EncoderNewsModel, demo_gold: Gold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.encoder, "N_TOKENS", 100)
    counting, runtime = counted(model)
    counting.predict([item.article for item in demo_gold.articles])
    scenes, targets = zip(*((item.scene, item.targets) for item in demo_gold.articles), strict=True)
    read = passages(scenes, targets, model.encoder.tokenizer, model.encoder.passages)
    assert runtime.n_passages == [len(group) for group in batches(read, n_tokens=100)]
    assert len(runtime.n_passages) > 5


def test_evidence_is_made_of_whole_sentences(model: EncoderNewsModel, demo_gold: Gold) -> None:
    articles = [item.article for item in demo_gold.articles]
    n_shown = 0
    for asked, found in zip(articles, model.predict(articles), strict=True):
        for answer in (*found.frames, *found.stances):
            shown = [(span.start, span.end) for span in answer.evidence]
            assert set(shown) <= set(sentences(asked.text))
            n_shown += len(shown)
    assert n_shown > len(articles)


def test_the_sentence_that_decides_comes_first(model: EncoderNewsModel) -> None:
    asked = article(MIXED)
    (found,) = model.predict([asked])
    frames = {frame.id: frame for frame in found.frames}
    assert (frames["alliance"].present, frames["failure"].present) == (True, False)
    assert said(asked, frames["alliance"].evidence)[0] == MIXED[2]
    assert frames["failure"].evidence == ()
    deciding = {"critical": MIXED[4], "neutral": MIXED[1], "supportive": MIXED[3]}
    assert {stance.actor: said(asked, stance.evidence)[0] for stance in found.stances} == {
        stance.actor: deciding[stance.stance] for stance in found.stances
    }


def test_without_its_first_evidence_an_answer_loses_more_than_without_another(model: EncoderNewsModel) -> None:
    asked = article(MIXED)
    whole, *without = model.predict([asked, *(article([*MIXED[:cut], *MIXED[cut + 1 :]]) for cut in range(1, 5))])
    (alliance,) = (frame for frame in whole.frames if frame.id == "alliance")
    (china,) = (stance for stance in whole.stances if stance.actor == "china")
    frame_left = [probabilities(found)["alliance"] for found in without]
    stance_left = [found.stances[0].proba[china.stance] for found in without]
    for left, evidence in ((frame_left, alliance.evidence), (stance_left, china.evidence)):
        first = MIXED.index(said(asked, evidence)[0]) - 1
        assert np.argmin(left) == first
        assert left[first] < 0.5 < np.delete(left, first).min()


def test_either_part_may_be_missing(model: EncoderNewsModel) -> None:
    parts = model.codebook, model.encoder
    frames = EncoderNewsModel(*parts, frames=model.frames)
    stances = EncoderNewsModel(*parts, stances=model.stances)
    (whole,), (first,), (second,) = (one.predict([article(MIXED)]) for one in (model, frames, stances))
    assert (first.frames, first.stances) == (whole.frames, ())
    assert (second.frames, second.stances) == ((), whole.stances)
    assert (frames.reads_stances, stances.reads_stances) == (False, True)
    assert (stances.thresholds, stances.needs_cast) == (None, False)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "。", "中", "🧲", "\u200b"])
def test_an_article_of_next_to_nothing_is_answered(model: EncoderNewsModel, text: str) -> None:
    beside, found = model.predict([article(MIXED), Article("a2", "", text)])
    assert found.characters_read == len(text) + 2
    assert found.stances == ()
    assert all(0 <= frame.proba <= 1 for frame in found.frames)
    assert probabilities(beside) == pytest.approx(probabilities(model.predict([article(MIXED)])[0]), abs=1e-4)


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


def test_an_article_is_answered_the_same_alone_and_among_others(model: EncoderNewsModel, demo_gold: Gold) -> None:
    articles = [article(MIXED), *(item.article for item in demo_gold.articles[:20]), article([*MIXED * 40], "long")]
    for asked, found in zip(articles, model.predict(articles), strict=True):
        assert probabilities(found) == pytest.approx(probabilities(model.predict([asked])[0]), abs=1e-4)


def test_one_more_target_leaves_the_other_answers_as_they_are(model: EncoderNewsModel) -> None:
    lynas = Target("lynas", ("Lynas",))
    (before,), (after,) = (model.predict([article(MIXED)], targets=more) for more in ({}, {"a1": [lynas]}))
    assert [stance.actor for stance in after.stances] == ["china", "japan", "lynas"]
    answered = probabilities(after)
    del answered["lynas"]
    assert answered == pytest.approx(probabilities(before), abs=1e-4)


@pytest.mark.parametrize("names", [("Lynas",), ()])
def test_a_target_without_spans_is_answered(model: EncoderNewsModel, names: tuple[str, ...]) -> None:
    targets = {"a1": [Target("lynas", names)], "a2": [Target("lynas", names)]}
    for found in model.predict([article(MIXED), Article("a2", "", "")], targets=targets):
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


def test_stances_read_apart_are_those_of_the_news_model(demo_encoder: EncoderNewsModel, demo_gold: Gold) -> None:
    assert isinstance(demo_encoder.stances, EncoderStances)
    answers = demo_encoder.answer([item.asked for item in demo_gold.articles]).stances
    assert answers is not None
    apart = demo_encoder.stances.predict_proba(demo_gold.questions)
    assert np.abs(apart - answers.proba).max() < 1e-4
