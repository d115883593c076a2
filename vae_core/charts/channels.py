"""Channels of a chart as Altair's own objects: given a string or a dict it hashes its whole schema, 20 ms each time."""

from typing import Any, TypeVar

import altair as alt

Channel = TypeVar("Channel")


def either(channel: type[Channel], predicate: Any, yes: Any, no: Any) -> Channel:
    """One value where the predicate holds, another where it does not.

    Args:
        channel: such as `alt.ColorValue`.
        predicate: an expression of `alt.datum`, or its text.
        yes: the value where it holds.
        no: the value elsewhere.
    """
    found = alt.condition(predicate, alt.value(yes), alt.value(no))
    return channel(found["value"], condition=found["condition"])
