"""The linear classifier under frames and stances: logistic regression, one label against the rest."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression


def fit_one_against_rest(
    matrix: sparse.csr_matrix, truth: NDArray[np.bool_], *, inverse_penalty: float
) -> tuple[NDArray[np.float32], float]:
    """Fit one label with balanced class weights; both answers must occur in `truth`, shape (n_rows,).

    liblinear's dual solver is many times as fast as lbfgs where there are fewer rows than features, as here, and does
    not stop early on features of small norm.

    Returns:
        Coefficients (n_features,) and intercept, in log-odds.
    """
    classifier = LogisticRegression(
        C=inverse_penalty, solver="liblinear", dual=True, max_iter=5000, class_weight="balanced", random_state=0
    )
    fitted = classifier.fit(matrix, truth)
    return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])
