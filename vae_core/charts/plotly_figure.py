"""Figures as plain data, as Plotly's JavaScript takes them.

Plotly for Python compares every trace with its schema and copies it as it is added to a figure: of a chart of six
numbers that is thirty times the rest of the work, of an animation most of a second. Charts here are put together
unchecked; `checked` is what the tests, and whoever draws in a notebook, ask for.
"""

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vae_core.ellipses import Mesh

if TYPE_CHECKING:
    import plotly.graph_objects as go


class PlotlyFigure(NamedTuple):
    """A figure by the fields of Plotly's JSON; arrays are NumPy's.

    Attributes:
        data: traces, each with its `type`.
        layout: of the figure.
        frames: of an animation.
    """

    data: Sequence[dict[str, Any]]
    layout: dict[str, Any]
    frames: Sequence[dict[str, Any]] = ()

    def to_dict(self) -> dict[str, Any]:
        """The three parts by name."""
        return {"data": list(self.data), "layout": self.layout, "frames": list(self.frames)}

    def checked(self) -> "go.Figure":
        """The same as Plotly's own.

        Raises:
            ValueError: a field or a value that Plotly does not know.
        """
        import plotly.graph_objects as go

        return go.Figure(**self.to_dict())


def coordinates(points: np.ndarray) -> dict[str, np.ndarray]:
    """Points (N, 3) as the fields of a trace in space."""
    return dict(zip("xyz", points.T, strict=True))


def mesh(surface: Mesh) -> dict[str, Any]:
    """A trace of a closed surface, to be given its colour."""
    return {
        "type": "mesh3d",
        **coordinates(surface.vertices.round(3)),
        **dict(zip("ijk", surface.triangles.T, strict=True)),
    }


def to_json(figure: dict[str, Any]) -> str:
    """A figure's dict as JSON, arrays of numbers as Plotly's typed arrays.

    Raises:
        ValueError: a number outside an array that is not finite, which JSON has no word for.
    """
    return json.dumps(figure, default=_encoded, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def _encoded(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} is nothing that a figure holds")
    if value.dtype.kind not in "fiu":
        return value.tolist()
    if value.dtype.kind in "iu" and value.dtype.itemsize == 8:  # JavaScript has no arrays of these
        value = value.astype(np.int32, casting="same_kind" if value.dtype.kind == "i" else "unsafe")
    little = value.astype(value.dtype.newbyteorder("<"), order="C", copy=False)
    code = f"{value.dtype.kind}{value.dtype.itemsize}"
    shape = {"shape": ", ".join(map(str, value.shape))} if value.ndim > 1 else {}
    return {"dtype": code, "bdata": base64.b64encode(little.tobytes()).decode()} | shape
