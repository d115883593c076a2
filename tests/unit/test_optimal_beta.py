"""The search for a best β: the identity it rests on, families, ties, verdicts on secants, and charts that are valid."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core import beta, optimal_beta
from vae_core.charts import optimal_beta as charts
from vae_core.optimal_beta import best_rows, iso_line, standing, verdict

FINITE = st.floats(1e-3, 1e3)


@given(st.lists(st.tuples(FINITE, FINITE), min_size=2, max_size=6), FINITE)
def test_times_the_variance_the_negative_elbo_is_our_loss_up_to_a_constant(models, variance):
    """Line 3 of the derivation: so both order all models alike, and β = σ²."""
    sse, rate = np.transpose(models)
    constant = variance * beta.negative_elbo(sse, rate, variance) - (sse / 2 + variance * rate)
    np.testing.assert_allclose(constant, variance * 392 * np.log(2 * np.pi * variance), rtol=1e-6, atol=1e-6)


@given(FINITE, FINITE)
def test_with_the_best_variance_half_a_nat_a_pixel_is_left(sse, rate):
    """The last line of the derivation; and line 5: there the derivative vanishes."""
    best = beta.optimal_variance(sse)
    value = beta.negative_elbo(sse, rate, best)
    assert value == pytest.approx(392 * (np.log(2 * np.pi * sse / 784) + 1) + rate)
    steps = best * np.array([0.999, 1.001])
    slope = np.diff(beta.negative_elbo(sse, rate, steps))[0] / np.diff(steps)[0]
    assert abs(slope * best) < 1e-3 * 392
    assert -sse / (2 * best**2) + 784 / (2 * best) == pytest.approx(0, abs=1e-9 / best)


def test_on_the_frontier_the_minimum_of_the_negative_elbo_is_the_fixed_point():
    """The best linear VAEs of five dimensions (Lucas et al. 2019): there d(−ELBO) = (1 − β/σ²) dR, zero at β = σ²."""
    seen, unseen = np.array([9.0, 4.0, 2.0, 0.5, 0.1]), 779 * 0.001
    betas = np.geomspace(1e-4, 0.09, 4_001)  # below every variance seen: no dimension is off
    rate = 0.5 * np.log(seen / betas[:, None]).sum(1)
    table = beta.rate_distortion(betas, rate, 0.5 * (5 * betas + unseen))
    change = np.gradient(table.negative_elbo) / np.gradient(rate)
    np.testing.assert_allclose(change[1:-1], (1 - betas / table.optimal_variance)[1:-1], rtol=1e-3, atol=1e-3)
    star = beta.beta_star(betas, 2 * table.half_sse)
    assert star == pytest.approx(unseen / 779, rel=1e-3)
    assert betas[table.negative_elbo.argmin()] == pytest.approx(star, rel=2e-3)


def test_ties_are_all_best_and_nan_never():
    np.testing.assert_array_equal(best_rows([3, 5, np.nan, 5], high=True), [1, 3])
    np.testing.assert_array_equal(best_rows([3, 5, np.nan, 5], high=False), [0])
    with pytest.raises(ValueError, match="at least one"):
        best_rows([np.nan], high=True)


@given(st.lists(st.integers(1, 100), min_size=2, max_size=9), st.booleans())
def test_the_best_stand_at_one_and_the_worst_at_zero(values, high):
    stand = standing(values, high)
    assert set(stand[best_rows(values, high)]) == {1}
    assert len(set(values)) == 1 or set(stand[best_rows(values, not high)]) == {0}
    np.testing.assert_allclose(standing(np.exp(np.array(values) / 7), high), stand)  # ranks, not sizes


def test_standing_counts_distinct_values():
    np.testing.assert_allclose(standing([5, 1, 1, 100], high=False), [0.5, 1, 1, 0])
    np.testing.assert_array_equal(standing([2, 2], high=True), [1, 1])


def test_verdicts_name_what_fell_short():
    betas, rate, half_sse = [0.1, 0.2, 5, 10], np.array([9, 7.9, 0.001, 0.0]), [5, 5.5, 26.4, 26.4]
    first, second, third = beta.rate_distortion(betas, rate, half_sse).secants
    assert verdict(first, 9, 7.9) == ("outside", (0.2,))  # slope 0.45: at β = 0.2 the first run is better
    assert 0.1 * 9 + 5 < 0.1 * 7.9 + 5.5
    assert 0.2 * 9 + 5 < 0.2 * 7.9 + 5.5
    assert verdict(second, 7.9, 0.001) == ("within", ())
    assert verdict(third, 0.001, 0.0) == ("off", ())


@given(st.floats(0.5, 80), st.floats(0.005, 10))
def test_iso_lines_hold_the_loss_and_stay_inside(loss, slope):
    ends = iso_line(loss, slope, 60, 27)
    np.testing.assert_allclose(ends[:, 1] + slope * ends[:, 0], loss)
    assert (ends >= -1e-9).all()
    assert (ends <= [60 + 1e-9, 27 + 1e-9]).all()
    # a line through the plane is drawn from edge to edge
    touches = np.isclose(ends, 0, atol=1e-6) | np.isclose(ends, [60, 27])
    assert touches.any(axis=1).all()
    crosses = ((np.linspace(0, 60, 2_001) * slope - loss < 0) & (loss - np.linspace(0, 60, 2_001) * slope < 27)).any()
    assert len(ends) == 2 or not crosses


def test_every_chart_is_valid():
    betas = np.array([0.01, 0.1, 1.0])
    table = pd.DataFrame({"run": list("abc"), "beta": betas, "rate": [9.0, 5, 2], "half_sse": [5.0, 6, 11]})
    table = table.assign(
        variance=2 * table.half_sse / 784, negative_elbo=[-500.0, -480, -270], current=[True, False, 0]
    )
    table["kind"] = ["trained with β", "trained with β", "calibrated"]
    charts.fixed_point(table, 0.013).to_dict()
    charts.negative_elbo(table.assign(above=table.negative_elbo + 500), 0.013).to_dict()
    lines = pd.DataFrame({"line": [0, 0], "rate": [0, 9], "half_sse": [7, 6], "loss": 7.0})
    charts.plane(table.assign(size=["2", "16", charts.OTHERS]), lines, (10, 12)).to_dict()
    secants = {"low": [0.01, 0.1], "high": [0.1, 1], "slope": [0.25, -1], "state": ["outside", "below 0"]}
    charts.secants(pd.DataFrame(secants)).to_dict()
    frechet = pd.concat(table.assign(way=way, frechet=[1.0, 2, 3]) for way in charts.WAYS)
    charts.distances(frechet, table.assign(frechet=0.5), 0.1, 0.013).to_dict()
    cells = pd.DataFrame({"beta": ["0.01", "10"], "standing": [0, 1], "best": [False, True], "told": ["1", "2"]})
    specification = charts.criteria(cells.assign(criterion="x"), ["x"]).to_dict()
    assert specification["layer"][0]["encoding"]["x"]["sort"] == ["0.01", "10"]


def test_criteria_have_names_of_their_own():
    for attribute in ("key", "name"):
        assert len({getattr(each, attribute) for each in optimal_beta.CRITERIA}) == len(optimal_beta.CRITERIA)
