"""Pictures of every kind, whole and hostile: the right pixels, or an error that says what is wrong."""

import os
import struct
import warnings
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sutja.errors import PictureError
from sutja.signals.image import Picture, iter_pictures, load_pictures
from sutja.signals.picture_headers import read_plain_header

NOISE = np.random.default_rng(0).integers(0, 256, (40, 60), np.uint8)
NOISE_RGB = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
LOSSLESS = ("PNG", "TIFF", "BMP", "GIF")


def encoded(image, name, **options):
    """The bytes of an image in a format."""
    stream = BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(stream, name, **options)
    return stream.getvalue()


def load(source):
    """The pixels of a source with one picture."""
    [picture] = load_pictures(source)
    return picture.pixels


def error_of(source):
    """The message for a source that cannot be read."""
    [error] = iter_pictures(source)
    assert isinstance(error, PictureError), error
    return str(error)


def chunk(name, data):
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bare_png(width, height):
    """A PNG file that claims a size and holds next to nothing."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")


# ---- what is whole
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOSSLESS)
def test_grey_comes_back(name):
    pixels = load(encoded(NOISE, name))
    assert (pixels if pixels.ndim == 2 else pixels[:, :, 0]).tolist() == NOISE.tolist()


@pytest.mark.parametrize("name", ["PNG", "TIFF", "BMP"])
def test_colour_comes_back_as_rgb(name):
    assert np.array_equal(load(encoded(NOISE_RGB, name)), NOISE_RGB)


@pytest.mark.parametrize("name", ["JPEG", "WEBP"])
@pytest.mark.parametrize("pixels", [NOISE, NOISE_RGB], ids=["grey", "colour"])
def test_lossy_formats_are_as_pillow_reads_them(name, pixels):
    data = encoded(pixels, name)
    expected = np.asarray(Image.open(BytesIO(data)))
    assert np.abs(load(data).astype(int) - expected).max() <= 1


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"subsampling": 2}, {"quality": 30}, {"restart_marker_rows": 1}]
)
def test_kinds_of_jpeg_that_the_quick_decoder_reads(options):
    data = encoded(NOISE_RGB, "JPEG", **options)
    assert read_plain_header(data) is not None
    assert np.abs(load(data).astype(int) - np.asarray(Image.open(BytesIO(data)))).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_turns_the_picture(name, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    corner = np.full((16, 32), 255, np.uint8)
    corner[:8, :8] = 0  # dark at the top left of what is stored
    pixels = load(encoded(corner, name, exif=exif))
    pixels = pixels if pixels.ndim == 2 else pixels[:, :, 0]
    assert pixels.shape == ((16, 32) if orientation < 5 else (32, 16))
    dark = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}
    for y in (0, -1):
        for x in (0, -1):
            assert (pixels[y, x] < 128) == ((y, x) == dark[orientation])


def test_a_broken_exif_block_does_not_stop_the_picture():
    data = encoded(NOISE_RGB, "JPEG")
    broken = data[:2] + b"\xff\xe1\x00\x10Exif\0\0broken!!" + data[2:]
    assert load(broken).shape == (40, 60, 3)


def test_sixteen_bits_are_scaled_by_their_range():
    ramp = np.linspace(0, 65535, 2400).reshape(40, 60).astype(np.uint16)
    for name in ("PNG", "TIFF"):
        assert np.abs(load(encoded(ramp, name)).astype(int) - ramp // 256).max() <= 1
    assert (
        np.abs(load(encoded(ramp >> 4, "PNG")).astype(int) - ramp // 256).max() <= 1
    )  # from a 12-bit scanner


def test_cmyk_palette_and_one_bit():
    red = Image.new("CMYK", (60, 40), (0, 255, 255, 0))
    for name in ("JPEG", "TIFF"):
        pixels = load(encoded(red, name)).astype(int)
        assert pixels.shape == (40, 60, 3)
        assert pixels[..., 0].min() > 200
        assert pixels[..., 1].max() < 60
    palette = Image.fromarray(NOISE_RGB).quantize(16)
    assert np.array_equal(load(encoded(palette, "PNG")), np.asarray(palette.convert("RGB")))
    bits = Image.fromarray(NOISE).convert("1")
    for name in ("PNG", "TIFF"):
        assert np.array_equal(load(encoded(bits, name)), np.asarray(bits.convert("L")))
    assert load(encoded(Image.new("LAB", (60, 40), (80, 0, 0)), "TIFF")).shape == (40, 60)


def stroke(colour, around):
    """A picture with a stroke of `colour` on `around`, both RGBA."""
    image = Image.new("RGBA", (60, 40), around)
    image.paste(colour, (20, 10, 40, 30))
    return image


@pytest.mark.parametrize(
    ("colour", "around", "ground"),
    [
        ((0, 0, 0, 255), (0, 0, 0, 0), 255),  # dark ink on nothing: on white
        ((255, 255, 255, 255), (255, 255, 255, 0), 0),  # light ink on nothing: on black
        ((0, 0, 0, 255), (255, 255, 255, 255), 255),  # nothing transparent
    ],
)
@pytest.mark.parametrize("name", ["PNG", "WEBP", "array", "image"])
def test_transparent_pictures_keep_their_contrast(colour, around, ground, name):
    image = stroke(colour, around)
    source = {"array": np.asarray(image), "image": image}.get(name)
    pixels = load(
        encoded(image, name, **({"lossless": True} if name == "WEBP" else {})) if source is None else source
    )
    assert pixels.shape == (40, 60, 3)
    assert pixels[0, 0].tolist() == [ground] * 3
    assert abs(int(pixels[20, 30, 0]) - ground) == 255


def test_paper_with_transparent_edges_goes_on_as_paper():
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((250, 250, 250, 255), (5, 5, 55, 35))
    image.paste((0, 0, 0, 255), (20, 10, 40, 30))
    pixels = load(image)
    assert pixels[0, 0, 0] == 255
    assert pixels[20, 30, 0] == 0


def test_wholly_transparent_is_blank():
    assert load(Image.new("RGBA", (8, 8), (0, 0, 0, 0))).min() == 255


def test_transparency_by_colour_and_by_palette():
    grey = Image.new("L", (60, 40), 0)
    grey.paste(90, (20, 10, 40, 30))
    assert load(encoded(grey, "PNG", transparency=0))[0, 0].tolist() == [255] * 3
    palette = stroke((0, 0, 0, 255), (0, 0, 0, 0)).convert("P")
    assert load(encoded(palette, "PNG", transparency=palette.getpixel((0, 0)))).shape == (40, 60, 3)


def test_a_tiff_of_several_pages_gives_them_all():
    pages = [Image.new("L", (10 + i, 20), i) for i in range(3)]
    found = load_pictures(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert [(picture.page, picture.width, int(picture.pixels[0, 0])) for picture in found] == [
        (1, 10, 0),
        (2, 11, 1),
        (3, 12, 2),
    ]


def test_a_photo_with_a_preview_is_one_picture():
    data = encoded(Image.fromarray(NOISE_RGB), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    assert load(data).shape == (40, 60, 3)


def test_sources_and_their_names(tmp_path):
    path = tmp_path / "é 1.png"
    path.write_bytes(encoded(NOISE, "PNG"))
    named = {str(path): str(path), path: str(path), path.read_bytes(): "<bytes>"}
    for source, name in named.items():
        [picture] = load_pictures(source)
        assert picture == Picture(picture.pixels, name, 1)
        assert np.array_equal(picture.pixels, NOISE)
    with Image.open(path) as image:
        assert load_pictures(image)[0].source == str(path)
    assert load_pictures(NOISE)[0].source == "<array>"
    assert load_pictures(Image.fromarray(NOISE))[0].source == "<image>"


# ---- arrays
# --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[False, True]]), [[0, 255]]),
        (np.array([[0.0, 1.0]]), [[0, 255]]),
        (np.array([[-1.0, 1.0]]), [[0, 255]]),
        (np.array([[0.0, 128.0]]), [[0, 128]]),
        (np.array([[-500.0, 500.0]]), [[0, 255]]),
        (np.array([[0, 200]], np.int64), [[0, 200]]),
        (np.array([[0, 1023]], np.uint16), [[0, 255]]),
        (np.array([[0, 65535]], np.uint16), [[0, 255]]),
        (np.array([[0, 2**32 - 1]], np.uint32), [[0, 255]]),
        (np.array([[-10, 10]]), [[0, 255]]),
        (np.array([[[7], [9]]], np.uint8), [[7, 9]]),
        (np.array([[0.0, 1.0]], np.float16), [[0, 255]]),
    ],
)
def test_arrays_of_every_kind(array, expected):
    assert load(array).tolist() == expected
    assert load(array).dtype == np.uint8


@pytest.mark.parametrize(
    "shape", [(0, 5), (5, 0), (0, 0, 3), (5,), (2, 2, 2), (3, 32, 100), (1, 2, 2, 3), ()]
)
def test_arrays_of_no_use(shape):
    assert f"shape {shape}" in error_of(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_arrays_that_are_not_finite(value):
    assert "not all finite" in error_of(np.array([[0.0, value]]))


def test_arrays_of_things_that_are_no_numbers():
    assert "no picture" in error_of(np.array([["a", "b"]]))
    assert "int is no picture" in error_of(7)  # type: ignore[arg-type]


@settings(max_examples=50)
@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from(["u1", "u2", "i4", "f4", "f8", "?"]),
    st.integers(0, 99),
)
def test_any_array_keeps_its_order(rows, columns, kind, seed):
    values = np.random.default_rng(seed).normal(0, 90, (rows, columns)).astype(kind)
    pixels = load(values)
    order = np.argsort(values.ravel(), kind="stable")
    assert (np.diff(pixels.ravel()[order].astype(int)) >= 0).all()


# ---- what is hostile
# -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"])
def test_cut_short_anywhere_is_an_error(name):
    data = encoded(NOISE, name)
    ends = range(8 if name == "BMP" else 1, len(data) - 40, max(1, len(data) // 25))
    for end in ends:
        error_of(data[:end])


def test_cut_short_at_the_very_end_is_not_silently_read():
    for name in ("JPEG", "PNG"):
        data = encoded(NOISE, name)
        assert read_plain_header(data[:-1]) is None


def test_a_chunk_that_says_it_is_longer_than_the_file_is_left_to_the_child():
    data = bytearray(encoded(NOISE, "PNG"))
    assert read_plain_header(bytes(data)) is not None
    data[33:37] = b"\xff\xff\x00\x13"  # the length of the chunk behind the header
    assert read_plain_header(bytes(data)) is None


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"])
def test_flipped_bytes_give_a_picture_or_an_error(name):
    data = encoded(NOISE, name)
    rng = np.random.default_rng(0)
    for _ in range(40):
        broken = bytearray(data)
        for place in rng.integers(0, len(data), 3):
            broken[place] ^= int(rng.integers(1, 256))
        for found in iter_pictures(bytes(broken)):
            assert isinstance(found, Picture | PictureError)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"GIF89a", b"BM"]),
)
def test_random_bytes_never_do_anything_else(data, magic):
    for found in iter_pictures(magic + data):
        assert isinstance(found, Picture | PictureError)


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (9_001, 10_000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(width, height):
    assert "more than the limit of 90,000,000" in error_of(bare_png(width, height))


def test_bombs_in_other_formats():
    for name in ("TIFF", "GIF", "BMP"):
        data = bytearray(encoded(Image.new("1", (16, 16)), name))
        if name == "GIF":
            data[6:10] = struct.pack("<HH", 65_000, 65_000)
        elif name == "BMP":
            data[18:26] = struct.pack("<ii", 40_000, 40_000)
        else:
            data = bytearray(encoded(Image.new("1", (30_000, 4_000)), name, compression="group4"))
        assert "more than the limit of 90,000,000" in error_of(bytes(data)), name
    assert "more than the limit" in error_of(Image.new("1", (10_000, 9_001)))


def test_a_picture_without_pixels():
    assert "no pixels (0 × 10)" in error_of(bare_png(0, 10))


@pytest.mark.parametrize(("name", "spoken"), [("GIF", "GIF"), ("WEBP", "WebP"), ("PNG", "APNG")])
def test_animations_are_named(name, spoken):
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    message = error_of(encoded(frames[0], name, save_all=True, append_images=frames[1:]))
    assert "animated" in message
    assert spoken in message
    assert "3 frames" in message


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "empty (0 bytes)"),
        (b"hello,\nworld\n", "is text"),
        ("\ufeffgrüße".encode(), "is text"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (b"<svg xmlns='x'/>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "begins like an AVIF"),
        (b"\0" * 64, "not a picture of a known format"),
        (b"\x89PNG\r\n\x1a\n", "begins like a PNG"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path, data, match):
    path = tmp_path / "page.png"
    path.write_bytes(data)
    message = error_of(path)
    assert message.startswith(f"{path}: ")
    assert match in message
    assert "; " in message  # and what to do


def test_an_avif_picture_is_read(tmp_path):
    path = tmp_path / "page.avif"
    drawn = np.full((40, 60, 3), 230, np.uint8)
    drawn[10:30, 20:40] = 30
    Image.fromarray(drawn).save(path, quality=95)
    [picture] = load_pictures(path)
    assert picture.pixels.shape == drawn.shape
    assert np.abs(picture.pixels.astype(int) - drawn).mean() < 4


def test_paths_that_lead_nowhere(tmp_path):
    assert "no such file" in error_of(tmp_path / "none.png")
    assert "is a folder" in error_of(tmp_path)
    assert "cannot be read" in error_of("nul\0.png")
    assert "cannot be read" in error_of(tmp_path / ("x" * 300))
    fifo = tmp_path / "pipe.png"
    os.mkfifo(fifo)
    assert "no regular file" in error_of(fifo)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(NOISE, "PNG"))

    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", forbidden)  # who runs the tests may be allowed everything
    assert "cannot be read (Permission denied); check its path and permissions" in error_of(path)


def test_a_damaged_page_does_not_hide_the_others():
    pages = [Image.fromarray(np.roll(NOISE, i)) for i in range(3)]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_adobe_deflate")
    strips = data.find(zlib.compress(pages[1].tobytes())[:8])
    assert strips > 0
    broken = bytearray(data)
    broken[strips : strips + 16] = bytes(16)
    found = list(iter_pictures(bytes(broken)))
    assert [isinstance(one, Picture) for one in found] == [True, False, True]
    assert str(found[1]).startswith("<bytes>, page 2: ")
    assert found[1].page == 2
    with pytest.raises(PictureError, match="page 2"):
        load_pictures(bytes(broken))


def test_nothing_is_warned_and_no_filter_is_left():
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load(encoded(Image.new("1", (9_480, 9_460)), "PNG"))  # large enough for Pillow to warn
    assert not caught
    assert warnings.filters == before
