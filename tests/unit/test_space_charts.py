"""Charts of two spaces and of networks: valid, with the numbers they were given where they say they are."""

import numpy as np
import pytest

from vae_core.charts import module_diagram, two_spaces
from vae_core.config import RunConfig
from vae_core.module_diagram import diagram, jumps, past_z

RNG = np.random.default_rng(0)


def rows(chart, having: str) -> list[dict]:
    """The data of a chart that have this column."""
    (found,) = (data for data in chart.to_dict()["datasets"].values() if data and having in data[0])
    return found


def test_bins_along_the_line_hold_the_whole_class():
    chart = two_spaces.along_line(RNG.normal(-20, 1, 300), RNG.normal(1, 1, 500), (4, 9), 3.0)
    data = [row for row in chart.to_dict()["datasets"].values() if len(row) > 2]
    for digit in ("4", "9"):
        assert sum(row["share"] for row in data[0] if row["digit"] == digit) == pytest.approx(1)


def test_all_pairs_are_at_their_ranks():
    pairs = np.column_stack(np.triu_indices(10, 1))
    ranks = np.column_stack([pairs, RNG.permutation(45) + 1, RNG.permutation(45) + 1])
    chart = two_spaces.pair_ranks(ranks, (9, 4))
    data = rows(chart, "pair")
    assert len(data) == 45
    (marked,) = (row for row in data if row["chosen"])
    assert marked["pair"] == "4·9"


def test_step_zero_has_a_place_on_a_logarithmic_axis():
    chart = two_spaces.over_training(np.array([0, 1, 10]), {"VAE": np.array([0.1, 0.2, 0.3])}, "share")
    assert min(row["step"] for row in rows(chart, "value")) > 0


@pytest.mark.parametrize("open_blocks", [False, True])
def test_every_layer_has_a_bar_and_lines_that_pass_layers_do_not_overlap(open_blocks):
    nodes = diagram(RunConfig(architecture="unet-skips", latent_dim=8), open_blocks)
    chart = module_diagram.module_diagram(nodes)
    assert len(rows(chart, "layer")) == len(nodes)
    by_line: dict[int, list[dict]] = {}
    for corner in rows(chart, "thick"):
        by_line.setdefault(corner["line"], []).append(corner)
    beside = [corners for corners in by_line.values() if len(corners) == 4]
    assert len(beside) == len(jumps(nodes))
    assert sum(corners[0]["thick"] == 3 for corners in beside) == len(past_z(nodes)) == 2
    spans = [(corners[1]["x"], corners[1]["y"], corners[2]["y"]) for corners in beside]
    for i, (x, first, last) in enumerate(spans):
        assert all(x != other[0] or last < other[1] or other[2] < first for other in spans[:i])


def test_a_diagram_in_words_names_every_layer():
    nodes = diagram(RunConfig(architecture="conv", latent_dim=2))
    told = module_diagram.in_words(nodes)
    assert all(f"{i}. {node.label}" in told for i, node in enumerate(nodes))
    assert "Past z: 0" in told
