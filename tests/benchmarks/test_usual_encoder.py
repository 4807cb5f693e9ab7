"""Tests of the usual way on small made-up data: what it calls, what it learns, and that batches change no answer."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

import torch

from benchmarks.asked_articles import Asked
from benchmarks.narrative_frames import read
from benchmarks.small_encoder import write_small_encoder
from benchmarks.stance_data import SHIFT, stance_codebook
from benchmarks.usual_calls import WAYS, Call, calls, gold_calls
from benchmarks.usual_encoder import FineTuning, Setting, UsualFrames, UsualStances
from models.targets import Target
from standpoint.annotation import Annotation
from standpoint.article import make_article
from training.gold import Gold, make_gold

TEXT = "Trump met China. Trump left. It rained. China and the EPA stayed."
SAYS = ("{} blundered badly.", "{} met on Friday.", "{} succeeded brilliantly.")
CODEBOOK = stance_codebook("demo", ["negative", "neutral", "positive"])
SETTINGS = [Setting(batch_size, half) for batch_size in (1, 8) for half in (False, True)]


def stances(numbers: range) -> Gold:
    articles, annotations, targets = [], [], {}
    for number in numbers:
        id, name, stance = str(number), f"Minister {number}", number % 3
        articles.append(make_article("", SAYS[stance].format(name), id=id))
        annotations.append(Annotation(id, "gold", CODEBOOK.reference, frozenset(), {"m": CODEBOOK.stance_ids[stance]}))
        targets[id] = [Target("m", (name,), ((SHIFT, SHIFT + len(name)),))]
    return make_gold(articles, annotations, CODEBOOK, targets=targets)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Compute on one thread: several that wait for each other are slow on so little, where the machine is busy."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture(scope="module")
def encoder(narrative_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    gold, _ = read(narrative_folder / "articles.jsonl")
    return write_small_encoder(tmp_path_factory.mktemp("encoder"), [*gold.texts, *SAYS])


@pytest.fixture(scope="module")
def stance_model(encoder: Path) -> UsualStances:
    return UsualStances(encoder, CODEBOOK).fit(
        stances(range(60)), FineTuning(n_epochs=30, learning_rate=5e-3, batch_size=8)
    )


def asked() -> list[Asked]:
    article = make_article("", TEXT, id="1")
    return [Asked(article, ("China", "Donald Trump")), Asked(article, ("Environmental Protection Agency",))]


def test_each_way_reads_other_texts_of_an_actor() -> None:
    found = {way: [(call.question, call.text, call.name) for call in calls(asked(), way)] for way in WAYS}
    first, last = "Trump met China.", "China and the EPA stayed."
    assert found["first_sentence"] == [(0, first, "China"), (1, first, "Trump"), (2, last, "EPA")]
    assert found["every_sentence"] == [
        (0, first, "China"),
        (0, last, "China"),
        (1, first, "Trump"),
        (1, "Trump left.", "Trump"),
        (2, last, "EPA"),
    ]
    assert found["whole_article"] == [(0, TEXT, "China"), (1, TEXT, "Trump"), (2, TEXT, "EPA")]


def test_frames_are_learned_and_called_with_thresholds(narrative_folder: Path, encoder: Path) -> None:
    gold, _ = read(narrative_folder / "articles.jsonl")
    model = UsualFrames(encoder, gold.codebook).fit(gold, FineTuning(n_epochs=60, learning_rate=5e-3, batch_size=8))
    proba = model.predict_proba(gold.texts)
    model.tune(proba, gold.present)
    assert (model.choose(proba) == gold.present).mean() > 0.9


def test_stances_are_learned(stance_model: UsualStances) -> None:
    test = stances(range(100, 130))
    assert (stance_model.predict_proba(gold_calls(test)).argmax(axis=1) == test.stances).mean() > 0.9


@pytest.mark.parametrize("setting", SETTINGS)
def test_answers_do_not_depend_on_what_is_read_together(stance_model: UsualStances, setting: Setting) -> None:
    asked = gold_calls(stances(range(30)))
    alone = np.concatenate([stance_model.predict_proba([Call(0, call.text, call.name)]) for call in asked])
    assert stance_model.predict_proba(asked, setting) == pytest.approx(alone, abs=0.02 if setting.half else 1e-5)


def test_several_calls_of_one_question_answer_it_by_their_mean(stance_model: UsualStances) -> None:
    bad, good = (
        stance_model.predict_proba([Call(0, says.format("Minister 1"), "Minister 1")])[0] for says in SAYS[::2]
    )
    both = [Call(0, says.format("Minister 1"), "Minister 1") for says in SAYS[::2]]
    assert stance_model.predict_proba(both)[0] == pytest.approx((bad + good) / 2)


def test_a_model_that_was_kept_answers_as_before(stance_model: UsualStances, tmp_path: Path) -> None:
    stance_model.classifier.save(tmp_path / "kept")
    asked = gold_calls(stances(range(9)))
    again = UsualStances(tmp_path / "kept", CODEBOOK)
    assert again.predict_proba(asked) == pytest.approx(stance_model.predict_proba(asked))
