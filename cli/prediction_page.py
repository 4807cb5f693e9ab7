"""A prediction on the terminal: the article's frames and stances, each with the sentence that shows it best."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.visible import visible_line
from standpoint.article import Article
from standpoint.codebook import Codebook
from standpoint.prediction import Prediction, ScoredSpan

_COLOURS = {0: "red", 1: "default", 2: "green"}
_LONGEST_QUOTE = 240


def print_prediction(console: Console, article: Article, prediction: Prediction, codebook: Codebook) -> None:
    """Print one article with its frames, stances and evidence; a name is in the article's language."""
    byline = " · ".join(part for part in (article.source, article.published, article.language) if part)
    title = Text(visible_line(article.title) or "(no title)", style="bold")
    console.print(Text.assemble("\n", title, "\n", (visible_line(byline), "dim")))
    language = "zh" if article.language == "zh" else "en"
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(min_width=22)
    table.add_column(min_width=16)
    table.add_column(ratio=1, overflow="fold")
    names = {frame.id: frame.name.in_language(language) for frame in codebook.frames}
    for frame in prediction.frames:
        if frame.present:
            name = Text(visible_line(names[frame.id]), style="bold")
            table.add_row(name, f"frame {frame.proba:.2f}", _quote(article, frame.evidence))
    actors = {actor.id: actor.name.in_language(language) for actor in codebook.actors}
    for stance in prediction.stances:
        colour = _COLOURS.get(codebook.stance_ids.index(stance.stance), "default")
        called = Text.assemble((stance.stance, colour), f" {stance.proba[stance.stance]:.2f}")
        name = Text(visible_line(actors.get(stance.actor, stance.actor)))
        table.add_row(name, called, _quote(article, stance.evidence))
    if not table.row_count:
        table.add_row(Text("no frame called, no actor named", style="dim"))
    console.print(Padding(table, (0, 0, 0, 2)))


def _quote(article: Article, evidence: Sequence[ScoredSpan]) -> Text:
    if not evidence:
        return Text()
    quote = visible_line(article.text[evidence[0].start : evidence[0].end])
    shortened = quote if len(quote) <= _LONGEST_QUOTE else quote[: _LONGEST_QUOTE - 1] + "…"
    return Text(shortened, style="dim")
