"""Made-up data in the format of Narrative Frames."""

import json
from pathlib import Path

import pytest

from benchmarks.frame_questions import RULES

TOPICS = {
    "co": "quarrel clash fight",
    "ec": "costs market prices",
    "hi": "family child home",
    "mo": "duty sin conscience",
    "re": "solved agreed settled",
}


@pytest.fixture(scope="session")
def narrative_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 60 articles with one frame each, which both annotators saw; of every tenth only one did."""
    folder = tmp_path_factory.mktemp("narrative-frames")
    articles, annotators = [], []
    for number in range(60):
        frame = list(TOPICS)[number % 5]
        labels = {name.upper(): int(name == frame) for name in RULES}
        text = f"{TOPICS[frame]} number {number}"
        articles.append({"id": str(number), "text": text, "labels": labels, "fold": 1 + number % 4})
        seen = ["yes", "no" if number % 10 == 0 else "yes", -1]
        answers = {
            question: seen if name == frame else ["no", "no", -1]
            for name, (all_, _) in RULES.items()
            for question in all_
        }
        annotators.append({"id": str(number), "answers": answers})
    for file, records in (("articles", articles), ("annotators", annotators)):
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (folder / f"{file}.jsonl").write_text(lines, encoding="utf-8")
    return folder
