"""Tests of the encoder's stance model: it learns, answers in order, and goes on after a kill as if nothing happened."""

import os
import random
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from benchmarks.small_encoder import write_small_encoder
from models.encoder_checkpoint import CheckpointFolder
from models.encoder_optimizer import LearningConfig
from models.encoder_processor import Processor, this_processor
from models.encoder_progress import TrainingProgress
from models.encoder_source import read_encoder
from models.encoder_stance_model import EncoderStanceModel, HeldOut
from models.encoder_torch import TorchRuntime
from models.encoder_training import TrainingConfig
from models.news_model import scene_of
from models.stance_model import TargetInText
from models.targets import Scene, Target
from standpoint.errors import ModelFolderError, TrainingError
from standpoint.mentions import MentionFinder

NAMES = ("Japan", "Lynas", "Texas", "中国", "美国")
SAYS = ("{} broke its promise.", "{} met reporters.", "{} helped everyone.")
SAYS_ZH = ("{}违背承诺。", "{}会见记者。", "{}造福各方。")
QUICK = TrainingConfig(
    n_epochs=6, least_steps=0, n_targets=32, learning=LearningConfig(learning_rate=3e-3, head_learning_rate=3e-3)
)


def made(n: int, seed: int = 0) -> tuple[list[TargetInText], NDArray[np.int64]]:
    """Return targets, two in each text, and the number of what is said of each."""
    draw = random.Random(seed)
    questions, stances = [], []
    for _ in range(n):
        names, says = draw.sample(NAMES, 2), draw.choice((SAYS, SAYS_ZH))
        found = [draw.randrange(3) for _ in names]
        text = " ".join(says[stance].format(name) for name, stance in zip(names, found, strict=True))
        targets = [Target(name, (name,), ((text.index(name), text.index(name) + len(name)),)) for name in names]
        scene, targets = scene_of(text, MentionFinder(()), {}, targets)
        questions += [TargetInText(scene, target) for target in targets]
        stances += found
    return questions, np.array(stances)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [*NAMES, *SAYS, *SAYS_ZH]
    return write_small_encoder(tmp_path_factory.mktemp("encoder"), texts)


def fitted(folder: Path, config: TrainingConfig = QUICK, **options: object) -> EncoderStanceModel:
    questions, stances = made(150)
    held_out = HeldOut(*made(30, seed=1))
    model = EncoderStanceModel(read_encoder(folder), 3, config=config)
    return model.fit(questions, np.eye(3)[stances], held_out, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model(folder: Path) -> EncoderStanceModel:
    return fitted(folder)


def test_two_targets_of_one_text_get_answers_of_their_own(model: EncoderStanceModel) -> None:
    questions, stances = made(40, seed=2)
    assert (model.predict_proba(questions).argmax(axis=1) == stances).mean() > 0.95


def test_answers_do_not_depend_on_what_is_asked_beside(model: EncoderStanceModel) -> None:
    questions, _ = made(20, seed=3)
    alone = np.concatenate([model.decision_function([question]) for question in reversed(questions)])[::-1]
    assert np.abs(model.decision_function(questions) - alone).max() < 0.2  # half precision rounds


def test_the_same_seed_gives_the_same_model(model: EncoderStanceModel, folder: Path) -> None:
    questions, _ = made(5, seed=4)
    assert np.array_equal(fitted(folder).decision_function(questions), model.decision_function(questions))


def test_a_killed_run_goes_on_from_its_checkpoint(model: EncoderStanceModel, folder: Path, tmp_path: Path) -> None:
    def kill(progress: TrainingProgress) -> None:
        if progress.step > progress.n_steps // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(folder, observer=kill, checkpoints=CheckpointFolder(tmp_path / "run"))
    steps: list[TrainingProgress] = []
    resumed = fitted(folder, observer=steps.append, checkpoints=CheckpointFolder(tmp_path / "run"))
    assert [(told.step, told.loss is None) for told in steps[:2]] == [
        (n := steps[-1].n_steps // 2, True),
        (n + 1, False),
    ]
    questions, _ = made(5, seed=4)
    assert np.array_equal(resumed.decision_function(questions), model.decision_function(questions))


def test_a_run_goes_on_from_no_checkpoint_but_its_own(folder: Path, tmp_path: Path) -> None:
    steps: list[TrainingProgress] = []
    place = CheckpointFolder(tmp_path)
    fitted(folder, TrainingConfig(least_steps=0, n_epochs=1), checkpoints=place)
    fitted(folder, TrainingConfig(least_steps=0, n_epochs=1, seed=1), checkpoints=place, observer=steps.append)
    assert steps[0].step == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_a_run_that_is_over_is_not_done_again(folder: Path, tmp_path: Path) -> None:
    place, twice = CheckpointFolder(tmp_path), TrainingConfig(least_steps=0, n_epochs=2)
    first = fitted(folder, twice, checkpoints=place)
    steps: list[TrainingProgress] = []
    again = fitted(folder, twice, checkpoints=place, observer=steps.append)
    assert [told.step for told in steps] == [steps[0].n_steps]
    questions, _ = made(5, seed=4)
    assert np.array_equal(first.decision_function(questions), again.decision_function(questions))


@pytest.mark.parametrize(
    ("scores", "n_epochs", "kept"),
    [
        ([0.9, 0.86, 0.85, 0.85], 4, 3),  # 60 held-out targets: 0.065 less may be chance
        ([0.9, 0.7, 0.7, 0.9], 3, 0),
        ([0.7, 0.9, 0.8, 0.86], 4, 3),
    ],
)
def test_the_last_epoch_that_is_not_clearly_worse_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, scores: list[float], n_epochs: int, kept: int
) -> None:
    questions, _ = made(5, seed=4)
    answers = []

    def scripted(model: EncoderStanceModel, held_out: HeldOut) -> float:
        answers.append(model.decision_function(questions))
        return scores[len(answers) - 1]

    monkeypatch.setattr(EncoderStanceModel, "_macro_f1", scripted)
    model = fitted(folder, TrainingConfig(least_steps=0, n_epochs=4, patience=2))
    assert len(answers) == n_epochs
    assert np.array_equal(model.decision_function(questions), answers[kept])
    assert not np.array_equal(answers[0], answers[-1])


def test_a_spoiled_checkpoint_is_told(folder: Path, tmp_path: Path) -> None:
    fitted(folder, TrainingConfig(least_steps=0, n_epochs=1), checkpoints=CheckpointFolder(tmp_path))
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"no checkpoint")
    with pytest.raises(TrainingError, match="is not a checkpoint"):
        fitted(folder, TrainingConfig(least_steps=0, n_epochs=1), checkpoints=CheckpointFolder(tmp_path))


@pytest.mark.parametrize(("trained", "changed"), [("head", set()), ("top", {1}), ("all", {0, 1})])
def test_only_what_is_trained_changes(trained: str, changed: set[int], folder: Path) -> None:
    learning = LearningConfig(trained=trained, n_top_layers=1)  # type: ignore[arg-type]
    after = dict(
        fitted(folder, TrainingConfig(least_steps=0, n_epochs=1, learning=learning)).network.encoder.named_parameters()
    )
    before = read_encoder(folder).encoder.named_parameters()
    moved = {name for name, weight in before if not weight.equal(after[name].cpu())}
    assert {int(name.split(".")[2]) for name in moved if name.startswith("encoder.layer.")} == changed
    assert "embeddings.word_embeddings.weight" not in moved


def test_a_target_that_does_not_stand_in_the_text_is_answered_too(model: EncoderStanceModel) -> None:
    scene, _ = scene_of("Nobody met reporters.", MentionFinder(()), {})
    targets = (Target("x", ("Japan",)), Target("y"), Target("z", ("Texas",), ((6, 7),)))
    scenes = (scene, Scene("", ()))
    proba = model.predict_proba([TargetInText(scene, target) for scene in scenes for target in targets[:2]])
    assert proba.shape == (4, 3)
    assert np.allclose(proba.sum(axis=1), 1)
    assert np.isfinite(model.predict_proba([TargetInText(scene, targets[2])])).all()


def test_a_folder_that_holds_no_encoder_is_told(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ModelFolderError, match="tokenizer.json: cannot be read"):
        read_encoder(tmp_path)
    (tmp_path / "tokenizer.json").write_text((folder / "tokenizer.json").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ModelFolderError, match="model.safetensors: is not there"):
        read_encoder(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelFolderError, match="not a tokenizer"):
        read_encoder(tmp_path)


def test_full_precision_and_half_precision_agree(model: EncoderStanceModel) -> None:
    questions, _ = made(20, seed=5)
    half = model.predict_proba(questions)
    exact = TorchRuntime(model.network, Processor(this_processor().device, has_bf16=False))
    model.encoder.runtime, kept = exact, model.encoder.runtime
    full = model.predict_proba(questions)
    model.encoder.runtime = kept
    assert np.abs(half - full).max() < 0.1
