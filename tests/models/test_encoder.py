"""Tests of the encoder: whose tokens the states of a sentence are made of, and what places say together."""

import os
from importlib.util import find_spec

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

import torch

from benchmarks.small_encoder import write_small_encoder
from models.encoder import Encoder, Places
from models.encoder_network import N_LAYERS, EncoderNetwork, pooled
from models.encoder_processor import Processor
from models.encoder_source import EncoderSource, read_encoder
from models.encoder_torch import TorchRuntime
from models.frame_head import States
from models.passages import PassageConfig
from models.targets import Scene
from standpoint.sentences import sentences

TEXT = "China praised Japan. 中国批评日本。 Japan met reporters in Texas."
EXACT = Processor(torch.device("cpu"), has_bf16=False)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> EncoderSource:
    return read_encoder(write_small_encoder(tmp_path_factory.mktemp("encoder"), [TEXT], n_layers=4))


def states_of(source: EncoderSource, *texts: str, config: PassageConfig | None = None) -> list[States]:
    scenes = [Scene(text, tuple(sentences(text))) for text in texts]
    runtime = TorchRuntime(EncoderNetwork(source.encoder, n_stances=3).eval(), EXACT)
    return list(Encoder(source.tokenizer, runtime, config).read(scenes, [()] * len(scenes)).states)


def test_a_sentence_is_the_mean_of_its_tokens_at_the_last_layers(source: EncoderSource) -> None:
    ids = torch.tensor([[*source.tokenizer.before, *source.tokenizer.tokenise([TEXT])[0].ids, *source.tokenizer.after]])
    with torch.inference_mode():
        layers = source.encoder(ids, output_hidden_states=True).hidden_states[-N_LAYERS:]
    (found,) = states_of(source, TEXT)
    first = torch.stack([layer[0, 1:5].mean(dim=0) for layer in layers]).numpy()  # China praised Japan .
    assert found.shape == (3, N_LAYERS, 32)
    assert np.allclose(found[0], first, atol=1e-5)


def test_a_text_does_not_depend_on_those_beside_it(source: EncoderSource) -> None:
    first, second, third = states_of(source, TEXT, "Japan.", TEXT)
    assert np.allclose(first, third, atol=1e-5)
    assert np.allclose(second, states_of(source, "Japan.")[0], atol=1e-5)


def test_every_sentence_of_a_long_text_gets_a_state_of_its_own(source: EncoderSource) -> None:
    (found,) = states_of(source, " ".join([TEXT] * 5), config=PassageConfig(size=12, overlap=4))
    assert len(found) == 15
    assert (np.abs(found).sum(axis=(1, 2)) > 0).all()


def test_a_sentence_longer_than_a_window_is_the_mean_over_its_windows(source: EncoderSource) -> None:
    config = PassageConfig(size=4, overlap=0)
    (whole,) = states_of(source, "China praised Japan in Texas met reporters Japan", config=config)
    halves = states_of(source, "China praised Japan in", "Texas met reporters Japan", config=config)
    assert np.allclose(whole[0], np.mean([half[0] for half in halves], axis=0), atol=1e-5)


def test_a_text_without_sentences_gets_one_state_of_zeros(source: EncoderSource) -> None:
    empty, other = states_of(source, "", TEXT)
    assert empty.tolist() == np.zeros((1, N_LAYERS, 32)).tolist()
    assert len(other) == 3
    assert states_of(source) == []


def places() -> Places:
    draw = np.random.default_rng(0)
    return Places(np.array([0, 1, 0, 2, 0]), np.arange(5), draw.normal(size=5), draw.normal(size=(5, 3)))


def test_places_are_pooled_as_in_training() -> None:
    found = places()
    together = torch.from_numpy(np.column_stack([found.says, found.scores]))
    assert np.allclose(found.pooled(3), pooled(together, torch.from_numpy(found.questions), 3).numpy())


def test_the_fall_of_a_place_is_what_the_answer_loses_without_it() -> None:
    found, neutral, chosen = places(), np.array([1.0, 0, 0, 0]), np.array([0, 1, 2])
    kept = np.array([False, True, True, True, True])
    less = Places(*(part[kept] for part in (found.questions, found.sentences, found.says, found.scores)))
    odds = []
    for some in (found, less):
        proba = np.exp(some.pooled(3)[0]) / np.exp(some.pooled(3)[0]).sum()
        odds.append(np.log(proba[0] / (1 - proba[0])))
    assert found.falls(chosen, neutral)[0] == pytest.approx(odds[0] - odds[1])


def test_the_only_place_of_a_target_gets_the_whole_answer() -> None:
    found, neutral = places(), np.array([1.0, 0, 0, 0])
    proba = np.exp(found.scores[1]) / np.exp(found.scores[1]).sum()
    assert found.falls(np.array([0, 1, 2]), neutral)[1] == pytest.approx(np.log(proba[1] / (1 - proba[1])))
