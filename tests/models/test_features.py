"""Tests of the TF-IDF features: held against scikit-learn, and what is kept of rare and repeated texts."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from models.features import TfidfFeatures, View
from models.ngrams import NgramConfig, count_ngrams

WORDS = NgramConfig(words=(1, 1))
TEXTS = [
    "Rare earths and more rare earths",
    "China exports rare magnets, magnets, magnets",
    "Magnets: exports fell and fell",
    "The US and China met",
    "China said exports fell",
]


def fitted(texts: list[str], *, min_texts: int = 1, weight: float = 1.0, most: int = 1000) -> TfidfFeatures:
    features = TfidfFeatures([View("words", WORDS, weight=weight, min_texts=min_texts)], max_features_per_view=most)
    features.fit_transform([texts])
    return features


def dense(features: TfidfFeatures, texts: list[str]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = features.transform([texts] * len(features.views)).toarray()
    return values


def key_of(word: str) -> int:
    return int(count_ngrams([word], WORDS)[1][0])


@pytest.mark.parametrize("min_texts", [1, 2])
def test_word_features_equal_those_of_scikit_learn(min_texts: int) -> None:
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=min_texts, token_pattern=r"\w+")
    expected = vectorizer.fit_transform(TEXTS).toarray()
    features = fitted(TEXTS, min_texts=min_texts)
    columns = [features.keys_.tolist().index(key_of(word)) for word in vectorizer.get_feature_names_out()]
    assert len(features.keys_) == len(columns)
    assert dense(features, TEXTS)[:, columns] == pytest.approx(expected, abs=1e-6)


def test_other_texts_equal_those_of_scikit_learn() -> None:
    others = ["China and unheard words", "fell fell fell", "nothing known here"]
    vectorizer = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+").fit(TEXTS)
    features = fitted(TEXTS)
    columns = [features.keys_.tolist().index(key_of(word)) for word in vectorizer.get_feature_names_out()]
    assert dense(features, others)[:, columns] == pytest.approx(vectorizer.transform(others).toarray(), abs=1e-6)


def test_fitting_returns_what_transforming_returns() -> None:
    features = TfidfFeatures([View("words", WORDS), View("characters", NgramConfig(characters=(1, 3)))])
    matrix = features.fit_transform([TEXTS, TEXTS])
    assert matrix.toarray() == pytest.approx(dense(features, TEXTS))


def test_an_ngram_of_too_few_texts_is_left_out() -> None:
    assert key_of("said") not in fitted(TEXTS, min_texts=2).keys_
    assert key_of("fell") in fitted(TEXTS, min_texts=2).keys_


def test_the_least_number_of_texts_gives_way_when_there_are_few() -> None:
    assert key_of("rare") in fitted(["rare earths", "iron ore"], min_texts=5).keys_


def test_repeated_texts_count_once() -> None:
    once, twice = fitted(TEXTS, min_texts=2), fitted([*TEXTS, *TEXTS, TEXTS[0]], min_texts=2)
    assert twice.keys_.tolist() == once.keys_.tolist()
    assert twice.idf_.tolist() == once.idf_.tolist()


def test_repeated_texts_have_equal_rows_where_they_stand() -> None:
    features = fitted(TEXTS)
    repeated = dense(features, [TEXTS[2], TEXTS[0], TEXTS[2]])
    assert repeated.tolist() == dense(features, TEXTS)[[2, 0, 2]].tolist()


def test_a_row_is_as_long_as_the_weight_of_its_view() -> None:
    assert np.linalg.norm(dense(fitted(TEXTS, weight=0.4), TEXTS), axis=1) == pytest.approx(0.4)


def test_a_text_without_known_ngrams_is_a_row_of_zeros() -> None:
    assert dense(fitted(TEXTS), ["", "unheard", "稀土"]).tolist() == np.zeros((3, len(fitted(TEXTS).keys_))).tolist()


def test_the_most_common_ngrams_are_kept_when_there_are_too_many() -> None:
    features = fitted(["a1 b1 c1", "a1 b1 d1", "a1 b1 e1"], most=2)
    assert set(features.keys_.tolist()) == {key_of("a1"), key_of("b1")}


def test_views_look_at_their_own_column_of_texts() -> None:
    features = TfidfFeatures([View("left", WORDS, min_texts=1), View("right", WORDS, min_texts=1)])
    features.fit_transform([["rare", "iron"], ["iron", "rare"]])
    assert features.splits_.tolist() == [0, 2, 4]
    one, other = features.transform([["rare", "iron"], ["", ""]]).toarray()
    assert np.flatnonzero(one).tolist() != np.flatnonzero(other).tolist()
    assert max(*np.flatnonzero(one), *np.flatnonzero(other)) < 2


def test_scores_are_features_times_coefficients_whether_or_not_views_share_their_texts() -> None:
    many = [f"{text} {number}" for number in range(400) for text in TEXTS] * 2  # more than one batch, each twice
    characters = NgramConfig(characters=(1, 3))
    features = TfidfFeatures([View("one", WORDS), View("two", characters, weight=0.4), View("three", WORDS)])
    columns = [many, many, many[::-1]]
    matrix = features.fit_transform(columns)
    coefficients = np.random.default_rng(0).normal(size=(2, matrix.shape[1])).astype(np.float32)
    assert features.scores(columns, coefficients) == pytest.approx(matrix @ coefficients.T, abs=1e-5)
    apart = features.scores([list(column) for column in columns], coefficients)
    assert features.scores(columns, coefficients).tolist() == apart.tolist()


def test_no_text_has_no_scores() -> None:
    features = fitted(TEXTS)
    assert features.scores([[]], np.ones((3, len(features.keys_)), dtype=np.float32)).shape == (0, 3)


def test_no_text_gives_no_row() -> None:
    assert fitted(TEXTS).transform([[]]).shape == (0, len(fitted(TEXTS).keys_))


def test_arrays_read_back_give_the_same_features() -> None:
    views = [View("words", WORDS), View("chinese", NgramConfig(chinese=(1, 2)), weight=0.5)]
    texts = [*TEXTS, "中国稀土", "中国出口稀土"]
    features = TfidfFeatures(views)
    features.fit_transform([texts, texts])
    again = TfidfFeatures(views).load_arrays(features.to_arrays())
    assert dense(again, texts).tolist() == dense(features, texts).tolist()


def test_arrays_are_plain_numbers() -> None:
    assert {name: array.dtype.kind for name, array in fitted(TEXTS).to_arrays().items()} == {
        "keys": "i",
        "idf": "f",
        "splits": "i",
    }
