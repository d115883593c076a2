"""The grid that finds its own place, its islands, and detailed balance: against closed forms and plain grids."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from vae_core import gaussians, islands, zoo
from vae_core.contours import mass_level
from vae_core.grid_posterior import GridPosterior, grid_posterior, posterior_gap
from vae_core.mixture import GaussianMixture
from vae_core.refined_grid import DEPTH, LARGEST, SHOWN, refined_posterior, smoothed
from vae_core.sampling import decoder_log_likelihood, largest_step, pcn_chain, sample_prior


def likelihood_of(target):
    """The log-likelihood whose posterior under N(0, I) is `target`, normalised: its evidence is 1."""
    prior = gaussians.Gaussian(np.zeros(2), np.eye(2))
    return lambda z: target.log_prob(z) - prior.log_prob(z)


# --- the grid --------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(
    st.tuples(st.floats(-12, 12), st.floats(-12, 12)),
    st.floats(-5.5, 0),
    st.floats(-5.5, 0),
    st.floats(-0.9, 0.9),
)
def test_a_gaussian_posterior_is_found_wherever_it_is_and_however_narrow(mean, log_sd1, log_sd2, correlation):
    sd = np.exp([log_sd1, log_sd2])
    covariance = np.outer(sd, sd) * [[1, correlation], [correlation, 1]]
    found = refined_posterior(likelihood_of(gaussians.Gaussian(np.array(mean), covariance)), cells=SHOWN)
    assert found.log_evidence == pytest.approx(0, abs=2e-3)
    assert found.mass.sum() == pytest.approx(1, abs=1e-9)
    assert found.edge_mass < 1e-6
    np.testing.assert_allclose(found.mean(), mean, atol=0.02 * sd.max())
    cell = found.z1[1] - found.z1[0]
    assert (np.abs(found.covariance() - covariance) < 0.01 * np.outer(sd, sd) + cell**2).all()
    assert found.density.size <= LARGEST


def test_two_narrow_modes_far_apart_keep_their_shares():
    weights, places = np.array([0.3, 0.7]), np.array([[-3.0, 1.0], [2.5, -2.0]])
    target = [gaussians.Gaussian(place, 0.02**2 * np.eye(2)) for place in places]

    def log_likelihood(z):
        one, other = (np.log(weight) + mode.log_prob(z) for weight, mode in zip(weights, target, strict=True))
        return np.logaddexp(one, other) + 0.5 * (z**2).sum(axis=1)

    found = refined_posterior(log_likelihood, cells=SHOWN)
    parts = islands.islands(found)
    np.testing.assert_allclose(parts.mass / parts.mass.sum(), [0.7, 0.3], atol=0.01)
    np.testing.assert_allclose(parts.peak, places[::-1], atol=0.03)


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d2-b0.1", "mlp-d2-bernoulli"])
def test_a_networks_posterior_agrees_with_a_plain_grid(run_id):
    vae, digits = zoo.load(run_id), zoo.digits()
    position = int(np.flatnonzero(digits.labels == 2)[3])
    image = digits.images[position] / np.float32(255)
    log_likelihood = decoder_log_likelihood(vae, image)
    found = refined_posterior(log_likelihood, cells=SHOWN)
    if run_id == "mlp-d2-b1":  # the others' posteriors are narrower than these cells
        plain = grid_posterior(log_likelihood, 6, 151)
        assert found.log_evidence == pytest.approx(plain.log_evidence, abs=2e-3)
    coarser = refined_posterior(log_likelihood)
    assert coarser.log_evidence == pytest.approx(found.log_evidence, abs=5e-4)
    assert len(islands.islands(coarser)) == len(islands.islands(found))
    near = grid_posterior(log_likelihood, (found.z1[0], found.z1[-1], found.z2[0], found.z2[-1]), 201)
    assert found.log_evidence == pytest.approx(near.log_evidence, abs=2e-3)
    np.testing.assert_allclose(found.mean(), near.mean(), atol=2e-3)
    with torch.no_grad():
        mean, logvar = (part[0].double().numpy() for part in vae.encode(torch.from_numpy(image)[None, None]))
    assert posterior_gap(log_likelihood, mean, logvar, found.log_evidence) > 0  # a KL


def test_figures_alone_take_fewer_decodings_than_an_outline():
    target = likelihood_of(gaussians.Gaussian(np.array([1.0, -0.5]), 0.2**2 * np.eye(2)))
    taken = []

    def counted(z):
        taken.append(len(z))
        return target(z)

    fine = refined_posterior(counted, cells=SHOWN)
    outline = sum(taken)
    taken.clear()
    coarse = refined_posterior(counted)
    assert sum(taken) < 0.6 * outline
    assert coarse.log_evidence == pytest.approx(fine.log_evidence, abs=1e-3)


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d2-b0.05", "mlp-d2-bernoulli"])
def test_a_smoothed_grid_is_what_decoding_finer_cells_gives(run_id):
    vae, digits = zoo.load(run_id), zoo.digits()
    for position in (203, 1203, 3101):
        log_likelihood = decoder_log_likelihood(vae, digits.images[position] / np.float32(255))
        few, fine = refined_posterior(log_likelihood), refined_posterior(log_likelihood, cells=SHOWN)
        smooth = smoothed(few)
        assert (smooth.log_evidence, smooth.edge_mass) == (few.log_evidence, few.edge_mass)
        assert smooth.mass.sum() == pytest.approx(1, abs=1e-9)
        held = np.argwhere(smooth.density > smooth.density.max() * np.exp(-6))
        assert np.ptp(held, axis=0).max() + 1 >= SHOWN
        at = [(axis - own[0]) / (own[1] - own[0]) for axis, own in ((fine.z2, smooth.z2), (fine.z1, smooth.z1))]
        there = map_coordinates(smooth.density, np.meshgrid(*at, indexing="ij"), order=1, cval=0)
        assert 0.5 * np.abs(there - fine.density).sum() * fine.cell_area < 0.01  # total variation
        both = [islands.islands(each) for each in (smooth, fine)]
        assert len(both[0]) == len(both[1])
        np.testing.assert_allclose(both[0].mass, both[1].mass, atol=0.005)


def test_outlines_of_a_round_gaussian_are_circles():
    mean, sd = np.array([1.0, -0.5]), 0.2
    few = refined_posterior(likelihood_of(gaussians.Gaussian(mean, sd**2 * np.eye(2))))
    segments = islands.outlines(smoothed(few), (0.5, 0.95))
    radii = np.linalg.norm(segments - mean, axis=2) / sd
    near = np.abs(radii[..., None] - np.sqrt(-2 * np.log([0.5, 0.05]))) < 0.03  # what holds half, and 95 %
    assert near.any(axis=2).all()
    assert near.any(axis=(0, 1)).all()


def test_a_grid_that_is_fine_enough_stays_as_it_is():
    target = likelihood_of(gaussians.Gaussian(np.zeros(2), 0.3**2 * np.eye(2)))
    fine = refined_posterior(target, cells=2 * SHOWN)
    assert smoothed(fine) is fine
    few = smoothed(refined_posterior(target)).density
    assert few.min() >= 0
    assert few[few > 0].min() > few.max() * np.exp(-DEPTH - 3)  # where no mass is there is none, not a ripple


def test_what_cannot_be_searched_is_refused():
    with pytest.raises(ValueError, match="reach is -1"):
        refined_posterior(lambda z: np.zeros(len(z)), -1)
    with pytest.raises(ValueError, match="NaN"):
        refined_posterior(lambda z: np.full(len(z), np.nan))
    with pytest.raises(ValueError, match="0 everywhere"):
        refined_posterior(lambda z: np.full(len(z), -np.inf))


# --- islands ---------------------------------------------------------------------------------------------------------


def test_islands_and_the_shares_of_draws_on_them():
    target = GaussianMixture([[-2.0, 0.0], [-2.0, 0.0], [2.0, 1.0]], np.full((3, 2), 2 * np.log(0.2)))
    exact = refined_posterior(likelihood_of(target), cells=SHOWN)
    parts = islands.islands(exact, 0.9)
    assert parts.mass.sum() == pytest.approx(0.9, abs=0.01)
    assert len(parts) == 2
    inside = exact.density >= mass_level(exact.density, 0.9)
    np.testing.assert_array_equal(parts.label > 0, inside)
    shares = islands.shares(parts, exact, target.sample(40_000, seed=0))
    np.testing.assert_allclose(shares, parts.mass, atol=0.01)
    assert islands.shares(parts, exact, np.array([[50.0, 50.0], [-2.0, 0.0]])).tolist() == [0.5, 0.0]


def test_a_speck_is_no_island():
    density = np.zeros((20, 20))
    density[5:8, 5:8], density[15, 15] = 1.0, 0.02
    axis = np.arange(20.0)
    parts = islands.islands(GridPosterior(axis, axis, density / density.sum(), 0.0, 0.0), 0.9999)
    assert len(parts) == 1
    assert parts.label[15, 15] == 0
    assert ((parts.peak >= 5) & (parts.peak <= 7)).all()


# --- the proof's lines -----------------------------------------------------------------------------------------------


@given(st.floats(0.05, 1), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_pcns_proposal_keeps_the_prior_and_the_accepted_move_the_posterior(b, d, seed):
    """p(z) K(z → z′) is symmetric and equals the chapter's multiplied-out line; with α, π(z) K α is symmetric too."""
    rng = np.random.default_rng(seed)
    z, proposed, log_likelihoods = rng.normal(size=d), rng.normal(size=d), rng.normal(size=2) * 3

    def joint(a, c):
        return gaussians.log_density(a, np.zeros(d), np.eye(d)) + gaussians.log_density(
            c, np.sqrt(1 - b * b) * a, b * b * np.eye(d)
        )

    assert joint(z, proposed) == pytest.approx(joint(proposed, z), rel=1e-9, abs=1e-9)
    line = -(z @ z + proposed @ proposed - 2 * np.sqrt(1 - b * b) * z @ proposed) / (2 * b * b)
    assert joint(z, proposed) == pytest.approx(line - d * np.log(2 * np.pi * b), rel=1e-9, abs=1e-7)
    there = log_likelihoods[0] + joint(z, proposed) + min(0, log_likelihoods[1] - log_likelihoods[0])
    back = log_likelihoods[1] + joint(proposed, z) + min(0, log_likelihoods[0] - log_likelihoods[1])
    assert there == pytest.approx(back, rel=1e-9, abs=1e-7)


def test_flows_between_two_regions_balance_in_a_run():
    """Detailed balance counted: a stationary chain crosses a line as often one way as the other, and back and forth."""
    run = pcn_chain(lambda z: -0.5 * (z[:, 0] - 1) ** 2 / 0.3, sample_prior(400, 2, 3), 0.6, 900, seed=1)
    cell = np.digitize(run.samples[:, 100:, 0], [0.4, 0.9, 1.3])
    flow = np.zeros((4, 4))
    np.add.at(flow, (cell[:, :-1].ravel(), cell[:, 1:].ravel()), 1)
    np.testing.assert_allclose(flow, flow.T, atol=4.5 * np.sqrt(flow.max()))


def test_the_largest_step_that_is_accepted_often_enough():
    flat, steep = (lambda z: np.zeros(len(z))), (lambda z: -500 * (z**2).sum(axis=1))
    start = np.zeros((50, 2))
    assert largest_step(flat, start, (0.1, 1.0, 0.5), seed=0) == 1.0
    assert largest_step(steep, start, (0.001, 0.5, 1.0), seed=0) == 0.001
    assert largest_step(steep, start, (0.5, 1.0), seed=0) == 0.5


def test_each_chain_may_have_its_own_image():
    vae, digits = zoo.load("mlp-d2-b1"), zoo.digits()
    images, z = digits.images[:3] / np.float32(255), sample_prior(3, 2, 0)
    together = decoder_log_likelihood(vae, images)(z)
    alone = [decoder_log_likelihood(vae, image)(point[None])[0] for image, point in zip(images, z, strict=True)]
    np.testing.assert_allclose(together, alone, rtol=1e-6)


def test_in_a_perfect_model_the_aggregate_posterior_is_the_prior():
    """Five lines of the chapter: x = W z + noise with its exact posterior; average q(z|x) over the model's own x."""
    rng = np.random.default_rng(0)
    weights, variance = rng.normal(size=(6, 2)), 0.7
    z = rng.standard_normal((60_000, 2))
    x = z @ weights.T + np.sqrt(variance) * rng.standard_normal((60_000, 6))
    covariance = np.linalg.inv(np.eye(2) + weights.T @ weights / variance)
    means = x @ weights @ covariance / variance
    np.testing.assert_allclose(means.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(covariance + np.cov(means.T), np.eye(2), atol=0.02)
