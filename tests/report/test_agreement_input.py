"""Tests of report.agreement_input: what is refused, and that the message names file and line."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from report.agreement_input import read_answers, read_articles_by_id, read_predictions
from standpoint.annotation import Annotation
from standpoint.article import Article
from standpoint.codebook import Codebook
from standpoint.errors import CodebookMismatchError, InputError, RecordError
from standpoint.jsonl import write_jsonl
from standpoint.prediction import Prediction

Say = Callable[..., Annotation]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.jsonl"


def write(path: Path, records: Iterable[Annotation | Article | Prediction]) -> None:
    write_jsonl(path, (record.to_json() for record in records))


def test_unknown_labels_are_refused_only_where_the_answer_counts(path: Path, codebook: Codebook, say: Say) -> None:
    kept = [
        say("a1", "ann", "gone", problems=("frame 'gone' is not in the codebook",)),
        say("a2", "ann", "gone", codebook="demo@00000000"),
    ]
    write(path, kept)
    assert read_answers(path, codebook) == kept
    write(path, [*kept, say("a3", "ann", "falure")])
    with pytest.raises(RecordError, match=r"file.jsonl:3: frame 'falure' .* did you mean 'failure'"):
        read_answers(path, codebook)


def test_an_annotation_of_an_unknown_article_is_refused(path: Path, codebook: Codebook, say: Say) -> None:
    write(path, [say("a1", "ann"), say("a2", "ann")])
    with pytest.raises(RecordError, match=r"file.jsonl:2: article 'a2' is not among the articles given. Add it"):
        read_answers(path, codebook, {"a1"})


def test_a_file_without_annotations_says_where_to_get_them(path: Path, codebook: Codebook) -> None:
    path.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="holds no annotation. Fetch them with `standpoint label pull`"):
        read_answers(path, codebook)


def test_articles_come_by_their_ids(path: Path) -> None:
    write(path, [Article("a1", "Title", "Body"), Article("a2", "标题", "正文", language="zh")])
    assert read_articles_by_id(path)["a2"].language == "zh"


def prediction(codebook: str, model: str) -> Prediction:
    return Prediction("a1", None, "en", model, codebook, characters_read=4)


def test_predictions_of_another_codebook_are_refused(path: Path, codebook: Codebook) -> None:
    write(path, [prediction("other@00000000", "standpoint/1")])
    with pytest.raises(CodebookMismatchError, match=r"'a1' was scored under codebook 'other@00000000'.*Score it again"):
        read_predictions(path, codebook)


def test_two_predictions_of_one_article_are_refused(path: Path, codebook: Codebook) -> None:
    write(path, [prediction(codebook.reference, name) for name in ("standpoint/1", "standpoint/2")])
    with pytest.raises(RecordError, match="'a1' has two predictions, of standpoint/1 and standpoint/2. Keep the one"):
        read_predictions(path, codebook)
