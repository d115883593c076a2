"""What the files of a zoo must hold. A checksum says that a file is the one the manifest means, not that it fits.

Shapes are written in letters, one size each throughout a file: T recorded steps, S snapshots, N images, M digits of a
snapshot, d latent dimensions.
"""

import math
from typing import Any

import numpy as np

from vae_core.config import RunConfig

CLASSES = 10
# Kinds of numpy's dtypes, and the shape.
_REAL, _WHOLE, _GREYS, _TRUTH = "f", "iu", "u", "b"
_HISTORY = {
    "step": (_WHOLE, "T"),
    "rate": (_REAL, "T"),
    "distortion": (_REAL, "T"),
    "half_sse": (_REAL, "T"),
    "rate_per_dimension": (_REAL, "Td"),
}
_SNAPSHOTS = {"step": (_WHOLE, "S"), "mean": (_REAL, "SMd"), "index": (_WHOLE, "M"), "label": (_WHOLE, "M")}
_FILES = {
    "history": _HISTORY,
    "snapshots": {
        **_SNAPSHOTS,
        "logvar": (_REAL, "SMd"),
        "reconstruction": (_GREYS, ("S", 8, 28, 28)),
        "prior_sample": (_GREYS, ("S", 16, 28, 28)),
        "reconstructed": (_WHOLE, (8,)),
    },
    "moments": {
        "mean": (_REAL, (CLASSES, "d")),
        "covariance": (_REAL, (CLASSES, "d", "d")),
        "count": (_WHOLE, (CLASSES,)),
        "within": (_REAL, (CLASSES, "d")),
    },
    "encodings": {"mean": (_REAL, "Nd"), "logvar": (_REAL, "Nd"), "label": (_WHOLE, "N")},
}
_OF_CLASSIFIERS = {
    "history": {"step": (_WHOLE, "T"), "cross_entropy": (_REAL, "T"), "accuracy": (_REAL, "T")},
    "snapshots": _SNAPSHOTS,
    "encodings": {"mean": (_REAL, "Nd"), "label": (_WHOLE, "N")},
}
_DIGITS = {
    "images": (_GREYS, ("N", 28, 28)),
    "labels": (_WHOLE, "N"),
    "index": (_WHOLE, "N"),
    "held_out": (_TRUTH, "N"),
}
# The fields of `evaluation.Figures` and of `classifier.ClassifierFigures`, which import torch; a test compares them.
FIGURES = (
    "rate",
    "distortion",
    "negative_elbo",
    "negative_elbo_stderr",
    "half_sse",
    "active_units",
    "images",
    "samples",
)
CLASSIFIER_FIGURES = ("cross_entropy", "accuracy", "images")
# `judging.SHOWN` and what they are compared with.
JUDGED = ("prior", "aggregate", "gaussian", "classes", "reconstructions", "floor", "floor_equal_shares")
_QUALITY = ("frechet", "class_entropy", "confidence", "images")


class ContentError(ValueError):
    """A file holds something else than it should; the message says what."""


def check_arrays(file: str, arrays: dict[str, Any], config: RunConfig) -> None:
    """Compare `history`, `snapshots`, `moments` or `encodings` of a run with what it must hold.

    Raises:
        ContentError: other names, shapes or kinds, values that are not finite, labels that are no digits, or a
            covariance that is none.
    """
    _compare(arrays, (_OF_CLASSIFIERS if config.is_classifier else _FILES).get(file, {}), {"d": config.latent_dim})
    if file == "moments":
        covariance = arrays["covariance"]
        if not np.allclose(covariance, covariance.swapaxes(1, 2), rtol=1e-6, atol=1e-9):
            raise ContentError("covariance is not symmetric")
        if (np.linalg.eigvalsh(covariance) <= 0).any() or (arrays["count"] < 1).any():
            raise ContentError("a class has no images, or no spread in some direction")


def check_digits(arrays: dict[str, Any]) -> None:
    """Compare the shipped digits with what they must be; raises ContentError."""
    _compare(arrays, _DIGITS, {})
    for part in (arrays["held_out"], ~arrays["held_out"]):
        if len(np.unique(arrays["labels"][part])) < CLASSES:
            raise ContentError("a class is missing among the digits held out, or among the others")


def check_metrics(metrics: Any, config: RunConfig) -> None:
    """Compare `metrics.json` with what a run must have; raises ContentError."""
    names = CLASSIFIER_FIGURES if config.is_classifier else FIGURES
    for split in ("train", "validation", "test"):
        figures = _entry(metrics, split)
        for name in names:
            _number(figures, name)
        if not config.is_classifier:
            _numbers(figures, "rate_per_dimension", config.latent_dim)
    for name in ("parameters", "wall_time_s", *(() if config.is_classifier else ("variance",))):
        _number(metrics, name)


def check_quality(found: Any) -> None:
    """Compare `samples.json` with what a judged run must have; raises ContentError."""
    for kind in JUDGED:
        quality = _entry(found, kind)
        for name in _QUALITY:
            _number(quality, name)
        _numbers(quality, "class_shares", CLASSES)


def _compare(arrays: dict[str, Any], wanted: dict[str, tuple], sizes: dict[str, int]) -> None:
    if set(arrays) != set(wanted):
        raise ContentError(f"it holds {', '.join(sorted(arrays)) or 'nothing'}, not {', '.join(sorted(wanted))}")
    for name, (kinds, shape) in wanted.items():
        array = arrays[name]
        if not isinstance(array, np.ndarray) or array.dtype.kind not in kinds or array.ndim != len(shape):
            raise ContentError(f"{name} is {_told(array)}")
        for letter, size in zip(shape, array.shape, strict=True):
            expected = letter if isinstance(letter, int) else sizes.setdefault(letter, size)
            if size != expected or size == 0:
                raise ContentError(f"{name} has shape {array.shape}: {size} where {expected or 'one or more'} is due")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ContentError(f"{name} holds values that are not finite")
        if name in ("label", "labels") and not ((array >= 0) & (array < CLASSES)).all():
            raise ContentError(f"{name} holds values that are no digits")


def _told(array: Any) -> str:
    return f"of type {array.dtype}, shape {array.shape}" if isinstance(array, np.ndarray) else "no array"


def _entry(above: Any, name: str) -> dict:
    found = above.get(name) if isinstance(above, dict) else None
    if not isinstance(found, dict):
        raise ContentError(f"{name} is missing, or not an object of figures")
    return found


def _number(above: Any, name: str) -> None:
    value = above.get(name) if isinstance(above, dict) else None
    if type(value) not in (int, float) or not math.isfinite(_as_float(value)):
        raise ContentError(f"{name} is {str(value)[:40]}, not a finite number")


def _numbers(above: dict, name: str, count: int) -> None:
    values = above.get(name)
    if not isinstance(values, list) or len(values) != count:
        raise ContentError(f"{name} is not a list of {count} numbers")
    for value in values:
        _number({name: value}, name)


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return math.inf
