"""Charts made without copying come out the same, and none changes another."""

import json

import altair as alt
import numpy as np
import pytest

from ui import quick_altair
from vae_core.charts import forming, roads
from vae_core.charts.violin_layout import Shape
from vae_core.charts.violins import Slot, side_by_side, wrapped
from vae_core.densities import standard_normal
from vae_core.latent_film import latent_film

RNG = np.random.default_rng(0)
FILM = latent_film(np.arange(4), RNG.normal(size=(4, 30, 2)), np.zeros((4, 30, 2)), np.arange(30) % 10, np.eye(2))
WAYS = {name: RNG.normal(size=(20, 2)).cumsum(0) for name in roads.ROADS}
MEANS, COVARIANCES = RNG.normal(size=(10, 2)), np.tile(np.eye(2), (10, 1, 1))
SHAPES = [Shape(slot, 0, 1, "both", standard_normal(), slot) for slot in range(3)]
SLOTS = [Slot((f"z{slot}",), {"dimension": "told"}) for slot in range(3)]


def stacked(name: str) -> alt.LayerChart:
    base = alt.Chart(alt.InlineData([{"x": 1}])).encode(x=alt.X("x:Q", scale=alt.Scale(domain=[0, 2])))
    zoom = alt.selection_interval(bind="scales", name=name)
    return alt.layer(base.mark_point().add_params(zoom), base.mark_line()).properties(title="below")


CHARTS = {
    "film": lambda: forming.plane_film(FILM, ["data:,"] * 30, ("a", "b")),
    "roads": lambda: roads.road_map(MEANS, COVARIANCES, WAYS, ("a", "b")),
    "violins": lambda: side_by_side(SHAPES, SLOTS, -3, 3, "z", ("left", "right"), 1),
    "polar": lambda: wrapped(SHAPES, SLOTS, -3, 3),
    "in rows": lambda: alt.vconcat(stacked("one"), stacked("other").properties(height=90)),
}


@pytest.fixture
def slowly():
    """Altair as it comes, for the time of a test."""
    kinds = (quick_altair.FieldChannelMixin, quick_altair.ValueChannelMixin, quick_altair.DatumChannelMixin)
    quick_altair.make_quick()

    def undo():
        for kind in kinds:
            del kind.__deepcopy__
        alt.LayerChart.copy = quick_altair._copy

    yield undo
    quick_altair.make_quick()


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_json(name, slowly):
    quick = json.dumps(CHARTS[name]().to_dict(), sort_keys=True)
    slowly()
    assert json.dumps(CHARTS[name]().to_dict(), sort_keys=True) == quick


def test_a_chart_derived_from_another_leaves_it_alone():
    quick_altair.make_quick()
    x = alt.X("x:Q", title="before", scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart(alt.InlineData([{"x": 1}])).mark_point().encode(x=x)
    layered = alt.layer(base, base.mark_line())
    before = layered.to_json()
    renamed = x.title("after")
    other = layered.properties(height=77).configure_legend(orient="bottom").encode(x=renamed).interactive()
    assert layered.to_json() == before
    assert x.to_dict()["title"] == "before"
    assert other.to_dict()["height"] == 77
    assert len(layered.layer) == 2
    assert "params" not in json.loads(before)
