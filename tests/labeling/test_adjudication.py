"""Tests of adjudication: majorities, ties that are not guessed, decisions, shares and evidence."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from labeling.adjudication import Adjudication, adjudicate
from standpoint.annotation import Annotation, Evidence, annotation_from_json
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.codebook_file import load_codebook
from standpoint.errors import CodebookMismatchError, RecordError
from standpoint.jsonl import read_jsonl

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples/rare-earths"
CODEBOOK = Codebook(
    "demo",
    Words("Demo", "示例"),
    frames=(Frame("failure", Words("Failure", "失败"), Words("", "")), Frame("pact", Words("Pact", ""), Words("", ""))),
    actors=(Actor("china", Words("China", "中国"), (Alias("China"),)),),
)


def said(annotator: str, *frames: str, china: str | None = None, **changes: object) -> Annotation:
    record = {
        "article_id": "a1",
        "annotator": annotator,
        "codebook": CODEBOOK.reference,
        "frames": list(frames),
        "stances": {"china": china} if china else {},
    }
    return annotation_from_json(record | changes)


def made(*answers: Annotation, decisions: tuple[Annotation, ...] = (), min_annotators: int = 1) -> Adjudication:
    return adjudicate(answers, CODEBOOK, decisions=decisions, min_annotators=min_annotators)


def test_what_more_than_half_say_is_gold() -> None:
    (gold,) = made(said("ana", "failure", china="critical"), said("ben", "failure", "pact"), said("cleo", "pact")).gold
    assert (gold.annotator, sorted(gold.frames), gold.stances) == ("gold", ["failure", "pact"], {})


def test_a_stance_that_most_give_is_the_one_given_most_often() -> None:
    answers = [said("ana", china="critical"), said("ben", china="critical"), said("cleo", china="neutral"), said("dan")]
    assert made(*answers).gold[0].stances == {"china": "critical"}


def test_an_even_split_is_a_tie_and_not_guessed() -> None:
    done = made(said("ana", "failure", "pact"), said("ben", "pact"))
    assert done.gold == ()
    ((tie,),) = done.ties.values()
    assert (tie.label, tie.votes) == ("failure", {"yes": ("ana",), None: ("ben",)})


@pytest.mark.parametrize("other", ["neutral", None])
def test_two_stances_that_lead_together_are_a_tie(other: str | None) -> None:
    assert list(made(said("ana", china="critical"), said("ben", china=other)).ties) == ["a1"]


def test_a_decision_wins_on_every_label_of_its_article() -> None:
    answers = said("ana", "failure", "pact"), said("ben", "failure")
    (gold,) = made(*answers, decisions=(said("judge", "pact", china="neutral"),)).gold
    assert (gold.annotator, sorted(gold.frames), gold.stances) == ("gold", ["pact"], {"china": "neutral"})
    assert gold.frame_shares == {"failure": 1.0, "pact": 0.5}


def test_a_decision_on_an_article_that_nobody_annotated_has_no_shares() -> None:
    (gold,) = made(decisions=(said("judge", "pact"),)).gold
    assert (sorted(gold.frames), gold.frame_shares, gold.stance_shares) == (["pact"], None, None)


def test_a_skipped_decision_decides_nothing() -> None:
    done = made(said("ana", "pact"), said("ben"), decisions=(said("judge", skipped=True),))
    assert (list(done.ties), done.n_decided, len(done.unusable)) == (["a1"], 0, 1)


def test_two_decisions_on_one_article_are_refused() -> None:
    with pytest.raises(RecordError, match="article 'a1' is decided twice, by 'eve' and 'judge'. Keep one"):
        made(decisions=(said("eve"), said("judge", "pact")))


def test_shares_hold_everything_that_anyone_said() -> None:
    answers = [said("ana", "pact", china="critical"), said("ben", "pact", china="critical"), said("cleo", "failure")]
    (gold,) = made(*answers).gold
    assert gold.frame_shares == {"failure": 1 / 3, "pact": 2 / 3}
    assert gold.stance_shares == {"china": {"critical": 2 / 3}}


def test_evidence_is_that_of_those_who_gave_the_label_with_overlaps_joined() -> None:
    spans = [[("pact", 0, 9), ("china", 20, 25)], [("pact", 5, 12), ("pact", 12, 15)], [("china", 30, 35)]]
    evidence = [[{"label": label, "start": start, "end": end} for label, start, end in one] for one in spans]
    (gold,) = made(
        said("ana", "pact", china="critical", evidence=evidence[0]),
        said("ben", "pact", china="critical", evidence=evidence[1]),
        said("cleo", china="neutral", evidence=evidence[2]),
    ).gold
    assert gold.evidence == (Evidence("pact", 0, 12), Evidence("pact", 12, 15), Evidence("china", 20, 25))


def test_skips_and_answers_with_a_problem_have_no_vote() -> None:
    done = made(said("ana", "pact"), said("ben", skipped=True), said("cleo", problems=["no stance chosen"]))
    assert done.gold[0].frames == {"pact"}
    assert [one.annotator for one in done.unusable] == ["ben", "cleo"]


def test_the_later_answer_of_one_person_counts_once() -> None:
    late, early = said("ana", "pact", updated="2025-12-02T00:00:00Z"), said("ana", created="2025-12-01T00:00:00Z")
    done = made(late, early)
    assert (sorted(done.gold[0].frames), done.superseded) == (["pact"], (early,))


def test_too_few_answers_are_left_out_and_named_unless_decided() -> None:
    assert made(said("ana"), min_annotators=2).too_few == ("a1",)
    assert len(made(said("ana"), decisions=(said("judge"),), min_annotators=2).gold) == 1


def test_gold_keeps_how_its_article_was_drawn_and_shown() -> None:
    answers = said("ana", inclusion_proba=0.2, draw="d1", blind=True), said("ben", suggested=True)
    (gold,) = made(*answers).gold
    assert (gold.inclusion_proba, gold.draw, gold.blind, gold.suggested) == (0.2, "d1", True, True)


def test_answers_under_another_codebook_are_refused() -> None:
    with pytest.raises(CodebookMismatchError, match="made under codebook 'demo@0'"):
        made(said("ana", codebook="demo@0"))


def test_the_sample_gives_its_gold_once_its_ties_are_decided() -> None:
    codebook = load_codebook(ROOT / "codebooks/rare-earths.toml")
    answers, gold = (
        list(read_jsonl(SAMPLE / name, annotation_from_json)) for name in ("annotations.jsonl", "gold.jsonl")
    )
    alone = adjudicate(answers, codebook)
    assert (len(alone.gold), len(alone.ties)) == (210, 54)
    decisions = [one for one in gold if one.article_id in alone.ties]
    done = adjudicate(answers, codebook, decisions=decisions)
    assert labels(done.gold) == labels(gold) == labels(adjudicate(answers, codebook, decisions=gold).gold)


def labels(gold: Iterable[Annotation]) -> dict[str, tuple[frozenset[str], dict[str, str]]]:
    return {one.article_id: (one.frames, one.stances) for one in gold}
