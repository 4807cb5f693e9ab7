"""The agreement report as one HTML page: the same tables as on the terminal, each row with its plot beside it."""

from collections.abc import Callable, Iterable

from report.agreement import ANY_ACTOR, FRAME_SET, Agreement, AgreementRow
from report.agreement_report import AgreementReport
from report.agreement_words import LANGUAGE_NAMES, NO_PULL, PULL_NAMES, cautions_in, marks, remarks, row_names, rows_of
from report.page import page
from report.scale import Scale, scale_around_zero, scale_of_seconds, scale_to_one
from standpoint.codebook import Codebook

Rows = Iterable[AgreementRow]
ByLanguage = list[tuple[str, list[tuple[str, AgreementRow]]]]


def agreement_page(report: AgreementReport, codebook: Codebook) -> str:
    """Return the page; its reader chooses between English and Chinese."""
    return page(
        "agreement.html",
        report=report,
        codebook=codebook,
        names=row_names(codebook),
        languages=LANGUAGE_NAMES,
        pull_names=PULL_NAMES,
        no_pull=NO_PULL[report.no_pull] if report.no_pull else None,
        cautions=cautions_in(report),
        remarks=remarks(report),
        marks=marks,
        pooled=(ANY_ACTOR, FRAME_SET),
        frames_by_language=_by_language(report, lambda table: (*table.frames, table.frame_set)),
        given_by_language=_by_language(report, lambda table: table.given),
        which_by_language=_by_language(report, lambda table: table.which),
        alpha_scale=_alpha_scale(report.overall),
        language_scale=_alpha_scale(*report.by_language.values()),
        score_scale=scale_to_one(estimate for item in report.ceiling for estimate in (item.frames, item.stances)),
        seconds_scale=scale_of_seconds([second for item in report.annotators for second in item.seconds]),
        pull_scales=_pull_scales(report),
    )


def _by_language(report: AgreementReport, rows_in: Callable[[Agreement], Rows]) -> ByLanguage:
    """Return each row of the overall table by its label, with the same row of every language that has it."""
    found = {language: {row.label: row for row in rows_in(table)} for language, table in report.by_language.items()}
    return [
        (row.label, [(language, rows[row.label]) for language, rows in found.items() if row.label in rows])
        for row in (rows_in(report.overall) if found else ())
    ]


def _alpha_scale(*tables: Agreement) -> Scale:
    return scale_to_one(row.alpha for table in tables for row in rows_of(table))


def _pull_scales(report: AgreementReport) -> tuple[Scale, Scale] | None:
    """Return the axes of differences in frames and of the other differences, which are shares and alpha as well."""
    if report.pull is None:
        return None
    others = (report.pull.agreement, *report.pull.model)
    return (
        scale_around_zero(item.difference for item in report.pull.frames),
        scale_around_zero(item.difference for item in others if item is not None),
    )
