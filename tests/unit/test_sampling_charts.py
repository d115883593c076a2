"""Charts of chains and of drawn digits: valid specifications that hold what they are given."""

import numpy as np

from vae_core.charts import chain, sampling
from vae_core.gaussians import Gaussian
from vae_core.grid_posterior import grid_posterior
from vae_core.sampling import pcn_chain, sample_prior


def values(chart) -> list[dict]:
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def log_likelihood(z):
    return Gaussian(np.array([1.0, 0.5]), 0.2 * np.eye(2)).log_prob(z)


def test_a_walk_is_thinned_and_lies_over_the_exact_regions():
    run = pcn_chain(log_likelihood, sample_prior(16, 2, 0), 0.4, 1_000, seed=0)
    exact = grid_posterior(log_likelihood, 4, 120)
    draws = run.samples[:, 500:].reshape(-1, 2)
    for near in (False, True):
        rows = values(
            chain.walk_map(exact, exact.mean(), exact.covariance(), draws, run.samples[0], ("z₁", "z₂"), near)
        )
        kinds = {row["what"] for row in rows}
        assert kinds == {"exact p(z|x)", "encoder's q(z|x)", "one chain", "draws of all chains"}
        assert sum(row["what"] == "draws of all chains" for row in rows) < 1_000
        edge = np.array([[row["x"], row["y"]] for row in rows if row["what"] == "exact p(z|x)"])
        offsets = np.linalg.norm(edge - exact.mean(), axis=1) / np.sqrt(exact.covariance()[0, 0])
        # regions of 50 and 95 % of a round Gaussian: radii √(2 log 2) and √(2 log 20)
        assert set(np.round(offsets * 10).astype(int)) <= {11, 12, 24, 25}
    without = values(chain.walk_map(None, exact.mean(), exact.covariance(), draws, run.samples[0], ("z₁", "z₂")))
    assert "exact p(z|x)" not in {row["what"] for row in without}


def test_traces_hold_few_points_of_each_chain():
    rows = values(chain.traces(np.random.default_rng(0).normal(size=(4, 2_000)), 1_000, "z₁", 0.3))
    assert {row["chain"] for row in rows if "chain" in row} == {"1", "2", "3", "4"}
    assert len(rows) < 1_000


def test_sweeps_intervals_and_gaps_hold_their_numbers():
    rows = values(chain.against_b((0.1, 0.5, 1.0), np.array([9.0, 30.0, 4.0]), "ESS", 0.5))
    assert [row["value"] for row in rows if "value" in row] == [9, 30, 4]
    rows = values(chain.beside(["z₁"], (np.array([1.0]), np.array([0.5])), (np.array([2.0]), np.array([0.25]))))
    assert [(row["low"], row["high"]) for row in rows] == [(0.5, 1.5), (1.75, 2.25)]
    rows = values(chain.gaps(np.array([0.0, 3.5]), np.array([1, 7]), ["a", "b"], np.array([0, 1])))
    assert [(row["digit"], row["gap"]) for row in rows] == [("1", 0.001), ("7", 3.5)]


def test_class_shares_and_distances_hold_their_numbers():
    shares = np.full(10, 0.1)
    rows = values(sampling.class_shares({"the prior": shares, "real": shares}))
    assert len(rows) == 20
    assert {row["factor"] for row in rows} == {0}
    rows = values(sampling.distances({"drawn": np.arange(101.0), "real": np.arange(5.0)}, ("real",)))
    assert [(row["what"], row["median"]) for row in rows] == [("drawn", 50), ("real", 2)]
