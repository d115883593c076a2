"""Runs of one curve differ in β alone."""

from vae_core.config import RunConfig
from vae_core.families import families, family, is_plain

PLAIN = [RunConfig(latent_dim=8, beta=b, snapshots=b == 1) for b in (3, 0.1, 1)]
OTHERS = [
    RunConfig(latent_dim=8, seed=1),
    RunConfig(latent_dim=8, schedule="constant"),
    RunConfig(latent_dim=8, init="normal-0.1"),
    RunConfig(latent_dim=8, architecture="conv"),
    RunConfig(latent_dim=8, likelihood="calibrated"),
    RunConfig(latent_dim=8, likelihood="bernoulli"),
    RunConfig(latent_dim=8, hidden=(64,)),
    RunConfig(latent_dim=2),
]


def test_a_family_differs_in_beta_alone():
    assert [run.beta for run in family(PLAIN + OTHERS, 8)] == [0.1, 1, 3]


def test_families_are_by_size_and_have_company():
    found = families([*PLAIN, *OTHERS, RunConfig(latent_dim=2, beta=3)])
    assert {size: [run.beta for run in members] for size, members in found.items()} == {2: [1, 3], 8: [0.1, 1, 3]}
    assert list(families(PLAIN + OTHERS)) == [8]


def test_a_plain_run_may_have_another_seed_or_likelihood():
    assert [is_plain(run) for run in OTHERS] == [True, False, False, False, True, True, False, True]
