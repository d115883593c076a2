r"""β as the decoder's variance: which β is likeliest, how losses written differently compare, and what β trades.

With the Gaussian likelihood N(x; x̂, σ² I) over D pixels

    −log p(x|z) = SSE / 2σ² + (D/2) log 2πσ²,    SSE = ‖x − x̂‖²

so σ² · (−ELBO) = ½ SSE + σ² · KL + constant: the loss ½ SSE + β · KL is the ELBO of a decoder with **σ² = β**. The
variance itself has a best value, where the derivative −SSE/2σ⁴ + D/2σ² vanishes: σ² = E[SSE]/D.

Pixels are in [0, 1]; SSE, KL and rate are means over images of sums over pixels and latent dimensions.
Source: Rybkin, Daniilidis & Levine 2021, "Simple and effective VAE training with calibrated decoders".
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

PIXELS = 784
_LARGEST = 1e12  # of what a convention's numbers may be: beyond it products lose their meaning, and then their value


def optimal_variance(sse, pixels=PIXELS):
    r"""The likeliest variance of a Gaussian decoder, $\sigma^2 = \mathbb{E}[\mathrm{SSE}] / D$.

    Args:
        sse: summed squared error of one image, or of many, any shape; z drawn from q(z|x), not its mean.
        pixels: D.

    Raises:
        ValueError: no error, a negative or infinite one, or D below 1.
    """
    sse = np.asarray(sse, dtype=np.float64)
    if sse.size == 0 or not np.isfinite(sse).all() or (sse < 0).any():
        raise ValueError(f"sse is {_short(sse)}; give summed squared errors, finite and not negative")
    if pixels < 1:
        raise ValueError(f"pixels is {pixels}; an image has at least 1")
    return float(sse.mean() / pixels)


def negative_elbo(sse, rate, variance, pixels=PIXELS):
    r"""−ELBO of a Gaussian decoder, $\mathrm{SSE}/2\sigma^2 + \frac{D}{2}\log 2\pi\sigma^2 + \mathrm{KL}$, in nats.

    Args:
        sse: summed squared error of an image, any shape.
        rate: KL(q(z|x) ‖ p(z)) in nats, same shape.
        variance: σ² > 0; `optimal_variance(sse)` makes the result least.

    Raises:
        ValueError: a variance that is not positive.
    """
    if not np.all(np.asarray(variance) > 0):
        raise ValueError(f"variance is {variance}; σ² is positive (an SSE of 0 would make the likelihood infinite)")
    distortion = np.asarray(sse) / (2 * variance) + pixels / 2 * np.log(2 * np.pi * variance)
    return distortion + rate


def beta_star(beta, sse, pixels=PIXELS):
    r"""β* where training with β gives back β: the fixed point $\beta = \mathbb{E}[\mathrm{SSE}]_\beta / D$.

    The optimal variance of a model trained with β is not β but moves as one retrains with it. Between the runs the
    optimal variance is taken to be linear in log–log axes, in which it is nearly straight.

    Args:
        beta: of several runs alike but for β, (runs,), in any order.
        sse: their mean summed squared errors, (runs,), z drawn from q(z|x).

    Raises:
        ValueError: fewer than two runs, values that are not positive, a β twice, or no crossing between the runs.

    Source of the fixed point: Rybkin et al. 2021; a calibrated run finds it within one training.
    """
    beta, sse = _runs(beta=beta, sse=sse)
    x, y = np.log(beta), np.log(sse / pixels)
    gap = y - x  # positive: this β is too small
    crossing = np.flatnonzero((gap[:-1] >= 0) & (gap[1:] <= 0))
    if len(crossing) == 0:
        side = "more" if gap[-1] > 0 else "less"
        raise ValueError(
            f"between β = {beta[0]:g} and {beta[-1]:g} no run's SSE/{pixels} equals its β; add runs with {side} β"
        )
    i = crossing[0]
    share = gap[i] / (gap[i] - gap[i + 1]) if gap[i] != gap[i + 1] else 0.0
    return float(np.exp(x[i] + share * (x[i + 1] - x[i])))


class Secant(NamedTuple):
    """Two neighbouring runs on the rate–distortion plane.

    Attributes:
        beta_low, beta_high: of the two runs.
        slope: −ΔD/ΔR, nan where the rates are equal.
        low_is_best, high_is_best: whether each run has the lower loss D + βR at its own β. If both do, the slope lies
            between the two β; where one does not, its training fell short of what the other run shows to be possible.
    """

    beta_low: float
    beta_high: float
    slope: float
    low_is_best: bool
    high_is_best: bool


class RateDistortion(NamedTuple):
    """Runs ordered by β, arrays (runs,): nats a image, distortion ½ SSE; and the secants between neighbours."""

    beta: np.ndarray
    rate: np.ndarray
    half_sse: np.ndarray
    optimal_variance: np.ndarray
    negative_elbo: np.ndarray  # with the optimal variance
    secants: tuple[Secant, ...]


def rate_distortion(beta, rate, half_sse, pixels=PIXELS):
    r"""The rate–distortion table of runs alike but for β, with the check −ΔD/ΔR = β by secants.

    On the frontier of what can be reached −dD/dR = β. For two runs each of which is best for its own β,
    D₁ + β₁R₁ ≤ D₂ + β₁R₂ and D₂ + β₂R₂ ≤ D₁ + β₂R₁, so the secant −(D₂ − D₁)/(R₂ − R₁) lies in [β₁, β₂].

    Args:
        beta, rate, half_sse: (runs,), in any order; the rate in nats, both on the same images.

    Raises:
        ValueError: fewer than two runs, a β twice, values that are not finite or not positive (the rate may be 0).

    Source: Alemi et al. 2018, "Fixing a broken ELBO".
    """
    beta, rate, distortion = _runs(beta=beta, rate=rate, half_sse=half_sse)
    secants = []
    for i in range(len(beta) - 1):
        fall, gain = distortion[i + 1] - distortion[i], rate[i] - rate[i + 1]
        secants.append(
            Secant(
                beta_low=float(beta[i]),
                beta_high=float(beta[i + 1]),
                slope=float(fall / gain) if gain != 0 else math.nan,
                low_is_best=bool(beta[i] * gain <= fall),
                high_is_best=bool(fall <= beta[i + 1] * gain),
            )
        )
    variance = 2 * distortion / pixels
    elbo = negative_elbo(2 * distortion, rate, variance, pixels)
    return RateDistortion(beta, rate, distortion, variance, elbo, tuple(secants))


@dataclass(frozen=True)
class LossConvention:
    r"""A loss a · SSE + w · KL as a paper or a repository writes it, and the β that it amounts to.

    $\beta = w / 2a$ puts it in the form ½ SSE + β · KL, with pixels in [0, 1] and both terms summed.

    Attributes:
        pixel_reduction: "sum", or "mean" as with PyTorch's `mse_loss`: a is then divided by the number of pixels.
        half: whether the squared error carries a ½.
        kl_weight: w.
        decoder_stddev: σ if the squared error is divided by σ²; 1 if nothing is said of it.
        pixel_range: white minus black: 1 for [0, 1], 2 for [−1, 1], 255 for bytes.
        pixels: numbers an image has, colour channels counted.
        latent_reduction: "sum", or "mean": w is then divided by `latent_dim`.
        latent_dim: needed with "mean" only.

    Raises:
        ValueError: a word that is not one of these, or a number that is not positive and finite (w may be 0).
    """

    pixel_reduction: str = "sum"
    half: bool = True
    kl_weight: float = 1.0
    decoder_stddev: float = 1.0
    pixel_range: float = 1.0
    pixels: int = PIXELS
    latent_reduction: str = "sum"
    latent_dim: int | None = None

    def __post_init__(self):
        for name in ("pixel_reduction", "latent_reduction"):
            if getattr(self, name) not in ("sum", "mean"):
                raise ValueError(f'{name} is {getattr(self, name)!r}; it is "sum" or "mean"')
        if self.latent_reduction == "mean" and self.latent_dim is None:
            raise ValueError("a KL averaged over latent dimensions needs latent_dim, their number")
        for name in ("decoder_stddev", "pixel_range", "pixels", "latent_dim"):
            value = getattr(self, name)
            if value is not None and not 1 / _LARGEST <= value <= _LARGEST:
                raise ValueError(f"{name} is {value}; it is a number above 0 (and at most {_LARGEST:g})")
        if not 0 <= self.kl_weight < math.inf:
            raise ValueError(f"kl_weight is {self.kl_weight}; it is a finite number, 0 or above")

    @property
    def sse_weight(self):
        """a: what one unit of SSE, over pixels in [0, 1], adds to the loss."""
        weight = (0.5 if self.half else 1.0) * (self.pixel_range / self.decoder_stddev) ** 2
        return weight / self.pixels if self.pixel_reduction == "mean" else weight

    @property
    def beta(self):
        """β of the same training in the form ½ SSE + β · KL, pixels in [0, 1]; also the implied decoder's σ²."""
        weight = self.kl_weight if self.latent_reduction == "sum" else self.kl_weight / self.latent_dim
        return weight / (2 * self.sse_weight)

    @property
    def implied_stddev(self):
        """σ = √β: standard deviation, in pixels from 0 to 1, of the decoder whose ELBO this loss is."""
        return math.sqrt(self.beta)

    def with_beta(self, beta):
        """This convention with the KL weight that amounts to β."""
        weight = 2 * self.sse_weight * beta
        return replace(self, kl_weight=weight if self.latent_reduction == "sum" else weight * self.latent_dim)

    def code(self):
        """The loss in PyTorch: x and x_mean (N, pixels) in this convention's range, mean and logvar (N, latent_dim)."""
        error = f"((x - x_mean) ** 2).{self.pixel_reduction}(1)"
        half = "0.5 * " if self.half else ""
        divided = "" if self.decoder_stddev == 1 else f" / {self.decoder_stddev!r}**2"
        return (
            f"reconstruction = {half}{error}{divided}\n"
            f"kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).{self.latent_reduction}(1)\n"
            f"loss = (reconstruction + {self.kl_weight!r} * kl).mean()"
        )


def _runs(**columns):
    """Float64 columns ordered by β; every one positive, but for the rate, which may be 0."""
    columns = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    shapes = {values.shape for values in columns.values()}
    if len(shapes) > 1 or len(shape := shapes.pop()) != 1 or shape[0] < 2:
        given = ", ".join(f"{name} {values.shape}" for name, values in columns.items())
        raise ValueError(f"shapes are {given}; give each one number a run, of at least two runs")
    for name, values in columns.items():
        if not np.isfinite(values).all() or (values < 0).any() or (name != "rate" and (values == 0).any()):
            raise ValueError(f"{name} is {_short(values)}; every run needs a finite, positive number")
    if len(np.unique(columns["beta"])) < shape[0]:
        raise ValueError(f"beta is {_short(columns['beta'])}: give each β once, of runs alike in everything else")
    order = np.argsort(columns["beta"])
    return [values[order] for values in columns.values()]


def _short(values):
    return np.array2string(values, threshold=8, edgeitems=3, precision=6)
