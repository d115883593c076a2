"""Chains that walk in the browser: their noise, their steps, their figures, and the page they walk on."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy import stats

from ui.components import sources, walk
from vae_core import chains, export, sampling, zoo
from vae_core.refined_grid import refined_posterior

pytestmark = pytest.mark.browser

HERE = Path(sources.__file__).parent
WORKER, POOL = (sources.module(HERE / "walk" / f"{name}.js") for name in ("worker", "pool"))
IMPORT = """async (source) => {
    globalThis.self ??= {};
    return import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
}"""
LOG_BERNOULLI = "mlp-d2-bernoulli"


@pytest.fixture(scope="module")
def blank(browser, app):
    """A page of the app's own origin with nothing on it but the modules."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{app}/_stcore/health")
    for name, source, exports in (
        ("worker", WORKER, "Chains, Noise, load, Vectors, Scalars, batchOf"),
        ("pool", POOL, "diagnose, normalQuantile, Pool, together, tell"),
    ):
        page.evaluate(
            f"async (source) => {{ globalThis.{name} = await ({IMPORT})(source); }}",
            f"{source}\nexport {{ {exports} }};",
        )
    yield page
    context.close()


def files(app: str, run_id: str) -> dict[str, str]:
    run = next(each for each in zoo.list_runs() if each.run_id == run_id)
    export.export(run)
    return {"decoder": f"{app}/app/static/weights/{export.file_name(run_id, 'decoder', export.digest(run_id))}"}


# --- noise and figures ------------------------------------------------------------------------------------------------


def test_noise_is_normal_exponential_and_its_own_in_every_chain(blank):
    drawn = blank.evaluate(
        """() => [[0, 0], [0, 1], [1, 0], [0, 0]].map(([seed, chain]) => {
            const noise = new worker.Noise(seed, chain);
            return Array.from({ length: 20000 }, () => [noise.normal(), noise.normal(), noise.exponential()]);
        })"""
    )
    one, other, third, again = np.array(drawn)
    np.testing.assert_array_equal(one, again)
    for each in (one, other, third):
        assert stats.kstest(each[:, :2].ravel(), "norm").pvalue > 1e-3
        assert stats.kstest(each[:, 2], "expon").pvalue > 1e-3
    for a, b in ((one, other), (one, third), (one[:-1], one[1:])):
        assert np.abs(np.corrcoef(a.T, b.T)[:3, 3:]).max() < 0.03  # 4 standard errors


def test_the_normal_quantile(blank):
    p = np.concatenate([np.geomspace(1e-9, 0.5, 200), 1 - np.geomspace(1e-9, 0.5, 200)])
    found = blank.evaluate("(p) => p.map(pool.normalQuantile)", p.tolist())
    np.testing.assert_allclose(found, stats.norm.ppf(p), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(
    "draws",
    [
        np.random.default_rng(0).standard_normal((4, 50)),
        np.cumsum(np.random.default_rng(1).standard_normal((16, 250)), axis=1),
        np.round(np.random.default_rng(2).standard_normal((4, 51)), 1) + np.arange(4)[:, None],
        np.repeat(np.random.default_rng(3).standard_normal((4, 20)), 10, axis=1),
        np.random.default_rng(4).standard_cauchy((64, 100)),
        np.array([[1.0, 2, 3, 4, 9]]).repeat(2, axis=0),
    ],
    ids=["independent", "walks", "ties of an odd number", "stuck", "heavy tails", "few"],
)
def test_figures_are_those_of_arviz(draws, blank):
    found = blank.evaluate("(all) => pool.diagnose(all.map((draws) => Float64Array.from(draws)))", draws.tolist())
    assert found["rhat"] == pytest.approx(chains.split_rhat(draws), rel=1e-9)
    assert found["ess"] == pytest.approx(chains.effective_sample_size(draws), rel=1e-9)


def test_chains_that_stand_still_have_no_figures(blank):
    found = blank.evaluate("() => Object.values(pool.diagnose([0, 1].map(() => new Float64Array(20)))).map(String)")
    assert found == ["NaN", "NaN"]


# --- four decodings at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [[2, 256, 512, 784], [1, 1], [3, 5, 17, 8], [20, 7, 784]], ids=str)
def test_vector_instructions_give_what_javascript_gives(widths, blank):
    found = blank.evaluate(
        """(widths) => {
            let state = 7;
            const drawn = () => ((state = (state * 16807) % 2147483647) / 2147483647 - 0.5);
            const some = (count) => Float32Array.from({ length: count }, drawn);
            const layers = widths.slice(1).map((outputs, k) => ({
                inputs: widths[k], outputs, matrix: some(widths[k] * outputs), bias: some(outputs),
            }));
            const part = { layers, activate: Math.tanh };
            const [quick, plain] = [worker.batchOf(part), new worker.Scalars(part)];
            return [1, 2].map(() => {
                some(4 * widths[0]).forEach((value, i) => (quick.input[i] = plain.input[i] = value));
                const count = 4 * widths.at(-1);
                const [ours, theirs] = [quick, plain].map((each) => [...each.run()].slice(0, count));
                return [quick instanceof worker.Vectors, ours, theirs];
            });
        }""",
        widths,
    )
    for in_vectors, quick, plain in found:
        assert in_vectors  # Chromium has them, and the page's headers allow it
        assert len(plain) == 4 * widths[-1]
        np.testing.assert_allclose(quick, plain, atol=2e-5)


def test_without_vector_instructions_javascript_decodes(blank):
    kind = blank.evaluate(
        """() => {
            const part = { layers: [{ inputs: 1, outputs: 1, matrix: [2], bias: [1] }] };
            const Instance = WebAssembly.Instance;
            WebAssembly.Instance = class { constructor() { throw new Error("forbidden"); } };
            try {
                const batch = worker.batchOf(part);
                batch.input.set([0, 1, 2, 3]);
                return [batch instanceof worker.Scalars, [...batch.run()]];
            } finally {
                WebAssembly.Instance = Instance;
            }
        }"""
    )
    assert kind == [True, [1, 3, 5, 7]]


# --- the walk ---------------------------------------------------------------------------------------------------------


class Told:
    """Noise as numpy draws it, from arrays that the browser is given as well."""

    def __init__(self, normal: np.ndarray, exponential: np.ndarray):
        self.normal, self.exponential = iter(normal), iter(exponential)

    def standard_normal(self, shape):
        drawn = next(self.normal)
        assert drawn.shape == shape
        return drawn

    def standard_exponential(self, count):
        drawn = next(self.exponential)
        assert drawn.shape == (count,)
        return drawn


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d8-b0.3", LOG_BERNOULLI])
def test_with_the_same_noise_it_goes_where_python_goes(run_id, blank, app, monkeypatch):
    vae, image = zoo.load(run_id), zoo.digits().images[1203] / np.float32(255)
    steps, count, d, b = 60, 6, vae.config.latent_dim, 0.3
    rng = np.random.default_rng(5)
    normal, exponential = rng.standard_normal((steps, count, d)), rng.standard_exponential((steps, count))
    start = sampling.sample_prior(count, d, 3)
    variance = vae.config.beta * float(vae.variance)
    likelihood = "bernoulli" if run_id == LOG_BERNOULLI else "gaussian"
    target = {"likelihood": likelihood, "scale": 1 / variance if likelihood == "bernoulli" else 0.5 / variance}
    found = blank.evaluate(
        """async ([weights, target, image, start, normal, exponential, b]) => {
            const network = await worker.load(weights);
            const noises = start.map((_, chain) => {
                const [ours, last] = [normal.map((step) => step[chain]).flat(), exponential.map((step) => step[chain])];
                return { normal: () => ours.shift(), exponential: () => last.shift() };
            });
            const image32 = Float32Array.from(image);
            const chains = new worker.Chains(network, { ...target, image: image32 }, start.flat(), noises, b);
            return normal.map(() => {
                const accepted = Array.from(chains.step());
                return { accepted, z: Array.from(chains.z), current: Array.from(chains.current) };
            });
        }""",
        [files(app, run_id), target, image.ravel().tolist(), start.tolist(), normal.tolist(), exponential.tolist(), b],
    )
    monkeypatch.setattr(sampling.np.random, "default_rng", lambda seed: Told(normal, exponential))
    expected = sampling.pcn_chain(sampling.decoder_log_likelihood(vae, image), start, b, steps, 0)
    assert 0.05 < expected.accepted.mean() < 0.95
    np.testing.assert_array_equal(np.array([step["accepted"] for step in found]).T, expected.accepted)
    np.testing.assert_allclose(
        np.array([step["z"] for step in found]).reshape(steps, count, d).transpose(1, 0, 2), expected.samples, atol=1e-9
    )
    # Python leaves no constant out of the Gaussian's; the rule sees differences alone.
    ours = np.array([step["current"] for step in found]).T
    shift = (ours - expected.log_likelihood)[0, 0]
    np.testing.assert_allclose(ours - shift, expected.log_likelihood, atol=5e-3 / variance)


def test_many_chains_find_the_exact_posterior(blank, app):
    run_id = "mlp-d2-b3"
    vae, image = zoo.load(run_id), zoo.digits().images[2203] / np.float32(255)
    exact = refined_posterior(sampling.decoder_log_likelihood(vae, image), cells=48)
    job = {
        "weights": files(app, run_id),
        "target": {"likelihood": "gaussian", "scale": 0.5 / vae.config.beta, "image": walk.float32(image)},
        "starts": walk.float32(sampling.sample_prior(64, 2, 0)),
        "chains": 64,
        "d": 2,
        "b": 0.5,
        "steps": 500,
        "seed": 1,
    }
    found = blank.evaluate(
        """async (job) => {
            const [one, again] = [new pool.Pool(), new pool.Pool()];
            const progress = [];
            const walked = await one.walk(job, ({ done }) => progress.push(done));
            const twice = await again.walk(job);
            const interrupted = one.walk(job);
            const instead = await one.walk({ ...job, steps: 4 });
            const left = await interrupted;
            [one, again].forEach((each) => each.end());
            return {
                figures: walked.figures(), draws: [0, 1].map((k) => walked.draws(k).map((line) => Array.from(line))),
                same: String(walked.places) === String(twice.places), progress, instead: instead.done, left,
                together: pool.together([walked, twice]),
            };
        }""",
        job,
    )
    draws = np.array(found["draws"])  # (2, chains, steps)
    assert draws.shape == (2, 64, 250)
    sd = np.sqrt(np.diag(exact.covariance()))
    # Some thousand independent draws: four standard errors.
    assert (np.abs(draws.mean(axis=(1, 2)) - exact.mean()) < 4 * sd / np.sqrt(found["figures"]["ess"])).all()
    np.testing.assert_allclose(np.cov(draws.reshape(2, -1)), exact.covariance(), atol=0.12 * sd.prod())
    flat = np.moveaxis(draws, 0, 2)
    assert found["figures"]["rhat"] == pytest.approx(np.max(chains.split_rhat(flat)), rel=1e-6)
    assert found["figures"]["ess"] == pytest.approx(np.min(chains.effective_sample_size(flat)), rel=1e-6)
    np.testing.assert_allclose(found["figures"]["mean"], flat.mean(axis=(0, 1)), atol=1e-6)
    np.testing.assert_allclose(found["figures"]["sd"], flat.std(axis=(0, 1)), atol=1e-6)
    both = np.concatenate([flat, flat])
    assert found["together"] == pytest.approx(np.max(chains.split_rhat(both)), rel=1e-6)
    assert found["same"]  # whichever worker walks which chain
    assert found["progress"] == sorted(found["progress"])
    assert (found["progress"][-1], found["instead"], found["left"]) == (500, 4, None)


# --- the page ---------------------------------------------------------------------------------------------------------


def figure(page, name: str) -> str:
    return page.locator(f".walk .{name}").inner_text()


def test_the_page_walks_shows_and_tells(page, app):
    page.goto(f"{app}/chain?model=mlp-d2-b1&chain_steps=200&chain_best_shown=true&chain_agree_shown=true")
    expect(page.locator(".walk .status")).to_contain_text("Walked in your browser: 16 chains of 200", timeout=60_000)
    acceptance = figure(page, "acceptance")
    assert 5 < int(acceptance.rstrip("%")) < 95
    expect(page.get_by_text("Highest here: b =")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("R̂ of all as one lot")).to_be_visible(timeout=60_000)
    said = page.locator(".walk .plane").get_attribute("aria-label")
    assert re.fullmatch(
        r"Walk of one of 16 chains with step size 0.2 from the prior; \d+% of its proposals are accepted, over the "
        r"exact posterior, which has \d+ islands?\.",
        said,
    )

    # A smaller step is accepted more often; the chains walk anew.
    slider = page.get_by_role("slider", name="Step size b")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    walked = page.locator(".walk .plane")  # named anew when the walk has ended
    expect(walked).to_have_attribute("aria-label", re.compile("step size 0.02 "), timeout=60_000)
    assert int(figure(page, "acceptance").rstrip("%")) > int(acceptance.rstrip("%"))

    # The first chain, step by step, by keyboard.
    scrub = page.get_by_role("slider", name="Step of the first chain")
    scrub.focus()
    page.keyboard.press("Home")
    expect(page.locator(".walk .where")).to_contain_text("Step 0:")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".walk .where")).to_contain_text("Step 1:")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".walk .where")).not_to_contain_text("Step 1:")
    page.get_by_role("button", name="Pause").click()


def test_what_the_browser_has_found_is_said_by_the_page(page, app):
    page.goto(f"{app}/chain?model=mlp-d8-b1&chain_steps=200")
    takeaway = page.locator("p", has_text="Takeaway.")
    expect(takeaway).to_contain_text("it accepted", timeout=60_000)
    expect(takeaway).to_contain_text(f"accepted {figure(page, 'acceptance')}; R̂ is {figure(page, 'rhat')} and the ESS")


def test_a_word_that_was_lost_is_said_again(blank):
    """Until Python knows, and no longer than the walk is shown."""
    sent = blank.evaluate(
        """() => {
            const [setTimeout, sent, waiting] = [globalThis.setTimeout, [], []];
            globalThis.setTimeout = (again) => waiting.push(again);
            const pass = (times) => { for (let i = 0; i < times; i += 1) waiting.shift()?.(); };
            let data = { key: "a", known: false };
            const send = (_, found) => sent.push(found.key);
            pool.tell(() => data, send, { key: "a" });
            pass(2);
            data = { key: "a", known: true };
            pass(3);
            data = { key: "b", known: false };
            pool.tell(() => data, send, { key: "b" }, 2);
            pass(5);
            pool.tell(() => null, send, { key: "b" });
            pool.tell(() => data, send, { key: "a" });
            globalThis.setTimeout = setTimeout;
            return sent;
        }"""
    )
    assert sent == ["a", "a", "a", "b", "b"]


def test_chains_that_agree_can_be_all_in_the_wrong_place(page, app):
    page.goto(f"{app}/chain")
    page.get_by_role("button", name="agree and are wrong").click(timeout=60_000)
    expect(page.locator(".walk .status")).to_contain_text("16 chains of 2,000 steps", timeout=120_000)
    assert float(figure(page, "rhat")) < 1.01
    assert float(figure(page, "ess")) > 400
    assert "both hold" in figure(page, "verdict")
    row = page.locator("tr", has_text="on island 1")
    expect(row.locator("td").nth(2)).to_have_text("0%", timeout=120_000)


def test_less_motion_shows_stills(browser, app):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{app}/chain?model=mlp-d2-b1&chain_steps=100&chain_count=4")
    expect(page.locator(".walk .status")).to_contain_text("Walked in your browser", timeout=60_000)
    where = page.locator(".walk .where")
    where.evaluate(
        """(where) => {
            globalThis.seen = [];
            new MutationObserver(() => globalThis.seen.push(where.textContent.split(":")[0])).observe(where, {
                childList: true,
            });
        }"""
    )
    page.get_by_role("button", name="Play").click()
    expect(where).to_contain_text("Step 100:", timeout=60_000)
    steps = {int(text.removeprefix("Step ")) for text in page.evaluate("seen")}
    assert steps <= set(range(0, 101, 10))
    assert len(steps) > 5
    context.close()


def test_a_browser_without_the_weights_asks_the_server(page, app):
    page.route("**/static/weights/**", lambda route: route.abort())
    page.goto(f"{app}/chain?model=mlp-d2-b1&chain_steps=100&chain_count=4")
    button = page.get_by_role("button", name="Walk on the server")
    button.click(timeout=60_000)
    expect(page.locator(".walk .status")).to_contain_text("Walked on the server: 4 chains of 100", timeout=60_000)
    assert re.fullmatch(r"\d+\.\d{3}", figure(page, "rhat"))
