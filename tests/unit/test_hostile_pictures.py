"""Picture files made to do harm: bombs, lies in headers, damage that checksums hide. Read or refused, no more."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from vae_core import picture
from vae_core.picture import PictureError, read_picture, to_mnist

MANY = settings(max_examples=1000)
COLOUR_TYPES = (0, 2, 3, 4, 6, 1, 5, 7, 255)  # those of PNG, then some that are none


def seven(mode: str = "RGB") -> Image.Image:
    image = Image.new("L", (60, 70), 255)
    ImageDraw.Draw(image).line([(15, 15), (45, 15), (25, 55)], 0, 6)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    return image.convert(mode)


def encode(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Name and content of each chunk."""
    found, place = [], 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        found.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + length]))
        place += 12 + length
    return found


def joined(parts: list[tuple[bytes, bytes]]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


FILES = {
    **{f"png {mode}": encode(seven(mode)) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")},
    "png of a palette with transparency": encode(seven().quantize(4), transparency=0),
    "png of a palette with an alpha each": encode(seven().quantize(4), transparency=bytes([0, 90, 200, 255])),
    "animated png": encode(seven(), save_all=True, append_images=[Image.new("RGB", (60, 70), "red")] * 3),
    "png with exif": encode(seven(), exif=exif(6)),
    "png with a profile": encode(seven(), icc_profile=b"\0" * 200),
    "jpeg": encode(seven(), "JPEG"),
    "progressive jpeg": encode(seven(), "JPEG", progressive=True),
    "cmyk jpeg": encode(seven("CMYK"), "JPEG"),
    "grey jpeg": encode(seven("L"), "JPEG", restart_marker_blocks=1),
    "rotated jpeg": encode(seven(), "JPEG", exif=exif(8)),
    "jpeg of two": encode(seven(), "MPO", save_all=True, append_images=[seven()]),
}
PNGS = [name for name in FILES if "png" in name]


def read_or_refuse(data: bytes) -> np.ndarray | None:
    """Whatever the bytes, a digit in MNIST's form or a PictureError; never another exception."""
    try:
        image = to_mnist(read_picture(data)).image
    except PictureError as error:
        assert 20 < len(str(error)) < 300  # noqa: PT017 (a word, and not the decoder's own)
        return None
    assert image.shape == (28, 28)
    assert image.min() == 0
    assert 0 < image.max() <= 1
    return image


@pytest.mark.parametrize("name", FILES)
def test_the_sound_files_are_read(name):
    assert read_or_refuse(FILES[name]) is not None


@MANY
@given(
    st.sampled_from(sorted(FILES)),
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=8)), min_size=1, max_size=4),
    st.sampled_from(["over", "into", "cut", "rest of another", "twice"]),
)
def test_damaged_and_spliced_files_are_read_or_refused(name, other, patches, way):
    data = FILES[name]
    for where, patch in patches:
        where %= len(data)
        data = {
            "over": data[:where] + patch + data[where + len(patch) :],
            "into": data[:where] + patch + data[where:],
            "cut": data[:where] + data[where + len(patch) :],
            "rest of another": data[:where] + FILES[other][where:],
            "twice": data[:where] + data[where // 2 :],
        }[way][:20_000] or b"\0"
    read_or_refuse(data)


@MANY
@given(
    st.sampled_from(PNGS),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.binary(max_size=12),
    st.sampled_from(["over", "doubled", "moved", "dropped", "renamed", "shortened"]),
)
def test_pngs_whose_checksums_hide_the_damage_are_read_or_refused(name, which, where, patch, way):
    parts = chunks(FILES[name])
    which %= len(parts)
    kind, content = parts[which]
    where %= len(content) + 1
    if way == "over":
        parts[which] = kind, content[:where] + patch + content[where + len(patch) :]
    elif way == "doubled":
        parts.insert(where % len(parts), (kind, content))
    elif way == "moved":
        parts.insert(where % len(parts), parts.pop(which))
    elif way == "dropped":
        parts.pop(which)
    elif way == "renamed":
        parts[which] = (patch + b"abcd")[:4], content
    else:
        parts[which] = kind, content[:where]
    read_or_refuse(joined(parts))


@MANY
@given(
    st.one_of(st.integers(0, 2000), st.sampled_from([2**16, 2**31 - 1, 2**31, 2**32 - 1])),
    st.one_of(st.integers(0, 2000), st.sampled_from([2**16, 2**31 - 1, 2**31, 2**32 - 1])),
    st.sampled_from([1, 2, 4, 8, 16, 0, 3, 32, 255]),
    st.sampled_from(COLOUR_TYPES),
    st.integers(0, 2),
    st.sampled_from(PNGS),
)
@example(5000, 5000, 16, 6, 1, "png RGB")
def test_headers_that_lie_about_the_picture_are_refused_or_read(width, height, depth, colour, interlaced, name):
    parts = chunks(FILES[name])
    parts[0] = b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    read_or_refuse(joined(parts))


@MANY
@given(st.binary(max_size=400), st.sampled_from(["jpeg", "png RGB"]))
def test_any_exif_is_read_or_passed_over(notes, name):
    kind = "JPEG" if name == "jpeg" else "PNG"
    assert read_or_refuse(encode(seven(), kind, exif=b"Exif\0\0" + notes)) is not None


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_bombs_in_the_notes_of_a_png_are_not_unpacked(kind):
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    content = {b"zTXt": b"k\0\0", b"iTXt": b"k\0\1\0\0\0", b"iCCP": b"k\0\0"}[kind] + bomb
    parts = chunks(FILES["png RGB"])
    read_or_refuse(joined([parts[0], *[(kind, content)] * 5, *parts[1:]]))


def test_more_pixels_in_the_data_than_in_the_header_are_not_decoded():
    parts = chunks(FILES["png L"])
    data = [(kind, zlib.compress(b"\0" * 100_000_000, 9) if kind == b"IDAT" else content) for kind, content in parts]
    read_or_refuse(joined(data))


def test_a_jpeg_of_thousands_of_passes_is_refused_before_it_is_decoded(monkeypatch):
    data = FILES["progressive jpeg"]
    last = data.rfind(b"\xff\xda")
    again = data[data.rfind(b"\xff\xc4", 0, last) : -2]
    assert read_or_refuse(data[:-2] + 20 * again + data[-2:]) is not None
    monkeypatch.setattr("PIL.JpegImagePlugin.JpegImageFile.load", lambda _: pytest.fail("decoded"))
    for bomb in (data[:-2] + 1000 * again + data[-2:], data[:-2] + b"\xff\xfe\0\2" * 2_000_000 + data[-2:]):
        with pytest.raises(PictureError, match="100 passes"):
            read_picture(bomb)


def test_passes_of_a_picture_within_a_picture_are_not_counted():
    thumbnail = encode(seven(), "JPEG", progressive=True)
    noted = encode(seven(), "JPEG", comment=b"\xff\xda" * 3000)
    assert read_or_refuse(noted) is not None
    assert picture._scans(noted) == 1
    assert picture._scans(noted + 100 * thumbnail) == 1  # what follows the end is not read either


def test_sixteen_bits_a_pixel_take_no_more_memory_than_eight():
    import tracemalloc

    paper = np.full((3000, 4000), 65535, np.uint16)
    paper[600:2400, 1800:2200] = 0
    data = encode(Image.fromarray(paper))
    tracemalloc.start()
    try:
        image = read_picture(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert image.size == (1000, 750)
    assert peak < 8 * paper.size  # in 64-bit steps on all of it it was some fifty bytes a pixel
