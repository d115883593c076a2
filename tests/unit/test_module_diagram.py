"""Diagrams say what the modules are: every parameter once, true shapes, and who feeds whom."""

import math

import pytest
import torch

from vae_core.config import RunConfig
from vae_core.module_diagram import DECODER, ENCODER, LATENT, diagram, jumps, past_z
from vae_core.vae import VAE

ARCHITECTURES = ("mlp", "conv", "unet", "unet-skips")


@pytest.mark.parametrize("open_blocks", [False, True])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_parameter_stands_in_one_node_and_all_is_connected(architecture, open_blocks):
    config = RunConfig(architecture=architecture, latent_dim=5)
    nodes = diagram(config, open_blocks)
    assert sum(node.parameters for node in nodes) == sum(p.numel() for p in VAE(config).parameters())
    assert math.prod(nodes[0].shape) == math.prod(nodes[-1].shape) == 784
    assert nodes[-1].label.endswith("sigmoid")
    assert all(node.sources and max(node.sources) < i for i, node in enumerate(nodes) if i)
    fed = {source for node in nodes for source in node.sources}
    assert fed == set(range(len(nodes) - 1))  # all but the last feed something
    (z,) = (i for i, node in enumerate(nodes) if node.part == LATENT)
    assert nodes[z].shape == (5,)
    assert nodes[z - 1].shape == (10,)  # μ and log σ²
    assert {node.part for node in nodes[:z]} == {ENCODER}
    assert {node.part for node in nodes[z + 1 :]} == {DECODER}


def test_an_mlp_is_a_chain_of_the_configured_widths():
    nodes = diagram(RunConfig(latent_dim=2))
    assert [math.prod(node.shape) for node in nodes] == [784, 384, 256, 4, 2, 256, 384, 784]
    assert [node.label for node in nodes][1:4] == ["Linear, SiLU", "Linear, SiLU", "Linear"]
    assert nodes[1].parameters == 784 * 384 + 384
    assert jumps(nodes) == []


def test_convolutions_show_kernel_stride_and_shape():
    nodes = diagram(RunConfig(architecture="conv", latent_dim=2))
    assert nodes[1].label == "Conv2d 3×3, stride 2, SiLU"
    assert nodes[1].shape == (16, 14, 14)
    assert "ConvTranspose2d 4×4, stride 2, sigmoid" in [node.label for node in nodes]


def test_only_the_skips_go_past_z():
    assert past_z(diagram(RunConfig(architecture="unet", latent_dim=8))) == []
    nodes = diagram(RunConfig(architecture="unet-skips", latent_dim=8))
    config = RunConfig(architecture="unet-skips", latent_dim=8)
    handed = [tuple(skip.shape[1:]) for skip in VAE(config).skips(torch.zeros(1, 1, 28, 28))]
    edges = past_z(nodes)
    assert sorted(nodes[a].shape for a, _ in edges) == sorted(handed)
    assert {nodes[b].label for _, b in edges} == {"joined"}
    assert jumps(nodes) == edges  # with closed blocks there are no others


def test_an_open_residual_block_has_its_shortcut():
    nodes = diagram(RunConfig(architecture="unet", latent_dim=8), open_blocks=True)
    assert past_z(nodes) == []
    added = [node for node in nodes if node.label.startswith("added")]
    assert len(added) == 6
    for node in added:
        assert len(node.sources) == 2
        assert {nodes[source].shape for source in node.sources} == {node.shape}
    shortcuts = [node for node in nodes if node.name.endswith("shortcut")]
    assert all(node.label == "Conv2d 1×1" for node in shortcuts)
    assert len(shortcuts) == 6


def test_a_network_in_use_keeps_no_hooks():
    vae = VAE(RunConfig(latent_dim=2))
    diagram(vae.config)
    assert not any(module._forward_hooks for module in vae.modules())
