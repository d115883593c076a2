"""Altair without the work it does twice: half the time of a chart in layers goes into copies that nobody changes.

A chart is copied whenever it is put into another, given a height or turned into JSON, with the axes and scales of all
its encodings, and layers that were put together once are put together again. Here encodings share what is in them, and
a layered chart is copied as it stands. Both hold as long as parts of a chart are replaced, never changed in place.
"""

from typing import Any

import altair as alt
from altair.utils import schemapi
from altair.vegalite.v6.schema.channels import DatumChannelMixin, FieldChannelMixin, ValueChannelMixin

_copy = alt.LayerChart.copy


def make_quick() -> None:
    """For all charts of this process; the JSON stays the same."""
    schemapi.disable_debug_mode()  # every part of a chart would be compared with the schema as it is made
    for channel in (FieldChannelMixin, ValueChannelMixin, DatumChannelMixin):
        channel.__deepcopy__ = _flat
    alt.LayerChart.copy = _as_it_stands


def _flat(channel, _memo):
    return channel.copy(deep=False)


def _as_it_stands(chart: alt.LayerChart, deep: Any = True, ignore: list[str] | None = None) -> alt.LayerChart:
    if deep is True:
        return _copy(chart, deep, ignore)
    same = object.__new__(type(chart))
    object.__setattr__(same, "_args", chart._args)
    object.__setattr__(same, "_kwds", dict(chart._kwds))
    for part in deep or ():  # the parts that the caller is about to change
        same[part] = schemapi._shallow_copy(same._get(part))
    return same
