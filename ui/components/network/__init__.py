"""Where the browser finds the weights of a run, for components that decode and encode in JavaScript.

`network.js` runs them; `decoder.js` is the decoder as a component uses it, with Python to turn to where the browser
cannot; both say how at their top.
"""

import logging

import numpy as np
import streamlit as st

from ui import models
from vae_core import export, zoo
from vae_core.charts.pictures import to_uint8
from vae_core.config import RunConfig

_ROUTE = "app/static/weights"
_FAR = 1000  # no latent lies as far out


def weights(run: RunConfig, encoder: bool = False) -> dict[str, str] | None:
    """URL of each part, for `load` of `network.js`; the files are written when they are first asked for.

    Args:
        run: any run a page can show.
        encoder: whether the encoder is wanted as well as the decoder; each is some 0.7 MB.

    Returns:
        None where Python has to decode: another architecture, static serving off, files that cannot be written, a
        run that is not of the zoo.
    """
    if run.architecture not in export.ARCHITECTURES or not st.get_option("server.enableStaticServing"):
        return None
    if run.run_id in _failed() or (digest := _digest(run.run_id)) is None:
        return None
    names = {part: export.file_name(run.run_id, part, digest) for part in export.PARTS}
    if (export.FOLDER, *names.values()) not in _there():
        if not all((export.FOLDER / name).exists() for name in names.values()) and not _write(run):
            return None
        _there().add((export.FOLDER, *names.values()))
    base = st.get_option("server.baseUrlPath").strip("/")
    wanted = export.PARTS if encoder else ("decoder",)
    return {part: "/".join(["", *filter(None, [base]), _ROUTE, names[part]]) for part in wanted}


def answer(run: RunConfig, z: object) -> dict | None:
    """Python's answer to a question of `decoder.js`: the picture at z in grey levels 0 to 255, row by row.

    Args:
        run: the model.
        z: what came from the browser, so it may be anything; None without a question.
    """
    place = numbers(z, run.latent_dim)
    if place is None:
        return None
    from vae_core import traversal

    image = traversal.decode(models.vae(run.run_id), np.array(place))
    return {"z": place, "pixels": to_uint8(image).ravel().tolist()}


def numbers(sent: object, count: int) -> list[float] | None:
    """What came from the browser, if it is a list of so many numbers within a latent space's reach, else None."""
    if not isinstance(sent, list) or len(sent) != count:
        return None
    fits = all(type(value) in (int, float) and abs(value) <= _FAR for value in sent)
    return [float(value) for value in sent] if fits else None


@st.cache_resource(max_entries=256, ttl=600, show_spinner=False)
def _digest(run_id: str) -> str | None:
    try:
        return export.digest(run_id)
    except zoo.ZooError:
        return None


@st.cache_resource(ttl=60, show_spinner=False)
def _there() -> set[tuple]:
    """Folders and names of files that were there within the last minute: pages ask a dozen times a run."""
    return set()


@st.cache_resource(ttl=60, show_spinner=False)
def _failed() -> set[str]:
    """Runs whose files could not be written; tried again after a minute."""
    return set()


def _write(run: RunConfig) -> bool:
    try:
        export.export(run, export.FOLDER)
    except (OSError, ValueError, zoo.ZooError) as error:
        logging.getLogger(__name__).warning("the server will decode for %s: %s", run.run_id, error)
        _failed().add(run.run_id)
        return False
    return True
