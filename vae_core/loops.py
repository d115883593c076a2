"""Closed loops of a digit: the regions of background that its ink shuts in."""

import numpy as np
from scipy import ndimage

# Ink touches along edges and at corners, background along edges only: otherwise a thin stroke would leak.
_BACKGROUND = np.zeros((3, 3, 3), bool)
_BACKGROUND[1] = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]  # within an image, never from one to the next


def count(images: np.ndarray, threshold: int = 128) -> np.ndarray:
    """Closed loops of each image, (N,).

    Args:
        images: grey, uint8, (N, H, W), ink bright.
        threshold: a pixel of this grey level or more is ink, 1 to 255.

    Raises:
        ValueError: images of another kind, or a threshold that leaves no ink or no background to tell apart.
    """
    images = np.asarray(images)
    if images.ndim != 3 or images.dtype != np.uint8:
        raise ValueError(f"images are {images.dtype} {images.shape}; give uint8 (N, H, W)")
    if not 1 <= threshold <= 255:
        raise ValueError(f"threshold is {threshold}; give a grey level from 1 to 255")
    # A frame of background joins everything outside the digit into one region.
    background = np.pad(images < threshold, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    regions, found = ndimage.label(background, _BACKGROUND)
    image_of = np.zeros(found + 1, dtype=int)
    image_of[regions] = np.arange(len(images))[:, None, None]
    return np.bincount(image_of[1:], minlength=len(images)) - 1


def shares(loops: np.ndarray, labels: np.ndarray, most: int = 2, classes: int = 10) -> np.ndarray:
    """Share of each class's digits with 0, 1, …, `most` or more loops: (classes, most + 1), rows sum to 1."""
    table = np.zeros((classes, most + 1))
    np.add.at(table, (labels.astype(int), np.minimum(loops, most)), 1)
    return table / table.sum(axis=1, keepdims=True)
