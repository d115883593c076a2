"""Linear agreement of two runs: certain for a turned copy, absent for strangers, in between by the noise's share."""

import numpy as np
import pytest
from scipy.stats import ortho_group

from vae_core.alignment import explained_by
from vae_core.matching import match_dimensions


def test_a_turned_run_is_explained_though_its_axes_do_not_match():
    mean = np.random.default_rng(0).normal(size=(4000, 5))
    turned = mean @ ortho_group.rvs(5, random_state=1) * 3 + 1
    assert explained_by(mean, turned) == pytest.approx(1)
    assert match_dimensions(mean, turned).quality < 0.9


def test_noise_takes_its_share_away():
    rng = np.random.default_rng(2)
    mean = rng.normal(size=(20_000, 3))
    assert explained_by(mean, rng.normal(size=(20_000, 4))) < 0.01
    assert explained_by(mean, mean + rng.normal(size=mean.shape) / 2) == pytest.approx(1 / 1.25, abs=0.01)
    assert explained_by(mean[:, :1], mean) == pytest.approx(1 / 3, abs=0.01)  # one axis cannot tell the others


def test_means_that_do_not_vary_have_nothing_to_explain():
    assert np.isnan(explained_by(np.ones((5, 2)), np.zeros((5, 2))))
    with pytest.raises(ValueError, match=r"\(4, 2\)"):
        explained_by(np.ones((5, 2)), np.ones((4, 2)))
