"""Images come as bytes or as numbers from 0 to 1."""

import numpy as np


def white(images: np.ndarray) -> float:
    """What a white pixel holds: 255 where images are uint8, else 1; images divided by it are in [0, 1]."""
    return 255.0 if images.dtype == np.uint8 else 1.0
