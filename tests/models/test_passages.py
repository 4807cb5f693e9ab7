"""Tests of passages: what stands in which tokens, on texts longer than a window, and of targets that are not named."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from benchmarks.small_encoder import write_small_encoder
from models.encoder_tokens import EncoderTokenizer, read_tokenizer
from models.news_model import scene_of
from models.passage_batch import AN_OTHER, NO_ACTOR, REACH, THE_TARGET, batches, passage_batch
from models.passages import PassageConfig, passages
from models.targets import Scene, Target
from standpoint.mentions import MentionFinder

TEXT = "China praised Japan. 中国批评日本。 Japan met reporters in Texas."
WORDS = PassageConfig(size=12, overlap=4)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> EncoderTokenizer:
    return read_tokenizer(write_small_encoder(tmp_path_factory.mktemp("encoder"), [TEXT]))


def asked(text: str, **names: str) -> tuple[list[Scene], list[list[Target]]]:
    """Return the text's scene and its targets, each named by a word wherever it stands."""
    targets = []
    for id, name in names.items():
        starts = [start for start in range(len(text)) if text.startswith(name, start)]
        targets.append(Target(id, (name,), tuple((start, start + len(name)) for start in starts)))
    scene, found = scene_of(text, MentionFinder(()), {}, targets)
    return [scene], [found]


def test_a_target_has_a_place_in_every_sentence_that_names_it(tokenizer: EncoderTokenizer) -> None:
    scenes, targets = asked(TEXT, japan="Japan", zh="日本")
    [passage] = passages(scenes, targets, tokenizer)
    seen = [(place.target, place.tokens.tolist(), place.sentence) for place in passage.places]
    assert seen == [(0, [3], (1, 5)), (0, [12], (12, 18)), (1, [9, 10], (5, 12))]


def test_all_actors_are_marked_alike_and_the_target_is_told_from_the_others(tokenizer: EncoderTokenizer) -> None:
    scenes, targets = asked("China praised Japan.", china="China", japan="Japan")
    batch = passage_batch(passages(scenes, targets, tokenizer), padding=0)
    assert batch.actors.tolist() == [[0, 1, 0, 1, 0, 0]]
    assert batch.near.tolist()[1] == [1, 2, 3, 4]
    assert batch.roles.tolist()[1] == [AN_OTHER, NO_ACTOR, THE_TARGET, NO_ACTOR]
    assert (batch.offsets[1] - REACH).tolist() == [-2, -1, 0, 1]


def test_offsets_count_from_the_closest_mention(tokenizer: EncoderTokenizer) -> None:
    scenes, targets = asked("Japan met met met met Japan", japan="Japan")
    batch = passage_batch(passages(scenes, targets, tokenizer), padding=0)
    assert (batch.offsets[0] - REACH).tolist() == [0, 1, 2, -2, -1, 0]


def test_every_mention_of_a_long_text_is_asked_about_once(tokenizer: EncoderTokenizer) -> None:
    scenes, targets = asked(" ".join([TEXT] * 20), japan="Japan", zh="日本")
    found = passages(scenes, targets, tokenizer, WORDS)
    assert len(found) > 20
    assert max(len(passage.ids) for passage in found) <= 12 + 2
    assert sum(len(place.tokens) for passage in found for place in passage.places) == 40 + 2 * 20


def test_a_target_that_is_not_named_is_read_beside_the_text(tokenizer: EncoderTokenizer) -> None:
    scenes = [Scene("China praised Japan.", ((0, 20),)), Scene("", ())]
    found = passages(scenes, [[Target("x", ("Texas",))]] * 2, tokenizer)
    beside = [passage for passage in found if passage.places]
    texas = tokenizer.tokenise(["Texas"])[0].ids
    assert [passage.ids[passage.places[0].tokens].tolist() for passage in beside] == [texas.tolist()] * 2
    assert [len(passage.ids) for passage in beside] == [8, 4]


def test_a_mention_that_the_tokenizer_passes_over_is_asked_of_the_whole(tokenizer: EncoderTokenizer) -> None:
    scenes, targets = asked("China praised \u200b Japan.", x="\u200b")
    [passage] = passages(scenes, targets, tokenizer)
    assert len(passage.places[0].tokens) == 4
    [passage] = passages(scenes, [[Target("y", ("\u200b",))]], tokenizer)
    assert len(passage.places[0].tokens) == 4


def test_batches_hold_like_lengths_under_the_budget(tokenizer: EncoderTokenizer) -> None:
    scenes = [scene for n in (9, 1, 8, 2, 40) for scene in asked(" ".join(["met"] * n))[0]]
    found = passages(scenes, [[]] * 5, tokenizer)
    assert batches(found, n_tokens=24) == [[1, 3], [2, 0], [4]]


def test_special_tokens_are_those_of_the_tokenizer(tokenizer: EncoderTokenizer, tmp_path: Path) -> None:
    assert (tokenizer.before, tokenizer.between, tokenizer.after) == ([2], [3], [3])
