"""Tests of the encoder's speed benchmark: what is asked of an article, the cost of an actor, and the whole command."""

import json
import os
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from benchmarks.asked_articles import ACTORS, asked_articles, predict, predicted_stream
from benchmarks.encoder_speed import actor_cost
from benchmarks.frame_questions import RULES
from benchmarks.newsmtsc import read
from benchmarks.small_encoder import write_small_encoder
from standpoint.article import Article, make_article
from standpoint.errors import InputError
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold

ROOT = Path(__file__).parents[2]
NAMES = [actor.id for actor in ACTORS[:12]]
SAYS = {"negative": "{} blundered badly.", "neutral": "{} met on Friday.", "positive": "{} succeeded brilliantly."}
TOPICS = {"co": "quarrel fight", "ec": "costs prices", "hi": "family child", "mo": "duty sin", "re": "solved agreed"}


def text(number: int) -> str:
    """Return a long text with one topic and twelve actors."""
    topic = TOPICS[list(TOPICS)[number % 5]]
    return " ".join(f"The {topic} of {name} went on and on in week {number}. " + "It rained. " * 9 for name in NAMES)


def article(number: int) -> Article:
    return make_article("", text(number), id=str(number))


def write(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def stance(number: int) -> dict[str, Any]:
    label = list(SAYS)[number % 3]
    name = f"Minister {number}"
    said = {"text": SAYS[label].format(name), "target": name, "start": 0, "end": len(name), "label": label}
    return {"id": f"t{number}", "sid": f"s{number}", "further": [], "others": [], **said}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speed")
    frames = list(TOPICS)
    write(
        folder / "articles.jsonl",
        [
            {
                "id": str(number),
                "text": text(number),
                "labels": {name.upper(): int(name == frames[number % 5]) for name in RULES},
                "fold": 1 + number % 2,
            }
            for number in range(40)
        ],
    )
    write(folder / "train.jsonl", [stance(number) for number in range(60)])
    write(folder / "test_mt.jsonl", [stance(number) for number in range(100, 130)])
    known = [*(text(number) for number in range(40)), *(actor.id for actor in ACTORS), *SAYS.values()]
    write_small_encoder(folder / "encoder", known)
    return folder


@pytest.fixture(scope="module")
def stances(folder: Path) -> Gold:
    return read(folder / "train.jsonl")


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run on one processor: threads that wait for each other are slow on so little, where the machine is busy."""
    command = [sys.executable, "-m", "benchmarks.speed", "--model", "encoder", "--data", folder, *arguments]
    alone = partial(os.sched_setaffinity, 0, [min(os.sched_getaffinity(0))])
    return subprocess.run(
        list(map(str, command)), cwd=ROOT, preexec_fn=alone, capture_output=True, text=True, check=False
    )


def test_four_of_the_actors_that_a_long_article_names_are_drawn() -> None:
    short, nameless = make_article("", " ".join(NAMES), id="short"), make_article("", "It rained. " * 200, id="none")
    asked = asked_articles([short, article(1), nameless, article(2)])
    assert [one.article.id for one in asked] == ["1", "2"]
    assert all(len(set(one.actors)) == 4 and set(one.actors) <= set(NAMES) for one in asked)
    assert asked[0].actors != asked[1].actors
    assert asked == asked_articles([article(1), article(2)])


def test_where_the_actors_are_named_is_found() -> None:
    one = asked_articles([article(1)])[0]
    named = {one.article.text[slice(*span)] for target in one.targets for span in target.mentions}
    assert named == set(one.actors)


def test_articles_that_name_too_few_are_refused_in_words() -> None:
    with pytest.raises(InputError, match="no article has 300 words and names 13 of"):
        asked_articles([article(1)], 13)


def test_a_stream_goes_over_the_articles_again_with_other_beginnings(stances: Gold) -> None:
    model, asked = fit_news_model(stances, FitConfig()), asked_articles([article(1), article(2)])
    answers = list(predicted_stream(model, asked, 5))
    assert [answer.article_id for answer in answers] == list("01234")
    assert [len(answer.stances) for answer in answers] == [4] * 5
    assert [one.actor for one in answers[2].stances] == [one.actor for one in predict(model, asked)[0].stances]


def test_one_more_actor_costs_the_slope_of_a_line() -> None:
    times = np.array([[0.0097, 0.0099], [0.0100, 0.0100], [0.0104, 0.0100], [0.0108, 0.0110]])
    assert actor_cost(times[:, :1])["percent"] == {"median": 1.0, "low": 1.0, "high": 1.0}
    assert actor_cost(times)["milliseconds"] == {1: 9.8, 4: 10.0, 8: 10.2, 12: 10.9}


@pytest.mark.slow
def test_both_sides_are_compared_and_timed(folder: Path) -> None:
    options = ["--encoder", folder / "encoder", "--stances", folder, "--models", folder / "models"]
    done = run(folder, *options, "--turns", 1, "--articles", 3, 5, "--json", folder / "out.json")
    assert done.returncode == 0, done.stderr
    found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert {"macro_f1", "pipeline_macro_f1", "difference"} <= set(found["frames"]) & set(found["stances"])
    assert set(found["pace"]["fp32"]) == {"first_sentence", "every_sentence", "whole_article"}
    assert found["asked"]["calls_for_stances"] == {"first_sentence": 4, "every_sentence": 4, "whole_article": 4}
    assert [row["n_articles"] for row in found["memory"]] == [3, 5]
    assert found["headline"]["way"] == "every_sentence"
    assert "one more actor" in done.stdout
    assert "usual-stances: trained" in done.stderr


@pytest.mark.parametrize("missing", ["--encoder", "--stances"])
def test_what_is_missing_is_told(folder: Path, missing: str) -> None:
    options = {"--encoder": folder / "encoder", "--stances": folder}
    given = [part for option, value in options.items() if option != missing for part in (option, value)]
    done = run(folder, *given)
    assert done.returncode == 2
    assert "--model encoder needs --encoder FOLDER, a pretrained encoder, --stances FOLDER" in done.stderr
    assert "Traceback" not in done.stderr
