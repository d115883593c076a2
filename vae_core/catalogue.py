"""The runs the zoo ships, in one place."""

from vae_core.config import RunConfig

_BETAS = {
    2: (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 1, 3, 5, 10),
    3: (0.1, 0.3, 1),
    8: (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 3, 5, 10),
    16: (0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
}
# Replayed in the chapters on training.
_RECORDED = {(2, 0.1), (2, 1), (3, 0.1), (3, 1), (8, 0.1), (8, 1)}
_PIXEL_MEAN_BETA = 392  # = 784 / 2: what the loss "mean squared error + KL" amounts to


def shipped_runs() -> list[RunConfig]:
    """Every run of the zoo, most looked-at first, so that an interrupted sweep is already of use."""
    grid = [
        RunConfig(latent_dim=latent_dim, beta=beta, snapshots=(latent_dim, beta) in _RECORDED)
        for latent_dim, betas in _BETAS.items()
        for beta in betas
    ]
    calibrated = [RunConfig(latent_dim=latent_dim, likelihood="calibrated") for latent_dim in (2, 8, 16)]
    bernoulli = [RunConfig(latent_dim=latent_dim, likelihood="bernoulli") for latent_dim in (2, 20)]
    second_seed = [RunConfig(latent_dim=latent_dim, seed=1) for latent_dim in (2, 8)]
    first = [run for run in grid if run.beta in (0.1, 1)] + bernoulli + calibrated
    rest = [run for run in grid if run not in first]
    return first + second_seed + _phases() + _architectures() + _classifiers() + rest + _best()


def _phases() -> list[RunConfig]:
    """The schedule of a first script, Adam at 0.001 throughout, recorded, from two kinds of initial weights."""
    runs = [
        RunConfig(latent_dim=latent_dim, init=init, schedule="constant", snapshots=True)
        for latent_dim in (2, 8, 16)
        for init in ("default", "normal-0.1")
    ]
    return [*runs, RunConfig(latent_dim=8, beta=_PIXEL_MEAN_BETA, schedule="constant", snapshots=True)]


def _architectures() -> list[RunConfig]:
    return [
        RunConfig(architecture="conv", latent_dim=2),
        RunConfig(architecture="conv", latent_dim=8),
        RunConfig(architecture="unet", latent_dim=8),
        RunConfig(architecture="unet-skips", latent_dim=8),
    ]


def _classifiers() -> list[RunConfig]:
    """Three with a VAE's bottleneck, recorded, and the one whose features judge samples."""
    beside = [RunConfig(latent_dim=latent_dim, likelihood="categorical", snapshots=True) for latent_dim in (2, 3, 8)]
    return [*beside, RunConfig(architecture="conv", latent_dim=32, likelihood="categorical")]


def _best() -> list[RunConfig]:
    """The best likelihood that 15 minutes of two cores gave; what else was tried is in the model card."""
    deep = RunConfig(latent_dim=2, likelihood="bernoulli", hidden=(384, 256, 128), learning_rate=2e-3)
    return [deep, RunConfig(architecture="conv", latent_dim=20, likelihood="bernoulli")]
