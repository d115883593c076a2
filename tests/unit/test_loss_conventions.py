"""Losses students meet: their β, the code shown, and why a cross-entropy has none."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_core import objective
from vae_core.beta import LossConvention
from vae_core.config import RunConfig
from vae_core.loss_conventions import KNOWN, nearest, snippet


def test_the_known_losses_and_their_beta():
    found = {each.name: each.convention.beta for each in KNOWN}
    assert found == pytest.approx(
        {
            "½ SSE + KL": 1,
            "SSE + KL": 1 / 2,
            "mse_loss + KL": 392,
            "KL weight 0.00025": 1.536,
            "SSE/2σ², σ = 0.1": 0.01,
            "normalised β 0.01": 0.98,
        }
    )


def test_mse_loss_is_the_convention_it_is_said_to_be():
    rng = torch.Generator().manual_seed(0)
    x, x_mean = (torch.rand((6, 784), generator=rng, dtype=torch.float64) for _ in range(2))
    half_sse = objective.half_sse(x, x_mean).mean()
    # mse_loss + KL is (½ SSE + 392 KL) / 392: the same minimum
    assert float(torch.nn.functional.mse_loss(x_mean, x)) == pytest.approx(float(half_sse) / 392)


@given(st.floats(1e-5, 10), st.integers(1, 64), st.integers(1, 10_000))
def test_normalised_beta_is_beta_times_latents_over_pixels(beta, latents, pixels):
    normalised = beta * latents / pixels
    convention = LossConvention("mean", True, normalised, pixels=pixels, latent_reduction="mean", latent_dim=latents)
    assert convention.beta == pytest.approx(beta)


@given(st.floats(0.02, 0.98))
def test_a_cross_entropy_curves_like_a_variance_of_p_one_minus_p(x):
    step = 1e-4
    p = torch.tensor([x - step, x, x + step], dtype=torch.float64)
    losses = objective.bernoulli_distortion(torch.full((3, 1), x, dtype=torch.float64), torch.logit(p)[:, None])
    slope = (losses[2] - losses[0]) / (2 * step)
    curvature = (losses[2] - 2 * losses[1] + losses[0]) / step**2
    assert float(slope) == pytest.approx(0, abs=2e-3)
    assert float(curvature) == pytest.approx(1 / (x * (1 - x)), rel=1e-2)  # the squared error's is 1/σ²


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_the_code_shown_gives_the_numbers_shown(known):
    scope = {}
    code = snippet(known.convention)
    exec(code, scope)
    assert scope["beta"] == known.convention.beta
    assert scope["loss"] == known.convention
    assert LossConvention(decoder_stddev=scope["stddev"]).beta == pytest.approx(scope["beta"])
    for name in ("beta", "stddev", "kl_weight"):
        line = next(line for line in code.splitlines() if line.startswith(f"{name} = "))
        assert float(line.split("# ")[1].split()[0]) == pytest.approx(scope[name], rel=1e-3)


def test_nearest_is_by_ratio():
    family = [RunConfig(beta=beta) for beta in (0.01, 0.1, 1, 10)]
    assert nearest(family, 0.04).beta == 0.1
    assert nearest(family, 392).beta == 10
    assert nearest(family, 0).beta == 0.01
    assert nearest([], 1) is None


def test_names_are_told_apart():
    assert len({each.name for each in KNOWN}) == len(KNOWN)
    assert np.isfinite([each.convention.beta for each in KNOWN]).all()
