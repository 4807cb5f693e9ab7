"""Tests of gold: joining articles with their annotations, and messages that name the line to mend."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.targets import Target
from standpoint.annotation import Evidence, annotation_from_json
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Codebook, Frame, Words
from standpoint.errors import CodebookMismatchError, InputError, RecordError
from training.gold import Gold, make_gold, read_gold

NAME = Words("name", "名")
CODEBOOK = Codebook(
    "demo",
    NAME,
    frames=(Frame("failure", NAME, NAME), Frame("alliance", NAME, NAME)),
    actors=(Actor("china", NAME, (Alias("China"), Alias("中国"))), Actor("japan", NAME, (Alias("Japan"),))),
)
ARTICLES = [
    {
        "id": "a1",
        "title": "The plan failed",
        "body": "China spoke. 中国 again.",
        "story": "s1",
        "published": "2025-11-20",
    },
    {"id": "a2", "title": "Allies signed", "body": "Japan was glad."},
    {"id": "a3", "title": "Rain", "body": "It fell."},
]


def answer(article: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of the record
    record = {"article_id": article, "annotator": "gold", "codebook": CODEBOOK.reference, "frames": []}
    return record | changes


def read(folder: Path, answers: list[dict[str, Any]], articles: list[dict[str, Any]] = ARTICLES) -> Gold:
    for name, records in (("articles", articles), ("gold", answers)):
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return read_gold(folder / "articles.jsonl", folder / "gold.jsonl", CODEBOOK)


def made(answers: list[dict[str, Any]], targets: dict[str, list[Target]] | None = None) -> Gold:
    articles = [Article(one["id"], one["title"], one["body"], story=one.get("story")) for one in ARTICLES]
    return make_gold(articles, map(annotation_from_json, answers), CODEBOOK, targets=targets)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (answer("a2", frames=["failing"]), "frame 'failing' is not in codebook 'demo' (failure, alliance)"),
        (answer("a2", stances={"chima": "neutral"}), "actor 'chima' is not in codebook 'demo'"),
        (answer("a1"), "article 'a1' has two annotations. Gold holds one per article: adjudicate first"),
        (answer("a9"), "article 'a9' is not in "),
        (
            answer("a2", evidence=[{"label": "failure", "start": 5, "end": 99}]),
            "spans 5 to 99, but article 'a2' has 30",
        ),
        (answer("a2", frames="failure"), "field 'frames' must be a list"),
    ],
)
def test_a_wrong_annotation_is_refused_with_file_and_line(tmp_path: Path, second: dict[str, Any], words: str) -> None:
    with pytest.raises(RecordError) as error:
        read(tmp_path, [answer("a1"), second])
    assert str(error.value).startswith(f"{tmp_path / 'gold.jsonl'}:2: ")
    assert words in str(error.value)


def test_a_wrong_article_is_refused_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as error:
        read(tmp_path, [answer("a1")], [*ARTICLES, {"id": "a4", "title": "", "body": ""}])
    assert str(error.value).startswith(f"{tmp_path / 'articles.jsonl'}:4: title and body are both empty")


def test_annotations_of_another_codebook_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookMismatchError, match="made under codebook 'other@1'.*but 'demo@.*' is in use"):
        read(tmp_path, [answer("a1", codebook="other@1")])


def test_one_id_for_two_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="id 'a1' stands for two articles with different texts.*'The plan.*'Other'"):
        read(tmp_path, [answer("a1")], [*ARTICLES, {"id": "a1", "title": "Other", "body": "text"}])


def test_an_article_that_stands_twice_counts_once(tmp_path: Path) -> None:
    assert len(read(tmp_path, [answer("a1")], [*ARTICLES, ARTICLES[0]])) == 1


@pytest.mark.parametrize(
    ("answers", "articles", "words"),
    [([], ARTICLES, "gold.jsonl: holds no annotation"), ([answer("a1")], [], "articles.jsonl: holds no article")],
)
def test_an_empty_file_is_refused(
    tmp_path: Path, answers: list[dict[str, Any]], articles: list[dict[str, Any]], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        read(tmp_path, answers, articles)


def test_articles_without_an_annotation_are_left_out(tmp_path: Path) -> None:
    gold = read(tmp_path, [answer("a3"), answer("a1", frames=["alliance", "failure"])])
    assert [item.article.id for item in gold.articles] == ["a1", "a3"]
    assert gold.present.tolist() == [[True, True], [False, False]]
    assert gold.texts[1] == "Rain\n\nIt fell."


def test_questions_stances_and_owners_go_together() -> None:
    gold = made(
        [answer("a1", stances={"japan": "critical", "china": "neutral"}), answer("a2", stances={"japan": "supportive"})]
    )
    rows = zip(gold.questions, gold.stances.tolist(), gold.owners.tolist(), strict=True)
    assert {(question.target.actor, stance, owner) for question, stance, owner in rows} == {
        ("china", 1, 0),
        ("japan", 0, 0),
        ("japan", 2, 1),
    }


def test_a_target_has_all_the_spans_that_name_it() -> None:
    question = made([answer("a1", stances={"china": "neutral"})]).questions[0]
    named = [question.scene.text[start:end] for start, end in question.target.mentions]
    assert (named, question.target.names) == (["China", "中国"], ("China", "中国"))


def test_an_actor_the_text_does_not_name_is_a_target_without_spans() -> None:
    assert made([answer("a2", stances={"china": "neutral"})]).questions[0].target == Target("china", ("China", "中国"))


def test_targets_beside_the_codebook_have_the_spans_they_come_with() -> None:
    target = Target("rain", ("Rain",), ((0, 4),))
    gold = made([answer("a3", stances={"rain": "critical"})], {"a3": [target]})
    assert gold.questions[0].target == target
    assert gold.articles[0].scene.actors == ((0, 4),)


def test_a_target_that_is_allowed_for_one_article_is_unknown_in_another() -> None:
    with pytest.raises(RecordError, match="actor 'rain' is not in codebook 'demo'"):
        made([answer("a1", stances={"rain": "critical"})], {"a3": [Target("rain", ("Rain",), ((0, 4),))]})


def test_shares_stand_in_for_labels_where_annotators_left_them() -> None:
    shared = {"frame_shares": {"alliance": 0.5}, "stance_shares": {"china": {"neutral": 0.5, "critical": 0.25}}}
    gold = made(
        [
            answer("a1", frames=["failure"], stances={"china": "neutral", "japan": "critical"}, **shared),
            answer("a2", frames=["failure"]),
        ]
    )
    assert gold.has_shares
    assert gold.frame_shares.tolist() == [[0, 0.5], [1, 0]]
    assert gold.stance_shares == pytest.approx(np.array([[1 / 3, 2 / 3, 0], [1, 0, 0]]))
    assert not gold.select([1]).has_shares


def test_evidence_is_kept() -> None:
    (item,) = made([answer("a1", frames=["failure"], evidence=[{"label": "failure", "start": 4, "end": 8}])]).articles
    assert item.evidence == (Evidence("failure", 4, 8),)


def test_an_article_that_was_never_grouped_is_a_story_of_its_own() -> None:
    assert made([answer("a1"), answer("a2")]).stories == ["s1", "a2"]


def test_selecting_keeps_the_order_that_is_asked_for() -> None:
    gold = made([answer("a1", frames=["failure"]), answer("a2"), answer("a3", stances={"china": "critical"})])
    chosen = gold.select([2, 0])
    assert [item.article.id for item in chosen.articles] == ["a3", "a1"]
    assert (chosen.present[:, 0].tolist(), chosen.owners.tolist()) == ([False, True], [0])


def test_no_article_at_all_is_empty_everywhere() -> None:
    gold = Gold(CODEBOOK, [])
    assert (len(gold), gold.present.shape, gold.stances.shape, gold.owners.shape) == (0, (0, 2), (0,), (0,))


def test_the_table_has_a_row_for_each_article() -> None:
    rows = made([answer("a1", frames=["failure"], stances={"china": "critical"}), answer("a2")]).to_dataset().to_list()
    assert [row["article_id"] for row in rows] == ["a1", "a2"]
    assert rows[0]["frames"] == ["failure"]
    assert rows[0]["stances"] == [{"actor": "china", "stance": "critical"}]
