"""Charts of tours and roads are valid specifications that hold their data; films survive the way through a file."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from vae_core import road
from vae_core.charts import film, plane, roads, tours

RNG = np.random.default_rng(0)
MEANS = RNG.normal(size=(10, 2))
COVARIANCES = np.tile(0.1 * np.eye(2), (10, 1, 1))
FRAMES = RNG.integers(0, 256, (21, 28, 28), dtype=np.uint8)


def data(chart, column):
    """The rows of the data set that has a column of this name."""
    return [rows for rows in chart.to_dict()["datasets"].values() if column in rows[0]]


def test_the_map_of_a_tour_holds_its_legs_and_can_be_clicked():
    chart = tours.tour_map(MEANS, COVARIANCES, [3, 1, 4], [(4, 0), (4, 2)], ("z₁", "z₂"), pick="pick")
    (travelled,) = (rows for rows in data(chart, "leg") if len(rows) == 2 and rows[0]["from"] == "3")
    assert [(row["from"], row["to"]) for row in travelled] == [("3", "1"), ("1", "4")]
    np.testing.assert_allclose([travelled[1]["x2"], travelled[1]["y2"]], MEANS[4])
    assert [param["name"] for param in chart.to_dict()["params"] if "select" in param] == ["pick"]


def test_the_map_in_space_holds_the_tour():
    means = RNG.normal(size=(10, 3))
    figure = tours.tour_map_3d(means, np.tile(np.eye(3), (10, 1, 1)), [3, 1, 4], [(4, 0)], ("z₁", "z₂", "z₃")).checked()
    tour = next(trace for trace in figure.data if trace.type == "scatter3d" and trace.line.width == 7)
    np.testing.assert_allclose(np.stack([tour.x, tour.y, tour.z], axis=1), means[[3, 1, 4]])


def test_the_other_charts_of_tours_are_valid():
    counts = np.triu(RNG.integers(0, 8, (10, 10)), 1)
    (rows,) = data(tours.neighbour_heat(counts + counts.T, 8), "models")
    assert len(rows) == 90
    assert {(row["a"], row["b"]): row["models"] for row in rows}["3", "5"] == counts[3, 5]
    (rows,) = data(tours.excess_by_start(np.arange(10.0)), "excess")
    assert [row["excess"] for row in rows] == list(range(10))


def test_stacked_areas_fill_the_height_and_name_the_digit_within_its_own_area():
    posterior = RNG.dirichlet(np.ones(10), size=30)
    chart = roads.posterior_areas(posterior, road.passages(posterior))
    (rows,) = data(chart, "from")
    assert len(rows) == 300
    by_place = {}
    for row in rows:
        by_place.setdefault(row["share"], []).append(row)
    for stack in by_place.values():
        assert stack[0]["from"] == 0
        assert stack[-1]["to"] == pytest.approx(1, abs=1e-3)
    names = next(rows for rows in chart.to_dict()["datasets"].values() if set(rows[0]) == {"share", "p", "digit"})
    for name in names:
        (own,) = (row for row in by_place[round(name["share"], 4)] if row["digit"] == name["digit"])
        assert own["from"] - 1e-3 <= name["p"] <= own["to"] + 1e-3


def test_the_other_charts_of_roads_are_valid():
    lines = {name: RNG.normal(size=12) for name in roads.ROADS}
    assert len(data(roads.along(lines, "nats", level=-3.0), "road")[0]) == 36
    paths = {name: RNG.normal(size=(12, 2)) for name in roads.ROADS}
    assert len(data(roads.road_map(MEANS, COVARIANCES, paths, ("z₁", "z₂")), "road")[0]) == 36


def test_charts_that_look_alike_share_their_look_and_nothing_else():
    lines = {name: RNG.normal(size=12) for name in roads.ROADS}
    others = {name: line + 1 for name, line in lines.items()}
    one, other = roads.along(lines, "nats", level=-3.0), roads.along(others, "nats", level=2.0)
    assert one.look is other.look
    assert one.look is not roads.along(lines, "nats").look
    (rows,), (moved,) = data(one, "road"), data(other, "road")
    np.testing.assert_allclose([row["value"] + 1 for row in rows], [row["value"] for row in moved], atol=2e-4)
    assert [rows[0]["value"] for rows in (*data(one, "value"), *data(other, "value")) if len(rows) == 1] == [-3.0, 2.0]


def test_named_scales_with_numbers_are_the_scales_of_the_points():
    points = RNG.normal(size=(30, 2))
    x, y, params = plane.named_scales(("a", "b"), zero_lines=False)
    numbers = plane.extent(points)
    named, direct = json.dumps([x.to_dict(), y.to_dict()]), plane.equal_scales(points, ("a", "b"), zero_lines=False)
    for name, value in numbers.items():
        named = named.replace(name, str(value))
    assert json.loads(named) == [channel.to_dict() for channel in direct]
    assert [param.name for param in params] == list(numbers)


def test_a_drawing_takes_no_number_that_its_look_does_not_know():
    drawn = roads.road_map(MEANS, COVARIANCES, dict.fromkeys(roads.ROADS, MEANS), ("z₁", "z₂"))
    values = {param["name"]: param["value"] for param in drawn.to_dict()["params"]}
    assert values == dict(drawn.numbers)
    with pytest.raises(KeyError, match="height"):
        drawn._replace(numbers={"height": 3.0}).to_dict()


def test_a_sprite_holds_every_frame_where_the_player_looks_for_it():
    sheet = film.sprite(FRAMES, columns=8)
    for number, frame in enumerate(FRAMES):
        row, column = divmod(number, 8)
        np.testing.assert_array_equal(sheet[28 * row : 28 * row + 28, 28 * column : 28 * column + 28], frame)


def test_a_gif_gives_every_frame_back_in_time():
    with Image.open(io.BytesIO(film.gif_bytes(FRAMES, seconds=1.05, scale=2, hold_s=1))) as movie:
        assert movie.n_frames == len(FRAMES)
        assert movie.info["loop"] == 0
        shown = []
        for number, frame in enumerate(FRAMES):
            movie.seek(number)
            shown.append(movie.info["duration"])
            np.testing.assert_array_equal(np.asarray(movie.convert("L"))[::2, ::2], frame)
    assert shown == [50] * 20 + [1050]


def test_a_film_of_nothing_or_no_time_is_refused():
    with pytest.raises(ValueError, match="duration above 0"):
        film.gif_bytes(FRAMES, seconds=0)
    with pytest.raises(ValueError, match="21 frames, 2 labels"):
        film.strip(FRAMES, ["1", "2"], 7)


def test_a_strip_shows_the_frames_and_rims_the_named_ones():
    labels = ["1"] + [""] * 19 + ["0"]
    sheet = film.strip(FRAMES, labels, 7)
    top = 1 + 18  # gap and line of text
    np.testing.assert_array_equal(sheet[top : top + 56 : 2, 1 + 57 : 1 + 57 + 56 : 2], FRAMES[1])
    assert (sheet[top, 1:57] == 255).all()  # rim of the first
    assert sheet[1:top, 1:57].max() == 255  # and its name
    assert sheet[1:top, 58:114].max() == 0
