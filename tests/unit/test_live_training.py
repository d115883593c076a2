"""Charts that are drawn every second: valid, and the same from one second to the next but for their data."""

import json
import re

import numpy as np
import pytest

from vae_core.charts import live_training


def specification(chart) -> str:
    """What a browser draws anew when it changes: all but the data and the names of data sets."""
    parts = {name: part for name, part in chart.to_dict().items() if name != "datasets"}
    return re.sub(r'"data-[0-9a-f]+"', '"data"', json.dumps(parts))


def test_only_the_data_change_while_a_training_goes_on():
    rng = np.random.default_rng(0)
    labels = np.arange(100) % 10
    early, late = rng.normal(0, 0.01, (100, 2)), rng.normal(0, 1, (100, 2))
    clouds = [specification(live_training.cloud(points, labels, ("z₁", "z₂"))) for points in (early, late)]
    assert clouds[0] == clouds[1]
    for log in (True, False):
        curves = [
            specification(live_training.curve(np.arange(1, n), np.arange(1, n) / 7, "rate", "#2e7fb8", 500, log))
            for n in (3, 400)
        ]
        assert curves[0] == curves[1]


@pytest.mark.parametrize("spread", [0.0, 1.0, 6.0, 70.0, 1e5])
def test_nearly_all_points_are_inside_and_sizes_are_few(spread):
    points = np.random.default_rng(1).normal(0, spread, (500, 2))
    size = live_training.reach(points)
    assert size in live_training._REACHES
    assert spread > 1000 or (np.abs(points) <= size).mean() >= 0.99
    assert live_training.reach(np.empty((0, 2))) == live_training._REACHES[0]


def test_a_logarithmic_axis_leaves_out_what_it_cannot_show():
    chart = live_training.curve(np.array([1, 2, 3]), np.array([0.5, 0.0, 2.0]), "rate", "#2e7fb8", 3, log=True)
    assert chart.data["value"].tolist() == [0.5, 2.0]
