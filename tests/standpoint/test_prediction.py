"""Tests of the prediction as it is written."""

import json

import pytest

from standpoint.errors import RecordError
from standpoint.prediction import FramePrediction, Prediction, ScoredSpan, StancePrediction, prediction_from_json

SPAN = ScoredSpan(120, 151, 1.93456)
PREDICTION = Prediction(
    article_id="a1",
    story=None,
    language="zh",
    model="standpoint/3",
    codebook="demo@9f2c41d0",
    characters_read=1834,
    frames=(FramePrediction("us_failure", 0.83333, present=True, evidence=(SPAN,)),),
    stances=(StancePrediction("china", "critical", {"critical": 0.70004, "neutral": 0.29996}, ((12, 14),), (SPAN,)),),
)


def test_a_prediction_is_written_with_the_keys_users_rely_on() -> None:
    assert PREDICTION.to_json() == {
        "article_id": "a1",
        "story": None,
        "language": "zh",
        "model": "standpoint/3",
        "codebook": "demo@9f2c41d0",
        "characters_read": 1834,
        "frames": [
            {
                "id": "us_failure",
                "proba": 0.8333,
                "present": True,
                "evidence": [{"start": 120, "end": 151, "score": 1.9346}],
            }
        ],
        "stances": [
            {
                "actor": "china",
                "stance": "critical",
                "proba": {"critical": 0.7, "neutral": 0.3},
                "mentions": [[12, 14]],
                "evidence": [{"start": 120, "end": 151, "score": 1.9346}],
            }
        ],
    }


def test_a_prediction_is_plain_json() -> None:
    assert json.loads(json.dumps(PREDICTION.to_json())) == PREDICTION.to_json()


def test_a_prediction_is_read_back_as_it_was_written() -> None:
    written = PREDICTION.to_json()
    assert prediction_from_json(written).to_json() == written


def test_a_probability_that_is_none_is_refused() -> None:
    written = PREDICTION.to_json() | {"frames": [{"id": "us_failure", "proba": 1.2, "present": True}]}
    with pytest.raises(RecordError, match="probability 'proba' must be a number from 0 to 1, found 1.2"):
        prediction_from_json(written)


def test_a_mention_of_one_number_is_refused() -> None:
    stance = {"actor": "china", "stance": "critical", "proba": {}, "mentions": [[12]]}
    with pytest.raises(RecordError, match=r"a mention must be \[start, end\]"):
        prediction_from_json(PREDICTION.to_json() | {"stances": [stance]})
