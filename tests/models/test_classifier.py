"""Tests of the linear classifier: whole labels as scikit-learn fits them, and shares between yes and no."""

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from models.classifier import fit_one_against_rest

_DRAW = np.random.default_rng(0)
MATRIX = sparse.csr_matrix(_DRAW.random((40, 60)))
TRUTH = _DRAW.random(40) < 0.3


def scores(shares: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
    coefficients, intercept = fit_one_against_rest(MATRIX, shares, inverse_penalty=1.0)
    return np.asarray(MATRIX @ coefficients + intercept)


def test_whole_labels_are_fitted_as_scikit_learn_fits_them_to_the_last_bit() -> None:
    plain = LogisticRegression(
        C=1.0, solver="liblinear", dual=True, max_iter=5000, class_weight="balanced", random_state=0
    ).fit(MATRIX, TRUTH)
    for shares in (TRUTH, TRUTH.astype(np.float64)):
        coefficients, intercept = fit_one_against_rest(MATRIX, shares, inverse_penalty=1.0)
        assert coefficients.tolist() == plain.coef_[0].astype(np.float32).tolist()
        assert intercept == plain.intercept_[0]


def test_a_larger_share_scores_higher() -> None:
    of_first = []
    for share in (0.0, 0.3, 0.7, 1.0):
        shares = TRUTH.astype(np.float64)
        shares[0] = share
        of_first.append(scores(shares)[0])
    assert of_first == sorted(set(of_first))


def test_everyone_split_alike_says_nothing() -> None:
    assert np.ptp(scores(np.full(40, 0.5))) < 1e-3
