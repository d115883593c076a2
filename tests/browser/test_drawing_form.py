"""The drawing pad's JavaScript, as it is shipped, beside what Python makes of the same drawings."""

import base64
from pathlib import Path

import numpy as np
import pytest
import torch

from ui.components import drawing, sources
from vae_core import class_scores, drawn, export, ink, objective, unusual, zoo
from vae_core.gaussians import Gaussian
from vae_core.mnist_form import to_mnist

pytestmark = pytest.mark.browser

SOURCE = sources.module(Path(drawing.__file__).parent / "drawing.js")
NAMES = "Sheet, mnistForm, classPosterior, rateOf, halfSse, load"
DRAWINGS = 200
TOLERANCE = 1e-3  # of posterior parameters and of decoded pixels
DRAW = """
const draw = (deeds) => {
    const sheet = new Sheet();
    for (const { erase, points } of deeds) {
        sheet.begin(points[0], erase);
        points.slice(1).forEach((point) => sheet.move(point));
    }
    return sheet;
};
"""


@pytest.fixture(scope="module")
def evaluate(browser):
    """Runs a script with the pad's functions and `data` at hand; what it returns comes back."""
    context = browser.new_context()
    page = context.new_page()

    def run(script: str, data):
        call = """async ([source, data]) => {
            const blob = new Blob([source + "\\nexport { NAMES };"], { type: "text/javascript" });
            const { NAMES } = await import(URL.createObjectURL(blob));
            SCRIPT
        }"""
        return page.evaluate(call.replace("NAMES", NAMES).replace("SCRIPT", DRAW + script), [SOURCE, data])

    yield run
    context.close()


def strokes(rng: np.random.Generator) -> list[dict]:
    """What a hand may do: lines of any width anywhere, over the edge, dots, and the eraser."""
    deeds = []
    for _ in range(rng.integers(1, 6)):
        points = rng.uniform(-20, drawn.SIDE + 20, (rng.integers(1, 12), 2))
        if rng.random() < 0.3:
            points = rng.uniform(20, drawn.SIDE - 20, 2) + rng.normal(0, rng.choice([1, 8, 40]), points.shape)
        radius = rng.uniform(0.3, 4) if rng.random() < 0.3 else rng.uniform(4, 30)
        radii = radius * rng.uniform(0.5, 1.5, len(points)) if rng.random() < 0.3 else np.full(len(points), radius)
        line = [{"x": x, "y": y, "radius": r} for (x, y), r in zip(points.tolist(), radii.tolist(), strict=True)]
        deeds.append({"erase": bool(deeds) and bool(rng.random() < 0.2), "points": line})
    return deeds


def special() -> list[list[dict]]:
    """Nothing, all of it, a dot, the faintest dots, a dot in each corner, ink at the pad's whole edge."""
    side = drawn.SIDE
    dots = [
        [{"erase": False, "points": [{"x": x, "y": y, "radius": r}]}]
        for x, y, r in [(126, 126, 200), (126, 126, 3), (50.5, 50.5, 0.1), (50, 50, 0.2), (1, 1, 2), (side, side, 9)]
    ]
    frame = [{"x": x, "y": y, "radius": 5} for x, y in [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]]
    rubbed = [{"erase": True, "points": [{"x": 126, "y": 126, "radius": 300}]}]
    return [[], *dots, [{"erase": False, "points": frame}], dots[0] + rubbed]


@pytest.fixture(scope="module")
def read(evaluate):
    """Drawings as text, and what the browser's preprocessing makes of them (None: nothing to see)."""
    rng = np.random.default_rng(3)
    return evaluate(
        """return data.map((deeds) => {
            const sheet = draw(deeds);
            const form = mnistForm(sheet.picture());
            return { text: sheet.text(), form: form && [...form], ink: sheet.tones.reduce((sum, tone) => sum + tone) };
        });""",
        special() + [strokes(rng) for _ in range(DRAWINGS)],
    )


def test_the_text_of_a_drawing_holds_all_its_ink_and_the_sheets_border_none(read):
    for each in read:
        if not each["text"]:
            assert each["ink"] == 0
            continue
        sheet = 255 - np.asarray(drawn.read(each["text"])).astype(int)
        assert sheet.sum() == sheet[drawn.RING : -drawn.RING, drawn.RING : -drawn.RING].sum() == 17 * each["ink"]


def test_python_and_javascript_bring_every_drawing_into_the_same_form(read):
    formed = 0
    for each in read:
        if not each["text"]:
            assert each["form"] is None
            continue
        picture = drawn.read(each["text"])
        np.testing.assert_array_equal(ink.even_paper(np.asarray(picture)), np.asarray(picture))  # nothing to level
        try:
            expected = to_mnist(picture).steps[-1].image.ravel().tolist()
        except ink.PictureError:
            expected = None
        assert each["form"] == expected
        formed += expected is not None
    assert formed > 0.9 * DRAWINGS


def test_what_is_undone_comes_back_and_what_follows_a_clearing_stands_alone(evaluate):
    rng = np.random.default_rng(5)
    deeds = [strokes(rng)[0] for _ in range(3)]
    texts = evaluate(
        """const sheet = new Sheet();
        const answer = [];
        const then = (...all) => {
            for (const one of all) {
                if (typeof one === "string") sheet[one]();
                else {
                    sheet.begin(one.points[0], false);
                    one.points.slice(1).forEach((point) => sheet.move(point));
                }
            }
            answer.push(sheet.text());
        };
        then(data[0]);
        then(data[1]);
        then("undo");
        then("redo");
        then("clear");
        then(data[2]);
        then("undo", "undo");
        then("undo");
        then(data[2]);
        answer.push(sheet.undone.length);
        then("clear");
        answer.push(draw([data[2]]).text());
        return answer;""",
        deeds,
    )
    one, two, undone, redone, cleared, after, before_clearing, back, _, no_redo, emptied, alone = texts
    assert one != two
    assert undone == one == back
    assert redone == two == before_clearing
    assert cleared == emptied == ""
    assert after == alone
    assert no_redo == 0


@pytest.mark.parametrize("latent_dim", [2, 8, 20])
def test_posterior_rate_and_error_are_those_of_python(evaluate, latent_dim):
    rng = np.random.default_rng(latent_dim)
    roots = rng.normal(size=(10, latent_dim, latent_dim))
    covariances = roots @ roots.transpose(0, 2, 1) + 0.1 * np.eye(latent_dim)
    classes = {digit: Gaussian(rng.normal(size=latent_dim), each) for digit, each in enumerate(covariances)}
    prior = rng.dirichlet(np.ones(10))
    z = rng.normal(0, 3, (20, latent_dim))
    logvar = rng.normal(-2, 1, z.shape)
    x, x_mean = rng.uniform(size=(2, 784))
    data = {
        "classes": drawing.scores(drawing.Classes(classes, prior)),
        "z": z.tolist(),
        "logvar": logvar.tolist(),
        "x": [x.tolist(), x_mean.tolist()],
    }
    said = evaluate(
        """return {
            posterior: data.z.map((z) => classPosterior(data.classes, z)),
            rate: data.z.map((z, i) => rateOf(z, data.logvar[i])),
            halfSse: halfSse(...data.x),
        };""",
        data,
    )
    expected = np.exp(class_scores.log_posterior(class_scores.class_log_probs(classes, z), prior))
    np.testing.assert_allclose(said["posterior"], expected, atol=2e-4)  # six digits travel
    rate = objective.rate_per_dimension(torch.from_numpy(z), torch.from_numpy(logvar)).sum(1)
    np.testing.assert_allclose(said["rate"], rate, rtol=1e-9)
    assert said["halfSse"] == pytest.approx(0.5 * ((x - x_mean) ** 2).sum())


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d8-b0.1", "mlp-d20-bernoulli"])
def test_a_drawing_is_encoded_and_drawn_again_as_by_torch(evaluate, run_id):
    from safetensors.numpy import load

    config = next(run for run in zoo.list_runs() if run.run_id == run_id)
    tensors = load(zoo.read_file(f"{run_id}/model.safetensors"))
    files = {part: base64.b64encode(export.pack(config, tensors, part)).decode() for part in export.PARTS}
    rng = np.random.default_rng(11)
    data = {
        "weights": {part: f"data:application/gzip;base64,{file}" for part, file in files.items()},
        "drawings": [strokes(rng) for _ in range(24)],
    }
    found = evaluate(
        """const network = await load(data.weights);
        return data.drawings.map((deeds) => {
            const sheet = draw(deeds);
            const form = mnistForm(sheet.picture());
            if (form === null) return null;
            const { mean, logvar } = network.encode(Float32Array.from(form, (level) => level / 255));
            return { text: sheet.text(), mean: [...mean], logvar: [...logvar], drawn: [...network.decode(mean)] };
        }).filter((each) => each);""",
        data,
    )
    assert len(found) > 15
    images = np.stack([to_mnist(drawn.read(each["text"])).image for each in found])
    seen = unusual.at_mean(zoo.load(run_id), images)
    for name, expected in (("mean", seen.mean), ("logvar", seen.logvar), ("drawn", seen.x_mean.reshape(-1, 784))):
        assert np.abs(np.array([each[name] for each in found]) - expected).max() <= TOLERANCE, name
