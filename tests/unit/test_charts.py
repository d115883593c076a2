"""Every chart function gives a valid specification, and latent planes have one scale for both axes."""

import numpy as np
import pytest

from vae_core.charts import plane, posterior, strips

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("points", [RNG.normal(size=(50, 2)) * [4, 1] + 7, np.zeros((3, 2))])
def test_equal_scales_hold_all_points_in_any_shape_of_chart(points):
    x, y = (channel.to_dict()["scale"] for channel in plane.equal_scales(points, ("a", "b")))
    for width, height in ((300, 300), (900, 300), (300, 900)):
        names = {"width": width, "height": height, "min": min}
        (x0, x1), (y0, y1) = (
            [eval(scale[end]["expr"], names) for end in ("domainMin", "domainMax")] for scale in (x, y)
        )
        assert (x1 - x0) / width == pytest.approx((y1 - y0) / height)
        assert x0 < points[:, 0].min() <= points[:, 0].max() < x1
        assert y0 < points[:, 1].min() <= points[:, 1].max() < y1


def test_posterior_charts_are_valid():
    mean, logvar = RNG.normal(size=4), RNG.normal(size=4)
    posterior.dimensions(mean, logvar, mean, ["z₁", "z₂", "z₃", "z₄"], np.abs(mean)).to_dict()
    points = RNG.normal(size=(40, 2))
    plane.posterior_on_map(
        points, np.arange(40) % 10, mean[:2], np.diag(np.exp(logvar[:2])), mean[:2], ("z₁", "z₂")
    ).to_dict()


def test_every_image_is_counted_once_among_all():
    rates, distortions = RNG.gamma(3, size=500), RNG.normal(730, 10, 500)
    specification = posterior.among_all(rates, distortions, 3.0, 730.0).to_dict()
    (bins,) = (rows for rows in specification["datasets"].values() if "images" in rows[0])
    assert sum(row["images"] for row in bins) == 500


def test_a_traversal_has_its_tiles_where_its_labels_say():
    images = np.zeros((2, 3, 28, 28))
    images[1, 2] = 1
    bright = strips.traversal(images, ["z1", "z2"], ["a", "b", "c"])
    faint = strips.traversal(images, ["z1", "z2"], ["a", "b", "c"], dim=[False, True])
    assert bright.shape == faint.shape
    assert bright[-30, -30] == 255
    assert 120 <= faint[-30, -30] <= 135
    assert bright[-90, -30] == 0
