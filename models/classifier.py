"""The linear classifier under frames and stances: logistic regression, one label against the rest."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression


def fit_one_against_rest(
    matrix: sparse.csr_matrix, shares: NDArray[np.bool_] | NDArray[np.float64], *, inverse_penalty: float
) -> tuple[NDArray[np.float32], float]:
    """Fit one label with balanced class weights on the share of it in each row, 0 to 1, shape (n_rows,).

    A row that is partly of the label counts twice: with its share as an example of it, with the rest as one of the
    others. Not all shares may be 0, nor all 1.

    liblinear's dual solver is many times as fast as lbfgs where there are fewer rows than features, as here, and does
    not stop early on features of small norm.

    Returns:
        Coefficients (n_features,) and intercept, in log-odds.
    """
    classifier = LogisticRegression(
        C=inverse_penalty, solver="liblinear", dual=True, max_iter=5000, class_weight="balanced", random_state=0
    )
    parted = np.flatnonzero((shares > 0) & (shares < 1))
    rows = matrix if not len(parted) else sparse.vstack([matrix, matrix[parted]], format="csr")
    truth = np.concatenate([shares > 0, np.zeros(len(parted), dtype=bool)])
    weights = np.concatenate([np.where(shares > 0, shares, 1.0), 1.0 - shares[parted]])
    fitted = classifier.fit(rows, truth, sample_weight=weights)
    return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])
