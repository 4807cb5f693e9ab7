"""Tests of the prediction as it is written."""

import json

from standpoint.prediction import FramePrediction, Prediction, ScoredSpan, StancePrediction

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
