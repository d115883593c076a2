"""Charts of p(C|z) and of neighbours: valid, and what they show is what they were given."""

import numpy as np
import pandas as pd
import pytest

from vae_core import hierarchy, posterior_map
from vae_core.charts import class_pairs, class_posterior, neighbours
from vae_core.gaussians import Gaussian

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(10, 2))
DISTANCES = np.linalg.norm(POINTS[:, None] - POINTS[None], axis=-1)
DISTANCES = (DISTANCES + DISTANCES.T) / 2
TREE = hierarchy.tree(DISTANCES)


def rows(specification: dict, column: str) -> list[dict]:
    """The one data set that has this column."""
    (found,) = (data for data in specification["datasets"].values() if column in data[0])
    return found


@pytest.mark.parametrize("entropies", [False, True])
@pytest.mark.parametrize(("point", "layers"), [((0.0, 0.0), 4), ((50.0, 0.0), 3)])
def test_the_map_takes_clicks_and_marks_a_point_within_it(entropies, point, layers):
    densities = {k: Gaussian(mean, 0.3 * np.eye(2)) for k, mean in enumerate(POINTS)}
    shown = posterior_map.Window(np.zeros(2), 2.0)
    found = posterior_map.posterior_map(
        densities, np.full(10, 0.1), posterior_map.Slice(np.eye(2), np.zeros(2)), shown, 12
    )
    chart = class_posterior.posterior_map(found, shown, entropies, np.array(point), ("z₁", "z₂"))
    specification = chart.to_dict()
    assert len(specification["layer"]) == layers
    (click,) = (param for param in specification["params"] if "select" in param)
    assert (click["name"], click["select"]["fields"]) == (class_posterior.CLICK, ["x", "y"])
    cells = rows(specification, "entropy")
    assert len(cells) == 144
    assert [cell["digit"] for cell in cells] == [str(label) for label in found.named]


def test_probabilities_and_scores_are_valid():
    drawn = rows(class_posterior.probabilities(np.full(10, 0.1), np.eye(10)[3]).to_dict(), "p(C|z)")
    assert sum(row["p(C|z)"] for row in drawn) == pytest.approx(2)
    table = pd.DataFrame(
        {
            "β": [0.1, 1, 0.1, 1],
            "p(z|C) is": ["one Gaussian"] * 2 + ["the mixture"] * 2,
            "accuracy": [0.9, 0.8, 0.7, 0.8],
        }
    )
    table["log-loss, nats"] = [0.2, 0.4, 4, 0.3]
    for value in ("accuracy", "log-loss, nats"):
        class_posterior.scores_against(table, "β", value).to_dict()


def test_a_heat_map_stands_in_the_order_asked_for_with_its_groups_framed():
    groups = hierarchy.cut(TREE.linkage, 3)
    chart = class_pairs.heat_map(DISTANCES, ("digit", "digit"), "distance", TREE.order.tolist(), groups=groups)
    specification = chart.to_dict()
    order = [str(label) for label in TREE.order]
    for layer in specification["layer"]:  # one domain for all layers: they share the axis
        assert layer["encoding"]["x"]["scale"]["domain"] == layer["encoding"]["y"]["scale"]["domain"] == order
    frames = rows(specification, "from")
    assert len(frames) == 3  # members of a group are neighbours in the tree's order
    assert frames[0]["from"] == order[0]
    assert frames[-1]["to"] == order[-1]
    cells = {(row["row"], row["column"]): row["value"] for row in rows(specification, "row")}
    assert cells["3", "7"] == pytest.approx(DISTANCES[3, 7])


def test_the_heat_map_of_nothing_is_valid():
    class_pairs.heat_map(np.zeros((10, 10)), ("a", "b"), "distance").to_dict()


def test_the_dendrogram_draws_every_join_and_leaf():
    specification = neighbours.dendrogram(TREE, hierarchy.cut(TREE.linkage, 4), 0.5, "nats").to_dict()
    joins = rows(specification, "join")
    assert len(joins) == 9 * 4
    assert max(row["y"] for row in joins) == pytest.approx(TREE.linkage[-1, 2])
    assert [row["digit"] for row in rows(specification, "digit")] == [str(label) for label in TREE.order]


def test_agreements_count_every_grouping_and_loops_every_share():
    values = np.array([0.1, 0.1, -0.2, 1.0])
    assert sum(row["groupings"] for row in rows(neighbours.agreements(values, 0.1).to_dict(), "groupings")) == 4
    shares = RNG.dirichlet(np.ones(3), 10)
    assert sum(row["share"] for row in rows(neighbours.loops(shares).to_dict(), "share")) == pytest.approx(10)
