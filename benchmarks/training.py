"""Images per second of `vae_core.training.fit` beside the loop of PyTorch's VAE example, same network, same run.

    python -m benchmarks.training --data DIR

The peer is written from the example's description: a DataLoader of torchvision's MNIST with ToTensor, batches of
128, 784-400-20-400-784 with ReLU, Bernoulli likelihood, Adam 1e-3. Both use the same number of threads and are timed
in turn, A B A B, on whole epochs after a warm-up; the ratio is taken pair by pair.
"""

import argparse
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from vae_core import data
from vae_core.config import RunConfig
from vae_core.training import fit

CONFIG = RunConfig(
    latent_dim=20,
    likelihood="bernoulli",
    hidden=(400,),
    activation="relu",
    learning_rate=1e-3,
    schedule="constant",
    epochs=1,
    batch_size=128,
)


def ours(mnist: data.Mnist) -> float:
    """Images per second of one epoch."""
    start = time.perf_counter()
    fit(CONFIG, mnist.train)
    images = len(mnist.train) // CONFIG.batch_size * CONFIG.batch_size
    return images / (time.perf_counter() - start)


class Example(nn.Module):
    """784-400-20-400-784 as the example has it: five plain linear layers."""

    def __init__(self):
        super().__init__()
        self.hidden, self.mean, self.logvar = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.back, self.pixels = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hidden = F.relu(self.hidden(images.view(-1, 784)))
        mean, logvar = self.mean(hidden), self.logvar(hidden)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.pixels(F.relu(self.back(z)))), mean, logvar


def example(data_dir: str) -> float:
    """Images per second of one epoch of the example's loop: a DataLoader that turns one image at a time into a tensor,
    sigmoid outputs into `binary_cross_entropy`, sums over the batch, the loss read back every step."""
    from torchvision import transforms

    dataset = data.mnist_class()(data_dir, train=True, transform=transforms.ToTensor())
    loader = torch.utils.data.DataLoader(dataset, batch_size=CONFIG.batch_size, shuffle=True)
    vae = Example()
    optimizer = torch.optim.Adam(vae.parameters(), lr=CONFIG.learning_rate)
    start, total = time.perf_counter(), 0.0
    for images, _ in loader:
        optimizer.zero_grad()
        x_mean, mean, logvar = vae(images)
        distortion = F.binary_cross_entropy(x_mean, images.view(-1, 784), reduction="sum")
        loss = distortion - 0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp())
        loss.backward()
        total += loss.item()
        optimizer.step()
    return len(dataset) / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="data", metavar="DIR", help="MNIST (default: ./data)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    mnist = data.load_mnist(options.data)
    ours(mnist)
    pairs = np.array([(ours(mnist), example(options.data)) for _ in range(options.rounds)])
    print(f"{options.threads} thread(s), {options.rounds} rounds; images per second")
    print(f"{'':<28}{'min':>10}{'median':>10}{'max':>10}")
    rows = {
        "fit (tensor in memory)": pairs[:, 0],
        "example (DataLoader)": pairs[:, 1],
        "ratio": pairs[:, 0] / pairs[:, 1],
    }
    for name, values in rows.items():
        digits = 2 if name == "ratio" else 0
        print(f"{name:<28}" + "".join(f"{f(values):>10,.{digits}f}" for f in (np.min, np.median, np.max)))


if __name__ == "__main__":
    main()
