"""Messages over a pipe between two processes: a JSON header and some bytes. Reading one runs no code.

A message is two lengths (uint32, big-endian), the header, the bytes.
"""

import json
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_LENGTHS = struct.Struct(">II")
_MOST_HEADER = 1 << 20
_MOST_PAYLOAD = 1 << 27


class FrameError(RuntimeError):
    """What came through the pipe is no whole message."""


class Message(NamedTuple):
    """A header, a JSON object; and bytes, often none."""

    header: dict
    payload: bytes = b""


def write(stream: BinaryIO, header: dict, payload: bytes = b"") -> None:
    """Send a message at once.

    Raises:
        ValueError: the header is no JSON, or header or payload is larger than a reader would take.
        OSError: no one reads any more.
    """
    text = json.dumps(header, allow_nan=False).encode()
    if len(text) > _MOST_HEADER or len(payload) > _MOST_PAYLOAD:
        raise ValueError(
            f"a message of {len(text):,} + {len(payload):,} bytes; allowed: {_MOST_HEADER:,} + {_MOST_PAYLOAD:,}"
        )
    stream.write(_LENGTHS.pack(len(text), len(payload)) + text + payload)
    stream.flush()


def messages(stream: BinaryIO) -> Iterator[Message]:
    """All messages, until the writer closes its end between two of them.

    Raises:
        FrameError: the stream ends inside a message, or holds something else.
    """
    while lengths := stream.read(_LENGTHS.size):
        if len(lengths) < _LENGTHS.size:
            raise FrameError("the stream ends inside a message")
        header, payload = _LENGTHS.unpack(lengths)
        if header > _MOST_HEADER or payload > _MOST_PAYLOAD:
            raise FrameError(f"a message says it has {header:,} + {payload:,} bytes; that is none of ours")
        body = stream.read(header + payload)
        if len(body) < header + payload:
            raise FrameError("the stream ends inside a message")
        try:
            found = json.loads(body[:header])
        except ValueError as error:
            raise FrameError(f"a header is not JSON: {error}") from error
        if not isinstance(found, dict):
            raise FrameError("a header is not an object")
        yield Message(found, body[header:])
