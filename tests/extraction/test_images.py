import hashlib
import io

import pytest
from PIL import Image

from parley.extraction.errors import CannotImport
from parley.extraction.sandbox.images import reencode


def picture(size: tuple[int, int] = (30, 20), kind: str = "PNG", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **how)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_a_picture_becomes_webp_named_by_its_bytes(kind: str) -> None:
    image = reencode(picture(kind=kind))
    assert (image.mime, image.width, image.height) == ("image/webp", 30, 20)
    assert image.hash == hashlib.sha256(image.data).hexdigest()
    with Image.open(io.BytesIO(image.data)) as seen:
        assert (seen.format, seen.size) == ("WEBP", (30, 20))


def test_where_and_when_it_was_taken_is_dropped_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera"  # turned by a quarter; its maker
    image = reencode(picture(kind="JPEG", exif=exif))
    assert (image.width, image.height) == (20, 30)
    assert b"A camera" not in image.data
    with Image.open(io.BytesIO(image.data)) as seen:
        assert not seen.getexif()


def test_a_wide_picture_is_made_narrower() -> None:
    image = reencode(picture((3200, 1000)))
    assert (image.width, image.height) == (1600, 500)


def test_an_animation_becomes_its_first_frame() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(reencode(out.getvalue()).data)) as seen:
        assert getattr(seen, "n_frames", 1) == 1
        red, _, blue = seen.convert("RGB").getpixel((4, 4))  # type: ignore[misc]
        assert red > 200
        assert blue < 50


def test_what_shines_through_stays_so() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 128, 128, 90)).save(out, "PNG")
    with Image.open(io.BytesIO(reencode(out.getvalue()).data)) as seen:
        assert "A" in seen.getbands()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a JPEG"),
        (SVG, "not a JPEG"),
        (b"<html><script>alert(1)</script>", "not a JPEG"),
        (b"%PDF-1.7", "not a JPEG"),
        (b"GIF89a/*" + SVG, "damaged"),
        (picture()[:40], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + picture(kind="JPEG"), "damaged"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "damaged"),
    ],
    ids=["empty", "svg", "html", "pdf", "gif-and-script", "cut-off", "jpeg-called-png", "sound"],
)
def test_anything_odd_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(CannotImport, match=says):
        reencode(data)


def test_a_huge_one_is_refused_in_words() -> None:
    with pytest.raises(CannotImport, match="20 million"):
        reencode(picture((5000, 4001)))


def test_a_polyglot_leaves_only_its_pixels() -> None:
    assert b"script" not in reencode(picture() + SVG).data
