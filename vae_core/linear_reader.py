r"""Reading a class off a representation by one linear layer.

What a reader gets right says what is there to be read in its own way: the nearest class mean (`vae_core.nearest_mean`)
needs classes that are compact, a linear reader only that straight cuts part them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

RIDGE = 1e-4  # on weights of standardised coordinates: classes that can be parted perfectly have no finite optimum


class LinearReader(NamedTuple):
    """p(C|h) = softmax(h · weights + bias): weights (d, K), bias (K,)."""

    weights: np.ndarray
    bias: np.ndarray

    def logits(self, representation: ArrayLike) -> np.ndarray:
        """(N, d) -> (N, K)."""
        return np.asarray(representation, dtype=np.float64) @ self.weights + self.bias

    def accuracy(self, representation: ArrayLike, labels: ArrayLike) -> float:
        """Share of the rows whose likeliest class is the true one."""
        return float((self.logits(representation).argmax(axis=1) == np.asarray(labels)).mean())


def fit_linear(representation: ArrayLike, labels: ArrayLike, classes: int = 10, ridge: float = RIDGE) -> LinearReader:
    r"""Multinomial logistic regression, by L-BFGS.

    Minimises $-\frac1N\sum_n \log p(C_n\mid h_n) + \frac\lambda2\lVert W\rVert^2$ over weights W and bias, the
    coordinates brought to mean 0 and variance 1 first. The problem is convex, so there is one best reader.

    Args:
        representation: (N, d).
        labels: (N,), each of 0 to classes − 1.
        classes: K.
        ridge: λ, above 0.

    Raises:
        ValueError: shapes that do not fit, values that are not finite, a label out of range, a ridge of 0.
    """
    h, labels = np.asarray(representation, dtype=np.float64), np.asarray(labels).astype(int)
    if h.ndim != 2 or len(h) != len(labels) or not h.size or not np.isfinite(h).all():
        raise ValueError(f"representation {h.shape} and labels {labels.shape}; give a finite (N, d) and (N,)")
    if labels.min() < 0 or labels.max() >= classes or not ridge > 0:
        raise ValueError(f"labels run to {labels.max()} and ridge is {ridge}; allowed: 0 to {classes - 1}, above 0")
    centre, scale = h.mean(axis=0), h.std(axis=0)
    scale[scale == 0] = 1.0
    x, wanted = (h - centre) / scale, np.eye(classes)[labels]
    d = h.shape[1]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights, bias = flat[: d * classes].reshape(d, classes), flat[d * classes :]
        logits = x @ weights + bias
        value = (logsumexp(logits, axis=1) - logits[np.arange(len(x)), labels]).mean()
        error = (softmax(logits, axis=1) - wanted) / len(x)
        gradient = np.concatenate([(x.T @ error + ridge * weights).ravel(), error.sum(axis=0)])
        return value + 0.5 * ridge * np.square(weights).sum(), gradient

    found = minimize(loss, np.zeros((d + 1) * classes), jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    weights = found.x[: d * classes].reshape(d, classes) / scale[:, None]
    return LinearReader(weights, found.x[d * classes :] - centre @ weights)
