"""Stance toward given targets in Chinese microblog posts: C-STANCE subtask A (Zhao et al., ACL 2023).

Not the official protocol: trained on the validation file (the training file is not public), tested on
`test_a.jsonl` or on the file given with `--test`. Most targets do not stand in the text, and a model that sees
only the target is far above chance, so the ablations belong to the figure.
"""

from typing import Any

from benchmarks.command import Options, Report, protocol, run
from benchmarks.stance_data import read_stances, stance_codebook
from models.stance_model import NAMED_STANCE_VIEWS
from training.ablations import ablated_stances
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold
from training.outcome import held_out
from training.quality import measure

CODEBOOK = stance_codebook("c-stance", ["against", "neutral", "favor"])


def measure_stances(options: Options) -> Report:
    """Measure the linear stance model, and what it knows from the text or from the target alone."""
    train, test = _read(options, "train.jsonl"), _read(options, None)
    config = FitConfig(seed=options.seed, stance_views=NAMED_STANCE_VIEWS)
    outcome = held_out(fit_news_model(train, config), train, test)
    quality = measure(outcome, CODEBOOK, ablations=ablated_stances(train, test, config), seed=options.seed)
    notes = [
        *protocol(train, test, "pairs", lambda gold: len(gold.stances)),
        "target_blind sees the text only, name_only sees the target only",
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
    run("c_stance", "Stance toward targets in Chinese microblog posts, macro-F1.", measure_stances)
