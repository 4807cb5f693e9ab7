"""Stance toward given targets in Chinese microblog posts: C-STANCE subtask A (Zhao et al., ACL 2023).

Not the official protocol: trained on the validation file (the training file is not public), tested on
`test_a.jsonl` or on the file given with `--test`. Most targets do not stand in the text, and a model that sees
only the target is far above chance, so the ablations belong to the figure.
"""

from typing import Any

from benchmarks.command import Options, Report, protocol, run
from benchmarks.stance_data import read_stances, stance_codebook
from benchmarks.stance_outcomes import stance_runs
from training.gold import Gold
from training.outcome import Outcome
from training.quality import measure

CODEBOOK = stance_codebook("c-stance", ["against", "neutral", "favor"])


def measure_stances(options: Options) -> Report:
    """Measure a stance model, and what it knows from the text or from the target alone."""
    train, test = _read(options, "train.jsonl"), _read(options, None)
    runs = stance_runs(train, test, options)
    quality = measure(Outcome(None, runs.outcome), CODEBOOK, ablations=runs.ablations, seed=options.seed)
    notes = [
        *protocol(train, test, "pairs", lambda gold: len(gold.stances)),
        "target_blind sees the text only, name_only sees the target only",
        *runs.notes,
    ]
    return Report("stance", "stance/macro_f1", quality, CODEBOOK.stance_ids, notes)


def _read(options: Options, name: str | None) -> Gold:
    path = options.data / name if name else options.test or options.data / "test_a.jsonl"
    return read_stances(path, CODEBOOK, _text, _spans)


def _text(record: dict[str, Any]) -> str:
    return str(record["text"])


def _spans(record: dict[str, Any]) -> list[list[int]]:
    return [] if record["start"] is None else [[record["start"], record["end"]]]


if __name__ == "__main__":
    run(
        "c_stance",
        "Stance toward targets in Chinese microblog posts, macro-F1.",
        measure_stances,
        models=("linear", "encoder"),
    )
