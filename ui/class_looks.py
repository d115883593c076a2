"""What classes look like: their means decoded, beside averages of pixels and the image in the middle; decoded draws."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, figures, models
from vae_core import traversal, typical_digits
from vae_core.charts import pictures


class Row(NamedTuple):
    """Ten pictures, one a class."""

    title: str
    name: str
    picture: str  # an address
    grey: float  # of the pixels with ink, the share that is neither paper nor pen


@st.cache_resource(max_entries=256, show_spinner=False)  # 30 kB each
@disk_cache.kept(disk_cache.itself)
def decoded_means(run_id: str) -> np.ndarray:
    """What a model draws at its class means μ_C, (10, 28, 28) in [0, 1]."""
    return traversal.decode(models.vae(run_id), models.moments(run_id).mean)


@st.cache_resource(max_entries=64, show_spinner=False)
def rows(run_id: str) -> list[Row]:
    """The decoded mean, the mean image, the median image and the median digit of every class."""
    return [
        _row("The mean in latent space, decoded", "decoded class means", decoded_means(run_id)),
        *_averages(),
        _row(
            "The median digit: the real image whose μ_x lies nearest to all others of its class",
            "median digits",
            models.digits().images[_median_digits(run_id)] / 255,
        ),
    ]


def sheet(run_id: str, z: np.ndarray) -> np.ndarray:
    """What a model draws at latents (N, d), eight in a row, uint8."""
    return pictures.grid(traversal.decode(models.vae(run_id), z), 8)


def _row(title: str, name: str, images: np.ndarray) -> Row:
    return Row(title, name, figures.address(pictures.grid(images, 10)), typical_digits.grey_share(images))


@st.cache_resource(show_spinner=False)
def _averages() -> list[Row]:
    digits = models.digits()
    mean_image, median_image = typical_digits.average_images(digits.images, digits.labels)
    return [
        _row("The mean image: every pixel's average", "mean images", mean_image),
        _row("The median image: every pixel's median", "median images", median_image),
    ]


@disk_cache.kept(disk_cache.itself)
def _median_digits(run_id: str) -> np.ndarray:
    return typical_digits.median_digits(models.encodings(run_id).mean, models.digits().labels)
