"""Charts made without copying come out the same, and none changes another."""

import json
import subprocess
import sys
from pathlib import Path

import altair as alt
import numpy as np
import pytest

from ui import quick_altair
from vae_core.charts import forming, roads
from vae_core.charts.violin_layout import Shape
from vae_core.charts.violins import Slot, side_by_side, wrapped
from vae_core.densities import standard_normal
from vae_core.latent_film import latent_film

ROOT = Path(__file__).parents[2]
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


def told() -> dict[str, str]:
    """Each chart's JSON, by name."""
    return {name: json.dumps(make().to_dict(), sort_keys=True) for name, make in CHARTS.items()}


@pytest.fixture(scope="module")
def slowly():
    """The same from Altair as it comes, in a process of its own: nothing that was changed there needs to be undone."""
    script = "import json; from tests.unit import test_quick_altair; print(json.dumps(test_quick_altair.told()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_json(name, slowly):
    quick_altair.make_quick()
    assert json.dumps(CHARTS[name]().to_dict(), sort_keys=True) == slowly[name]


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


def test_a_layer_taken_from_a_copy_is_another_than_the_one_it_was_copied_from():
    quick_altair.make_quick()
    layered = stacked("one")
    copy = layered.copy()
    copy.layer[0].name = copy.params[0].name = "mine"
    copy.params.append(alt.param(name="more"))
    copy.layer.pop()
    assert "mine" not in layered.to_json()
    assert (len(layered.layer), len(layered.params)) == (2, 1)


def test_what_does_not_fit_the_schema_is_told_at_the_end():
    quick_altair.make_quick()
    wrong = stacked("one").properties(height={"no": "height"})
    with pytest.raises(alt.utils.schemapi.SchemaValidationError):
        wrong.to_dict()
