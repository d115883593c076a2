"""How many models a server keeps in memory; the one used longest ago makes room for the next."""

from collections.abc import Mapping

VARIABLE = "VAE_MODELS_IN_MEMORY"
DEFAULT = 4  # with what is kept of each, some 4 MB; loading one takes hundredths of a second


def kept_models(environ: Mapping[str, str]) -> int:
    """The number in `VAE_MODELS_IN_MEMORY`, `DEFAULT` where it is not set.

    Raises:
        ValueError: not a whole number from 1 to 1000.
    """
    text = environ.get(VARIABLE, "").strip()
    if not text:
        return DEFAULT
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1000):
        raise ValueError(f"{VARIABLE} is {text!r}; allowed: a whole number from 1 to 1000, or nothing for {DEFAULT}")
    return int(text)
