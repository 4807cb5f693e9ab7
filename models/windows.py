"""Windows: the stretches of an article's tokens that an encoder reads at once, aligned to sentences, none left out."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from standpoint.sentences import Span


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens `start` to `end` of an article are read together; `own_start` to `own_end` are answered for.

    Every token of the article is some window's own and no other's; what a window reads beside its own is context.
    """

    start: int
    end: int
    own_start: int
    own_end: int


def windows(tokens: Sequence[Span], sentences: Sequence[Span], *, size: int, overlap: int) -> list[Window]:
    """Cut an article into windows of whole sentences.

    A sentence longer than a window is read in several, which is the only place where a sentence is parted. Where two
    windows overlap, each owns the half that lies nearer to its middle.

    Args:
        tokens: the characters of each token, in order.
        sentences: the characters of each sentence, in order.
        size: how many tokens a window holds at most, at least 2.
        overlap: how many tokens a window shares with the one before, at most half of `size`.

    >>> windows([(n, n + 1) for n in range(10)], [(0, 3), (3, 6), (6, 10)], size=7, overlap=3)
    [Window(start=0, end=6, own_start=0, own_end=5), Window(start=3, end=10, own_start=5, own_end=10)]
    """
    if not 0 <= overlap * 2 <= size or size < 2:
        raise ValueError(f"windows of {size} tokens cannot overlap by {overlap}: choose at most half, and 2 or more")
    spans = list(_spans(_breaks(tokens, sentences, size, max(overlap, 1)), size=size, overlap=overlap))
    edges = [0, *((start + end + 1) // 2 for (_, end), (start, _) in zip(spans, spans[1:], strict=False)), len(tokens)]
    return [Window(*span, *own) for span, own in zip(spans, zip(edges, edges[1:], strict=False), strict=False)]


def token_range(tokens: Sequence[Span], span: Span) -> tuple[int, int]:
    """Return the first token that shares a character with a span, and the one after the last; empty if none does.

    >>> token_range([(0, 3), (4, 9), (9, 12)], (5, 10))
    (1, 3)
    """
    first = bisect_right(tokens, span[0], key=lambda token: token[1])
    return first, max(first, bisect_left(tokens, span[1], key=lambda token: token[0]))


def _breaks(tokens: Sequence[Span], sentences: Sequence[Span], size: int, step: int) -> list[int]:
    """Return where a window may start or end: between sentences, and at every step of those too long for one."""
    starts = [bisect_right(tokens, start, key=lambda token: token[1]) for start, _ in sentences]
    between = sorted({0, *starts, len(tokens)})
    breaks = [0]
    for end in between[1:]:
        if end - breaks[-1] > size:
            breaks += range(breaks[-1] + step, end, step)
        breaks.append(end)
    return breaks


def _spans(breaks: Sequence[int], *, size: int, overlap: int) -> Iterator[Span]:
    """Yield windows from break to break, each as long as may be, the next one reaching back by `overlap` at most."""
    start = 0
    while start < breaks[-1]:
        end = breaks[bisect_right(breaks, start + size) - 1]
        yield start, end
        if end == breaks[-1]:
            return
        back = breaks[bisect_left(breaks, end - overlap)]
        following = breaks[bisect_right(breaks, end)]
        fits = breaks[bisect_left(breaks, following - size)]
        start = max(back, fits)
