"""The files an agreement report is made from: annotations, the articles they are of, and a model's answers to these."""

from collections.abc import Container
from pathlib import Path

from standpoint.annotation import Annotation, annotation_from_json, check_annotation
from standpoint.article import Article, article_from_json
from standpoint.codebook import Codebook
from standpoint.errors import CodebookMismatchError, InputError, RecordError
from standpoint.jsonl import read_jsonl
from standpoint.prediction import Prediction, prediction_from_json


def read_answers(path: Path, codebook: Codebook, articles: Container[str] | None = None) -> list[Annotation]:
    """Read annotations; usable ones under this codebook revision are held against it.

    Args:
        path: JSON Lines.
        codebook: the revision in use; annotations under others are returned unchecked.
        articles: the ids of all known articles, None where they are not known.

    Raises:
        InputError: the file cannot be read or is empty, or a record is not valid; the message names file and line.
    """

    def parse(value: object) -> Annotation:
        annotation = annotation_from_json(value)
        if annotation.codebook == codebook.reference and annotation.is_usable:
            check_annotation(annotation, codebook)
        if articles is not None and annotation.article_id not in articles:
            raise RecordError(
                f"article '{annotation.article_id}' is not among the articles given. "
                "Add it to their file, or leave that file out."
            )
        return annotation

    answers = list(read_jsonl(path, parse))
    if not answers:
        raise InputError(f"{path}: holds no annotation. Fetch them with `standpoint label pull`.")
    return answers


def read_articles_by_id(path: Path) -> dict[str, Article]:
    """Read articles by their ids.

    Raises:
        InputError: the file cannot be read, or a record is not valid; the message names file and line.
    """
    return {article.id: article for article in read_jsonl(path, article_from_json)}


def read_predictions(path: Path, codebook: Codebook) -> dict[str, Prediction]:
    """Read a model's answers by the ids of their articles.

    Raises:
        InputError: the file cannot be read, a record is not valid, or an article has two predictions.
        CodebookMismatchError: a prediction was made under another codebook revision.
    """
    by_article: dict[str, Prediction] = {}
    for prediction in read_jsonl(path, prediction_from_json):
        if prediction.codebook != codebook.reference:
            raise CodebookMismatchError(
                f"{path}: article '{prediction.article_id}' was scored under codebook '{prediction.codebook}', but "
                f"'{codebook.reference}' is in use. Score it again with a model of this codebook."
            )
        other = by_article.setdefault(prediction.article_id, prediction)
        if other is not prediction:
            raise RecordError(
                f"{path}: article '{prediction.article_id}' has two predictions, of {other.model} and "
                f"{prediction.model}. Keep the one that annotators were shown."
            )
    return by_article
