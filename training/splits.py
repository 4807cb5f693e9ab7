"""Splits of gold into train and test that never share a story."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from standpoint.errors import TrainingError
from training.gold import Gold

Indices = NDArray[np.int64]


def story_folds(stories: Sequence[str], *, n_folds: int = 5, seed: int = 0) -> Iterator[tuple[Indices, Indices]]:
    """Yield train and test positions; each article is in one test part, and no story is in both parts.

    Raises:
        TrainingError: there are fewer than two stories.
    """
    n_stories = len(set(stories))
    if n_stories < 2:
        raise TrainingError(
            f"gold has {n_stories} story, and two are needed to train and test. Annotate more articles."
        )
    folds = GroupKFold(n_splits=min(n_folds, n_stories), shuffle=True, random_state=seed)
    for train, test in folds.split(np.zeros(len(stories)), groups=np.asarray(stories, dtype=object)):
        yield train.astype(np.int64), test.astype(np.int64)


def temporal_split(gold: Gold, *, test_share: float = 0.25) -> tuple[Indices, Indices]:
    """Return train and test positions: the latest stories, about `test_share` of the articles, are the test.

    A story counts from its first article; one without any date is trained on.

    Raises:
        TrainingError: too few stories are dated to leave anything to train on or to test on.
    """
    first_day: dict[str, str] = {}
    for item in gold.articles:
        if item.article.day is not None:
            day = item.article.day.isoformat()
            first_day[item.story] = min(day, first_day.get(item.story, day))
    latest = sorted(first_day, key=lambda story: (first_day[story], story), reverse=True)
    wanted, chosen = round(test_share * len(gold)), set[str]()
    sizes = Counter(gold.stories)
    n_test = 0
    for story in latest:
        if n_test >= wanted:
            break
        chosen.add(story)
        n_test += sizes[story]
    is_test = np.array([story in chosen for story in gold.stories], dtype=bool)
    if not is_test.any() or is_test.all():
        raise TrainingError("gold cannot be split by time: too few dated stories. Add `published` to the articles.")
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)
