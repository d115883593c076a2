"""The palette is told apart by everyone, seen on both backgrounds, and is the theme's own."""

import itertools
import tomllib
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import pytest

from vae_core.charts import palette

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text())["theme"]

# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# sRGB to CIE XYZ under D65 (IEC 61966-2-1).
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def _linear(colours) -> np.ndarray:
    rgb = palette.rgb(tuple(colours))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    t = np.clip(linear, 0, 1) @ XYZ.T / XYZ.sum(axis=1)
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=-1)


def _ciede2000(one: np.ndarray, other: np.ndarray) -> float:
    """Sharma, Wu & Dalal 2005, equations 2 to 22, for two Lab colours."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    grey = c1 * c2 == 0
    turn = 0 if grey else (h2 - h1 + 180) % 360 - 180
    delta_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    mean_h = h1 + h2 if grey else h1 + turn / 2
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    cosines = [(-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63)]
    t = 1 + sum(weight * np.cos(np.radians(times * mean_h + shift)) for weight, times, shift in cosines)
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    rotation = 60 * np.exp(-((((mean_h % 360) - 275) / 25) ** 2))
    r_t = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)) * np.sin(np.radians(rotation))
    light, chroma, hue = (l2 - l1) / s_l, (c2 - c1) / s_c, delta_h / s_h
    return float(np.sqrt(light**2 + chroma**2 + hue**2 + r_t * chroma * hue))


def _contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    low, high = sorted(_linear([one, other]) @ XYZ[1])
    return (high + 0.05) / (low + 0.05)


def _faded(text: str, background: str, opacity: float) -> str:
    mixed = opacity * palette.rgb((text,))[0] + (1 - opacity) * palette.rgb((background,))[0]
    return "#" + "".join(f"{round(255 * value):02x}" for value in mixed)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [  # Sharma, Wu & Dalal 2005, table 1: pairs 1, 7, 13, 17, 20, 25 and 34
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, -0.001, 2.49), (50, 0.0009, -2.49), 4.8045),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (50, 3.2592, 0.335), 1.0),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_ruler_itself_gives_the_published_differences(one, other, expected):
    assert _ciede2000(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("vision", "least"), [("normal", 20), *[(name, 12) for name in list(VISION)[1:]]])
def test_any_two_digits_differ_for_every_eye(vision, least):
    lab = _lab(_linear(palette.COLOURS) @ VISION[vision].T)
    differences = {pair: _ciede2000(lab[pair[0]], lab[pair[1]]) for pair in itertools.combinations(range(10), 2)}
    assert {pair: round(value, 1) for pair, value in differences.items() if value < least} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_digits_stand_out_from_the_page(scheme):
    contrasts = [_contrast(colour, THEME[scheme]["backgroundColor"]) for colour in palette.COLOURS]
    assert min(contrasts) >= 3


@pytest.mark.parametrize("field", ["label", "colour", "name", "shape", "plotly_symbol"])
def test_each_digit_has_its_own(field):
    assert len({getattr(style, field) for style in palette.DIGITS}) == 10


@pytest.mark.parametrize("vision", VISION)
def test_signed_maps_show_their_sign_to_every_eye(vision):
    lab = _lab(_linear(palette.DIVERGING) @ VISION[vision].T)
    assert _ciede2000(lab[0], lab[-1]) > 30
    assert (np.diff(lab[:5, 0]) > 0).all()  # lighter towards zero, from both ends
    assert (np.diff(lab[5:, 0]) < 0).all()


def test_the_theme_draws_with_the_same_colours():
    assert tuple(THEME["chartCategoricalColors"]) == palette.COLOURS
    assert tuple(THEME["chartSequentialColors"]) == palette.SEQUENTIAL
    assert tuple(THEME["chartDivergingColors"]) == palette.DIVERGING


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("surface", ["backgroundColor", "secondaryBackgroundColor"])
def test_words_are_legible(scheme, surface):
    colours = THEME[scheme]
    background = colours[surface]
    caption = _faded(colours["textColor"], background, 0.6)  # as Streamlit fades captions
    contrasts = [_contrast(colour, background) for colour in (colours["textColor"], colours["primaryColor"], caption)]
    assert min(contrasts) >= 4.5


def test_class_encodings_draw_a_valid_chart_with_colour_and_shape_in_one_legend():
    table = pd.DataFrame({"x": range(10), "digit": palette.LABELS})
    chart = alt.Chart(table).mark_point(filled=True, opacity=1).encode(x="x:Q", **palette.class_encodings())
    encoding = chart.to_dict()["encoding"]  # Altair validates against its schema here
    assert encoding["color"]["scale"] == {"domain": list(palette.LABELS), "range": list(palette.COLOURS)}
    assert encoding["shape"]["scale"] == {"domain": list(palette.LABELS), "range": list(palette.SHAPES)}
    # Vega merges the legends of two channels that share field and title.
    assert encoding["color"]["field"] == encoding["shape"]["field"]
    assert encoding["color"]["title"] == encoding["shape"]["title"]
