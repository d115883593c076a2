"""Plotly figures sent as the JSON they were once turned into.

Streamlit has Plotly turn a figure into JSON at every run of a page; of an animation of half a megabyte that is 20 ms
for every move of any control. Here it is done once for a figure, and the figure, put together by the charts, is not
compared with Plotly's schema: `tests/app/test_every_chapter.py` does so for every page.
"""

from functools import cache
from typing import Any

from vae_core.charts.plotly_figure import PlotlyFigure, to_json


class Specification(dict):
    """A figure's JSON, which is not made again, and of its dict what Streamlit asks for: the layout."""

    text = ""


class Sent:
    """What `st.plotly_chart` takes for a figure of Plotly's own, and asks for no more than its dict."""

    def __init__(self, specification: Specification):
        object.__setattr__(self, "specification", specification)  # Plotly's own would look for a trace of this name

    def to_dict(self) -> Specification:
        return self.specification


def sent(figure: PlotlyFigure) -> Sent:
    """The figure for `st.plotly_chart`."""
    fields = figure.to_dict()
    specification = Specification(layout=fields["layout"])
    specification.text = to_json(fields | {"layout": {"template": _template()} | fields["layout"]})
    return _sent_type()(specification)


@cache
def _template() -> dict[str, Any]:
    """Streamlit's own, which its frontend colours by the theme: Plotly adds it to a figure that has none."""
    import plotly.io

    return plotly.io.templates[plotly.io.templates.default].to_plotly_json()


@cache
def _sent_type() -> type[Sent]:
    """Made when the first figure is sent: Plotly is large, and many students never see one."""
    import plotly.io
    from plotly.basedatatypes import BaseFigure

    make = plotly.io.to_json

    def to_json_once(figure: Any, *args, **more) -> str:
        return figure.text if isinstance(figure, Specification) else make(figure, *args, **more)

    plotly.io.to_json = to_json_once
    return type("SentFigure", (Sent, BaseFigure), {})
