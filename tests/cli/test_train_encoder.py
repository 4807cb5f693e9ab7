"""Tests of training an encoder from the command line, in Chinese: used without torch, gone on with after a kill."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from benchmarks.small_encoder import write_small_encoder
from models.store import open_store
from serving.registry import registered_versions
from standpoint.codebook_file import load_codebook
from standpoint.sentences import sentences

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CODEBOOK = """
format = 1
id = "demo"
name = { en = "Demo", zh = "示例" }
[[frame]]
id = "failure"
name = { en = "Failure", zh = "失败" }
definition = { en = "It fails.", zh = "计划失败。" }
[[frame]]
id = "alliance"
name = { en = "Alliance", zh = "联盟" }
definition = { en = "Allies act.", zh = "盟友行动。" }
[[actor]]
id = "china"
name = { en = "China", zh = "中国" }
aliases = ["中国", "中方"]
[[actor]]
id = "japan"
name = { en = "Japan", zh = "日本" }
aliases = ["日本"]
"""
FRAMES = {"failure": "昂贵的计划再次失败。", "alliance": "盟友签署了联合协议。"}
STANCES = {
    "critical": "{}违背承诺，损害各方。",
    "neutral": "{}公布了月度数据。",
    "supportive": "{}信守承诺，造福各方。",
}
ACTORS = {"china": ("中国", "中方"), "japan": ("日本",)}
FILLER = "𠮷野先生于周二出席🧲会议。"
"""Two of its characters take two units in UTF-16; offsets count each as one."""

TRAIN = (
    *("train", "--articles", "articles.jsonl", "--gold", "gold.jsonl", "--codebook", "codebook.toml"),
    *("--model", "encoder", "--encoder", "encoder", "--out", "model"),
)
EPOCH = re.compile(
    r"^(.+): epoch (\d+), step (\d+) of (\d+), (?:loss \d+\.\d\d, )?F1 held out \d\.\d\d\d$", re.MULTILINE
)
WITHOUT_TORCH = """
import sys
from importlib.machinery import PathFinder
hidden = {"torch", "transformers", "onnx", "onnxscript"}
found = PathFinder.find_spec
PathFinder.find_spec = staticmethod(lambda name, *rest: None if name.split(".")[0] in hidden else found(name, *rest))
"""
COMMAND = "from cli.main import main\nmain()"
PYFUNC = """
import pandas
from mlflow.pyfunc import load_model
rows = pandas.read_json("new.jsonl", lines=True)[["id", "title", "body"]]
print("\\n".join(load_model("models:/standpoint@champion").predict(rows)["prediction"]))
"""
Run = Callable[..., CompletedProcess[str]]


def made(n_articles: int, seed: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield articles in which a sentence gives away each frame and each stance, and what is gold of them."""
    draw = random.Random(seed)
    for number in range(n_articles):
        frames = [id for id in FRAMES if draw.random() < 0.5]
        stances = {actor: draw.choice(list(STANCES)) for actor in draw.sample(list(ACTORS), number % 2 + 1)}
        parts = [FRAMES[id] for id in frames] + [FILLER]
        parts += [STANCES[stance].format(draw.choice(ACTORS[actor])) for actor, stance in stances.items()]
        id, body = f"{seed}-{number}", "".join(draw.sample(parts, len(parts)))
        gold = {"article_id": id, "annotator": "gold", "frames": frames, "stances": stances}
        yield {"id": id, "title": "新闻🧲", "body": body, "language": "zh"}, gold


def write(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")


def environment() -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    return known | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}


def run(folder: Path, code: str, *arguments: str, **more: str) -> CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment() | more, capture_output=True, text=True, encoding="utf-8", check=False
    )


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write articles, gold, codebook and an encoder that knows nothing yet, whose tokens are characters."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "codebook.toml").write_text(CODEBOOK, encoding="utf-8")
    reference = load_codebook(folder / "codebook.toml").reference
    articles, gold = zip(*made(48, seed=1), strict=True)
    write(folder / "articles.jsonl", list(articles))
    write(folder / "gold.jsonl", [{**record, "codebook": reference} for record in gold])
    write(folder / "new.jsonl", [article for article, _ in made(12, seed=2)])
    write_small_encoder(folder / "encoder", [article["title"] + article["body"] for article in articles], n_layers=1)
    return folder


@pytest.fixture(scope="module")
def undisturbed(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Train in one go; return the folder and what was printed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "work"
    shutil.copytree(inputs, folder)
    done = run(folder, COMMAND, *TRAIN)
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


def epochs(output: str) -> dict[str, list[int]]:
    """Return the numbers of the epochs that were told, by training."""
    found: dict[str, list[int]] = {}
    for heading, number, *_ in EPOCH.findall(output):
        found.setdefault(heading, []).append(int(number))
    return found


def test_a_line_is_printed_for_every_epoch_where_there_is_no_terminal(undisturbed: tuple[Path, str]) -> None:
    told = epochs(undisturbed[1])
    parts = [*(f"cross_validated: part {number} of 5" for number in range(1, 6)), "final"]
    assert list(told) == [f"{part}: stances" for part in parts]
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in told.values())
    assert "\x1b" not in undisturbed[1]


def test_the_run_records_what_was_trained(undisturbed: tuple[Path, str]) -> None:
    folder, output = undisturbed
    uri = f"sqlite:///{folder}/mlruns/mlflow.db"
    (version,) = registered_versions(uri)
    with open_store(uri) as client:
        found = client.get_run(str(version.run_id)).data
    recorded = {name: found.params[name] for name in ("model", "encoder", "trained", "n_articles", "n_stances")}
    assert recorded == {
        "model": "encoder",
        "encoder": "encoder",
        "trained": "all",
        "n_articles": "48",
        "n_stances": "72",
    }
    assert found.metrics["cross_validated/frames/macro_f1"] > 0.9
    assert "! frames: the encoder has weight " in output
    assert "model    model\nversion  standpoint/1 (@challenger, @champion)\n" in output


def test_no_checkpoint_is_left_of_a_training_that_is_recorded(undisturbed: tuple[Path, str]) -> None:
    assert sorted(path.name for path in (undisturbed[0] / "mlruns").iterdir()) == ["artifacts", "mlflow.db"]


def test_chinese_is_scored_without_torch_at_the_right_characters(undisturbed: tuple[Path, str]) -> None:
    folder, _ = undisturbed
    done = run(folder, WITHOUT_TORCH + COMMAND, "score", "new.jsonl", "--model", "model", "--out", "out.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    records = [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    for record, (article, gold) in zip(records, made(12, seed=2), strict=True):
        text = f"{article['title']}\n\n{article['body']}"
        assert record["characters_read"] == len(text)
        assert {frame["id"]: words(text, frame) for frame in record["frames"] if frame["present"]} == {
            id: [FRAMES[id]] for id in gold["frames"]
        }
        assert {stance["actor"] for stance in record["stances"]} == gold["stances"].keys()
        for stance in record["stances"]:
            actor = stance["actor"]
            assert {text[start:end] for start, end in stance["mentions"]} <= set(ACTORS[actor])
            names = [name for name in ACTORS[actor] if name in text]
            assert words(text, stance) == [STANCES[gold["stances"][actor]].format(name) for name in names]


def words(text: str, answer: dict[str, Any]) -> list[str]:
    """Return the sentences that are the evidence of an answer."""
    spans = [(found["start"], found["end"]) for found in answer["evidence"]]
    assert set(spans) <= set(sentences(text))
    return [text[start:end] for start, end in spans]


def test_the_registered_version_opens_with_mlflow_and_without_torch(undisturbed: tuple[Path, str]) -> None:
    done = run(undisturbed[0], WITHOUT_TORCH + PYFUNC, MLFLOW_TRACKING_URI="sqlite:///mlruns/mlflow.db")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["article_id"] for record in records] == [f"2-{number}" for number in range(12)]
    for record, (_, gold) in zip(records, made(12, seed=2), strict=True):
        assert record["model"] == "standpoint/1"
        assert [frame["id"] for frame in record["frames"] if frame["present"]] == gold["frames"]


@pytest.fixture(scope="module")
def killed(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kill the same training as soon as its third network has a checkpoint; return the folder."""
    folder = tmp_path_factory.mktemp("killed") / "work"
    shutil.copytree(inputs, folder)
    with (folder.parent / "output.txt").open("w") as output:
        training = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *TRAIN], cwd=folder, env=environment(), stdout=output, stderr=output
        )
    try:
        while training.poll() is None and len(list((folder / "mlruns/checkpoints").glob("[!.]*"))) < 3:
            time.sleep(0.005)
    finally:
        training.kill()
    assert training.wait() == -9, (folder.parent / "output.txt").read_text()
    return folder


def test_a_training_that_was_killed_goes_on_to_the_same_model(undisturbed: tuple[Path, str], killed: Path) -> None:
    assert not (killed / "model").exists()
    done = run(killed, COMMAND, *TRAIN)
    assert (done.returncode, done.stderr) == (0, "")
    whole, again = epochs(undisturbed[1]), epochs(done.stdout)
    first, second, third, *others = whole
    assert [again[over] for over in (first, second)] == [whole[over][-1:] for over in (first, second)]
    assert again[third] == whole[third][-len(again[third]) :]
    assert f"{third}: epoch {again[third][0]}, step" in done.stdout
    assert {heading: again[heading] for heading in others} == {heading: whole[heading] for heading in others}
    assert content_of(killed / "model") == content_of(undisturbed[0] / "model")
    assert not (killed / "mlruns/checkpoints").exists()


def test_without_torch_training_names_what_to_install(inputs: Path) -> None:
    done = run(inputs, WITHOUT_TORCH + COMMAND, *TRAIN)
    assert done.returncode == 2
    assert done.stderr == ("standpoint: --model encoder needs torch. Install it: pip install 'standpoint[encoder]'.\n")


@pytest.mark.parametrize(
    "more", [("--encoder", "encoder"), ("--learn", "head"), ("--model", "linear", "--learn", "top")]
)
def test_what_is_for_an_encoder_is_refused_for_a_linear_model(
    standpoint: Run, inputs: Path, more: tuple[str, ...]
) -> None:
    files = "--articles", inputs / "articles.jsonl", "--gold", inputs / "gold.jsonl"
    done = standpoint("train", *files, "--codebook", inputs / "codebook.toml", *more)
    assert done.returncode == 2
    assert done.stderr == "standpoint: --encoder and --learn are for --model encoder. Add it, or leave them out.\n"
    assert list(Path().iterdir()) == []


def test_a_folder_that_is_no_encoder_is_told_before_anything_is_trained(
    standpoint: Run, inputs: Path, tmp_path: Path
) -> None:
    files = "--articles", inputs / "articles.jsonl", "--gold", inputs / "gold.jsonl"
    (tmp_path / "nothing").mkdir()
    done = standpoint(
        "train", *files, "--codebook", inputs / "codebook.toml", "--model", "encoder", "--encoder", "nothing"
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "standpoint: nothing/tokenizer.json: cannot be read (No such file or directory). Name a folder that holds "
        "config.json, model.safetensors and tokenizer.json, as Hugging Face models have them.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["nothing"]
