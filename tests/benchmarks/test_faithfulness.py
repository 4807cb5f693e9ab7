"""Tests of benchmarks.faithfulness: what is taken out of articles, what is drawn, and its figures on made-up data."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from benchmarks.faithfulness import Trying, measured
from benchmarks.removed_sentences import Cut, called_in, tried, without
from models.news_model import Answers, AskedArticle, FrameAnswers, NewsModel, StanceAnswers
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.errors import InputError
from standpoint.prediction import ScoredSpan
from standpoint.sentences import sentences

ROOT = Path(__file__).parents[2]
TOPICS = {"CO": "quarrel clash fight", "EC": "costs market prices", "RE": "solved agreed settled"}
NAME = Words("name", "")
CODEBOOK = Codebook("demo", NAME, frames=(Frame("noise", NAME, NAME),), actors=(Actor("x", NAME, (Alias("Xan"),)),))


class Listener(NewsModel):
    """Finds `noise` by the share of four sentences that shout, and the first stance by those that shout of Xan."""

    kind = "listener"
    thresholds = np.zeros(1)
    reads_stances = True

    def answer(self, articles: Sequence[AskedArticle], *, evidence: bool = False) -> Answers:
        """Answer with evidence, whether it is wanted or not."""
        loud = [shouts(item.scene.text) for item in articles]
        frames = np.array([[len(cut) / 4] for cut in loud])
        shown = {(row, 0): shown_as(cut) for row, cut in enumerate(loud)}
        asked = [item for item in articles if item.targets]
        of_actor = [tuple(span for span in shouts(a.scene.text) if "Xan" in a.scene.text[slice(*span)]) for a in asked]
        stances = np.array([[len(cut) / 4, 1 - len(cut) / 4, 0] for cut in of_actor])
        chosen = np.zeros(len(asked), dtype=np.int64)
        said = StanceAnswers(stances, chosen, [shown_as(cut) for cut in of_actor]) if asked else None
        return Answers(FrameAnswers(frames, frames >= 0, shown), said)


def shouts(text: str) -> Cut:
    return tuple((start, end) for start, end in sentences(text) if text[end - 1] == "!")


def shown_as(cut: Cut) -> tuple[ScoredSpan, ...]:
    return tuple(ScoredSpan(*span, 1.0) for span in reversed(cut))


def test_sentences_are_taken_out_of_title_and_body() -> None:
    article = Article("a", "One. Two.", "Three. Four.\n\nFive.")
    spans = sentences(article.text)
    shortened = without(article, (spans[4], spans[0], spans[2]))
    assert (shortened.title, shortened.body) == ("\n Two.", "\n Four.\n\n\n")
    assert without(article, ()) == article


def test_the_sentences_that_are_left_are_the_ones_they_were() -> None:
    article = Article("a", "标题。", "He met the U.S. envoy.“是的。”她说。Then he left the U.S. He is at home. 完")
    spans = sentences(article.text)
    whole = [article.text[slice(*span)] for span in spans]
    for number, span in enumerate(spans):
        text = without(article, (span,)).text
        assert [text[slice(*left)] for left in sentences(text)] == whole[:number] + whole[number + 1 :]


def test_an_answer_is_asked_for_again_without_its_evidence_and_without_random_sentences() -> None:
    article = Article("a", "", "Xan shouts! It rains! It snows. Xan sings. Xan naps.")
    trials, n_left_out = tried(Listener(CODEBOOK), article, n_draws=40, generator=np.random.default_rng(0))
    frame, stance = trials
    assert (frame.called.label, frame.whole, frame.without_evidence, n_left_out) == ("noise", 0.5, 0.0, 0)
    assert set(frame.without_random) == {0.0, 0.25, 0.5}
    assert (stance.called.label, stance.whole, stance.without_evidence) == ("x", 0.25, 0.0)
    assert np.mean(stance.without_random) == pytest.approx(0.25 * 2 / 3, abs=0.06)
    assert (stance.n_characters[0], 8 < stance.n_characters[1] < 11) == (11, True)


def test_a_stance_is_chosen_from_the_sentences_that_name_the_actor() -> None:
    article = Article("a", "Xan", "It rains! Xan shouts! They call Xan.")
    (prediction,) = Listener(CODEBOOK).predict([article])
    frame, stance = called_in(prediction, article)
    assert len(frame.candidates) == 4
    assert [article.text[slice(*span)] for span in stance.candidates] == ["Xan", "Xan shouts!", "They call Xan."]


def test_an_answer_that_would_lose_all_it_was_chosen_from_is_left_out() -> None:
    article = Article("a", "", "Xan shouts! It rains.")
    trials, n_left_out = tried(Listener(CODEBOOK), article, n_draws=1, generator=np.random.default_rng(0))
    assert ([trial.called.label for trial in trials], n_left_out) == (["noise"], 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 60 articles of six sentences, one of which tells the frame."""
    folder = tmp_path_factory.mktemp("narrative-frames")
    records = []
    for number in range(60):
        frame = list(TOPICS)[number % 3]
        body = [f"They met in room {number + step}." for step in range(5)]
        body.insert(number % 5, f"It was {TOPICS[frame]}.")
        labels = {name: int(name == frame) for name in ("CO", "EC", "HI", "MO", "RE")}
        records.append({"id": str(number), "text": " ".join(body), "labels": labels, "fold": 1 + number % 4})
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "articles.jsonl").write_text(lines, encoding="utf-8")
    return folder


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.faithfulness", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_linear_model_shows_what_its_answers_rest_on(folder: Path, tmp_path: Path) -> None:
    done = run("--data", folder, "--json", tmp_path / "out.json", "--n-draws", 4)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    frames = found["faithfulness"]["narrative_frames/frames"]
    assert frames["difference"]["ci95"][0] > 0.1
    assert frames["n_answers"] >= 15
    assert found["faithfulness"]["sample/stances"]["difference"]["value"] > 0
    assert "narrative_frames: 15 articles held out in 1 of 4 folds" in " ".join(found["notes"])


def test_the_encoder_is_measured_on_frames_alone(folder: Path, tmp_path: Path) -> None:
    if find_spec("torch") is None and not os.environ.get("CI"):
        pytest.skip("needs torch and transformers: pip install -e '.[encoder]'")
    from benchmarks.small_encoder import write_small_encoder

    texts = (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    encoder = write_small_encoder(tmp_path / "encoder", [json.loads(line)["text"] for line in texts])
    done = run("--data", folder, "--model", "encoder", "--encoder", encoder, "--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["faithfulness"]
    assert set(found) == {f"narrative_frames/{name}" for name in ("frames", "co", "ec", "re")}
    assert found["narrative_frames/frames"]["difference"]["ci95"][0] > 0
    assert "--stances measures them on the sample corpus" in " ".join(done.stdout.split())


def test_missing_data_and_impossible_options_are_exit_code_two(tmp_path: Path) -> None:
    for arguments, words in (
        ([], "articles.jsonl: cannot be read"),
        (["--n-draws", 0], "--n-draws is 0, but at least"),
    ):
        done = run("--data", tmp_path, *arguments)
        assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_an_encoder_must_be_named_and_articles_must_have_sentences_to_draw(narrative_folder: Path) -> None:
    for model, words in (("encoder", "needs --encoder FOLDER"), ("linear", "no answer could be tried, .* Give longer")):
        with pytest.raises(InputError, match=words):
            measured(Trying(narrative_folder, None, model, 0, None))
