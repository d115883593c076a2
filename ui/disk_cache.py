"""What follows from the zoo alone, kept in a folder that replicas share: computed once, not once by each of them.

    @st.cache_data(max_entries=64, show_spinner=False)
    @disk_cache.kept(Nearest)
    def neighbours(run_id, way):
        ...

A NamedTuple or dict within another is kept part by part.

Off unless `VAE_CACHE` names a folder; `python -m ui.fill_cache` fills one. A file is named by a hash of the function,
its arguments, the zoo's manifest, the app's source and the libraries that compute: none can be out of date, and no
argument is part of a path. It begins with the hash of its content: a damaged one is computed again.
"""

import hashlib
import io
import logging
import os
from collections.abc import Callable, Iterator
from functools import cache, wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from vae_core import own_run, zoo
from vae_core.files import write_atomically

VARIABLE = "VAE_CACHE"
_DIGEST = 32  # bytes
_HOME = Path(__file__).resolve().parents[1]
_log = logging.getLogger(__name__)


def folder() -> Path | None:
    """Where values are kept; None if nowhere."""
    named = os.environ.get(VARIABLE, "").strip()
    return Path(named) if named else None


def kept(restore: Callable[..., Any], only: Callable[..., bool] | None = None) -> Callable:
    """Decorates a function of a run id, strings and numbers: what it gave once is read from the folder.

    Given bytes, which are a student's own picture, it computes.

    Args:
        restore: makes the value of its fields, by keyword: the NamedTuple or dataclass that the function returns, whose
            fields are arrays, numbers, or again such values, which it is given as dicts; `itself` for a function that
            returns one array or number. Arrays come back read-only.
        only: of the same arguments, whether their value is kept; the others, where there are too many, are computed.
    """

    def decorate(compute: Callable) -> Callable:
        @wraps(compute)
        def looked_up(run_id: str, *rest: str | float | bytes | tuple):
            if folder() is None or own_run.is_own(run_id) or any(isinstance(each, bytes) for each in rest):
                return compute(run_id, *rest)
            if only is not None and not only(run_id, *rest):
                return compute(run_id, *rest)
            path = folder() / _name(compute, (run_id, *rest))
            fields = _read(path)
            if fields is not None:
                return restore(**fields)
            value = compute(run_id, *rest)
            _write(path, dict(_leaves("", value)))
            return value

        return looked_up

    return decorate


def itself(value: Any) -> Any:
    """For `kept`: a function's value that is one array or one number."""
    return value


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of the arrays and numbers in it; the parts of a name are joined by a slash."""
    if not isinstance(value, dict):
        if hasattr(value, "_asdict"):
            value = value._asdict()
        elif hasattr(value, "__dataclass_fields__"):
            value = vars(value)
        else:
            yield name or "value", value
            return
    for each, part in value.items():
        yield from _leaves(f"{name}/{each}" if name else each, part)


def _grown(leaves: dict[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in leaves.items():
        *branches, leaf = name.split("/")
        place = tree
        for branch in branches:
            place = place.setdefault(branch, {})
        place[leaf] = value
    return tree


def _name(compute: Callable, arguments: tuple) -> str:
    asked = repr((compute.__module__, compute.__qualname__, arguments, zoo.fingerprint(), _code()))
    return hashlib.blake2b(asked.encode(), digest_size=20).hexdigest()


@cache
def _code() -> str:
    """Of all that can change a value: the app's modules and what they compute with."""
    digest = hashlib.blake2b(digest_size=20)
    for package in ("ui", "vae_core"):
        for path in sorted((_HOME / package).rglob("*.py")):
            digest.update(path.read_bytes())
    digest.update(repr([version(name) for name in ("numpy", "scipy", "torch")]).encode())
    return digest.hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("%s cannot be read, its value is computed: %s", path, error)
        return None
    if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
        _log.warning("%s is damaged, its value is computed again", path)
        return None
    with np.load(io.BytesIO(data[_DIGEST:]), allow_pickle=False) as arrays:
        return _grown({name: _field(arrays[name]) for name in arrays.files})


def _field(array: np.ndarray) -> np.ndarray | float:
    if not array.ndim:
        return array.item()
    array.setflags(write=False)
    return array


def _write(path: Path, fields: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **fields)
    data = buffer.getvalue()
    try:
        write_atomically(path, hashlib.sha256(data).digest() + data)
    except OSError as error:  # a read-only image that was not filled, a full disk: the course goes on without
        _log.warning("%s cannot be written, its value is computed anew by every replica: %s", path, error)
