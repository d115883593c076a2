"""The model picker in the sidebar. The choice is one readable parameter of the address, `?model=mlp-d8-b0.3`."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from ui import choice, controls, models, your_run
from vae_core import own_run, zoo
from vae_core.config import RunConfig

KEY = "model"  # session state and address; holds a run id
_WORD = "_model_word"
_FIGURES = {
    "rate": "rate",
    "half_sse": "½ squared error",
    "distortion": "distortion",
    "negative_elbo": "−ELBO",
}


def show() -> None:
    """Draw the picker, what is loaded and its test figures; stops the page when the zoo is empty."""
    try:
        runs = models.runs()
    except zoo.ZooError as error:
        st.error(f"The trained models cannot be read. {error}")
        st.stop()
    if not runs:
        st.error("No trained model can be read. Restore the folder `pretrained/` and load this page again.")
        st.stop()

    mine = your_run.current()
    offered = {run.run_id: run for run in ([mine.config, *runs] if mine else runs)}
    _mend_state(runs, offered)
    above = st.container()
    run_id = st.selectbox(
        "Model loaded",
        list(offered),
        index=list(offered).index(choice.default_run(runs).run_id),
        key=KEY,
        # Its name stands in the address, not its id: another student's link must not tell one run from another.
        format_func=lambda each: your_run.NAME if own_run.is_own(each) else each,
        bind="query-params",
        on_change=_forget_word,
        help="Every model of the zoo by name: architecture, latent dimension, β. Type to search.",
    )
    run = offered[run_id]
    st.session_state["_run"] = run
    with above:
        # A student's own run is an option while it is loaded; what is chosen here is always of the zoo.
        for field, options in choice.options(runs if run in runs else (*runs, run), run).items():
            if len(options) > 1:
                _control(field, options, runs, run)
    if word := st.session_state.get(_WORD):
        st.warning(word, icon=":material/info:")
    for left_out, reason in models.damaged().items():
        st.warning(f"`{left_out}` is left out: {reason}", icon=":material/warning:")
    _figures(run)


def current_run() -> RunConfig:
    """The run that is loaded; its `run_id` is what `ui.models` takes."""
    if "_run" not in st.session_state:
        # Beside a folder called `pages` Streamlit 1.67 runs the first page a new server is asked for alone, without the
        # front door, unless `st.navigation` has run before. Say that it will, and come in again through the door.
        PagesManager.uses_pages_directory = False
        st.rerun()
    return st.session_state["_run"]


def load(run_id: str) -> None:
    """Load this run of the zoo; for a button's `on_click`."""
    st.session_state[KEY] = run_id
    _forget_word()


def _mend_state(runs: tuple[RunConfig, ...], offered: dict[str, RunConfig]) -> None:
    """Before the control is drawn: load what was just trained; replace a run that is not there, and say so."""
    asked = st.query_params.get(KEY)
    held = st.session_state.get(KEY)
    if your_run.is_to_be_loaded():
        st.session_state[KEY] = your_run.current().config.run_id
        st.session_state[_WORD] = ""
    elif held is None and asked is not None and (asked.startswith(your_run.NAME) or asked not in offered):
        why = "which is not in the zoo"
        if asked.startswith(your_run.NAME):
            why = "which lives only in the browser tab that trained it, until that is closed or reloaded"
        st.session_state[_WORD] = (
            f"The link asked for the model {controls.quoted(asked)}, {why}; "
            f"`{choice.default_run(runs).run_id}` is loaded."
        )
    elif held is not None and held not in offered:
        run = choice.nearest(runs, st.session_state["_run"])
        st.session_state[KEY] = run.run_id
        st.session_state[_WORD] = f"The model `{held}` cannot be read any more; `{run.run_id}` is loaded."


def _control(field: str, options: list, runs: tuple[RunConfig, ...], run: RunConfig) -> None:
    """One control of the picker."""
    key = f"_pick_{field}"
    st.session_state[key] = getattr(run, field)  # the run decides, whoever changed it
    draw = st.select_slider if field == "beta" else st.segmented_control
    extra = {} if field == "beta" else {"required": True}
    draw(
        choice.NAMES[field],
        options,
        format_func=lambda value: choice.told(field, value),
        key=key,
        on_change=_take,
        args=(field, runs, run),
        **extra,
    )


def _take(field: str, runs: tuple[RunConfig, ...], run: RunConfig) -> None:
    new, word = choice.change(runs, run, field, st.session_state[f"_pick_{field}"])
    st.session_state[KEY] = new.run_id
    st.session_state[_WORD] = word


def _forget_word() -> None:
    st.session_state[_WORD] = ""


def _figures(run: RunConfig) -> None:
    test, images = models.metrics(run.run_id)["test"], models.test_images(run.run_id)
    rows = [f"| {name} | {test[key]:.2f} |" for key, name in _FIGURES.items() if key in test]
    if "active_units" in test:
        rows.append(f"| active units | {test['active_units']:g} of {run.latent_dim} |")
    st.markdown("\n".join([f"| {images[0].upper()}{images[1:]} | nats per image |", "|:--|--:|", *rows]))
