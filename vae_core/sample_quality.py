r"""How good a VAE's samples are, in the eyes of a digit classifier: the judge.

The judge turns an image into a few features h(x) and ten probabilities p(C|x). Two crowds of images are compared by the
Fréchet distance between their features; one crowd by how its images are shared out among the classes and by how sure
the judge is. Samples are decoded means x̂(z), as a page shows them; the likelihood's noise is not added.

Four ways to draw the latents:

    prior      z ~ N(0, I)
    aggregate  an image at random, then z ~ q(z|x)
    gaussian   z ~ N(μ, Σ), fitted to the aggregate posterior of the training split
    classes    a class at random, equal shares, then z ~ N(μ_C, Σ_C)

Source: Heusel et al. 2017, "GANs trained by a two time-scale update rule"; here with features of MNIST's own.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from scipy.special import entr

from vae_core import sampling
from vae_core.encodings import ClassMoments
from vae_core.frechet import frechet_from_samples
from vae_core.gaussians import Gaussian
from vae_core.geometry import aggregate_moments
from vae_core.vae import VAE, sample_posterior

if TYPE_CHECKING:
    from vae_core.classifier import Classifier
    from vae_core.data import Mnist

KINDS = ("prior", "aggregate", "gaussian", "classes")
_BATCH = 1_000


class Judged(NamedTuple):
    """What the judge sees in N images: features (N, d) and probabilities p(C|x) (N, K), float64."""

    features: np.ndarray
    probabilities: np.ndarray


Judge = Callable[[torch.Tensor], Judged]  # images (N, 1, 28, 28) in [0, 1]


@dataclass(frozen=True)
class Quality:
    """A crowd of images beside a crowd of real ones.

    Attributes:
        frechet: squared Fréchet distance between the features of the two.
        class_shares: of the images whose likeliest class each is, adding up to 1.
        class_entropy: of these shares, nats; log K where every class is drawn as often.
        confidence: mean probability of the likeliest class, from 1/K to 1.
        images: how many there are.
    """

    frechet: float
    class_shares: tuple[float, ...]
    class_entropy: float
    confidence: float
    images: int

    def to_dict(self) -> dict:
        return asdict(self)


@torch.no_grad()
def judge_images(classifier: "Classifier", images) -> Judged:
    """Features and class probabilities of images.

    Args:
        classifier: the judge, in eval mode.
        images: (N, 28, 28) or (N, 1, 28, 28) in [0, 1], array or tensor.

    Raises:
        ValueError: no image, or another shape.
    """
    images = torch.as_tensor(images, dtype=torch.float32)
    if images.ndim not in (3, 4) or images.shape[-2:] != (28, 28) or not len(images):
        raise ValueError(f"images have shape {tuple(images.shape)}; give (N, 28, 28) or (N, 1, 28, 28), N at least 1")
    features, logits = [], []
    for some in images.reshape(-1, 1, 28, 28).split(_BATCH):
        features.append(classifier.represent(some))
        logits.append(classifier.read(features[-1]))
    probabilities = torch.cat(logits).double().softmax(1)
    return Judged(torch.cat(features).double().numpy(), probabilities.numpy())


def quality(judged: Judged, reference: Judged) -> Quality:
    """Compare a crowd of images with the reference; both of two images at least, by the same judge."""
    likeliest = judged.probabilities.argmax(axis=1)
    shares = np.bincount(likeliest, minlength=judged.probabilities.shape[1]) / len(likeliest)
    return Quality(
        frechet=frechet_from_samples(judged.features, reference.features),
        class_shares=tuple(shares.tolist()),
        class_entropy=float(entr(shares).sum()),
        confidence=float(judged.probabilities.max(axis=1).mean()),
        images=len(likeliest),
    )


def draw_latents(
    kind: str, mean: np.ndarray, logvar: np.ndarray, moments: ClassMoments, n: int, seed: int
) -> np.ndarray:
    """Latents drawn in one of the four ways, (n, latent_dim); the prior's are the same for every run of a size.

    Args:
        kind: one of `KINDS`.
        mean, logvar: q(z|x) of the images that `aggregate` picks from, (N, latent_dim).
        moments: of the classes, for the two ways with Gaussians.
        n: how many; for `classes`, a number that the classes divide.

    Raises:
        ValueError: another kind, or an n that cannot be shared out.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; it is one of {', '.join(KINDS)}")
    if kind == "prior":
        return sampling.sample_prior(n, mean.shape[1], seed)
    if kind == "aggregate":
        return sampling.sample_aggregate(mean, logvar, n, seed).z
    if kind == "gaussian":
        whole = aggregate_moments(moments.mean, moments.covariance, moments.count)
        return Gaussian(whole.mean, whole.covariance).sample(n, seed)
    classes = len(moments.mean)
    if n % classes:
        raise ValueError(f"n is {n}; equal shares of {classes} classes need a multiple of {classes}")
    draws = [
        Gaussian(moments.mean[label], moments.covariance[label]).sample(n // classes, [seed, label])
        for label in range(classes)
    ]
    return np.concatenate(draws)


class Reference(NamedTuple):
    """The real images that samples are compared with.

    Attributes:
        images: MNIST's test images, (N, 1, 28, 28).
        judged: what the judge sees in them.
        floor: training images in the same place as samples would be: about the best a perfect generator could score.
            The judge was trained on them, and no samples: part of this distance is that it knows them.
        floor_equal_shares: the same with equal numbers of every class, as `classes` draws them.
    """

    images: torch.Tensor
    judged: Judged
    floor: Quality
    floor_equal_shares: Quality


def reference(mnist: "Mnist", judge: Judge, n: int, seed: int) -> Reference:
    """Judge MNIST's test images, and n training images beside them."""
    judged = judge(mnist.test.images)
    labels = mnist.train.labels.numpy()
    rng = np.random.default_rng(seed)
    any_class = rng.choice(len(labels), n, replace=False)
    classes = np.unique(labels)
    share = n // len(classes)
    equal = np.concatenate([rng.choice(np.flatnonzero(labels == c), share, replace=False) for c in classes])
    floors = [quality(judge(mnist.train.images[torch.from_numpy(chosen)]), judged) for chosen in (any_class, equal)]
    return Reference(mnist.test.images, judged, *floors)


@torch.no_grad()
def judge_run(
    vae: VAE, moments: ClassMoments, digits: torch.Tensor, real: Reference, judge: Judge, n: int, seed: int
) -> dict[str, Quality]:
    """Quality of n samples of each kind, and of the test images' own reconstructions: a bound on what sampling can do.

    Args:
        vae: the model, in eval mode.
        moments: of its classes.
        digits: images that `aggregate` picks from, (N, 1, 28, 28) in [0, 1].
        real: what samples are compared with.
        judge: images -> features and probabilities.
        n: samples of each kind.
        seed: of all draws.

    Returns:
        By kind, and under "reconstructions", where z is drawn once from q(z|x) of each test image.
    """
    mean, logvar = (part.numpy() for part in vae.encode(digits))
    found = {}
    for kind in KINDS:
        z = torch.from_numpy(draw_latents(kind, mean, logvar, moments, n, seed)).float()
        found[kind] = quality(judge(torch.cat([vae.decode(some) for some in z.split(_BATCH)])), real.judged)
    noise = torch.Generator().manual_seed(seed)
    again = [_reconstructed(vae, some, noise) for some in real.images.split(_BATCH)]
    found["reconstructions"] = quality(judge(torch.cat(again)), real.judged)
    return found


def _reconstructed(vae: VAE, images: torch.Tensor, noise: torch.Generator) -> torch.Tensor:
    return vae.reconstruct(images, sample_posterior(*vae.encode(images), noise))
