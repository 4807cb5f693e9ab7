"""Tests of benchmarks.soft_labels: both models on the same folds, and the difference between them."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.annotator_shares import Corpus, read_narrative_frames
from benchmarks.soft_labels import compared
from training.gold import Gold

ROOT = Path(__file__).parents[2]


def test_soft_is_held_against_hard_on_golds_answers(narrative_folder: Path) -> None:
    (frames,) = compared(read_narrative_frames(narrative_folder), seed=0)
    assert (frames.name, frames.n_split, frames.n_labels) == ("narrative_frames/frames", 6, 300)
    assert frames.hard.value > 0.9
    assert frames.difference.value == frames.soft.value - frames.hard.value


def test_shares_that_say_the_opposite_are_learned_by_soft_only(narrative_folder: Path) -> None:
    corpus = read_narrative_frames(narrative_folder)
    opposite = [
        replace(item, frame_shares={frame: float(frame not in item.frames) for frame in corpus.gold.codebook.frame_ids})
        for item in corpus.gold.articles
    ]
    (frames,) = compared(Corpus("opposite", Gold(corpus.gold.codebook, opposite)), seed=0)
    assert frames.hard.value > 0.9
    assert frames.difference.high < 0


def test_missing_data_are_one_line_and_exit_code_two(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.soft_labels", "--data", str(tmp_path / "nowhere")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "nowhere/articles.jsonl: cannot be read" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr
