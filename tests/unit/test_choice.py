"""Whatever the zoo holds and whatever is asked, the picker ends on a run that exists and says what it changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import choice
from vae_core.config import RunConfig

RUNS = [
    *[RunConfig(latent_dim=d, beta=b) for d in (2, 8) for b in (0.01, 0.1, 1.0, 10.0)],
    *[RunConfig(latent_dim=16, beta=b) for b in (0.1, 0.3)],
    *[RunConfig(latent_dim=d, likelihood="calibrated") for d in (2, 8)],
    *[RunConfig(latent_dim=d, likelihood="bernoulli") for d in (2, 20)],
    RunConfig(seed=1),
    RunConfig(init="normal-0.1"),
]
zoos = st.lists(st.sampled_from(RUNS), min_size=1, unique=True)


@given(runs=zoos, data=st.data())
def test_every_option_offered_is_granted(runs, data):
    chosen = data.draw(st.sampled_from(runs))
    for field in choice.FIELDS:
        offered = choice.options(runs, chosen)[field]
        assert getattr(chosen, field) in offered
        for value in offered:
            run, word = choice.change(runs, chosen, field, value)
            assert run in runs
            assert getattr(run, field) == value
            before = choice.FIELDS[: choice.FIELDS.index(field)]
            assert all(getattr(run, name) == getattr(chosen, name) for name in before)
            others = [name for name in choice.FIELDS if name != field]
            assert (word == "") == all(getattr(run, name) == getattr(chosen, name) for name in others)


@given(runs=zoos, data=st.data())
def test_every_run_can_be_reached_by_the_controls_in_turn(runs, data):
    run, goal = data.draw(st.sampled_from(runs)), data.draw(st.sampled_from(runs))
    for field in choice.FIELDS:
        assert getattr(goal, field) in choice.options(runs, run)[field]
        run, _ = choice.change(runs, run, field, getattr(goal, field))
    assert run == goal


@given(runs=zoos)
def test_a_run_is_nearest_to_itself(runs):
    assert all(choice.nearest(runs, run) == run for run in runs)
    if choice.PREFERRED in runs:
        assert choice.default_run(runs) == choice.PREFERRED


def test_beta_goes_to_the_nearest_ratio_and_the_word_names_both():
    run, word = choice.change(RUNS, RunConfig(latent_dim=2, beta=10.0), "latent_dim", 16)
    assert run == RunConfig(latent_dim=16, beta=0.3)
    assert "β 10" in word
    assert "β 0.3" in word


def test_likelihoods_stand_in_their_own_order():
    assert choice.options(RUNS, RunConfig())["likelihood"] == ["gaussian", "bernoulli", "calibrated"]


def test_an_empty_zoo_is_refused():
    with pytest.raises(ValueError, match="no run"):
        choice.nearest([], RunConfig())
