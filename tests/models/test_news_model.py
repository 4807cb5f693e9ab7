"""Tests of the news model: spans that point at the right characters, evidence that holds, actors asked for ad hoc."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.linear_news_model import LinearNewsModel
from models.news_model import EVIDENCE_PER_LABEL
from models.targets import Target
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Words
from standpoint.errors import RecordError
from standpoint.prediction import Prediction
from standpoint.sentences import Span, sentences

FAILED, SIGNED = "The costly plan collapsed again.", "Allies signed a joint pact."
HARMED, HELPED = "China broke its promise and harmed everyone.", "Japan kept its promise and helped everyone."
DULL = ("Rain fell in Osaka.", "Officials met reporters.", "Prices were flat.", "The talks went on.", "A ship came in.")


def article(body: str, *, title: str = "News", id: str = "a1") -> Article:
    return Article(id, title, body, source="Wire", language="en", story="s1")


def predicted(model: LinearNewsModel, body: str) -> Prediction:
    return model.predict([article(body)])[0]


def evidence_of(prediction: Prediction) -> list[Span]:
    scored = [frame.evidence for frame in prediction.frames] + [found.evidence for found in prediction.stances]
    return [(span.start, span.end) for spans in scored for span in spans]


def frame_proba(model: LinearNewsModel, body: str, frame: str = "failure") -> float:
    return next(found.proba for found in predicted(model, body).frames if found.id == frame)


def test_frames_and_stances_are_found(model: LinearNewsModel) -> None:
    prediction = predicted(model, f"{FAILED} {HARMED} {HELPED}")
    assert {frame.id: frame.present for frame in prediction.frames} == {"failure": True, "alliance": False}
    assert {found.actor: found.stance for found in prediction.stances} == {"china": "critical", "japan": "supportive"}


def test_a_prediction_says_where_it_comes_from(model: LinearNewsModel) -> None:
    prediction = predicted(model, FAILED)
    assert (prediction.article_id, prediction.story, prediction.language) == ("a1", "s1", "en")
    assert (prediction.model, prediction.codebook) == ("demo/1", model.codebook.reference)


@pytest.mark.parametrize(
    "body", ["😀👨‍👩‍👧 China and Japan", "one\r\ntwo\r\n😀 Japan met China\r\n", "𠮷野家：日本与中国，中国"]
)
def test_mentions_point_at_the_characters_that_name_the_actor(model: LinearNewsModel, body: str) -> None:
    item = article(body, title="🇯🇵\r\nİstanbul")
    names = {actor.id: {alias.text for alias in actor.aliases} for actor in model.codebook.actors}
    stances = model.predict([item])[0].stances
    assert {found.actor for found in stances} == {"china", "japan"}
    assert all(item.text[start:end] in names[found.actor] for found in stances for start, end in found.mentions)


def test_every_mention_is_listed_in_order(model: LinearNewsModel) -> None:
    item = article("China, 中国 and China again")
    mentions = model.predict([item])[0].stances[0].mentions
    assert [item.text[start:end] for start, end in mentions] == ["China", "中国", "China"]


def test_evidence_is_made_of_whole_sentences(model: LinearNewsModel) -> None:
    item = article(f"😀\r\n{DULL[0]} {FAILED}\r\n{HARMED} {DULL[1]} 中国违背承诺，损害各方。")
    prediction = model.predict([item])[0]
    spans = evidence_of(prediction)
    assert len(spans) > 1
    assert set(spans) <= set(sentences(item.text))


def test_the_sentence_that_shows_a_frame_comes_first(model: LinearNewsModel) -> None:
    item = article(f"{DULL[0]} {DULL[1]} {FAILED} {DULL[2]}")
    best = next(frame for frame in model.predict([item])[0].frames if frame.id == "failure").evidence[0]
    assert item.text[best.start : best.end] == FAILED
    assert best.score > 0


def test_the_sentence_that_shows_a_stance_comes_first(model: LinearNewsModel) -> None:
    item = article(f"China met reporters. {HARMED} {DULL[0]}")
    best = model.predict([item])[0].stances[0].evidence[0]
    assert item.text[best.start : best.end] == HARMED


def test_only_frames_that_are_present_show_evidence_and_never_too_much(model: LinearNewsModel) -> None:
    frames = predicted(model, " ".join([FAILED] * 5)).frames
    assert [0 < len(frame.evidence) <= EVIDENCE_PER_LABEL for frame in frames] == [True, False]


def test_without_evidence_the_answers_are_the_same(model: LinearNewsModel) -> None:
    item = article(f"{FAILED} {HARMED}")
    bare, full = model.predict([item], evidence=False)[0], model.predict([item])[0]
    assert evidence_of(full)
    assert bare.frames == tuple(replace(frame, evidence=()) for frame in full.frames)
    assert bare.stances == tuple(replace(found, evidence=()) for found in full.stances)


def test_removing_the_top_evidence_lowers_a_frame_more_than_removing_any_sentence(model: LinearNewsModel) -> None:
    draw = random.Random(3)
    drops = []
    for _ in range(15):
        parts = draw.sample([FAILED, HARMED, HELPED, *DULL], 6)
        parts = parts if FAILED in parts else [*parts[1:], FAILED]
        item = article(" ".join(parts))
        best = model.predict([item])[0].frames[0].evidence[0]
        top = item.text[best.start : best.end]
        after = {part: frame_proba(model, " ".join(one for one in parts if one != part)) for part in parts}
        drops.append(np.mean(list(after.values())) - after[top])
    assert min(drops) > 0


def test_an_actor_asked_for_by_its_alias_is_answered(model: LinearNewsModel) -> None:
    actor = Actor("mongolia", Words("Mongolia", "蒙古"), (Alias("Mongolia"), Alias("蒙古")))
    item = article("Mongolia broke its promise and harmed everyone. Officials met reporters.")
    found = model.predict([item], actors=[actor])[0].stances
    assert [(one.actor, one.stance) for one in found] == [("mongolia", "critical")]
    assert item.text[slice(*found[0].mentions[0])] == "Mongolia"


def test_an_actor_asked_for_by_its_span_is_answered(model: LinearNewsModel) -> None:
    item = article("They kept their promise and helped everyone.")
    start = item.text.index("They")
    found = model.predict([item], targets={"a1": [Target("x", ("They",), ((start, start + 4),))]})[0].stances
    assert [(one.actor, one.stance, one.mentions) for one in found] == [("x", "supportive", ((start, start + 4),))]


def test_a_target_without_a_span_is_answered(model: LinearNewsModel) -> None:
    found = model.predict([article(FAILED)], targets={"a1": [Target("x", ("plans",))]})[0].stances
    assert [(one.actor, one.mentions, one.evidence) for one in found] == [("x", (), ())]
    assert sum(found[0].proba.values()) == pytest.approx(1)


@pytest.mark.parametrize("span", [(5, 2), (3, 3), (-4, 2), (0, 1000)])
def test_a_span_outside_the_text_is_refused(model: LinearNewsModel, span: tuple[int, int]) -> None:
    with pytest.raises(RecordError) as error:
        model.predict([article("Rain.")], targets={"a1": [Target("x", ("Rain",), (span,))]})
    assert f"target 'x' spans {span[0]} to {span[1]}, but the text has 11 characters. Count code" in str(error.value)


def test_a_target_takes_the_place_of_the_actor_of_that_id(model: LinearNewsModel) -> None:
    item = article("China spoke, then China slept.")
    start = item.text.rindex("China")
    found = model.predict([item], targets={"a1": [Target("china", ("China",), ((start, start + 5),))]})[0].stances
    assert [one.mentions for one in found] == [((start, start + 5),)]


def test_targets_of_another_article_are_not_asked(model: LinearNewsModel) -> None:
    assert model.predict([article(FAILED)], targets={"a2": [Target("x", ("plan",))]})[0].stances == ()


def test_no_article_gives_no_prediction(model: LinearNewsModel) -> None:
    assert model.predict([]) == []


@pytest.mark.parametrize("title", ["x", "。", "😀", "\ue000"])
def test_an_article_of_one_character_is_answered(model: LinearNewsModel, title: str) -> None:
    prediction = model.predict([Article("a1", title, "")])[0]
    assert (prediction.characters_read, prediction.stances) == (3, ())
    assert len(prediction.frames) == 2


def test_a_long_article_is_read_to_its_end(model: LinearNewsModel) -> None:
    item = article(f"{DULL[0]} " * 3000 + HARMED)
    prediction = model.predict([item])[0]
    assert prediction.characters_read == len(item.text)
    assert item.text[slice(*prediction.stances[0].mentions[0])] == "China"


def test_an_article_is_answered_alike_alone_and_among_others(model: LinearNewsModel) -> None:
    bodies = (FAILED, "", HARMED, f"{SIGNED} {HELPED}", FAILED)
    items = [article(body, id=str(number)) for number, body in enumerate(bodies)]
    assert [one.to_json() for one in model.predict(items)] == [model.predict([item])[0].to_json() for item in items]


@pytest.mark.parametrize("kept", ["frame_model", "stance_model"])
def test_either_part_may_be_missing(model: LinearNewsModel, kept: str) -> None:
    half = LinearNewsModel(model.codebook, **{kept: getattr(model, kept)})
    whole, prediction = predicted(model, f"{FAILED} {HARMED}"), predicted(half, f"{FAILED} {HARMED}")
    assert prediction.frames == (whole.frames if kept == "frame_model" else ())
    assert prediction.stances == (whole.stances if kept == "stance_model" else ())


def test_an_unnamed_model_says_that_it_is_not_registered(model: LinearNewsModel) -> None:
    assert predicted(LinearNewsModel(model.codebook, frame_model=model.frame_model), FAILED).model == "unregistered"


@given(body=st.text(alphabet="ChinaJp US。.!?\r\n\u2028\ue000\ue001😀中国日本“”", max_size=80))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gives_spans_inside_it(model: LinearNewsModel, body: str) -> None:
    item = article(body)
    prediction = model.predict([item], targets={"a1": [Target("x", ("whoever",))]})[0]
    spans = evidence_of(prediction) + [span for found in prediction.stances for span in found.mentions]
    assert all(0 <= start < end <= len(item.text) for start, end in spans)
    assert all(sum(found.proba.values()) == pytest.approx(1) for found in prediction.stances)
