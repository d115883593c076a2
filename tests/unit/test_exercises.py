"""Exercises: the right answer checked by other means, and every mistake named as itself over many problems."""

import ast
import inspect
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar

from vae_core.exercises import acceptance, class_moments, diagnosis, ellipse, likelihood
from vae_core.mixture import GaussianMixture

EXERCISES = [acceptance, class_moments, ellipse, likelihood]
SEEDS = range(100)

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda module: module.__name__.split(".")[-1])


def two_decimals(answer):
    return replace(answer, **{field.name: np.round(getattr(answer, field.name), 2) for field in fields(answer)})


@each_exercise
def test_a_seed_is_a_problem(exercise):
    answers = [exercise.solve(exercise.make_problem(seed)) for seed in (0, 0, 1)]
    first, again, other = (np.concatenate([np.ravel(v) for v in vars(answer).values()]) for answer in answers)
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


@each_exercise
def test_every_mistake_is_diagnosed_as_itself(exercise):
    named = set()
    for seed in SEEDS:
        problem = exercise.make_problem(seed)
        right = exercise.solve(problem)
        assert exercise.diagnose(problem, right).correct
        for part, names, value in exercise.mistaken_answers(problem):
            found = exercise.diagnose(problem, replace(right, **{part: value}))
            assert (seed, found.mistakes) == (seed, names)
            assert {finding.part for finding in found.findings} == {part}
            assert [finding.message for finding in found.findings] == [exercise.MISTAKES[name] for name in names]
            named.update(names)
    found_otherwise = {  # by the tests below
        "carried_forward", "not_symmetric", "not_positive_definite", "not_positive", "wrong_shape", "not_a_number",
        "unknown",
    }  # fmt: skip
    assert named == set(exercise.MISTAKES) - found_otherwise


@pytest.mark.parametrize("exercise", [acceptance, class_moments, ellipse])
def test_two_decimals_are_enough(exercise):
    for seed in SEEDS:
        problem = exercise.make_problem(seed)
        right = two_decimals(exercise.solve(problem))
        assert exercise.diagnose(problem, right).correct
        for part, names, value in exercise.mistaken_answers(problem):
            found = exercise.diagnose(problem, replace(right, **{part: np.round(value, 2)}))
            assert (seed, found.mistakes) == (seed, names)


@each_exercise
def test_an_answer_that_no_mistake_explains_is_unknown(exercise):
    problem = exercise.make_problem(0)
    right = exercise.solve(problem)
    for field in fields(right):
        value = np.asarray(getattr(right, field.name))
        elsewhere = value + 0.3 if value.ndim < 2 else value + np.diag([0.3, 0.0])
        elsewhere = value - 40 if field.name == "elbo" else elsewhere
        assert exercise.diagnose(problem, replace(right, **{field.name: elsewhere})).mistakes == ("unknown",)
        blank = exercise.diagnose(problem, replace(right, **{field.name: value * np.nan}))
        assert blank.mistakes == ("not_a_number",)


@each_exercise
def test_a_notebook_can_carry_the_source(exercise):
    for module in (exercise, diagnosis):
        imports = [node for node in ast.parse(inspect.getsource(module)).body if "Import" in type(node).__name__]
        names = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports}
        assert names <= {"numpy", "dataclasses", "vae_core.exercises.diagnosis"}


def test_class_moments_are_those_of_the_mixture():
    for seed in SEEDS:
        problem = class_moments.make_problem(seed)
        mixture, answer = GaussianMixture(problem.mean, np.log(problem.variance)), class_moments.solve(problem)
        np.testing.assert_allclose(answer.mean, mixture.mean(), atol=1e-12)
        np.testing.assert_allclose(answer.covariance, mixture.covariance(), atol=1e-12)
        np.testing.assert_allclose(answer.mean, np.round(answer.mean, 1), atol=1e-12)  # tidy, for pencil and paper


def test_covariances_of_the_wrong_kind_are_named():
    problem = class_moments.make_problem(3)
    right = class_moments.solve(problem)

    def mistakes(covariance):
        return class_moments.diagnose(problem, replace(right, covariance=covariance)).mistakes

    (a, b), (_, c) = right.covariance
    assert mistakes([[a, b], [b + 0.5, c]]) == ("not_symmetric",)
    assert mistakes([[a, b + 0.015], [b - 0.015, c]]) == ()  # no more than rounding
    too_large = 1.2 * np.sqrt(a * c)
    assert mistakes([[a, too_large], [too_large, c]]) == ("not_positive_definite",)
    assert mistakes(np.cov(problem.mean)) == ("wrong_shape",)  # images and dimensions transposed
    assert mistakes([[a, None], [None, c]]) == ("not_a_number",)


def test_the_usual_numpy_one_liner_is_named():
    for seed in SEEDS:
        problem = class_moments.make_problem(seed)
        answer = class_moments.Answer(problem.mean.mean(axis=0), np.cov(problem.mean.T))
        assert class_moments.diagnose(problem, answer).mistakes == ("within_left_out", "over_n_minus_1")


def test_a_covariance_from_a_wrong_mean_is_carried_forward():
    for seed in SEEDS:
        problem = class_moments.make_problem(seed)
        right = class_moments.solve(problem)
        second_moment = right.covariance + np.outer(right.mean, right.mean)
        wrong_means = {names: value for part, names, value in class_moments.mistaken_answers(problem) if part == "mean"}
        for names, mean in {("unknown",): right.mean + 0.3, **wrong_means}.items():
            answer = class_moments.Answer(mean, second_moment - np.outer(mean, mean))
            assert (seed, class_moments.diagnose(problem, answer).mistakes) == (seed, (*names, "carried_forward"))


def test_class_moments_of_a_whole_class():
    """What the notebook asks: hundreds of images, eight dimensions, where n − 1 hardly differs from n."""
    rng = np.random.default_rng(0)
    problem = class_moments.Problem(rng.normal(1, 1, (500, 8)), rng.uniform(0.05, 0.5, (500, 8)), tolerance=1e-5)
    right = class_moments.solve(problem)
    for part, names, value in class_moments.mistaken_answers(problem):
        assert class_moments.diagnose(problem, replace(right, **{part: value})).mistakes == names
    single = class_moments.Problem(problem.mean[:1], problem.variance[:1], tolerance=1e-5)
    only_lambda = replace(class_moments.solve(single), covariance=np.diag(single.variance[0]))
    assert class_moments.diagnose(single, only_lambda).correct


def test_ellipse_solves_the_eigenvalue_equation():
    for seed in SEEDS:
        problem = ellipse.make_problem(seed)
        answer = ellipse.solve(problem)
        long, short = answer.axes
        axis = np.array([np.cos(answer.angle), np.sin(answer.angle)])
        np.testing.assert_allclose(problem.covariance @ axis, long**2 * axis, atol=1e-9)
        assert long**2 + short**2 == pytest.approx(np.trace(problem.covariance))
        assert answer.volume**2 == pytest.approx(np.linalg.det(problem.covariance))
        assert long > short > 0


def test_an_axis_points_both_ways():
    for seed in SEEDS:
        problem = ellipse.make_problem(seed)
        right = ellipse.solve(problem)
        for half_turns in (-1, 1):
            turned = right.angle + half_turns * np.pi
            assert ellipse.diagnose(problem, replace(right, angle=turned)).correct
            found = ellipse.diagnose(problem, replace(right, angle=np.degrees(turned)))
            assert found.mistakes == ("degrees_for_radians",)


def test_likelihood_is_that_of_torch_and_its_variance_the_best():
    generator = torch.Generator().manual_seed(0)
    images, pixels = 20, 784
    x = torch.rand(images, pixels, generator=generator, dtype=torch.float64)
    x_mean = (x + 0.15 * torch.randn(x.shape, generator=generator, dtype=torch.float64)).clip(0, 1)
    kl = 310.0
    problem = likelihood.Problem(images, pixels, sse=float(((x - x_mean) ** 2).sum()), kl=kl)

    def negative_elbo(variance):
        log_likelihood = torch.distributions.Normal(x_mean, variance**0.5).log_prob(x).sum(dim=1).mean()
        return -float(log_likelihood) + kl / images

    best = minimize_scalar(negative_elbo, bounds=(1e-3, 0.2), options={"xatol": 1e-9})
    right = likelihood.solve(problem)
    assert right.variance == pytest.approx(best.x, rel=1e-4)
    assert right.elbo == pytest.approx(-best.fun)
    # β* : variance · (negative ELBO) is ½ SSE + β* KL, but for a constant.
    other = replace(problem, kl=kl + 50)
    by_kl = (likelihood.solve(problem).elbo - likelihood.solve(other).elbo) * right.variance * images / 50
    assert right.beta_star == pytest.approx(by_kl)


def test_three_significant_digits_are_enough_for_the_elbo():
    for seed in SEEDS:
        problem = likelihood.make_problem(seed)
        right = likelihood.solve(problem)
        variance = float(f"{right.variance:.3g}")
        # By the short form, where SSE/2σ² has become D/2, rounding counts in full.
        elbo = -problem.pixels / 2 * (1 + np.log(2 * np.pi * variance)) - problem.kl / problem.images
        assert likelihood.diagnose(problem, likelihood.Answer(variance, variance, elbo)).correct


def test_what_follows_from_a_wrong_variance_is_carried_forward():
    for seed in SEEDS:
        problem = likelihood.make_problem(seed)
        wrong = 1.3 * likelihood.solve(problem).variance
        elbo = -(problem.sse / wrong / 2 + problem.kl) / problem.images - 392 * np.log(2 * np.pi * wrong)
        found = likelihood.diagnose(problem, likelihood.Answer(wrong, wrong, elbo))
        assert found.mistakes == ("unknown", "carried_forward")
        assert len(found.findings) == 3
    right = likelihood.solve(problem)
    assert likelihood.diagnose(problem, replace(right, variance=-1.0)).mistakes == ("not_positive",)
    assert likelihood.diagnose(problem, likelihood.Answer(None, right.beta_star, right.elbo)).mistakes == (
        "not_a_number",
    )
