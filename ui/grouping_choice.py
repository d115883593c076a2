"""The ten digits put into groups: a row of letters for each digit, presets, and the groups as pictures."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures
from vae_core.charts import pictures

LETTERS = "ABCDEF"
Groups = Sequence[tuple[int, ...]]


def choose(prefix: str, presets: Mapping[str, Groups | Callable[[], Groups]], images: np.ndarray) -> np.ndarray:
    """Draw the presets and the letters; the group number of each digit, (10,).

    Args:
        prefix: the chapter's key; digit 4's letter stands in the address under `<prefix>_d4`.
        presets: label of a button -> its groups, or what computes them when it is clicked; the first is the default.
        images: a picture of each digit, (10, 28, 28).
    """
    first = next(iter(presets.values()))
    with st.container(horizontal=True):
        for label, groups in presets.items():
            st.button(label, on_click=_place, args=(prefix, groups), key=f"{prefix}__preset_{label}")
    chosen = np.empty(10, dtype=int)
    for column, some in zip(st.columns(2), (range(5), range(5, 10)), strict=True):
        with column:
            for digit in some:
                default = LETTERS[next(i for i, group in enumerate(first) if digit in group)]
                chosen[digit] = LETTERS.index(
                    controls.select(
                        f"{prefix}_d{digit}",
                        f"Group of digit {digit}",
                        tuple(LETTERS),
                        default,
                        style="buttons",
                        format=str,
                    )
                )
    with st.container(horizontal=True):
        for letter in np.unique(chosen):
            inside = np.flatnonzero(chosen == letter)
            with st.container(width=int(44 * len(inside) + 24)):
                figures.picture(
                    partial(pictures.grid, images[inside], len(inside), gap=1),
                    alt=f"Group {LETTERS[letter]}: {', '.join(map(str, inside))}.",
                    width="stretch",
                )
                st.markdown(f"**{LETTERS[letter]}**: {' '.join(map(str, inside))}")
    return chosen


def members(groups: np.ndarray) -> list[tuple[int, ...]]:
    """The digits of each group, groups in the order of their first digit."""
    return sorted(tuple(np.flatnonzero(groups == group).tolist()) for group in np.unique(groups))


def told(groups: np.ndarray, gap: str = " ") -> str:
    """{0 6} {1 7} and so on; without a gap {06} {17}, for narrow tables."""
    return " ".join("{" + gap.join(map(str, group)) + "}" for group in members(groups))


def _place(prefix: str, groups: Groups | Callable[[], Groups]) -> None:
    """Give the first group the letter A, the next B, and so on."""
    for letter, group in zip(LETTERS, groups() if callable(groups) else groups, strict=False):
        for digit in group:
            st.session_state[f"{prefix}_d{digit}"] = letter
