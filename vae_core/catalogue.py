"""The runs the zoo ships, in one place."""

from vae_core.config import RunConfig

_BETAS = {
    2: (0.01, 0.03, 0.1, 0.3, 1, 3, 10),
    3: (0.1, 0.3, 1),
    8: (0.01, 0.03, 0.1, 0.3, 1, 3, 10),
    16: (0.03, 0.1, 0.3, 1, 3),
}
# Replayed in the chapters on training.
_RECORDED = {(2, 0.1), (2, 1), (3, 0.1), (3, 1), (8, 0.1), (8, 1)}


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
    return first + second_seed + [run for run in grid if run not in first]
