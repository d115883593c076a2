"""Readers: logistic regression against its optimality and against a known boundary."""

import numpy as np
import pytest
from scipy.special import softmax

from vae_core.linear_reader import fit_linear

RNG = np.random.default_rng(0)


def test_two_gaussians_are_parted_where_bayes_parts_them():
    labels = RNG.integers(0, 2, 40_000)
    h = RNG.normal(size=(40_000, 2)) + np.array([[0.0, 0.0], [2.0, 1.0]])[labels]
    reader = fit_linear(h, labels, classes=2)
    slope = reader.weights[:, 1] - reader.weights[:, 0]
    np.testing.assert_allclose(slope, [2, 1], atol=0.08)  # Σ⁻¹(m₁ − m₀)
    assert reader.bias[1] - reader.bias[0] == pytest.approx(-2.5, abs=0.1)  # −(|m₁|² − |m₀|²)/2


def test_the_gradient_vanishes_and_scale_does_not_matter():
    centres = RNG.normal(size=(10, 3)) * 2
    labels = np.arange(2000) % 10
    h = RNG.normal(size=(2000, 3)) + centres[labels]
    reader = fit_linear(h, labels)
    error = softmax(reader.logits(h), axis=1) - np.eye(10)[labels]
    x = (h - h.mean(0)) / h.std(0)
    ridge = 1e-4 * reader.weights * h.std(0)[:, None]
    np.testing.assert_allclose(x.T @ error / len(h) + ridge, 0, atol=2e-4)
    stretched = h * [1, 50, 0.01] + 7
    other = fit_linear(stretched, labels)
    np.testing.assert_allclose(other.logits(stretched), reader.logits(h), atol=0.05)
    assert other.accuracy(stretched, labels) == pytest.approx(reader.accuracy(h, labels), abs=0.002)


def test_a_dead_dimension_and_perfectly_parted_classes_are_no_trouble():
    labels = np.arange(100) % 10
    h = np.column_stack([labels * 3.0, np.square(labels) * 1.0, np.zeros(100)])
    reader = fit_linear(h, labels)
    assert reader.accuracy(h, labels) == 1
    assert np.isfinite(reader.weights).all()


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="finite"):
        fit_linear(np.full((5, 2), np.nan), np.zeros(5))
    with pytest.raises(ValueError, match="labels"):
        fit_linear(np.zeros((5, 2)), np.full(5, 10))
