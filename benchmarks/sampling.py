"""pCN steps a second, all chains at once, beside a plain loop over chains in the same run.

    python benchmarks/sampling.py
    python benchmarks/sampling.py --chains 16 --dim 2 --threads 1

The decoder has the widths dim-128-256-512-784 and random weights, as its speed does not depend on them; the peer calls
it once a step and chain, as the algorithm is usually written down. Both end in a Gaussian log-likelihood with σ² = 1.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from vae_core.chains import effective_sample_size, split_rhat
from vae_core.config import RunConfig
from vae_core.sampling import decoder_log_likelihood, pcn_chain, sample_prior
from vae_core.vae import VAE

WIDTHS = (512, 256, 128)  # the decoder mirrors the encoder
SEED = 0


def one_by_one(log_likelihood, start, b, steps, seed):
    """The peer: one chain after the other, one proposal at a time; samples (chains, steps, d)."""
    rng = np.random.default_rng(seed)
    samples = np.empty((len(start), steps, start.shape[1]))
    for chain, z in enumerate(start):
        current = log_likelihood(z[None])[0]
        for step in range(steps):
            proposal = np.sqrt(1 - b * b) * z + b * rng.standard_normal(len(z))
            proposed = log_likelihood(proposal[None])[0]
            if np.log(rng.uniform()) < proposed - current:
                z, current = proposal, proposed
            samples[chain, step] = z
    return samples


def steps_per_second(sample, steps, repeats):
    """Best wall and CPU rate of some repeats, in steps of all chains together, and the last repeat's result."""
    wall, cpu = [], []
    for _ in range(repeats):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        result = sample(steps)
        wall.append(time.perf_counter() - wall_start)
        cpu.append(time.process_time() - cpu_start)
    return steps / min(wall), steps / min(cpu), result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chains", type=int, default=64)
    parser.add_argument("--dim", type=int, default=8, help="latent dimensions")
    parser.add_argument("--steps", type=int, default=300, help="of all chains at once; the peer takes a twentieth")
    parser.add_argument("--b", type=float, default=0.3, help="step size")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3, help="the best is shown")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    vae = VAE(RunConfig(latent_dim=options.dim, hidden=WIDTHS, init="normal-0.1", seed=SEED)).eval()
    image = np.random.default_rng(SEED).uniform(size=(28, 28))
    log_likelihood = decoder_log_likelihood(vae, image)
    start = sample_prior(options.chains, options.dim, SEED)

    def together(steps):
        return pcn_chain(log_likelihood, start, options.b, steps, SEED)

    def alone(steps):
        return one_by_one(log_likelihood, start, options.b, steps, SEED)

    together(3)
    alone(1)
    ours_wall, ours_cpu, run = steps_per_second(together, options.steps, options.repeats)
    peer_wall, peer_cpu, _ = steps_per_second(alone, max(1, options.steps // 20), options.repeats)

    shape = "-".join(str(width) for width in (options.dim, *reversed(WIDTHS), 784))
    print(f"{options.chains} chains, decoder {shape}, {options.threads} threads, b = {options.b:g}")
    print(f"{'':28}{'steps/s':>10}{'steps/CPU s':>13}{'ratio':>8}")
    print(f"{'pcn_chain, all at once':28}{ours_wall:10.0f}{ours_cpu:13.0f}{1:7.1f}×")
    print(f"{'a loop over chains':28}{peer_wall:10.1f}{peer_cpu:13.1f}{ours_wall / peer_wall:7.1f}×")
    print("a step moves every chain once; ratio: how many times as long a step takes as with pcn_chain, by wall time")

    begin = time.perf_counter()
    rhat, ess = split_rhat(run.samples).max(), effective_sample_size(run.samples).min()
    milliseconds = 1e3 * (time.perf_counter() - begin)
    print(
        f"acceptance {run.acceptance.mean():.0%}; split R̂ {rhat:.3f} and effective sample size {ess:.0f} "
        f"of {run.log_likelihood.size} draws (worst dimension), found in {milliseconds:.0f} ms"
    )


if __name__ == "__main__":
    main()
