"""What the README promises: its figures are those of the zoo, and the files it names exist."""

import re
from pathlib import Path

import pytest

from vae_core import zoo

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    ("row", "run_id", "figures"),
    [
        ("bernoulli, latent_dim 20, −ELBO: convolutional", "conv-d20-bernoulli", ["negative_elbo"]),
        ("the same, an MLP", "mlp-d20-bernoulli", ["negative_elbo"]),
        ("bernoulli, latent_dim 2, −ELBO: three hidden layers", "mlp-d2-bernoulli-x4a6eef", ["negative_elbo"]),
        ("the same, two hidden layers", "mlp-d2-bernoulli", ["negative_elbo"]),
        ("gaussian, latent_dim 2, β = 1, ½ SSE + KL", "mlp-d2-b1", ["half_sse", "rate"]),
        ("gaussian, latent_dim 8, β = 1, ½ SSE + KL", "mlp-d8-b1", ["half_sse", "rate"]),
    ],
)
def test_figures_are_those_of_the_zoo(row, run_id, figures):
    test = zoo.metrics(run_id)["test"]
    (line,) = (line for line in README.splitlines() if line.startswith(f"| {row} |"))
    assert f"**{sum(test[figure] for figure in figures):.2f}**" in line


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []
