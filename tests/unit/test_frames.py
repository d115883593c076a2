"""Messages over a pipe: what is written is read again; what is cut short or foreign is noticed."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core import frames

HEADERS = st.dictionaries(st.text(), st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text())


@given(st.lists(st.tuples(HEADERS, st.binary(max_size=64)), max_size=5))
def test_all_messages_come_back_in_order(sent):
    stream = io.BytesIO()
    for header, payload in sent:
        frames.write(stream, header, payload)
    stream.seek(0)
    assert [tuple(message) for message in frames.messages(stream)] == sent


def test_a_stream_cut_anywhere_inside_a_message_is_noticed():
    stream = io.BytesIO()
    frames.write(stream, {"kind": "file", "name": "a"}, b"1234")
    whole = stream.getvalue()
    for length in range(1, len(whole)):
        with pytest.raises(frames.FrameError, match="ends inside"):
            list(frames.messages(io.BytesIO(whole[:length])))


@pytest.mark.parametrize(
    "stream", [b"Traceback (most recent call last):", b"\0\0\0\2\0\0\0\0{]", b"\0\0\0\2\0\0\0\0[]"]
)
def test_what_is_no_message_is_refused(stream):
    with pytest.raises(frames.FrameError):
        list(frames.messages(io.BytesIO(stream)))


def test_numbers_that_json_lacks_are_not_sent():
    with pytest.raises(ValueError, match="JSON"):
        frames.write(io.BytesIO(), {"loss": float("nan")})
