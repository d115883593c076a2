"""p(C|z) on the log scale, and what is read off it, against plain restatements."""

import numpy as np
import pytest

from vae_core import class_scores
from vae_core.gaussians import Gaussian
from vae_core.mixture import class_posterior

RNG = np.random.default_rng(0)
LOG_PROBS = RNG.normal(size=(50, 4)) * 5
PRIOR = np.array([0.1, 0.2, 0.3, 0.4])


def test_log_posterior_is_bayes_rule():
    found = class_scores.log_posterior(LOG_PROBS, PRIOR)
    joint = np.exp(LOG_PROBS) * PRIOR  # p(z|C) p(C)
    np.testing.assert_allclose(np.exp(found), joint / joint.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(np.exp(found), class_posterior(LOG_PROBS, PRIOR))


def test_log_posterior_stays_finite_where_probabilities_do_not():
    found = class_scores.log_posterior(np.array([[0.0, -800.0], [-9000.0, -8000.0]]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(found, [[0, -800], [-1000, 0]], atol=1e-12)
    assert class_scores.score(found, [1, 0]).log_loss == pytest.approx(900)


def test_densities_are_columns_in_the_order_of_their_classes():
    densities = {2: Gaussian([5.0], [[1.0]]), 0: Gaussian([0.0], [[1.0]]), 1: Gaussian([-5.0], [[1.0]])}
    table = class_scores.class_log_probs(densities, np.array([[0.0], [-5.0], [5.0]]))
    assert table.argmax(axis=1).tolist() == [0, 1, 2]


def test_entropy_is_zero_for_certainty_and_log_k_for_none():
    posterior = np.array([[1.0, 0, 0, 0], [0.25] * 4, [0.5, 0.5, 0, 0]])
    np.testing.assert_allclose(class_scores.entropy(posterior), [0, np.log(4), np.log(2)], atol=1e-12)


def test_scores_by_hand():
    posterior = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.5, 0.4, 0.1], [0.2, 0.3, 0.5]])
    labels = np.array([0, 1, 1, 2], dtype=np.uint8)
    scores = class_scores.score(np.log(posterior), labels)
    losses = -np.log([0.7, 0.6, 0.4, 0.5])
    assert scores.accuracy == 0.75
    assert scores.accuracy_stderr == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert scores.log_loss == pytest.approx(losses.mean())
    assert scores.log_loss_stderr == pytest.approx(losses.std() / 2)
    assert scores.confusion.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


def test_the_most_confidently_wrong_come_first_even_where_p_rounds_to_one():
    log_probs = np.array([[0, -2.0], [0, -50.0], [-50.0, 0], [0, -60.0], [3.0, 0]])
    labels = np.array([1, 1, 1, 1, 0])  # the third and the last are right
    wrong = class_scores.confidently_wrong(class_scores.log_posterior(log_probs, np.array([0.5, 0.5])), labels)
    assert wrong.position.tolist() == [3, 1, 0]
    assert wrong.named.tolist() == [0, 0, 0]
    np.testing.assert_allclose(wrong.doubt, 1 / (1 + np.exp([60.0, 50.0, 2.0])))
    assert 1 - wrong.doubt[0] == 1 - wrong.doubt[1] == 1  # what the order could not be read off


def test_nothing_is_wrong_where_all_is_right():
    wrong = class_scores.confidently_wrong(np.log([[0.9, 0.1]]), np.array([0]))
    assert len(wrong.position) == len(wrong.named) == len(wrong.doubt) == 0


def test_a_draw_has_the_encoders_moments_and_repeats():
    mean, logvar = np.tile([[1.0, -2.0]], (40_000, 1)), np.tile(np.log([[4.0, 0.25]]), (40_000, 1))
    z = class_scores.draw(mean, logvar, seed=3)
    np.testing.assert_allclose(z.mean(axis=0), [1, -2], atol=0.05)
    np.testing.assert_allclose(z.var(axis=0), [4, 0.25], rtol=0.05)
    np.testing.assert_array_equal(z, class_scores.draw(mean, logvar, seed=3))


@pytest.mark.parametrize("labels", [[0, 1], [0, 1, 4], [0, 1, -1]])
def test_labels_that_do_not_fit_are_refused(labels):
    with pytest.raises(ValueError, match="labels"):
        class_scores.score(np.zeros((3, 4)), labels)
