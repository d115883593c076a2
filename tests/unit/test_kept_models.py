"""How many models stay in memory, as the environment says."""

import pytest

from ui.kept_models import DEFAULT, VARIABLE, kept_models


@pytest.mark.parametrize(("text", "expected"), [(None, DEFAULT), ("", DEFAULT), (" 3 ", 3), ("1000", 1000)])
def test_the_environment_says_how_many(text, expected):
    assert kept_models({} if text is None else {VARIABLE: text}) == expected


@pytest.mark.parametrize("text", ["0", "-1", "1001", "2.5", "all", "٣"])
def test_a_setting_that_makes_no_sense_is_a_sentence(text):
    with pytest.raises(ValueError, match=rf"{VARIABLE} is '{text}'; allowed: a whole number from 1 to 1000"):
        kept_models({VARIABLE: text})
