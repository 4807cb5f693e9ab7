"""Gold with the shares of annotators behind its labels: of the sample corpus and of Narrative Frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import narrative_frames
from benchmarks.frame_questions import NOT_ASKED, RULES
from labeling.adjudication import adjudicate
from standpoint.annotation import annotation_from_json
from standpoint.article import article_from_json
from standpoint.codebook_file import load_codebook
from standpoint.errors import InputError, RecordError
from standpoint.fields import Fields
from standpoint.jsonl import read_jsonl
from training.gold import Gold, make_gold

_ROOT = Path(__file__).parents[1]
_SAMPLE = _ROOT / "examples" / "rare-earths"


@dataclass(frozen=True)
class Corpus:
    """Gold, and the folds that come with the data, (n_articles,); None where there are none."""

    name: str
    gold: Gold
    folds: NDArray[np.int64] | None = None


def read_sample() -> Corpus:
    """Read the sample corpus: its gold, with the shares of its two readers.

    Raises:
        InputError: a file cannot be read, or a record is not valid.
    """
    codebook = load_codebook(_ROOT / "codebooks" / "rare-earths.toml")
    annotations = read_jsonl(_SAMPLE / "annotations.jsonl", annotation_from_json)
    decisions = list(read_jsonl(_SAMPLE / "gold.jsonl", annotation_from_json))
    answers = adjudicate(annotations, codebook, decisions=decisions).gold
    return Corpus("sample", make_gold(read_jsonl(_SAMPLE / "articles.jsonl", article_from_json), answers, codebook))


def read_narrative_frames(folder: Path) -> Corpus:
    """Read Narrative Frames: articles.jsonl, and the shares of annotators from annotators.jsonl.

    Raises:
        InputError: a file cannot be read, a record is not valid, or an article has no answers.
    """
    gold, folds = narrative_frames.read(folder / "articles.jsonl")
    path = folder / "annotators.jsonl"
    shares = dict(read_jsonl(path, _record))
    missing = [item.article.id for item in gold.articles if item.article.id not in shares]
    if missing:
        raise InputError(
            f"{path}: {len(missing)} articles have no answers, the first is '{missing[0]}'. "
            "Give both files of one release of the dataset."
        )
    items = [replace(item, frame_shares=shares[item.article.id]) for item in gold.articles]
    return Corpus("narrative_frames", Gold(gold.codebook, items), np.array(folds))


def frame_shares(answers: Mapping[str, Sequence[Any]]) -> dict[str, float]:
    """Return the share of annotators whose own answers make each frame, among those who were asked about it.

    Args:
        answers: by question, every annotator's answer: yes, no or other words, -1 from one who was not asked.

    Raises:
        RecordError: the questions of a frame do not have an answer of the same annotators, or nobody was asked.
    """
    shares = {}
    for frame, (questions, n_needed) in RULES.items():
        given = [answers.get(question, ()) for question in questions]
        if len({len(of_all) for of_all in given}) > 1:
            raise RecordError(f"{', '.join(questions)} differ in length. Give -1 where an annotator was not asked.")
        people = [person for person in zip(*given, strict=True) if any(word != NOT_ASKED for word in person)]
        if not people:
            raise RecordError(f"nobody answered {', '.join(questions)}. Add their answers or remove the record.")
        shares[frame] = sum(person.count("yes") >= n_needed for person in people) / len(people)
    return shares


def _record(value: Any) -> tuple[str, dict[str, float]]:  # noqa: ANN401 - parsed JSON may be anything
    given = Fields(Fields(value).mapping("answers"))
    answers = {question: given.items(question) for questions, _ in RULES.values() for question in questions}
    return Fields(value).text("id"), frame_shares(answers)
