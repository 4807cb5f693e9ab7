"""Which articles are shown without suggestions."""

from labeling.blind import DEFAULT_BLIND_SHARE, is_blind

IDS = [f"article-{number}" for number in range(10_000)]


def test_the_share_is_that_of_the_articles() -> None:
    share = sum(is_blind(id, DEFAULT_BLIND_SHARE) for id in IDS) / len(IDS)
    assert abs(share - 0.2) < 0.012  # three standard errors


def test_a_larger_share_only_adds() -> None:
    assert {id for id in IDS if is_blind(id, 0.2)} < {id for id in IDS if is_blind(id, 0.3)}


def test_none_or_all_can_be_blind() -> None:
    assert not any(is_blind(id, 0) for id in IDS)
    assert all(is_blind(id, 1) for id in IDS)
