"""The linear VAE: its rates against the loss it minimises, its threshold against the zoo."""

import numpy as np
import pytest
from scipy.optimize import minimize

from vae_core import collapse, zoo

RNG = np.random.default_rng(0)


def test_leading_variances_are_those_of_a_known_covariance():
    axes = np.linalg.qr(RNG.normal(size=(12, 12)))[0]
    data = RNG.normal(size=(500, 12)) * np.sqrt(np.arange(12, 0, -1)) @ axes
    whole = np.linalg.eigvalsh(np.cov(data.T, bias=True))[::-1]
    assert collapse.leading_variances(data, 5) == pytest.approx(whole[:5])
    assert collapse.mean_image_half_sse(data) == pytest.approx(whole.sum() / 2)
    images = RNG.integers(0, 256, (30, 4, 4), dtype=np.uint8)
    assert collapse.leading_variances(images, 3) == pytest.approx(collapse.leading_variances(images / 255, 3))


@pytest.mark.parametrize(("variance", "beta"), [(5.0, 1.0), (2.0, 0.1), (1.0, 3.0), (5.1, 5.0)])
def test_the_rate_of_a_dimension_minimises_the_loss_of_the_linear_vae(variance, beta):
    """x ~ N(0, λ) in one dimension, μ = a·x, σ², x̂ = w·z: ½ E(x − x̂)² + β KL, minimised numerically over a, σ², w."""

    def parts(parameters):
        a, log_stddev, w = parameters
        s2 = np.exp(2 * log_stddev)
        error = 0.5 * ((1 - w * a) ** 2 * variance + w**2 * s2)
        return error, 0.5 * (a**2 * variance + s2 - 1 - np.log(s2))

    def loss(parameters):
        error, rate = parts(parameters)
        return error + beta * rate

    best = min(
        (minimize(loss, start, tol=1e-12) for start in ([0.5, -0.5, 0.5], [0.1, -0.1, 1.0])), key=lambda r: r.fun
    )
    assert parts(best.x)[1] == pytest.approx(collapse.linear_rates([variance], beta, 1).item(), abs=1e-4)


def test_dimensions_go_off_one_by_one_and_all_above_the_largest_variance():
    variances = [5.0, 3.0, 1.0]
    assert (collapse.linear_rates(variances, 2.0, 3) > 0).tolist() == [True, True, False]
    assert (collapse.linear_rates(variances, 5.0, 3) == 0).all()
    assert len(collapse.linear_rates(variances, 0.5, 2)) == 2


def test_in_the_zoo_no_training_above_the_largest_variance_uses_z():
    largest = collapse.leading_variances(zoo.digits().images, 1)[0]
    assert 5 < largest < 5.4
    above = [run for run in zoo.list_runs() if run.beta > largest and run.likelihood == "gaussian"]
    below = [
        run for run in zoo.list_runs() if run.beta <= 3 and run.likelihood == "gaussian" and run.architecture == "mlp"
    ]
    assert len(above) >= 4
    assert max(zoo.metrics(run.run_id)["test"]["rate"] for run in above) < 0.01
    assert min(zoo.metrics(run.run_id)["test"]["rate"] for run in below) > 0.1


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="beta is 0"):
        collapse.linear_rates([1.0], 0, 1)
    with pytest.raises(ValueError, match="latent_dim is 2"):
        collapse.linear_rates([1.0], 1, 2)
    with pytest.raises(ValueError, match="count is 9"):
        collapse.leading_variances(np.zeros((3, 2, 2)), 9)
    with pytest.raises(ValueError, match="two or more"):
        collapse.mean_image_half_sse(np.zeros((1, 4)))
