"""Tests of sentence states: whose tokens they are made of, on texts of one window and of many."""

import os
from importlib.util import find_spec

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

import torch

from benchmarks.small_encoder import write_small_encoder
from models.encoder_processor import Processor
from models.encoder_source import EncoderSource, read_encoder
from models.encoder_states import N_LAYERS, sentence_states
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
    return sentence_states(scenes, source, config=config, processor=EXACT)


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
