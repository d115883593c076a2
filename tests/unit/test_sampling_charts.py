"""Charts of chains and of drawn digits: valid specifications that hold what they are given."""

import numpy as np

from vae_core.charts import chain, sampling


def values(chart) -> list[dict]:
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


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
