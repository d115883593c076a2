"""Exact log-density of a class's mixture beside torch.distributions' MixtureSameFamily, in the same run.

    python benchmarks/mixture.py
    python benchmarks/mixture.py --points 2000 --components 54000 --dim 2 --threads 2

Each contender runs in a process of its own, so that its peak memory is its own too. MixtureSameFamily builds a table
of points × components × dimensions; it is fed pieces whose table fits a processor's cache, where it is fastest. The
last row feeds it everything at once, as it comes to mind first, with a tenth of the points, or it would not fit;
times are compared per point and component. The ratio is one of CPU times, which a busy machine changes little.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

PIECE_BYTES = 2 * 2**20
KEPT_BYTES = 30 * 2**20
SEED = 0


def data(points, components, dim):
    """Points, and the means and log-variances of a class: as spread and as sharp as a model's at β near 0.1."""
    rng = np.random.default_rng(SEED)
    mean = rng.normal(size=(components, dim))
    logvar = rng.uniform(-6, 0, size=(components, dim))
    return rng.normal(size=(points, dim)), mean, logvar


def ours(z, mean, logvar):
    from vae_core.mixture import GaussianMixture

    return GaussianMixture(mean, logvar).log_prob


def torch_mixture(dtype_name, in_pieces):
    def build(z, mean, logvar):
        import torch
        from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        dtype = getattr(torch, dtype_name)
        components = Independent(
            Normal(torch.tensor(mean, dtype=dtype), torch.tensor(logvar, dtype=dtype).mul(0.5).exp()), 1
        )
        mixture = MixtureSameFamily(Categorical(torch.ones(len(mean), dtype=dtype)), components)

        piece_size = max(1, PIECE_BYTES // (mean.size * dtype.itemsize)) if in_pieces else len(z)

        @torch.no_grad()
        def log_prob(z):
            values = torch.empty(len(z), dtype=dtype)
            for piece, out in zip(
                torch.tensor(z, dtype=dtype).split(piece_size), values.split(piece_size), strict=True
            ):
                out.copy_(mixture.log_prob(piece))
            return values.numpy()

        return log_prob

    return build


CONTENDERS = {
    "GaussianMixture.log_prob (float64)": (ours, 1.0),
    "MixtureSameFamily, float64, in pieces": (torch_mixture("float64", in_pieces=True), 1.0),
    "MixtureSameFamily, float32, in pieces": (torch_mixture("float32", in_pieces=True), 1.0),
    "MixtureSameFamily, float64, all at once": (torch_mixture("float64", in_pieces=False), 0.1),
}


def measure(name, points, components, dim, repeats):
    """Best wall and CPU seconds of some repeats, peak memory in MB beyond what was held before, log-densities."""
    build, share = CONTENDERS[name]
    z, mean, logvar = data(points, components, dim)
    z = z[: max(1, int(share * points))]
    log_prob = build(z, mean, logvar)
    log_prob(z[:2])  # what is loaded on first use is not the method's
    np.empty(KEPT_BYTES, dtype=np.uint8)  # once freed, glibc keeps that much at hand instead of asking anew each time
    held = peak_memory()
    wall, cpu = [], []
    for _ in range(repeats):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        values = log_prob(z)
        wall.append(time.perf_counter() - wall_start)
        cpu.append(time.process_time() - cpu_start)
    return min(wall), min(cpu), peak_memory() - held, values


def peak_memory():
    """The most memory this process has held so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts in bytes, Linux in kB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--components", type=int, default=5_400, help="images of the class")
    parser.add_argument("--dim", type=int, default=16, help="latent dimensions")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3, help="the best is shown")
    options = parser.parse_args()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(options.threads)

    print(f"{options.points:,} points, {options.components:,} components, {options.dim}-D, {options.threads} threads")
    print(f"{'':41}{'wall s':>8}{'CPU s':>8}{'ns/pair':>9}{'ratio':>8}{'peak MB':>9}{'differs by':>12}")
    first = None
    for name in CONTENDERS:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            wall, cpu, memory, values = process.submit(
                measure, name, options.points, options.components, options.dim, options.repeats
            ).result()
        per_pair = cpu / len(values) / options.components
        first = first or (per_pair, values)
        difference = np.abs(values - first[1][: len(values)]).max()
        ratio = f"{per_pair / first[0]:.1f}×"
        print(f"{name:41}{wall:8.2f}{cpu:8.2f}{per_pair * 1e9:9.2f}{ratio:>8}{memory:9.0f}{difference:12.1e}")
    print("ns/pair: CPU time per point and component; ratio: of those, to the first row's; differs by: nats, at most")


if __name__ == "__main__":
    main()
