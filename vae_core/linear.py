"""A linear layer that trains on oneDNN's matrix kernels.

On processors with AVX-512 that are not Intel's, the matrix products behind `nn.Linear` use half the width of the
vector units; oneDNN, which torch ships for other operators, uses all of it. `benchmarks/training.py` measures what that
is worth. Only training takes this way: what a trained model computes does not depend on it.
"""

import torch
from torch import nn

_SMALL = 2**14  # weights; under this a call costs more than it saves


def _product(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """x (N, i) · weightᵀ (i, o) + bias (o,) -> (N, o)."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


class _OneDnnLinear(torch.autograd.Function):
    """`nn.functional.linear` of a matrix, forwards and backwards."""

    @staticmethod
    def forward(ctx, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x, weight)
        return _product(x, weight, bias)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor, torch.Tensor]:
        x, weight = ctx.saved_tensors
        to_x = _product(gradient, weight.t()) if ctx.needs_input_grad[0] else None  # (N, o) · (o, i)
        to_weight = _product(gradient.t(), x.t())  # (o, N) · (N, i)
        return to_x, to_weight, gradient.sum(0)


class Linear(nn.Linear):
    """`nn.Linear` with the same parameters and, to rounding, the same results."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        fast = torch.is_grad_enabled() and self.training and x.ndim == 2 and self.weight.numel() >= _SMALL
        if fast and x.device.type == "cpu" and torch.backends.mkldnn.is_available():
            return _OneDnnLinear.apply(x, self.weight, self.bias)
        return super().forward(x)
