"""What a training run is, as one frozen value: the model, its objective, its optimisation, its seed.

A `RunConfig` says everything that decides the weights a run ends with (on one machine, with one version of torch),
so its `run_id` can name a folder in the zoo, and a folder's `config.json` can reproduce it.
"""

import dataclasses
import hashlib
import json
from dataclasses import dataclass

ARCHITECTURES = ("mlp", "conv", "unet", "unet-skips")
LIKELIHOODS = ("gaussian", "bernoulli", "calibrated", "categorical")
ACTIVATIONS = ("silu", "relu", "gelu", "tanh")
# Standard deviation of N(0, s²) weights, or torch's own Kaiming-uniform default.
INITS = ("default", "normal-0.1")
OPTIMIZERS = ("adam",)
SCHEDULES = ("one-cycle", "constant")
# What a run has if nothing is said. Convolutions cost more a step and need fewer of them.
_BY_ARCHITECTURE = {
    "mlp": {"hidden": (384, 256), "epochs": 30},
    "conv": {"hidden": (16, 32, 128), "epochs": 20},
    "unet": {"hidden": (8, 16, 32), "epochs": 10},
    "unet-skips": {"hidden": (8, 16, 32), "epochs": 10},
}
_BY_SCHEDULE = {"one-cycle": 3e-3, "constant": 1e-3}
_LAYERS = {"conv": 3, "unet": 3, "unet-skips": 3}  # widths that `hidden` must have; an MLP may have any number


class ConfigError(ValueError):
    """A field of a `RunConfig` has a value that cannot be trained; the message names field and allowed values."""


@dataclass(frozen=True)
class RunConfig:
    """One training run.

    Attributes:
        architecture: encoder and decoder family: `mlp`, `conv` (strided convolutions), `unet` (residual blocks at three
            resolutions) or `unet-skips` (the same, its encoder's features also handed to the decoder, past z).
        latent_dim: number of latent dimensions.
        beta: weight of the rate in the loss, distortion + beta · rate. With the unit-variance Gaussian likelihood the
            loss is ½ SSE + beta · KL per image, so beta is the observation variance σ² of an equivalent VAE.
        likelihood: `gaussian` (unit variance), `bernoulli` (grey pixels as probabilities), `calibrated`
            (Gaussian whose variance is the batch optimum: 392 · log MSE + KL; Rybkin et al. 2021), or `categorical`:
            no VAE but a classifier, the encoder's `latent_dim` outputs read by one linear layer as p(class|x).
        hidden: widths of the encoder's hidden layers, which the decoder mirrors; with convolutions the channels of
            two strided layers and the width of a dense one, for a UNet the channels at 28, 14 and 7 pixels. None, here
            and below, is the architecture's own default.
        activation: non-linearity between layers.
        init: weight initialisation.
        optimizer: `adam`.
        learning_rate: peak rate of the schedule; None: 0.003 of a cycle, 0.001 constant.
        schedule: `one-cycle` (Smith & Topin 2018) or `constant`.
        epochs: passes over the training split.
        batch_size: images a step; the last incomplete batch of an epoch is dropped.
        seed: decides initial weights, the order of images and the noise ε.
        snapshots: whether to record the latent space at some 50 log-spaced steps (does not change the weights).
    """

    architecture: str = "mlp"
    latent_dim: int = 2
    beta: float = 1.0
    likelihood: str = "gaussian"
    hidden: tuple[int, ...] | None = None
    activation: str = "silu"
    init: str = "default"
    optimizer: str = "adam"
    learning_rate: float | None = None
    schedule: str = "one-cycle"
    epochs: int | None = None
    batch_size: int = 256
    seed: int = 0
    snapshots: bool = False

    def __post_init__(self):
        _choice("architecture", self.architecture, ARCHITECTURES)
        _choice("likelihood", self.likelihood, LIKELIHOODS)
        _choice("activation", self.activation, ACTIVATIONS)
        _choice("init", self.init, INITS)
        _choice("optimizer", self.optimizer, OPTIMIZERS)
        _choice("schedule", self.schedule, SCHEDULES)
        for name, value in _unsaid(self.architecture, self.schedule).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        object.__setattr__(self, "hidden", _widths(self.hidden, _LAYERS.get(self.architecture)))
        object.__setattr__(self, "beta", _number("beta", self.beta, 0, 1e6))
        object.__setattr__(self, "learning_rate", _number("learning_rate", self.learning_rate, 0, 1))
        _integer("latent_dim", self.latent_dim, 1, 256)
        _integer("epochs", self.epochs, 1, 1000)
        _integer("batch_size", self.batch_size, 1, 59_000)
        _integer("seed", self.seed, 0, 2**31 - 1)
        if not isinstance(self.snapshots, bool):
            raise ConfigError(f"snapshots is {self.snapshots!r}; allowed: true, false")
        if self.likelihood == "calibrated" and self.beta != 1:
            raise ConfigError(
                f"beta is {self.beta:g} with likelihood 'calibrated'; allowed: 1, since that likelihood finds "
                "its own variance and with it its own weight of the rate"
            )
        if self.is_classifier and (self.beta != 1 or self.architecture not in ("mlp", "conv")):
            raise ConfigError(
                f"a classifier (likelihood 'categorical') with architecture {self.architecture!r} and beta "
                f"{self.beta:g}; allowed: mlp or conv, and beta 1, for it has no rate to weigh"
            )
        object.__setattr__(self, "_run_id", self._named())  # once: pages ask every run of the zoo, again and again

    @property
    def is_classifier(self) -> bool:
        """Whether the run trains a classifier with a bottleneck, not a VAE."""
        return self.likelihood == "categorical"

    @property
    def run_id(self) -> str:
        """Stable name of the run: what matters in words, any other departure from the defaults as a short hash."""
        return self._run_id

    def _named(self) -> str:
        if self.is_classifier:
            family = ["classifier"] if self.architecture == "mlp" else ["classifier", self.architecture]
        else:
            family = [self.architecture]
        parts = [*family, f"d{self.latent_dim}"]
        if self.likelihood in ("bernoulli", "calibrated"):
            parts.append(self.likelihood)
        if self.likelihood == "gaussian" or (self.likelihood == "bernoulli" and self.beta != 1):
            parts.append(f"b{self.beta:g}")
        if self.init != "default":
            parts.append(f"init-{self.init}")
        if self.schedule != "one-cycle":
            parts.append(self.schedule)
        if self.seed:
            parts.append(f"s{self.seed}")
        default = _DEFAULTS | _unsaid(self.architecture, self.schedule)
        others = ("hidden", "activation", "optimizer", "learning_rate", "epochs", "batch_size")
        changed = {name: getattr(self, name) for name in others if getattr(self, name) != default[name]}
        if changed:
            text = json.dumps(changed, sort_keys=True)
            parts.append("x" + hashlib.sha256(text.encode()).hexdigest()[:6])
        return "-".join(parts)

    def to_dict(self) -> dict:
        """The fields as JSON values."""
        return {**dataclasses.asdict(self), "hidden": list(self.hidden)}

    @classmethod
    def from_dict(cls, fields: dict) -> "RunConfig":
        """The inverse of `to_dict`; absent fields take their defaults.

        Raises:
            ConfigError: on a field that does not exist or a value that is not allowed.
        """
        if not isinstance(fields, dict):
            raise ConfigError(f"a run is an object of fields, not {type(fields).__name__}")
        unknown = sorted(set(fields) - set(_DEFAULTS))
        if unknown:
            raise ConfigError(f"unknown field {', '.join(unknown)}; allowed: {', '.join(_DEFAULTS)}")
        return cls(**fields)


_DEFAULTS = {field.name: field.default for field in dataclasses.fields(RunConfig)}


def _unsaid(architecture: str, schedule: str) -> dict:
    """The values of the fields that are None unless given."""
    return {**_BY_ARCHITECTURE[architecture], "learning_rate": _BY_SCHEDULE[schedule]}


def _choice(name: str, value, allowed: tuple[str, ...]):
    if not isinstance(value, str) or value not in allowed:
        raise ConfigError(f"{name} is {value!r}; allowed: {', '.join(allowed)}")


def _integer(name: str, value, low: int, high: int):
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f"{name} is {value!r}; allowed: whole numbers from {low} to {high}")


def _number(name: str, value, low: float, high: float) -> float:
    # Compared before anything is made a float: a whole number may be too large for one. Nothing is below or above NaN.
    if not isinstance(value, int | float) or isinstance(value, bool) or not low < value <= high:
        raise ConfigError(f"{name} is {value!r}; allowed: numbers above {low:g}, up to {high:g}")
    return float(value)


def _widths(value, layers: int | None) -> tuple[int, ...]:
    fits = isinstance(value, list | tuple) and (len(value) == layers if layers else 1 <= len(value) <= 8)
    if not fits or not all(type(width) is int and 1 <= width <= 4096 for width in value):
        raise ConfigError(f"hidden is {value!r}; allowed: {layers or 'one to eight'} layer widths from 1 to 4096")
    return tuple(value)
