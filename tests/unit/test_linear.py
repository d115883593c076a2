"""The fast linear layer matches torch's own forwards and backwards, and is left out where it does not help."""

import pytest
import torch
from torch import nn

from vae_core.linear import Linear


@pytest.mark.parametrize(("batch", "inputs", "outputs"), [(7, 784, 40), (1, 300, 200), (64, 40, 784)])
def test_values_and_gradients_are_those_of_torch(batch, inputs, outputs):
    generator = torch.Generator().manual_seed(0)
    fast, plain = Linear(inputs, outputs), nn.Linear(inputs, outputs)
    plain.load_state_dict(fast.state_dict())
    x = torch.randn((batch, inputs), generator=generator)
    gradient = torch.randn((batch, outputs), generator=generator)
    results = []
    for layer in (fast, plain):
        at = x.clone().requires_grad_()
        y = layer(at)
        y.backward(gradient)
        results.append((y.detach(), at.grad, layer.weight.grad, layer.bias.grad))
    assert type(fast(x).grad_fn).__name__ == "_OneDnnLinearBackward"
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_gradients_agree_with_finite_differences():
    layer = Linear(160, 110)
    x = torch.randn((3, 160), generator=torch.Generator().manual_seed(1))
    direction = torch.randn(layer.weight.shape, generator=torch.Generator().manual_seed(2))
    layer(x).square().sum().backward()
    slope = (layer.weight.grad * direction).sum().item()
    with torch.no_grad():
        sums = []
        for step in (1e-3, -1e-3):
            weight = layer.weight.double() + step * direction.double()
            sums.append((x.double() @ weight.T + layer.bias.double()).square().sum())
    assert slope == pytest.approx(((sums[0] - sums[1]) / 2e-3).item(), rel=1e-4)


def test_a_trained_model_and_small_layers_use_torchs_own():
    x = torch.randn((2, 784), generator=torch.Generator().manual_seed(3))
    layer = Linear(784, 40).eval()
    assert torch.equal(layer(x), nn.functional.linear(x, layer.weight, layer.bias))
    assert type(layer(x).grad_fn).__name__ != "_OneDnnLinearBackward"
    assert type(Linear(784, 4)(x).grad_fn).__name__ != "_OneDnnLinearBackward"
