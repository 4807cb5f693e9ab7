"""The agreement report: everything there is to say about a set of annotations by several people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from math import isfinite
from typing import Any

from measurement.intervals import Estimate
from report.agreement import Agreement, agreement
from report.annotator_summary import AnnotatorSummary, annotator_summaries
from report.human_ceiling import Ceiling, human_ceiling
from report.readings import Readings, Sorted, make_readings, sort_annotations
from report.suggestion_pull import NoPull, SuggestionPull, suggestion_pull, why_no_pull
from standpoint.annotation import Annotation
from standpoint.article import LANGUAGES, Article
from standpoint.codebook import Codebook
from standpoint.errors import CodebookMismatchError, InputError
from standpoint.prediction import Prediction


@dataclass(frozen=True)
class LeftOut:
    """How many annotations do not count, by reason; `repeated`: answered again later by the same person."""

    skipped: int
    unusable: int
    other_codebook: int
    repeated: int


@dataclass(frozen=True)
class AgreementReport:
    """Agreement over all articles and by language, each annotator, the human ceiling and the pull of suggestions.

    `by_language` is empty where there is one language or none is known. `pull` is None where it cannot be measured;
    `no_pull` then says why. `n_single` articles were answered by one person only.
    """

    codebook: str
    overall: Agreement
    by_language: Mapping[str, Agreement]
    annotators: tuple[AnnotatorSummary, ...]
    ceiling: tuple[Ceiling, ...]
    pull: SuggestionPull | None
    no_pull: NoPull | None
    left_out: LeftOut
    n_answers: int
    n_suggested: int
    n_single: int
    half_width: float
    has_articles: bool

    def to_json(self) -> dict[str, Any]:
        """Return every figure as plain JSON, null where it is not defined."""
        plain: dict[str, Any] = _plain(self)
        return plain


@dataclass(frozen=True)
class ReportConfig:
    """The half-width that every interval shall reach, and the seed of the bootstrap."""

    half_width: float = 0.1
    seed: int = 0


def agreement_report(
    annotations: Sequence[Annotation],
    codebook: Codebook,
    *,
    articles: Mapping[str, Article] | None = None,
    predictions: Mapping[str, Prediction] | None = None,
    config: ReportConfig | None = None,
) -> AgreementReport:
    """Measure everything that annotations allow; those of other codebook revisions are left out and counted.

    `articles`, by id, give languages and stories; `predictions`, by article, are the model's answers for the pull.

    Raises:
        CodebookMismatchError: every annotation was made under another codebook revision.
        InputError: no article has usable answers of two people.
    """
    options = config or ReportConfig()
    kept = sort_annotations(annotations, codebook.reference)
    readings = make_readings(kept.usable, articles)
    _check(annotations, kept, readings, codebook)
    no_pull = why_no_pull(readings)
    return AgreementReport(
        codebook=codebook.reference,
        overall=agreement(readings, codebook, half_width=options.half_width, seed=options.seed),
        by_language=_by_language(readings, codebook, options),
        annotators=annotator_summaries(kept.current, readings),
        ceiling=human_ceiling(readings, codebook, seed=options.seed),
        pull=None if no_pull else suggestion_pull(readings, codebook, predictions or {}, seed=options.seed),
        no_pull=no_pull,
        left_out=LeftOut(kept.n_skipped, kept.n_unusable, kept.n_other_codebook, kept.n_repeated),
        n_answers=len(kept.usable),
        n_suggested=sum(item.suggested for item in kept.usable),
        n_single=int((readings.n_answers == 1).sum()),
        half_width=options.half_width,
        has_articles=articles is not None,
    )


def _check(annotations: Sequence[Annotation], kept: Sorted, readings: Readings, codebook: Codebook) -> None:
    if annotations and not kept.current:
        others = ", ".join(sorted({annotation.codebook for annotation in annotations}))
        raise CodebookMismatchError(
            f"all {len(annotations)} annotations were made under another codebook ({others}), but "
            f"'{codebook.reference}' is in use. Use the codebook they were made with."
        )
    if not (readings.n_answers > 1).any():
        raise InputError(
            f"no article has usable answers of two people ({len(kept.usable)} usable answers to "
            f"{len(readings.articles)} articles). Let a second person annotate some of them, and pull again."
        )


def _by_language(readings: Readings, codebook: Codebook, options: ReportConfig) -> dict[str, Agreement]:
    found = set(readings.shared().languages)
    if len(found) < 2:
        return {}
    return {
        language: agreement(readings.in_language(language), codebook, half_width=options.half_width, seed=options.seed)
        for language in LANGUAGES
        if language in found
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - walks records of any kind
    if isinstance(value, Estimate):
        return value.to_json()
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value
