"""Altair without the work it does twice: half the time of a chart in layers goes into copies that nobody changes.

A chart is copied whenever it is put into another, given a height or turned into JSON, with the axes and scales of all
its encodings; layers that were put together once are put together again; and properties and parameters are compared
with the schema one by one as they are set. Here copies share their encodings and marks, a layered chart is mostly
copied as it stands, and the finished chart is compared, where `to_dict` is told to. Sharing holds as long as parts of a
chart are replaced, never changed in place.
"""

from typing import Any

import altair as alt
from altair.utils import schemapi
from altair.vegalite.v6 import api
from altair.vegalite.v6.schema.channels import DatumChannelMixin, FieldChannelMixin, ValueChannelMixin

Chart = alt.Chart | alt.LayerChart
_put_together = alt.LayerChart.copy


def make_quick() -> None:
    """For all charts of this process; the JSON stays the same."""
    schemapi.disable_debug_mode()  # every part of a chart would be compared with the schema as it is made
    schemapi.SchemaBase.validate_property = _unchecked
    api._viewless_dict = _viewless
    for channel in (FieldChannelMixin, ValueChannelMixin, DatumChannelMixin):
        channel.__deepcopy__ = _flat
    alt.Chart.__deepcopy__ = _as_it_stands  # within others
    alt.Chart.copy = _as_it_stands
    alt.LayerChart.copy = _in_layers


def _unchecked(_part, name: str, value: Any, schema: dict[str, Any] | None = None) -> None:
    pass


def _viewless(parameter: Any) -> dict[str, Any]:
    return {name: value for name, value in parameter.to_dict(validate=False).items() if name != "views"}


def _flat(channel, _memo):
    return channel.copy(deep=False)


def _as_it_stands(chart: Chart, deep: Any = True, ignore: list[str] | None = None) -> Chart:
    same = object.__new__(type(chart))
    object.__setattr__(same, "_args", chart._args)
    object.__setattr__(same, "_kwds", dict(chart._kwds))
    parts = deep if isinstance(deep, list) else ("params", "transform")  # those that the caller is about to change
    for part in parts:
        same[part] = schemapi._shallow_copy(same._get(part))
    return same


def _in_layers(chart: alt.LayerChart, deep: Any = True, ignore: list[str] | None = None) -> alt.LayerChart:
    # Parameters that were added since are raised from the layers when they are put together anew.
    return _put_together(chart, deep, ignore) if deep is True else _as_it_stands(chart, deep or [])
