"""Tours and geodesics: are they quick enough to be computed while a student waits, and how good beside peers?

    python -m benchmarks.tour [--instances 30]

Everything is timed in this one process, on one thread, in CPU time, so a busy machine does not change the verdict.
Tours: ten random points of the plane and, where the zoo is there, the class means of every run. Peers are networkx's
approximations for closed tours, on the same instances. Geodesics: between all pairs of class means, through every
decoder of the zoo, and through one of 8-128-256-512-784 with random weights, which is always there.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import networkx as nx
import numpy as np
import torch
from networkx.algorithms import approximation
from torch import nn

from vae_core import zoo
from vae_core.geodesic import Geodesic, geodesic
from vae_core.image_grid import grid_path, image_grid
from vae_core.path import image_length, resample, straight
from vae_core.tour import nearest_neighbour_tour, optimal_tour, tour_length, tour_rank

TOUR_LIMIT, RANK_LIMIT, GEODESIC_LIMIT = 20, 1000, 300  # ms of CPU time, for ten digits and for one road


def timed(call: Callable) -> tuple[object, float]:
    """What a call returns, and the milliseconds of CPU time it took."""
    start = time.process_time()
    result = call()
    return result, 1e3 * (time.process_time() - start)


def row(name: str, milliseconds: list[float], limit: float | None, remark: str = "") -> None:
    verdict = "" if limit is None else f"{'ok' if max(milliseconds) <= limit else 'OVER'} (limit {limit})"
    print(f"{name:<44}{np.median(milliseconds):>9.1f}{max(milliseconds):>9.1f}  {verdict:<17}{remark}")


def distance_matrices(instances: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    points = [rng.normal(size=(10, 2)) for _ in range(instances)]
    points += [mean for _, mean, _ in zoo_runs()]
    return [np.linalg.norm(p[:, None] - p[None], axis=-1) for p in points]


def zoo_runs() -> list[tuple[str, np.ndarray, Callable]]:
    """Run id, class means and decoder of every run in the zoo; none if there is no zoo."""
    try:
        return [
            (run.run_id, zoo.moments(run.run_id).mean, zoo.load(run.run_id).decode)
            for run in zoo.list_runs()
            if run.latent_dim > 1
        ]
    except zoo.ZooError as error:
        print(f"no zoo: {error}")
        return []


def tours(matrices: list[np.ndarray]) -> None:
    print(f"\nTours over ten points, {len(matrices)} instances: ms of CPU time, median and worst")
    for closed in (False, True):
        kind = "closed" if closed else "open"
        best = [timed(partial(optimal_tour, matrix, closed=closed)) for matrix in matrices]
        row(f"{kind}: optimal_tour, any start", [ms for _, ms in best], TOUR_LIMIT)
        shortest = np.array([tour_length(m, tour, closed) for m, (tour, _) in zip(matrices, best, strict=True)])
        greedy = [timed(partial(nearest_neighbour_tour, matrix, 0, closed)) for matrix in matrices]
        lengths = np.array([tour_length(m, tour, closed) for m, (tour, _) in zip(matrices, greedy, strict=True)])
        remark = f"length {np.mean(lengths / shortest):.3f} x the optimum on average"
        row(f"{kind}: nearest_neighbour_tour from 0", [ms for _, ms in greedy], None, remark)
        ranks = [timed(partial(tour_rank, m, g, closed)) for m, (g, _) in zip(matrices, greedy, strict=True)]
        remark = f"among {ranks[0][0].total:,} tours"
        row(f"{kind}: tour_rank", [ms for _, ms in ranks], RANK_LIMIT, remark)
        if closed:
            peers(matrices, shortest, float(np.median([ms for _, ms in best])))


def peers(matrices: list[np.ndarray], shortest: np.ndarray, our_median: float) -> None:
    solvers = {
        "christofides": approximation.christofides,
        "greedy_tsp": approximation.greedy_tsp,
        "simulated_annealing_tsp": partial(approximation.simulated_annealing_tsp, init_cycle="greedy", seed=0),
        "threshold_accepting_tsp": partial(approximation.threshold_accepting_tsp, init_cycle="greedy", seed=0),
    }
    for name, solve in solvers.items():
        milliseconds, ratios = [], []
        for matrix, best in zip(matrices, shortest, strict=True):
            cycle, ms = timed(partial(solve, nx.from_numpy_array(matrix)))
            milliseconds.append(ms)
            ratios.append(tour_length(matrix, cycle[:-1], closed=True) / best)
        remark = (
            f"length {np.mean(ratios):.3f} x the optimum on average, {max(ratios):.3f} at worst; "
            f"{np.median(milliseconds) / our_median:.2f} x the time of optimal_tour"
        )
        row(f"closed: networkx {name}", milliseconds, None, remark)


def geodesics() -> None:
    torch.manual_seed(0)
    widths = (8, 128, 256, 512, 784)
    layers = [layer for pair in pairwise(widths) for layer in (nn.Linear(*pair), nn.SiLU())]
    random_decoder = nn.Sequential(*layers[:-1], nn.Sigmoid()).requires_grad_(False)
    for parameter in random_decoder.parameters():
        parameter *= 3  # default weights draw one grey picture whatever the latent: there would be nothing to bend
    random_run = ("random 8-128-256-512-784", np.random.default_rng(0).normal(size=(10, 8)), random_decoder)
    geodesic(random_decoder, np.zeros(8), np.ones(8))  # warm-up
    print("\nGeodesics of 24 steps between all 45 pairs: ms of CPU time, median and worst")
    for name, means, decode in [random_run, *zoo_runs()]:
        pairs = [(means[i], means[j]) for i in range(10) for j in range(i)]
        found = [timed(partial(geodesic, decode, start, end)) for start, end in pairs]
        row(f"{name}: geodesic", [ms for _, ms in found], GEODESIC_LIMIT, savings([road for road, _ in found]))
        if means.shape[1] == 2:
            grid_roads(name, decode, pairs, [road for road, _ in found], extent=1.5 * float(np.abs(means).max()))


def savings(roads: list[Geodesic]) -> str:
    energy = np.mean([road.energy / road.chord_energy for road in roads])
    length = np.mean([road.image_length / road.chord_image_length for road in roads])
    return f"energy {energy:.3f}, image-space length {length:.3f} x the chord's"


def grid_roads(name: str, decode: Callable, pairs: list, roads: list[Geodesic], extent: float) -> None:
    grid, making = timed(partial(image_grid, decode, extent))
    row(f"{name}: image_grid 64 x 64", [making], None, "once a model")
    found = [timed(partial(grid_path, grid, decode, start, end)) for start, end in pairs]
    polished = [geodesic(decode, *ends, initial=path).path for ends, (path, _) in zip(pairs, found, strict=True)]

    def length(path: np.ndarray) -> float:
        with torch.no_grad():
            return image_length(decode(torch.tensor(resample(path, 400), dtype=torch.float32)).numpy())

    chords = np.array([length(straight(*ends, 2)) for ends in pairs])
    local, raw, after = (
        np.array([length(path) for path in paths]) / chords
        for paths in ([road.path for road in roads], [path for path, _ in found], polished)
    )
    remark = (
        f"length {raw.mean():.3f} x the chord's, {after.mean():.3f} polished (geodesic alone {local.mean():.3f}); "
        f"polished shorter by over 0.5 % for {np.sum(after < 0.995 * local)} of {len(pairs)}"
    )
    row(f"{name}: grid_path", [ms for _, ms in found], GEODESIC_LIMIT, remark)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=30, help="random instances of ten points (default: 30)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tours(distance_matrices(options.instances))
    geodesics()


if __name__ == "__main__":
    main()
