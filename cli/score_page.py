"""Predictions printed one after the other, where no output is named."""

from rich.console import Console
from rich.text import Text

from cli.prediction_page import print_prediction
from cli.visible import visible
from corpus.outcome import Rejected
from corpus.reading import Reading
from serving.batch.cutting import cut
from serving.batch.seen import SeenArticles
from serving.registry import FetchedModel, read_model
from standpoint.errors import InputError

MOST_TOLD = 20
"""So many of the records that were set aside are told one by one."""


def print_scored(console: Console, reading: Reading, found: FetchedModel, *, evidence: bool, strict: bool) -> int:
    """Print each article as soon as it is scored; return the exit code.

    Raises:
        InputError: nothing was found to read, or with `strict` a record is no article.
        ModelFolderError: the model is not as it was written.
    """
    model = read_model(found.folder, found.label, shown_as=found.shown_as)
    rejected: list[Rejected] = []
    n_read = n_printed = 0
    with SeenArticles() as seen:
        for shard in cut(reading, seen, run=1, shard_articles=1, strict=strict):
            records = shard.records()
            n_read += shard.passed_over.n_read + len(records.rejected)
            rejected.extend(records.rejected)
            for article in (item.article for item in records.articles):
                print_prediction(console, article, model.predict([article], evidence=evidence)[0], model.codebook)
            for copy in records.copies:
                line = f"\n{copy.article.title or '(no title)'}: the same text as article {copy.copy_of}"
                console.print(Text(visible(line), style="dim"), soft_wrap=True)
            n_printed += len(records.articles) + len(records.copies)
    if not n_read + n_printed:
        raise no_article(reading)
    tell_rejected(console, rejected, len(rejected))
    return exit_code(n_printed, len(rejected))


def tell_rejected(console: Console, rejected: list[Rejected], n_rejected: int) -> None:
    """Print where each of the first records stands that was set aside, and why."""
    for item in rejected[:MOST_TOLD]:
        console.print(Text(visible(f"set aside {item.place}: {item.reason}"), style="yellow"), soft_wrap=True)
    if n_rejected > MOST_TOLD:
        console.print(Text(f"set aside {n_rejected - MOST_TOLD:,} more", style="yellow"))


def no_article(reading: Reading) -> InputError:
    """Return the error of an input that holds no record at all."""
    return InputError(f"{', '.join(reading.inputs)}: no article found. Name files with articles.")


def exit_code(n_scored: int, n_rejected: int) -> int:
    """Return 0 where all was scored, 1 where something was set aside, 2 where nothing else was there."""
    if not n_rejected:
        return 0
    return 1 if n_scored else 2
