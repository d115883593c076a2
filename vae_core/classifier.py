r"""A classifier with a bottleneck: the VAE's encoder, and one linear layer that reads its `latent_dim` outputs.

$p(C|x) = \mathrm{softmax}(W h(x) + b)_C$, with h(x) in the same few dimensions as a VAE's μ_x and trained on the same
split, so that the two spaces can be laid side by side. It has no decoder: nothing of an image must survive in h(x) but
its class.
"""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from vae_core import networks
from vae_core.config import RunConfig
from vae_core.data import Split

CLASSES = 10
_BATCH = 2_000


class Classifier(nn.Module):
    """Encoder and linear reader; `config` is the run it belongs to.

    Raises:
        ValueError: the run is a VAE.
    """

    def __init__(self, config: RunConfig):
        super().__init__()
        if not config.is_classifier:
            raise ValueError(f"{config.run_id} is a VAE, not a classifier; see vae_core.vae")
        self.config = config
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.encoder = networks.build_encoder(config, config.latent_dim)
            self.reader = nn.Linear(config.latent_dim, CLASSES)
            networks.initialise(config, self.encoder, self.reader)

    def represent(self, images: torch.Tensor) -> torch.Tensor:
        """The bottleneck h(x): images (N, 1, 28, 28) in [0, 1] -> (N, latent_dim)."""
        return self.encoder(images)[0]

    def read(self, representation: torch.Tensor) -> torch.Tensor:
        """Logits of the ten classes, (N, 10), from points of the bottleneck (N, latent_dim)."""
        return self.reader(representation)


class ClassifierTerms(NamedTuple):
    """What one step measured on its batch, before the update: scalars, batch means."""

    cross_entropy: torch.Tensor  # nats per image
    accuracy: torch.Tensor  # share of the batch named rightly


@dataclass(frozen=True)
class ClassifierFigures:
    """Means over the images of a split.

    Attributes:
        cross_entropy: −log p(C|x) of the true class, nats per image.
        accuracy: share of images whose likeliest class is the true one.
        images: size of the split.
    """

    cross_entropy: float
    accuracy: float
    images: int

    def to_dict(self) -> dict:
        return asdict(self)


def batch_loss(
    classifier: Classifier, images: torch.Tensor, labels: torch.Tensor
) -> tuple[torch.Tensor, ClassifierTerms]:
    """Cross-entropy of a batch, nats per image, and its terms."""
    logits = classifier.read(classifier.represent(images))  # (B, 10)
    loss = F.cross_entropy(logits, labels)
    return loss, ClassifierTerms(loss.detach(), (logits.argmax(1) == labels).float().mean())


@torch.no_grad()
def represent_split(classifier: Classifier, split: Split) -> np.ndarray:
    """h(x) of every image of a split, (N, latent_dim) float32."""
    return torch.cat([classifier.represent(images) for images in split.images.split(_BATCH)]).numpy()


@torch.no_grad()
def evaluate(classifier: Classifier, split: Split) -> ClassifierFigures:
    """Cross-entropy and accuracy of a classifier on a split."""
    logits = classifier.read(torch.from_numpy(represent_split(classifier, split))).double()  # (N, 10)
    return ClassifierFigures(
        cross_entropy=float(F.cross_entropy(logits, split.labels)),
        accuracy=float((logits.argmax(1) == split.labels).double().mean()),
        images=len(split),
    )
