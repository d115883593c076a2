"""Charts in two parts: how they look, made once for all that look alike, and what they show.

Putting an Altair chart together and turning it into JSON takes milliseconds, its data a tenth of that. Where a page
draws the same chart of other numbers again and again, it keeps the chart over named data and hands out new tables.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt
import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Columns = Mapping[str, np.ndarray | Sequence]


class Drawing(NamedTuple):
    """A chart and its data.

    Attributes:
        look: over `alt.NamedData`, one object for all drawings that look alike.
        tables: name of the data -> column -> values, numbers or text, as many in each of a table.
        numbers: values of the look's variable parameters, by their name: numbers, or texts in lists.
    """

    look: alt.LayerChart
    tables: Mapping[str, Columns]
    numbers: Mapping[str, Any] = {}

    def to_dict(self) -> dict[str, Any]:
        """The whole as Vega-Lite, its data as rows."""
        rows = {name: _rows(columns) for name, columns in self.tables.items()}
        return with_numbers(self.look.to_dict(), self.numbers) | {"datasets": rows}


def columns(frame: "pd.DataFrame", *names: str) -> Columns:
    """Some columns of a data frame, as a table."""
    return {name: frame[name].tolist() for name in names}


def curves(named: Sequence[tuple[str, np.ndarray]]) -> Columns:
    """Named lines (P, 2), several of which may share a name, as one table: x, y, curve, line, order."""
    lengths = [len(line) for _, line in named]
    points = np.concatenate([line for _, line in named])
    return {
        "x": points[:, 0],
        "y": points[:, 1],
        "curve": np.repeat([curve for curve, _ in named], lengths),
        "line": np.repeat(np.arange(len(named)), lengths),
        "order": np.concatenate([np.arange(length) for length in lengths]),
    }


def with_numbers(specification: dict[str, Any], numbers: Mapping[str, Any]) -> dict[str, Any]:
    """The same specification with values for its variable parameters.

    Raises:
        KeyError: a number for a parameter that is not there.
    """
    if not numbers:
        return specification
    given = {param["name"]: param for param in specification["params"]}
    given |= {name: given[name] | {"value": value} for name, value in numbers.items()}
    return specification | {"params": list(given.values())}


def _rows(columns: Columns) -> list[dict[str, Any]]:
    values = [column.tolist() if isinstance(column, np.ndarray) else list(column) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
