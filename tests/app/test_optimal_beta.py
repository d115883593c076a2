"""The chapter on the best β: its numbers are the zoo's, it says where the check fails, the exercise names mistakes."""

import json

import pytest

from tests.app.opening import open_page, text
from ui import beta_family
from vae_core import beta, families, optimal_beta, zoo
from vae_core.exercises import likelihood


def figures(latent_dim: int, split: str = "test"):
    runs = families.family(zoo.list_runs(), latent_dim)
    each = [zoo.metrics(run.run_id)[split] for run in runs]
    return runs, beta.rate_distortion(
        [run.beta for run in runs], [m["rate"] for m in each], [m["half_sse"] for m in each]
    )


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d8-b0.1", "mlp-d16-b3"])
def test_beta_star_and_the_minimum_are_the_zoos(run_id):
    at = open_page("optimal_beta", run_id)
    assert not at.exception
    latent_dim = zoo.load(run_id).config.latent_dim
    runs, found = figures(latent_dim)
    star = beta.beta_star(found.beta, 2 * found.half_sse)
    lowest = int(found.negative_elbo.argmin())
    assert f"In {latent_dim} dimensions the likeliest β is **β\\* = {star:.3f}**" in text(at)
    assert f"{beta_family.written(found.negative_elbo[lowest])} nats, has β = {runs[lowest].beta:g}" in text(at)
    assert 0.3 < runs[lowest].beta / star < 3  # the derivation, on real models
    assert not at.info


@pytest.mark.parametrize("run_id", ["mlp-d20-bernoulli", "mlp-d3-b1", "mlp-d8-b1-s1", "mlp-d8-b10"])
def test_a_model_outside_the_comparison_is_told_so(run_id):
    at = open_page("optimal_beta", run_id)
    assert not at.exception
    assert any("is not among" in info.value for info in at.info) == (run_id != "mlp-d8-b10")


def test_the_derivation_is_hidden_until_asked_for():
    at = open_page("optimal_beta")
    assert r"\mathbb E[\mathrm{SSE}]_{\beta^*}" not in text(at)
    at.button(key="optimal_beta_lines__all").click().run()
    assert r"\mathbb E[\mathrm{SSE}]_{\beta^*}" in text(at)


@pytest.mark.parametrize("split", ["test", "train"])
def test_the_check_counts_its_secants(split):
    at = open_page("optimal_beta", "mlp-d8-b0.1")
    at.segmented_control(key="optimal_beta_images").set_value(split).run()
    assert not at.exception
    _, found = figures(8, split)
    verdicts = [
        optimal_beta.verdict(secant, *rates)
        for secant, rates in zip(found.secants, zip(found.rate, found.rate[1:], strict=False), strict=True)
    ]
    kept = [verdict for verdict in verdicts if verdict.state != "off"]
    within = sum(verdict.state == "within" for verdict in kept)
    assert f"**{within} of {len(kept)}** slopes lie in it" in text(at)
    short = sorted({value for verdict in kept for value in verdict.fell_short})
    assert ("It fails where" in text(at)) == bool(short)
    if short:
        assert f"β = {', '.join(f'{value:g}' for value in short)}. " in text(at)


def test_the_lowest_line_is_the_best_models():
    at = open_page("optimal_beta", "mlp-d8-b0.1")
    for chosen in (0.1, 3.0):
        at.select_slider(key="optimal_beta_slope8").set_value(chosen).run()
        runs, found = figures(8)
        loss = found.half_sse + chosen * found.rate
        assert f"{loss.min():.2f} nats, through **{runs[int(loss.argmin())].run_id}**" in text(at)


def test_the_best_by_each_criterion():
    at = open_page("optimal_beta", "mlp-d8-b0.1")
    judged = {run.beta: zoo.sample_quality(run.run_id) for run in families.family(zoo.list_runs(), 8)}
    judged = {value: found for value, found in judged.items() if found}
    if len(judged) < 2:
        assert any("not been judged yet" in info.value for info in at.info)
        pytest.skip("the zoo's samples have not been judged")
    for kind, name in (("prior", "samples: prior"), ("classes", "samples: class Gaussians")):
        best = min(judged, key=lambda value: judged[value][kind]["frechet"])
        row = next(line for line in text(at).splitlines() if line.startswith(f"| {name}"))
        assert [cell.strip() for cell in row.split("|")][2:4] == [f"{best:g}", f"{judged[best][kind]['frechet']:.3g}"]
    at.radio(key="optimal_beta_draws").set_value("a smaller β than β*").run()
    assert not at.exception
    assert "times β*" in text(at)
    at.number_input(key="optimal_beta_seed").set_value(5).run()
    assert not at.exception


def answer(at, **values):
    for name, value in values.items():
        at.number_input(key=f"optimal_beta_problem_0__{name}").set_value(float(value))
    at.button(key="optimal_beta_problem_0__check").click().run()
    assert not at.exception


def test_the_exercise_names_mistakes_and_accepts_three_figures():
    at = open_page("optimal_beta")
    problem = likelihood.make_problem(0)
    right = likelihood.solve(problem)
    forgotten = next(v for part, names, v in likelihood.mistaken_answers(problem) if names == ("log_term_forgotten",))
    answer(at, variance=right.variance * 784, beta_star=2 * right.beta_star, elbo=forgotten)
    said = "\n".join(info.value for info in at.info)
    for mistake in ("sum_for_mean", "missing_half", "log_term_forgotten"):
        assert likelihood.MISTAKES[mistake] in said
    answer(at, **{name: float(f"{value:.3g}") for name, value in vars(right).items()})
    assert any("Right: σ²" in success.value for success in at.success)
    at.button(key="optimal_beta_problem__next").click().run()
    assert at.number_input(key="optimal_beta_problem").value == 1


def test_every_chart_has_a_specification_and_alternative_text():
    at = open_page("optimal_beta", "mlp-d8-b0.1")
    charts = at.get("vega_lite_chart")
    assert len(charts) >= 4
    for chart in charts:
        assert json.loads(chart.proto.spec)["layer"]
        assert len(chart.proto.alt) > 30
