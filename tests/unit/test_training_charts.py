"""Charts of a training: valid, following one parameter, and at every frame showing what was recorded."""

import numpy as np
import pandas as pd
import pytest

from vae_core.charts import forming, phases
from vae_core.latent_film import latent_film
from vae_core.phases import Phase

RNG = np.random.default_rng(0)
STEP = np.arange(1, 60)
FRAMES = np.array([0, 1, 5, 20, 59])
LABELS = np.repeat(np.arange(10), 3)
BANDS = [Phase("up", 1, 10), Phase("down", 10, 59)]


def rows(specification: dict, column: str) -> list[dict]:
    """The one data set that has this column."""
    (found,) = (data for data in specification["datasets"].values() if column in data[0])
    return found


def film(axes: int):
    mean = RNG.normal(0, 2, (len(FRAMES), 30, 3))
    return latent_film(FRAMES, mean, np.full_like(mean, -1), LABELS, np.eye(3)[:axes])


def parameters(specification: dict) -> list[dict]:
    return [param for param in specification["params"] if param["name"] == phases.FRAME]


@pytest.mark.parametrize("chart", ["curve", "units", "followed"])
def test_every_chart_with_frames_has_the_parameter_once_and_a_slider_over_all_frames(chart):
    values = np.abs(RNG.normal(size=(len(STEP), 2)))
    made = {
        "curve": lambda: phases.curve(STEP, values[:, 0], "nats", BANDS, [(10, 0.5, "spike")], FRAMES),
        "units": lambda: phases.units(STEP, values, [7, None], 0.1, ["z₁", "z₂"], FRAMES),
        "followed": lambda: forming.followed(FRAMES, np.arange(5.0), "nats", BANDS),
    }[chart]()
    (parameter,) = parameters(made.to_dict())
    assert (parameter["bind"]["min"], parameter["bind"]["max"]) == (0, len(FRAMES) - 1)


def test_a_curve_without_a_film_has_no_parameter_and_nothing_below_the_floor():
    made = phases.curve(STEP, np.zeros(len(STEP)), "nats", [], [], np.array([], int)).to_dict()
    assert "params" not in made
    assert {row["value"] for row in rows(made, "value")} == {phases.FLOOR}


def test_parts_stack_to_the_rate():
    of_rate = {name: np.abs(RNG.normal(size=5)) for name in phases.PARTS}
    table = pd.DataFrame(rows(phases.parts(FRAMES, of_rate, 6.9).to_dict(), "part"))
    assert table.groupby("step")["nats"].sum().tolist() == pytest.approx(sum(of_rate.values()).tolist(), abs=1e-3)


def test_the_chart_of_collapse_has_a_mark_a_run():
    measured = pd.DataFrame(
        {"beta": [0.1, 10.0], "rate": [3.0, 0.0], "latent_dim": "2", "run": ["a", "b"], "active": 1}
    )
    predicted = measured[["beta", "rate", "latent_dim"]]
    assert len(rows(phases.collapse(predicted, measured, [5.2]).to_dict(), "run")) == 2


def test_the_plane_holds_every_recorded_place_of_every_digit():
    recorded = film(2)
    specification = forming.plane_film(recorded, ["data:,"] * 30, ("a", "b")).to_dict()
    (parameter,) = parameters(specification)
    assert parameter["bind"]["max"] == 4
    digits = pd.DataFrame(rows(specification, "image"))
    for frame in range(len(FRAMES)):
        shown = digits[[f"x{frame}", f"y{frame}"]].to_numpy() / 500
        assert shown == pytest.approx(recorded.points[frame], abs=1e-3)


def test_the_space_has_a_frame_a_recorded_step_and_keeps_its_view():
    recorded = film(3)
    figure = forming.space_film(recorded, ("a", "b", "c")).checked()
    assert [frame.name for frame in figure.frames] == ["0", "1", "2", "3", "4"]
    for number, frame in enumerate(figure.frames):
        assert len(frame.data) == len(frame.traces) == len(figure.data) - 1
        dots = np.stack([frame.data[0].x, frame.data[0].y, frame.data[0].z], axis=1)
        assert dots == pytest.approx(recorded.points[number], abs=1e-5)
        outlines = np.stack([frame.data[1].x, frame.data[1].y, frame.data[1].z], axis=1).reshape(10, -1, 3)
        middle = np.nanmean(outlines[:, :-2], axis=1)  # a circle ends where it began: weights are not even
        assert np.abs(middle - recorded.class_mean[number]).max() < 0.3
        assert np.asarray(frame.data[-1].x) == pytest.approx(recorded.class_mean[number][:, 0], abs=1e-5)
    assert figure.layout.scene.uirevision == figure.layout.uirevision == "kept"
    ranges = [figure.layout.scene[axis].range for axis in ("xaxis", "yaxis", "zaxis")]
    assert len({round(high - low, 6) for low, high in ranges}) == 1


def test_the_circles_of_an_ellipsoid_lie_on_it():
    root = RNG.normal(size=(3, 3))
    covariance, mean = root @ root.T, RNG.normal(size=3)
    points = forming._circles(mean, covariance)
    points = points[~np.isnan(points[:, 0])] - mean
    assert np.einsum("ni,ij,nj->n", points, np.linalg.inv(covariance), points) == pytest.approx(1)
