"""What a network is made of, found by running one image through it: layers in order, their outputs, what feeds what.

Layers are seen by forward hooks, operations between them (pooling, joining, adding) by a `TorchFunctionMode`; which
feeds which, by following the tensors themselves. So the diagram cannot say other than what the module does. It is made
from a network of its own, because hooks on one that is shared would see everyone's images.
"""

from typing import NamedTuple

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from vae_core.config import RunConfig
from vae_core.networks import ResidualBlock
from vae_core.vae import VAE

ENCODER, LATENT, DECODER = "encoder", "latent", "decoder"
# Operations worth a row of their own; all others only hand on what they are given.
_OPERATIONS = {
    "avg_pool2d": "average pooling",
    "interpolate": "nearest neighbour, larger",
    "cat": "joined",
    "add": "added",
    "sigmoid": "sigmoid",
}
_RESHAPING = (nn.Flatten, nn.Unflatten)


class Node(NamedTuple):
    """One layer or operation.

    Attributes:
        label: what it is, with the activation behind it: "Conv2d 3×3, stride 2, SiLU".
        shape: of its output for one image, without the batch.
        parameters: weights and biases.
        part: `ENCODER`, `LATENT` or `DECODER`.
        sources: numbers of the nodes that feed it, ascending.
        name: of the module within the network, "" for an operation.
    """

    label: str
    shape: tuple[int, ...]
    parameters: int
    part: str
    sources: tuple[int, ...]
    name: str


def diagram(config: RunConfig, open_blocks: bool = False) -> list[Node]:
    """The network of a run as nodes in the order in which they are computed, the image first.

    Args:
        config: of a VAE.
        open_blocks: whether residual blocks are shown layer by layer rather than as one node.

    Raises:
        ValueError: the run is a classifier.
    """
    vae = VAE(config).eval()
    tracer = _Tracer(() if open_blocks else (ResidualBlock,))
    tracer.attach(vae)
    image = torch.zeros(1, 1, 28, 28)
    tracer.add("image", image, (), ENCODER)
    with torch.no_grad(), tracer:
        mean, _, skips = vae.encode_with_skips(image)
        z = mean.clone()  # what the decoder gets is a draw: a tensor of its own
        tracer.part = DECODER
        tracer.add("z ~ q(z|x)", z, tracer.origins([mean]), LATENT)
        vae.decode(z, skips)
    return tracer.nodes


def jumps(nodes: list[Node]) -> list[tuple[int, int]]:
    """Edges that pass over a node: skips and shortcuts, as (from, to)."""
    return [(source, to) for to, node in enumerate(nodes) for source in node.sources if source != to - 1]


def past_z(nodes: list[Node]) -> list[tuple[int, int]]:
    """Edges from the encoder into the decoder that do not go through z."""
    return [(a, b) for a, b in jumps(nodes) if nodes[a].part == ENCODER and nodes[b].part == DECODER]


class _Tracer(TorchFunctionMode):
    """Records nodes while a network runs."""

    def __init__(self, blocks: tuple[type[nn.Module], ...]):
        super().__init__()
        self.nodes: list[Node] = []
        self.part = ENCODER
        self._blocks = blocks
        self._depth = 0  # of the layer being computed; what happens inside a layer is the layer's own business
        self._origin: dict[int, tuple[int, ...]] = {}  # id of a tensor -> the nodes it comes from
        self._alive: list[torch.Tensor] = []  # so that no id is used twice

    def attach(self, network: nn.Module) -> None:
        for name, module in network.named_modules():
            inside = any(name.startswith(f"{block}.") for block in self._names_of_blocks(network))
            if not inside and (isinstance(module, self._blocks) or not any(module.children())):
                module.register_forward_pre_hook(self._enter)
                module.register_forward_hook(lambda *call, name=name: self._leave(name, *call))

    def add(self, label: str, output: torch.Tensor, sources: tuple[int, ...], part: str, parameters=0, name="") -> None:
        self.nodes.append(Node(label, tuple(output.shape[1:]), parameters, part, sources, name))
        self._from(output, (len(self.nodes) - 1,))

    def origins(self, tensors: list[torch.Tensor]) -> tuple[int, ...]:
        return tuple(sorted({node for tensor in tensors for node in self._origin.get(id(tensor), ())}))

    def __torch_function__(self, func, types, args=(), kwargs=None):
        output = func(*args, **(kwargs or {}))
        if self._depth == 0:
            self._operation(func.__name__.strip("_"), _tensors(args), output)
        return output

    def _operation(self, name: str, inputs: list[torch.Tensor], output) -> None:
        sources = self.origins(inputs)
        if name in _OPERATIONS and sources and isinstance(output, torch.Tensor):
            self._record(_OPERATIONS[name], inputs, output, 0, "")
            return
        for tensor in _tensors((output,)):
            self._from(tensor, sources)

    def _enter(self, module: nn.Module, inputs) -> None:
        self._depth += 1

    def _leave(self, name: str, module: nn.Module, inputs, output: torch.Tensor) -> None:
        self._depth -= 1
        inputs = _tensors(inputs)
        if isinstance(module, _RESHAPING):
            self._from(output, self.origins(inputs))
        else:
            count = sum(parameter.numel() for parameter in module.parameters())
            self._record(_label(module), inputs, output, count, name)

    def _record(self, label: str, inputs: list[torch.Tensor], output: torch.Tensor, parameters: int, name: str) -> None:
        """A new node, or a word behind the last one where nothing but its values change: an activation."""
        sources = self.origins(inputs)
        last = len(self.nodes) - 1
        if parameters == 0 and sources == (last,) and output.shape == inputs[0].shape:
            self.nodes[last] = self.nodes[last]._replace(label=f"{self.nodes[last].label}, {label}")
            self._from(output, sources)
        else:
            self.add(label, output, sources, self.part, parameters, name)

    def _from(self, tensor: torch.Tensor, nodes: tuple[int, ...]) -> None:
        self._origin[id(tensor)] = nodes
        self._alive.append(tensor)

    def _names_of_blocks(self, network: nn.Module) -> list[str]:
        return [name for name, module in network.named_modules() if isinstance(module, self._blocks)]


def _tensors(values) -> list[torch.Tensor]:
    """The tensors among arguments, lists of them included."""
    found = []
    for value in values:
        if isinstance(value, torch.Tensor):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += _tensors(value)
    return found


def _label(module: nn.Module) -> str:
    """Type of a layer with what is particular to it."""
    name = "residual block" if isinstance(module, ResidualBlock) else type(module).__name__
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        name += f" {module.kernel_size[0]}×{module.kernel_size[1]}"
        name += f", stride {module.stride[0]}" if module.stride[0] > 1 else ""
    return name
