"""Two models on the same digits: the β-VAE's loss, its paired difference, and the difference of differences."""

import numpy as np
import pytest
import torch

from vae_core import run_comparison
from vae_core.config import RunConfig
from vae_core.evaluation import ImageTerms, image_terms
from vae_core.training import batch_loss
from vae_core.vae import VAE


def test_the_loss_is_what_training_minimises():
    vae = VAE(RunConfig(latent_dim=3, beta=0.3, hidden=(8,)))
    images = torch.rand(64, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    terms = image_terms(vae, images, samples=1, seed=5)
    trained, _ = batch_loss(vae, images, torch.Generator().manual_seed(5))
    assert run_comparison.loss(terms, 0.3).mean() == pytest.approx(trained.item(), rel=1e-6)


def test_the_difference_is_paired_and_its_error_is_that_of_repeated_samples():
    rng = np.random.default_rng(0)
    hard = rng.normal(100, 30, size=(4000, 500))  # the same for both models: pairing removes it
    first = hard + rng.normal(0.3, 2.0, size=hard.shape)
    found = [
        run_comparison.compare(ImageTerms(np.zeros(500), a), ImageTerms(np.zeros(500), b), 1.0, np.ones(500, bool))
        for a, b in zip(first, hard, strict=True)
    ]
    differences = np.array([each.difference for each in found])
    assert differences.std() == pytest.approx(np.mean([each.stderr for each in found]), rel=0.05)
    assert differences.mean() == pytest.approx(0.3, abs=4 * 2.0 / (4000 * 500) ** 0.5)
    chance = np.mean([abs(each.difference - 0.3) <= 2 * each.stderr for each in found])
    assert chance == pytest.approx(0.954, abs=0.015)


def test_a_set_that_is_easier_for_both_models_falls_out_of_the_difference_of_differences():
    rng = np.random.default_rng(1)
    shown = np.arange(1000) < 400
    easier = np.where(shown, 5.0, 0.0)
    first, second = (ImageTerms(rng.gamma(2, size=1000), rng.normal(50, 1, 1000)) for _ in range(2))
    moved = [ImageTerms(terms.rate, terms.distortion - easier) for terms in (first, second)]

    def apart(pair):
        new, old = (run_comparison.compare(*pair, 0.5, mask) for mask in (shown, ~shown))
        return new.less(old)

    assert apart(moved).difference == pytest.approx(apart((first, second)).difference)
    assert apart(moved).first == pytest.approx(apart((first, second)).first - 5)
    direct = run_comparison.loss(first, 0.5) - run_comparison.loss(second, 0.5)
    assert apart(moved).difference == pytest.approx(direct[shown].mean() - direct[~shown].mean())
    variance = direct[shown].var(ddof=1) / 400 + direct[~shown].var(ddof=1) / 600
    assert apart(moved).stderr == pytest.approx(variance**0.5)


def test_one_image_is_not_enough():
    terms = ImageTerms(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="at least two"):
        run_comparison.compare(terms, terms, 1.0, np.array([True, False, False]))
