"""Tests of benchmarks.label_errors: what is turned, what is found of it, and its intervals."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.annotator_shares import read_narrative_frames, read_sample
from benchmarks.label_errors import mean_interval, measured, with_errors
from standpoint.errors import InputError

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.label_errors", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_share_is_turned_of_frames_and_of_stances_and_the_rest_is_as_it_was() -> None:
    gold = read_sample().gold
    other = with_errors(gold, 0.25, np.random.default_rng(0))
    assert (other.present != gold.present).sum() == round(0.25 * gold.present.size)
    assert (other.stances != gold.stances).sum() == round(0.25 * len(gold.stances))
    assert other.texts == gold.texts
    assert set(other.stances.tolist()) == {0, 1, 2}


def test_turned_labels_come_first_where_the_text_tells_the_frame(narrative_folder: Path) -> None:
    precision, recall = measured(read_narrative_frames(narrative_folder), share=0.05, repeats=2, seed=0)
    assert precision.name == "narrative_frames/frames/precision_at_30"
    assert (precision.n_wrong, precision.n_labels, precision.random, precision.best) == (15, 300, 0.05, 0.5)
    assert precision.estimate.value > 4 * precision.random
    assert (recall.random, recall.best) == (1 / 3, 1)
    assert recall.estimate.value > 2 * recall.random


def test_the_interval_of_a_mean_is_students() -> None:
    assert str(mean_interval([1, 2, 3])) == "2.000 [-0.484, 4.484]"  # 4.303 / sqrt(3) either way
    assert math.isnan(mean_interval([1]).low)


def test_a_share_that_turns_nothing_is_refused(narrative_folder: Path) -> None:
    with pytest.raises(InputError, match=r"0\.001 turns no label of 'narrative_frames'.*Give a larger --share"):
        measured(read_narrative_frames(narrative_folder), share=0.001, repeats=2, seed=0)


def test_missing_data_and_impossible_options_are_exit_code_two(tmp_path: Path) -> None:
    missing = run("--data", tmp_path / "nowhere")
    assert (missing.returncode, "nowhere/articles.jsonl: cannot be read" in missing.stderr) == (2, True)
    assert "Traceback" not in missing.stderr
    for option, words in (("--share=1.5", "--share is 1.5, not between 0 and 1"), ("--repeats=0", "--repeats is 0")):
        wrong = run(option)
        assert (wrong.returncode, words in wrong.stderr) == (2, True)
