"""The words of the agreement report in English and Chinese: names of rows, cautions, and why something is missing."""

from collections.abc import Iterable, Mapping

from report.agreement import (
    ANY_ACTOR,
    FEWEST_OTHERS,
    FEWEST_STORIES,
    FRAME_SET,
    ONE_SIDED,
    Agreement,
    AgreementRow,
    Caution,
)
from report.agreement_report import AgreementReport
from report.suggestion_pull import NoPull
from standpoint.codebook import Codebook, Words

CAUTIONS: Mapping[Caution, tuple[str, Words]] = {
    "undefined": (
        "a",
        Words(
            "everyone always gave the same answer, so that alpha is not defined",
            "所有回答完全相同，α 无定义",
        ),
    ),
    "one_sided": (
        "b",
        Words(
            f"{100 * ONE_SIDED:g} % or more of the answers are the same one: alpha collapses at a handful of "
            "differences, so read it beside the share of same answers",
            f"{100 * ONE_SIDED:g} % 以上的回答是同一个：少数几处分歧就会使 α 骤降，须与相同回答的比例一起看",
        ),
    ),
    "few_others": (
        "c",
        Words(
            f"fewer than {FEWEST_OTHERS} answers are another than the usual one: alpha hangs on each of them",
            f"不同于常见回答的不足 {FEWEST_OTHERS} 个：α 取决于其中每一个",
        ),
    ),
    "unanimous": (
        "d",
        Words(
            "no difference was seen: the interval has no width, and what more articles would show cannot be told",
            "没有出现分歧：区间没有宽度，无法推算还需要多少文章",
        ),
    ),
    "no_interval": (
        "e",
        Words(
            "too few varied answers, or one story only: no interval can be given",
            "有变化的回答太少，或只有一个事件：无法给出区间",
        ),
    ),
    "few_stories": (
        "f",
        Words(
            f"fewer than {FEWEST_STORIES} stories: the interval is narrower than it should be",
            f"事件不足 {FEWEST_STORIES} 个：区间偏窄",
        ),
    ),
}
"""The mark of each caution and what it means."""

LANGUAGE_NAMES = {
    "zh": Words("Chinese", "中文"),
    "en": Words("English", "英文"),
    "mixed": Words("mixed", "中英混合"),
}

NO_PULL: Mapping[NoPull, Words] = {
    "not_recorded": Words(
        "no answer is recorded as given with a suggestion or as drawn to be blind",
        "没有记录哪些回答看到了建议、哪些抽为盲标",
    ),
    "all_blind": Words("every answer was given blind", "所有回答都是盲标"),
    "none_blind": Words("no article was drawn to be shown without suggestions", "没有文章抽为不显示建议"),
}
"""Why the pull of suggestions cannot be measured."""

PULL_NAMES = {
    "agreement": Words("agreement between annotators, alpha of the frame set", "标注者之间的一致性，框架组合的 α"),
    "seconds": Words("seconds per article, geometric mean", "每篇用时（秒），几何平均"),
    "frames": Words("same answer as the model, each frame", "与模型回答相同，逐个框架"),
    "frames_suggested": Words("frames the model suggests that are marked", "模型建议的框架被标注"),
    "stances_suggested": Words("stances the model suggests that are given", "模型建议的立场被采用"),
}


def row_names(codebook: Codebook) -> dict[str, Words]:
    """Return the name of every row by its label."""
    frames = {frame.id: frame.name for frame in codebook.frames}
    actors = {actor.id: actor.name for actor in codebook.actors}
    return {ANY_ACTOR: Words("any actor", "任一行为体"), FRAME_SET: Words("frame set", "框架组合")} | frames | actors


def marks(row: AgreementRow) -> str:
    """Return the marks of a row's cautions, such as `b, c`."""
    return ", ".join(CAUTIONS[caution][0] for caution in row.cautions)


def cautions_in(report: AgreementReport) -> list[tuple[str, Words]]:
    """Return the marks that occur anywhere in the report, with their meaning."""
    tables = [report.overall, *report.by_language.values()]
    found = {caution for table in tables for row in rows_of(table) for caution in row.cautions}
    return [explained for caution, explained in CAUTIONS.items() if caution in found]


def rows_of(table: Agreement) -> Iterable[AgreementRow]:
    """Yield every row: the frame set, the frames, the stances."""
    yield table.frame_set
    yield from (*table.frames, *table.given, *table.which)


def remarks(report: AgreementReport) -> list[Words]:
    """Say what was left out, and what to bear in mind when reading the figures."""
    left_out = report.left_out
    counted = (
        (left_out.skipped, _SKIPPED),
        (left_out.unusable, _UNUSABLE),
        (left_out.other_codebook, _OTHER_CODEBOOK),
        (left_out.repeated, _REPEATED),
        (report.n_single, _SINGLE),
    )
    found = [Words(text.en.format(f"{count:,}"), text.zh.format(f"{count:,}")) for count, text in counted if count]
    if report.n_suggested:
        share = f"{report.n_suggested:,} of {report.n_answers:,}"
        found.append(
            Words(
                f"{share} answers were given with a suggestion in sight, which may raise agreement",
                f"{report.n_answers:,} 个回答中有 {report.n_suggested:,} 个在看到建议时作出，一致性可能偏高",
            )
        )
    if not report.has_articles:
        found.append(
            Words(
                "no articles were given: languages are not told apart, and near-copies count as separate stories",
                "没有提供文章：不区分语言，近似重复的文章按不同事件计",
            )
        )
    return found


_SKIPPED = Words("left out, skipped: {}", "略过，不计入：{}")
_UNUSABLE = Words("left out, unusable: {}", "无法使用，不计入：{}")
_OTHER_CODEBOOK = Words("left out, of another codebook revision: {}", "其他编码手册版本的标注，不计入：{}")
_REPEATED = Words("left out, answered again later by the same person: {}", "被同一人后来的回答取代，不计入：{}")
_SINGLE = Words("articles answered by one person only, not in agreement: {}", "只有一人回答的文章，不计入一致性：{}")
