"""The network in JavaScript draws and encodes what torch does: every MLP run of the zoo, every activation."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load

from ui.components import sources
from vae_core import config, export, weights, zoo
from vae_core.config import RunConfig
from vae_core.vae import VAE

pytestmark = pytest.mark.browser

SOURCE = sources.module(Path(sources.__file__).parent / "network" / "network.js")
RUNS = [run for run in zoo.list_runs() if run.architecture in export.ARCHITECTURES]
TOLERANCE = 1e-3  # of decoded pixels and of posterior parameters
# The module as a component has it: a string, made into a module by a blob's address.
CALL = """async ([source, weights, latents, images]) => {
    const blob = new Blob([source + "\\nexport { load };"], { type: "text/javascript" });
    globalThis.ours ??= import(URL.createObjectURL(blob));
    const network = await (await ours).load(weights);
    const encoded = images.map((image) => network.encode(Float32Array.from(image)));
    return {
        about: [network.run, network.latentDim, network.activation, network.likelihood],
        decoded: latents.map((z) => Array.from(network.decode(z))),
        mean: encoded.map(({ mean }) => Array.from(mean)),
        logvar: encoded.map(({ logvar }) => Array.from(logvar)),
    };
}"""


@pytest.fixture(scope="module")
def blank(browser, app):
    """A page of the app's own origin with nothing on it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{app}/_stcore/health")
    yield page
    context.close()


def compare(page, vae: VAE, files: dict[str, str], images: np.ndarray) -> None:
    run = vae.config
    means = vae.encode(torch.from_numpy(images).reshape(-1, 1, 28, 28))[0].detach()
    noise = torch.randn(12, run.latent_dim, generator=torch.Generator().manual_seed(0))
    latents = torch.cat([means, 2 * noise, 5 * noise[:4]])
    with torch.inference_mode():
        expected = vae.decode(latents).flatten(1).numpy()
        mean, logvar = (part.numpy() for part in vae.encode(torch.from_numpy(images).reshape(-1, 1, 28, 28)))
    found = page.evaluate(CALL, [SOURCE, files, latents.tolist(), images.reshape(len(images), -1).tolist()])
    assert found["about"] == [run.run_id, run.latent_dim, run.activation, run.likelihood]
    for name, values in (("decoded", expected), ("mean", mean), ("logvar", logvar)):
        assert np.abs(np.array(found[name]) - values).max() <= TOLERANCE, name


def serve(body: bytes):
    """A handler of a route; of one parameter, for a second one would be handed the request."""
    return lambda route: route.fulfill(body=body)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.run_id)
def test_every_run_of_the_zoo_draws_and_encodes_as_torch_does(run, blank, app):
    export.export(run)
    digest = export.digest(run.run_id)
    names = {part: export.file_name(run.run_id, part, digest) for part in export.PARTS}
    files = {part: f"{app}/app/static/weights/{name}" for part, name in names.items()}
    compare(blank, zoo.load(run.run_id), files, zoo.digits().images[::625].astype(np.float32) / 255)


@pytest.mark.parametrize("activation", config.ACTIVATIONS)
def test_every_activation_and_any_widths(activation, blank, app):
    run = RunConfig(hidden=(37, 18, 5), latent_dim=3, activation=activation, init="normal-0.1", seed=4)
    tensors = load(weights.pack(VAE(run)))
    files = {part: f"{app}/of-no-zoo/{activation}-{part}.bin.gz" for part in export.PARTS}
    for part, url in files.items():
        blank.route(url, serve(export.pack(run, tensors, part)))
    vae = VAE(run)
    vae.load_state_dict({name: torch.from_numpy(np.array(array)).float() for name, array in tensors.items()})
    compare(blank, vae, files, np.random.default_rng(0).random((4, 784), dtype=np.float32))


def test_a_part_is_fetched_once_a_page_and_only_if_it_is_wanted(page, app):
    run = RUNS[0]
    export.export(run)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app}/_stcore/health")
    name = export.file_name(run.run_id, "decoder", export.digest(run.run_id))
    files = {"decoder": f"{app}/app/static/weights/{name}"}
    for _ in range(3):
        page.evaluate("() => delete globalThis.ours")  # another component, with its own copy of the module
        page.evaluate(CALL, [SOURCE, files, [[0.0] * run.latent_dim], []])
    assert [url for url in asked if "weights" in url] == [files["decoder"]]


@pytest.mark.parametrize(
    "url", ["/app/static/weights/nothing.bin.gz", "/_stcore/health", "data:application/gzip;base64,H4sIAAAA"]
)
def test_what_is_no_file_of_weights_is_refused(url, blank, app):
    url = url if url.startswith("data:") else app + url
    failed = blank.evaluate(
        f"(all) => ({CALL})(all).then(() => '', (error) => String(error))", [SOURCE, {"decoder": url}, [], []]
    )
    assert failed


def test_two_modules_with_a_name_in_common_are_refused(tmp_path):
    (tmp_path / "a.js").write_text("export function load() {}\n")
    (tmp_path / "b.js").write_text('import { load } from "./a.js";\nconst load = 1;\n')
    with pytest.raises(ValueError, match=r"b\.js and a\.js both declare load"):
        sources.module(tmp_path / "b.js")
