"""Weights for the browser: the encoder and the decoder of an MLP run as compressed float16, one file each.

A file is gzip around: the length of the header (uint32, little-endian); the header, JSON, padded with spaces to a
multiple of four; the high bytes of all weights, then their low bytes, which packs 7 % tighter than float16 as it
is. Weights stand layer by layer: matrix (outputs, inputs) row by row, then bias. `ui/components/network/network.js`
reads it.

A file's name carries a digest of the weights it was made from, so a stale file is one of another name, and a browser
may keep what it fetched for ever. Nothing here imports torch.
"""

import gzip
import hashlib
import json
import re
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np

from vae_core import zoo
from vae_core.config import RunConfig
from vae_core.files import write_atomically

FOLDER = Path(__file__).parents[1] / "static" / "weights"  # Streamlit serves `static` beside the entry point
FORMAT = 1
ARCHITECTURES = ("mlp",)  # what the browser can run
PARTS = ("decoder", "encoder")


def digest(run_id: str) -> str:
    """Twelve hexadecimal digits that change with a run's weights and with the format of the files.

    Raises:
        ZooError: the run's weights cannot be read.
    """
    return hashlib.sha256(bytes([FORMAT]) + zoo.read_file(f"{run_id}/model.safetensors")).hexdigest()[:12]


def file_name(run_id: str, part: str, digest: str) -> str:
    """Name of a part's file."""
    return f"{run_id}.{part}.{digest}.bin.gz"


def export(config: RunConfig, folder: Path = FOLDER) -> list[Path]:
    """Write what `folder` lacks of a run's parts and remove what is stale.

    Args:
        config: a run of the zoo whose architecture is one of `ARCHITECTURES`.
        folder: made if it is not there.

    Returns:
        The files written, none if all were there.

    Raises:
        ValueError: a run that the browser cannot run.
        ZooError: the run's weights cannot be read.
        OSError: the folder cannot be written to.
    """
    if config.architecture not in ARCHITECTURES:
        raise ValueError(f"{config.run_id} is a {config.architecture}; the browser runs {', '.join(ARCHITECTURES)}")
    current = {part: folder / file_name(config.run_id, part, digest(config.run_id)) for part in PARTS}
    missing = {part: path for part, path in current.items() if not path.exists()}
    if missing:
        from safetensors.numpy import load

        tensors = load(zoo.read_file(f"{config.run_id}/model.safetensors"))
        for part, path in missing.items():
            write_atomically(path, pack(config, tensors, part))
    for path in folder.glob(f"{config.run_id}.*.bin.gz"):
        if path not in current.values():
            path.unlink(missing_ok=True)
    return list(missing.values())


def pack(config: RunConfig, tensors: dict[str, np.ndarray], part: str) -> bytes:
    """The file of one part.

    Args:
        config: the run.
        tensors: the entries of its `state_dict`: `<part>.layers.<number>.weight` (outputs, inputs) and `.bias`.
        part: one of `PARTS`.

    Raises:
        ValueError: the tensors are not those of an MLP of `PARTS`.
    """
    matrices = {
        int(found[1]): name for name in tensors if (found := re.fullmatch(rf"{part}\.layers\.(\d+)\.weight", name))
    }
    names = [matrices[number].removesuffix("weight") for number in sorted(matrices)]
    layers = [(tensors[f"{name}weight"], tensors[f"{name}bias"]) for name in names]
    chained = all(below.shape[0] == above.shape[1] for (below, _), (above, _) in pairwise(layers))
    if not layers or not chained:
        shapes = ", ".join(str(matrix.shape) for matrix, _ in layers) or "none"
        raise ValueError(f"the {part} of {config.run_id} is no chain of linear layers; its matrices are {shapes}")
    header = {
        "run": config.run_id,
        "latentDim": config.latent_dim,
        "activation": config.activation,
        "likelihood": config.likelihood,
        "widths": [layers[0][0].shape[1], *(matrix.shape[0] for matrix, _ in layers)],
    }
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 4)
    values = np.concatenate([array.ravel() for layer in layers for array in layer]).astype("<f2")
    low, high = values.view(np.uint8).reshape(-1, 2).T
    return gzip.compress(struct.pack("<I", len(head)) + head + high.tobytes() + low.tobytes(), mtime=0)
