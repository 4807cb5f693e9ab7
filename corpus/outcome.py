"""An outcome: what became of one record that was read, an article or a reason why not."""

from dataclasses import dataclass

from standpoint.article import Article


@dataclass(frozen=True, slots=True)
class Placed:
    """An article and the place it was read from, such as `news.jsonl:41`."""

    place: str
    article: Article


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that was set aside: where it stands and why it is no article."""

    place: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """Return the record as it is written to JSON Lines."""
        return {"place": self.place, "reason": self.reason}
