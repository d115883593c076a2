r"""How well p(C|z) names classes: accuracy, log-loss, confusion, and where it is most confidently wrong.

Everything works on the log scale: a class far from a point has p(C|z) = e⁻⁸⁰⁰, which is 0 as a float64 and would make
the log-loss infinite.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import entr, logsumexp


class Scores(NamedTuple):
    """What was found on labelled points: `accuracy` in [0, 1], `log_loss` in nats a point, both with standard errors.

    `confusion` (K, K): rows the true class, columns the most probable one.
    """

    accuracy: float
    accuracy_stderr: float
    log_loss: float
    log_loss_stderr: float
    confusion: np.ndarray


class Mistakes(NamedTuple):
    """Points named wrongly, the surest first: `position` among the points, `named` class, `doubt` = 1 − p(named|z)."""

    position: np.ndarray
    named: np.ndarray
    doubt: np.ndarray


def class_log_probs(densities: Mapping[int, object], z: np.ndarray) -> np.ndarray:
    """log p(z|C), one column a class in ascending order: (N, K); each density has `log_prob(z)`."""
    return np.stack([densities[label].log_prob(z) for label in sorted(densities)], axis=1)


def log_posterior(log_probs: np.ndarray, class_prior: np.ndarray) -> np.ndarray:
    r"""$\log p(C|z) = \log p(z|C) + \log p(C) - \log\sum_{C'} p(z|C')\,p(C')$, nats, (N, K).

    `mixture.class_posterior` on the log scale; every class needs a prior above 0.
    """
    joint = log_probs + np.log(class_prior)
    return joint - logsumexp(joint, axis=1, keepdims=True)


def entropy(posterior: np.ndarray) -> np.ndarray:
    r"""$-\sum_C p(C|z)\log p(C|z)$, nats: 0 where one class is certain, log K where all are alike; (N, K) -> (N,)."""
    return entr(posterior).sum(axis=1)


def score(log_posterior: np.ndarray, labels: np.ndarray) -> Scores:
    r"""Accuracy of the most probable class, and the log-loss $-\frac1N\sum_n \log p(C_n|z_n)$.

    Args:
        log_posterior: (N, K), as `log_posterior` gives it.
        labels: the true classes, (N,).

    Raises:
        ValueError: labels that do not fit the points.
    """
    labels = _checked(log_posterior, labels)
    count, classes = log_posterior.shape
    named = log_posterior.argmax(axis=1)
    right = named == labels
    loss = -log_posterior[np.arange(count), labels]
    confusion = np.zeros((classes, classes), int)
    np.add.at(confusion, (labels, named), 1)
    return Scores(
        accuracy=float(right.mean()),
        accuracy_stderr=float(right.std() / np.sqrt(count)),
        log_loss=float(loss.mean()),
        log_loss_stderr=float(loss.std() / np.sqrt(count)),
        confusion=confusion,
    )


def confidently_wrong(log_posterior: np.ndarray, labels: np.ndarray) -> Mistakes:
    """Every point whose most probable class is not its own, those named with the least doubt first."""
    labels = _checked(log_posterior, labels)
    named = log_posterior.argmax(axis=1)
    wrong = np.flatnonzero(named != labels)
    others = log_posterior[wrong].copy()
    others[np.arange(len(wrong)), named[wrong]] = -np.inf
    log_doubt = logsumexp(others, axis=1)  # 1 − p loses every digit where p is nearly 1
    order = np.argsort(log_doubt, kind="stable")
    return Mistakes(wrong[order], named[wrong][order], np.exp(log_doubt[order]))


def draw(mean: np.ndarray, logvar: np.ndarray, seed: int) -> np.ndarray:
    """One sample z ~ N(mean, diag exp logvar) for each image, (N, d) float64."""
    noise = np.random.default_rng(seed).standard_normal(mean.shape)
    return mean + np.exp(0.5 * logvar.astype(np.float64)) * noise


def _checked(log_posterior: np.ndarray, labels: np.ndarray) -> np.ndarray:
    labels = np.asarray(labels).astype(int)
    if log_posterior.ndim != 2 or labels.shape != (len(log_posterior),) or not len(labels):
        raise ValueError(f"log_posterior is {log_posterior.shape} and labels {labels.shape}; give (N, K) and (N,)")
    if labels.min() < 0 or labels.max() >= log_posterior.shape[1]:
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}; classes from 0 to {log_posterior.shape[1] - 1}"
        )
    return labels
