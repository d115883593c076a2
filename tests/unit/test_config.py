"""RunConfig: stable ids, a JSON round trip, and messages that name the field and what it may be."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.catalogue import shipped_runs
from vae_core.config import ConfigError, RunConfig


@pytest.mark.parametrize(
    ("fields", "run_id"),
    [
        ({}, "mlp-d2-b1"),
        ({"latent_dim": 8, "beta": 0.03}, "mlp-d8-b0.03"),
        ({"beta": 10}, "mlp-d2-b10"),
        ({"latent_dim": 16, "likelihood": "calibrated"}, "mlp-d16-calibrated"),
        ({"latent_dim": 20, "likelihood": "bernoulli"}, "mlp-d20-bernoulli"),
        ({"likelihood": "bernoulli", "beta": 4}, "mlp-d2-bernoulli-b4"),
        ({"seed": 1}, "mlp-d2-b1-s1"),
        ({"init": "normal-0.1"}, "mlp-d2-b1-init-normal-0.1"),
        ({"snapshots": True}, "mlp-d2-b1"),
        ({"schedule": "constant"}, "mlp-d2-b1-constant"),
        ({"latent_dim": 8, "init": "normal-0.1", "schedule": "constant"}, "mlp-d8-b1-init-normal-0.1-constant"),
        ({"architecture": "unet-skips", "latent_dim": 8}, "unet-skips-d8-b1"),
        ({"likelihood": "categorical", "latent_dim": 3}, "classifier-d3"),
        ({"likelihood": "categorical", "architecture": "conv", "latent_dim": 32}, "classifier-conv-d32"),
    ],
)
def test_run_ids_are_stable(fields, run_id):
    assert RunConfig(**fields).run_id == run_id


def test_any_field_that_changes_the_weights_changes_the_id():
    variants = [
        RunConfig(),
        RunConfig(hidden=(512,)),
        RunConfig(activation="relu"),
        RunConfig(learning_rate=1e-3),
        RunConfig(schedule="constant"),
        RunConfig(epochs=2),
        RunConfig(batch_size=128),
    ]
    assert all(a.run_id != b.run_id for a, b in itertools.combinations(variants, 2))


def test_the_zoo_has_no_two_runs_of_one_name():
    ids = [run.run_id for run in shipped_runs()]
    assert len(set(ids)) == len(ids)


def test_json_round_trip():
    for run in shipped_runs():
        assert RunConfig.from_dict(run.to_dict()) == run


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"architecture": "transformer"}, "architecture is 'transformer'; allowed: mlp"),
        ({"latent_dim": 0}, "latent_dim is 0; allowed: whole numbers from 1 to 256"),
        ({"latent_dim": 2.0}, "latent_dim is 2.0"),
        ({"latent_dim": True}, "latent_dim is True"),
        ({"beta": 0}, "beta is 0; allowed: numbers above 0"),
        ({"beta": float("nan")}, "beta is nan"),
        ({"beta": "1"}, "beta is '1'"),
        ({"likelihood": "poisson"}, "likelihood is 'poisson'; allowed: gaussian, bernoulli, calibrated"),
        ({"likelihood": "calibrated", "beta": 2}, "beta is 2 with likelihood 'calibrated'"),
        ({"hidden": ()}, "hidden is"),
        ({"hidden": (0,)}, "hidden is"),
        ({"seed": -1}, "seed is -1"),
        ({"snapshots": 1}, "snapshots is 1"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(fields, message):
    with pytest.raises(ConfigError) as error:
        RunConfig(**fields)
    assert message in str(error.value)


def test_an_unknown_field_is_named():
    with pytest.raises(ConfigError, match="unknown field bta; allowed: architecture"):
        RunConfig.from_dict({"bta": 1})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(list(RunConfig().to_dict())), json_values))
def test_whatever_json_says_it_is_a_run_or_a_named_error(fields):
    try:
        run = RunConfig.from_dict(fields)
    except ConfigError:
        return
    assert RunConfig.from_dict(run.to_dict()) == run
