"""Tests of the n-gram counts: a slow reference, batches, and what two n-grams have in common."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.ngrams import KEY_BITS, NgramConfig, count_ngrams

WORDS = NgramConfig(words=(1, 1))
TEXTS = st.text(alphabet="abZ1_ ,.'\n\t\u3000稀土国\uf900😀𠮷\ue000\ue001éİß", max_size=20)
CONFIGS = st.sampled_from(
    [
        NgramConfig(characters=(1, 3)),
        NgramConfig(characters=(3, 4)),
        NgramConfig(words=(1, 2)),
        NgramConfig(chinese=(1, 3)),
        NgramConfig(characters=(2, 2), words=(2, 3), chinese=(2, 2)),
    ]
)
QUICK = settings(max_examples=200, deadline=None, derandomize=True)


def is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"


def is_letter(character: str) -> bool:
    if "\ue000" <= character <= "\ue00f":
        return True
    return character <= "\uffff" and (character.isalnum() or character == "_") and not is_han(character)


def is_counted(gram: str) -> bool:
    """Say whether a character n-gram counts: no space inside it, at most one at its ends, no lone Latin letter."""
    if len(gram) == 1:
        return is_han(gram)
    return " " not in gram if len(gram) == 2 else " " not in gram[1:-1] and gram.count(" ") < 2


def word_spans(text: str) -> list[tuple[int, int]]:
    starts = [i for i in range(len(text)) if is_letter(text[i]) and not (i and is_letter(text[i - 1]))]
    ends = [i + 1 for i in range(len(text)) if is_letter(text[i]) and not is_letter(text[i + 1 : i + 2] or " ")]
    return list(zip(starts, ends, strict=True))


def slow_counts(text: str, config: NgramConfig) -> Counter[tuple[str, str]]:
    normal = f" {' '.join(text.lower().split())} "
    slices = [normal[start:end] for start in range(len(normal)) for end in range(start + 1, len(normal) + 1)]
    shortest, longest = config.characters
    found = [("character", gram) for gram in slices if shortest <= len(gram) <= longest and is_counted(gram)]
    shortest, longest = config.chinese
    found += [("chinese", gram) for gram in slices if shortest <= len(gram) <= longest and all(map(is_han, gram))]
    spans = word_spans(normal)
    for length in range(max(config.words[0], 1), config.words[1] + 1):
        pairs = zip(spans, spans[length - 1 :], strict=False)
        found += [("word", normal[first[0] : last[1]]) for first, last in pairs]
    return Counter(found)


def rows_of(texts: list[str], config: NgramConfig) -> list[dict[int, float]]:
    """Return the counts by key of each text."""
    found: list[dict[int, float]] = [{} for _ in texts]
    for row, key, count in zip(*count_ngrams(texts, config), strict=True):
        found[row][int(key)] = float(count)
    return found


def keys_of(text: str, config: NgramConfig, *, salt: int = 0) -> set[int]:
    return set(count_ngrams([text], config, salt=salt)[1].tolist())


@given(text=TEXTS, config=CONFIGS)
@QUICK
def test_counts_equal_those_of_a_slow_reference(text: str, config: NgramConfig) -> None:
    counts, expected = rows_of([text], config)[0], slow_counts(text, config)
    assert sum(counts.values()) == sum(expected.values())
    assert len(expected) - 1 <= len(counts) <= len(expected)  # two n-grams may share a key, once in 4 million
    if len(counts) == len(expected):
        assert sorted(counts.values()) == sorted(expected.values())


@given(texts=st.lists(TEXTS, max_size=6), config=CONFIGS)
@QUICK
def test_a_text_gives_the_same_alone_and_among_others(texts: list[str], config: NgramConfig) -> None:
    assert rows_of(texts, config) == [rows_of([text], config)[0] for text in texts]


def test_texts_on_both_sides_of_a_batch_are_counted_like_alone() -> None:
    config = NgramConfig(characters=(1, 3), words=(1, 2), chinese=(1, 2))
    texts = [f"rare {number} 稀土 earths " * size for number, size in enumerate((3000, 1, 4000, 7000, 2, 5000))]
    assert rows_of(texts, config) == [rows_of([text], config)[0] for text in texts]


def test_an_ngram_has_one_key_wherever_it_stands() -> None:
    assert rows_of(["magnets, magnets: 稀土 magnets " * 500], WORDS) == [{next(iter(keys_of("magnets", WORDS))): 1500}]


def test_a_chinese_ngram_has_one_key_wherever_it_stands() -> None:
    config = NgramConfig(chinese=(2, 2))
    assert keys_of("稀土", config) < keys_of("中国对稀土出口", config)


def test_longer_words_grams_span_what_stands_between_the_words() -> None:
    two = NgramConfig(words=(2, 2))
    assert keys_of("rare earths", two) == keys_of("rare\n\n earths", two)
    assert keys_of("rare earths", two) != keys_of("rare, earths", two)


def test_case_does_not_matter() -> None:
    assert keys_of("Rare EARTHS", WORDS) == keys_of("rare earths", WORDS)


def test_a_single_latin_letter_is_no_ngram_but_a_chinese_character_is() -> None:
    config = NgramConfig(characters=(1, 1))
    assert keys_of("a b c , 1", config) == set()
    assert len(keys_of("稀土 a", config)) == 2


def test_a_mask_is_a_word() -> None:
    assert len(keys_of("\ue000 said \ue001", WORDS)) == 3


def test_no_ngram_reaches_into_the_next_text() -> None:
    config = NgramConfig(characters=(2, 5), words=(2, 2), chinese=(2, 2))
    assert rows_of(["稀", "土", "a", "b"], config)[:2] == [rows_of(["稀"], config)[0], rows_of(["土"], config)[0]]
    assert keys_of("稀", config) == set()


def test_another_salt_gives_other_keys() -> None:
    text = "rare earths 稀土"
    config = NgramConfig(characters=(1, 4), words=(1, 2), chinese=(1, 2))
    assert keys_of(text, config).isdisjoint(keys_of(text, config, salt=1))


def test_a_kind_of_ngram_has_keys_of_its_own() -> None:
    assert keys_of("稀土", NgramConfig(chinese=(2, 2))).isdisjoint(keys_of("稀土", NgramConfig(characters=(2, 2))))


def test_rows_and_keys_are_sorted_and_within_range() -> None:
    rows, keys, counts = count_ngrams(["b a c a", "a", "稀土"], NgramConfig(characters=(1, 3), words=(1, 2)))
    assert np.all(np.diff(rows << KEY_BITS | keys) > 0)
    assert keys.min() >= 0
    assert keys.max() < 1 << KEY_BITS
    assert counts.min() >= 1


@pytest.mark.parametrize("texts", [[], [""], ["", " \n"], ["a"], ["稀"]])
def test_texts_shorter_than_any_ngram_are_empty_rows(texts: list[str]) -> None:
    rows, keys, counts = count_ngrams(texts, NgramConfig(characters=(6, 9), words=(3, 4), chinese=(5, 6)))
    assert len(rows) == len(keys) == len(counts) == 0


def test_half_a_surrogate_pair_is_counted_as_a_sign() -> None:
    assert len(keys_of("a\ud800b", WORDS)) == 2


def test_keys_collide_no_more_than_by_chance() -> None:
    words = [f"{first}{second}" for first in range(100, 200) for second in range(100, 300)]
    n_expected = len(words) ** 2 / 2 / (1 << KEY_BITS)
    assert len(keys_of(" ".join(words), WORDS)) > len(words) - 2 * n_expected
