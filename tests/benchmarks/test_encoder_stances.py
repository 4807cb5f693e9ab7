"""Tests of the encoder's benchmark on small made-up data: figures over seeds, and what it says without an encoder."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from benchmarks.small_encoder import write_small_encoder

ROOT = Path(__file__).parents[2]
SAYS = {"negative": "{} blundered badly.", "neutral": "{} met on Friday.", "positive": "{} succeeded brilliantly."}


def record(number: int) -> dict[str, Any]:
    label = list(SAYS)[number % 3]
    name = f"Minister {number}"
    said = {"text": SAYS[label].format(name), "target": name, "start": 0, "end": len(name), "label": label}
    return {"id": f"t{number}", "sid": f"s{number}", "further": [], "others": [], **said}


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.newsmtsc", "--data", folder, "--model", "encoder", *arguments]
    return subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("newsmtsc")
    for name, numbers in (("train.jsonl", range(60)), ("test_mt.jsonl", range(100, 130))):
        lines = [json.dumps(record(number)) + "\n" for number in numbers]
        (folder / name).write_text("".join(lines), encoding="utf-8")
    write_small_encoder(folder / "encoder", SAYS.values())
    return folder


def test_all_seeds_are_measured_beside_the_ablations(folder: Path) -> None:
    done = run(folder, "--encoder", folder / "encoder", "--n-seeds", 2, "--json", folder / "out.json")
    assert done.returncode == 0, done.stderr
    found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert {"target_blind/macro_f1", "name_only/macro_f1", "gain_over_name_only/macro_f1"} <= set(found["ablations"])
    assert any("(seed 0)" in note and "(seed 1)" in note for note in found["notes"])
    assert "encoder, seed 1: step 2 of 64, epoch 1: loss" in done.stderr
    assert "Loading weights" not in done.stderr


def test_an_encoder_must_be_named(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 2
    assert "--model encoder needs --encoder FOLDER" in done.stderr


def test_a_folder_without_an_encoder_is_one_line(folder: Path) -> None:
    done = run(folder, "--encoder", folder)
    assert done.returncode == 2
    assert "tokenizer.json: cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
