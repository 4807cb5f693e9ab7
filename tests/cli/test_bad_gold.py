"""Tests of what the command answers to gold, codebooks and tracking stores that are not as they should be."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from time import monotonic
from typing import Any

import pytest

from models.folder import load_model
from standpoint.codebook_file import load_codebook

Run = Callable[..., CompletedProcess[str]]
Record = dict[str, Any]
CODEBOOK = """
id = "small"
name = { en = "Small", zh = "小" }
[[frame]]
id = "failure"
name = { en = "Failure", zh = "失败" }
[[frame]]
id = "pact"
name = { en = "Pact", zh = "协议" }
[[actor]]
id = "china"
name = { en = "China", zh = "中国" }
aliases = ["China", "中国"]
"""
STANCES = {"critical": "broke its word", "neutral": "published figures", "supportive": "kept its word"}


def corpus(
    frames: Callable[[int], list[str]], stance: Callable[[int], str | None]
) -> tuple[list[Record], list[Record]]:
    """Make 24 articles and their gold from the frames and the stance of each."""
    articles, gold = [], []
    for number in range(24):
        parts = ["The plan failed." if "failure" in frames(number) else "Rain fell."]
        parts += ["A pact was signed." if "pact" in frames(number) else "Snow fell."]
        given = stance(number)
        parts += [f"China {STANCES[given]} on day {number}."] if given else []
        articles.append({"id": f"a{number}", "body": " ".join(parts), "published": f"2025-01-{number + 1:02}"})
        stances = {"china": given} if given else {}
        gold.append({"article_id": f"a{number}", "annotator": "gold", "frames": frames(number), "stances": stances})
    return articles, gold


def mixed() -> tuple[list[Record], list[Record]]:
    return corpus(lambda number: ["failure"] * (number % 2), lambda number: list(STANCES)[number % 3])


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def train(
    standpoint: Run, folder: Path, articles: list[Record], gold: list[Record], *, codebook: str = CODEBOOK
) -> CompletedProcess[str]:
    reference = load_codebook(write(folder / "small.toml", CODEBOOK)).reference
    files = {
        "--articles": write(folder / "articles.jsonl", "".join(json.dumps(item) + "\n" for item in articles)),
        "--gold": write(
            folder / "gold.jsonl", "".join(json.dumps({"codebook": reference} | item) + "\n" for item in gold)
        ),
        "--codebook": write(folder / "codebook.toml", codebook),
        "--out": folder / "model",
    }
    return standpoint("train", *(word for option in files.items() for word in option))


@pytest.fixture
def store(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, standpoint: Run) -> Run:
    """Lend the command with a store of its own that need not be made first."""
    shutil.copy(trained / "mlruns/mlflow.db", tmp_path / "copy.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/copy.db")
    return standpoint


WRONG: Mapping[str, tuple[Record, str]] = {
    "frame": (
        {"frames": ["failur"]},
        "gold.jsonl:3: frame 'failur' is not in codebook 'small' (failure, pact); did you mean 'failure'? "
        "Add it to the codebook or fix the record.",
    ),
    "actor": (
        {"stances": {"chna": "neutral"}},
        "gold.jsonl:3: actor 'chna' is not in codebook 'small' (china); did you mean 'china'?",
    ),
    "stance": (
        {"stances": {"china": "crit"}},
        "gold.jsonl:3: stance 'crit' is not in codebook 'small' (critical, neutral, supportive); "
        "did you mean 'critical'?",
    ),
    "second annotation": (
        {"article_id": "a0"},
        "gold.jsonl:3: article 'a0' has two annotations. Gold holds one per article: adjudicate first, or remove one.",
    ),
    "no such article": ({"article_id": "b"}, "gold.jsonl:3: article 'b' is not in"),
    "other revision": (
        {"codebook": "small@00000000"},
        "gold.jsonl: annotation of article 'a2' was made under codebook 'small@00000000', but 'small@",
    ),
    "evidence outside": (
        {"evidence": [{"label": "pact", "start": 5, "end": 999}]},
        "gold.jsonl:3: evidence for 'pact' spans 5 to 999, but article 'a2' has",
    ),
    "evidence reversed": ({"evidence": [{"label": "pact", "start": 5, "end": 5}]}, "gold.jsonl:3: evidence for 'pact'"),
    "missing field": ({"annotator": None}, "gold.jsonl:3: field 'annotator' is missing. Add it as a text."),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_annotation_is_named_with_its_place_and_nothing_is_written(
    standpoint: Run, tmp_path: Path, kind: str
) -> None:
    change, words = WRONG[kind]
    articles, gold = mixed()
    gold[2] |= change
    answer = train(standpoint, tmp_path, articles, gold)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("standpoint: ")
    assert words in answer.stderr
    assert not (tmp_path / "model").exists()
    assert not (tmp_path / "mlruns").exists()


def test_a_line_that_was_cut_off_is_named(standpoint: Run, tmp_path: Path, trained: Path) -> None:
    content = (trained / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    cut = write(tmp_path / "cut.jsonl", "\n".join([*content[:2], content[2][:40]]))
    articles, codebook = trained / "articles.jsonl", Path(__file__).parents[2] / "codebooks/rare-earths.toml"
    answer = standpoint("train", "--articles", articles, "--gold", cut, "--codebook", codebook)
    assert answer.returncode == 2
    assert f"{cut}:3: the line ends in the middle of a record" in answer.stderr
    assert "write one complete record a line" in answer.stderr


def test_one_id_for_two_texts_is_refused(standpoint: Run, tmp_path: Path) -> None:
    articles, gold = mixed()
    answer = train(standpoint, tmp_path, [*articles, articles[0] | {"title": "New", "body": "Other."}], gold)
    assert answer.returncode == 2
    assert "articles.jsonl: id 'a0' stands for two articles with different texts ('', 'New')." in answer.stderr
    assert "Give one of them another id." in answer.stderr


@pytest.mark.parametrize(("articles", "gold"), [("articles", "gold"), ("", "gold"), ("articles", "")])
def test_empty_files_are_named(standpoint: Run, tmp_path: Path, articles: str, gold: str) -> None:
    all_articles, all_gold = mixed()
    answer = train(standpoint, tmp_path, all_articles if articles else [], all_gold[:1] if gold else [])
    assert answer.returncode == 2
    if not articles:
        assert "articles.jsonl: holds no article. Read articles into it with `standpoint import`." in answer.stderr
    elif not gold:
        assert "gold.jsonl: holds no annotation. Write one JSON object a line." in answer.stderr
    else:
        assert "gold has 1 story, and two are needed to train and test. Annotate more articles." in answer.stderr


CODEBOOKS = {
    "broken": (
        CODEBOOK.replace('id = "failure"', 'id = "failure'),
        "not valid TOML: Illegal character '\\n' (at line 5",
    ),
    "key": (CODEBOOK.replace("aliases", "alias"), "actor 1 (china): key 'alias' is not in the keys of an actor"),
    "top key": (CODEBOOK.replace("[[frame]]", "[[frames]]"), "key 'frames' is not known. Frames are [[frame]]"),
    "no alias": (
        CODEBOOK.replace('["China", "中国"]', "[]"),
        "actor 1 (china): it has no aliases, so no article could",
    ),
    "empty": ("", "field 'id' is missing. Add it as a text."),
}


@pytest.mark.parametrize("kind", CODEBOOKS)
def test_a_wrong_codebook_is_named_with_the_entry(standpoint: Run, tmp_path: Path, kind: str) -> None:
    content, words = CODEBOOKS[kind]
    for answer in (
        train(standpoint, tmp_path, *mixed(), codebook=content),
        standpoint("codebook", "check", tmp_path / "codebook.toml"),
    ):
        assert answer.returncode == 2
        assert answer.stderr.startswith(f"standpoint: {tmp_path / 'codebook.toml'}: {words}")
        assert len(answer.stderr.splitlines()) == 1


def test_gold_in_which_nothing_differs_is_refused(standpoint: Run, tmp_path: Path) -> None:
    answer = train(standpoint, tmp_path, *corpus(lambda _: ["failure", "pact"], lambda _: "critical"))
    assert answer.returncode == 2
    assert "nothing can be learned from 24 articles: no frame is present and absent in at least 5" in answer.stderr
    assert "Annotate more articles." in answer.stderr
    assert not (tmp_path / "model").exists()


def test_a_frame_with_two_articles_is_noted_and_never_called(store: Run, tmp_path: Path) -> None:
    articles, gold = mixed()
    for item in gold[:2]:
        item["frames"] = [*item["frames"], "pact"]
    answer = train(store, tmp_path, articles, gold)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "! frame 'pact' is present in 2 of 24 articles: it is not learned and never called." in answer.stdout
    source = write(tmp_path / "new.jsonl", json.dumps({"body": "A pact was signed. A pact, a pact!"}))
    assert store("score", source, "--model", tmp_path / "model", "--out", tmp_path / "out.jsonl").returncode == 0
    frames = {frame["id"]: frame["present"] for frame in json.loads((tmp_path / "out.jsonl").read_text())["frames"]}
    assert frames.keys() == {"failure", "pact"}
    assert frames["pact"] is False


@pytest.mark.parametrize(("stance", "words"), [("critical", "24 times, in 1 of 3 kinds"), (None, "0 times, in 0 of 3")])
def test_stances_that_do_not_differ_are_noted_and_frames_are_learned(
    store: Run, tmp_path: Path, stance: str | None, words: str
) -> None:
    answer = train(store, tmp_path, *corpus(lambda number: ["failure"] * (number % 2), lambda _: stance))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert f"! stance is given {words}" in answer.stdout
    assert "Annotate until there are at least 12 stances of two kinds." in answer.stdout
    model = load_model(tmp_path / "model")
    assert not model.reads_stances
    assert model.thresholds is not None


def test_gold_without_dates_is_measured_over_random_folds_alone(store: Run, tmp_path: Path) -> None:
    articles, gold = mixed()
    undated = [{name: value for name, value in article.items() if name != "published"} for article in articles]
    answer = train(store, tmp_path, undated, gold)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "! temporal quality was not measured: gold cannot be split by time" in answer.stdout
    assert "random folds" in answer.stdout
    assert "later articles" not in answer.stdout


def test_a_store_that_does_not_answer_is_named_and_the_model_is_not_lost(
    standpoint: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://reader:secret@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    began = monotonic()
    answer = train(standpoint, tmp_path, *mixed())
    assert monotonic() - began < 60
    assert answer.returncode == 2
    assert "tracking store http://***@127.0.0.1:9: does not answer" in answer.stderr
    assert f"The trained model is not lost: it is in {tmp_path / 'model'}." in answer.stderr
    assert "secret" not in answer.stderr
    assert load_model(tmp_path / "model").codebook.id == "small"
