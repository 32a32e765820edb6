"""Pictures of the pages of a PDF, drawn in a subprocess with limits on time and memory."""

import io
import sys

from parley.extraction.errors import CannotImport
from parley.extraction.sandbox import child
from parley.platform.text.messages import N_

MOST_BYTES = 150_000
_SECONDS = 10
_NUMBER = 4  # bytes of the page's number, before those of the PDF
# Height or width in pixels, and WebP's quality: the first with which a picture is small enough.
_TRIES = ((1800, 75), (1400, 70), (1400, 50), (1000, 40), (700, 20))
_FAILED = N_("This page cannot be drawn. Read it in the PDF itself.")


async def draw_page(pdf: bytes, number: int) -> bytes:
    """Return a page, counted from 1, as WebP of at most MOST_BYTES. Raises CannotImport if it cannot be drawn."""
    try:
        return await child.run(__name__, number.to_bytes(_NUMBER, "big") + pdf, _SECONDS)
    except child.Exceeded:
        raise CannotImport(_FAILED) from None


def answer(request: bytes) -> bytes:
    """Draw the page of an encoded request."""
    import pypdfium2  # noqa: PLC0415 PDFium takes 10 MB, only in its own process

    page = pypdfium2.PdfDocument(request[_NUMBER:])[int.from_bytes(request[:_NUMBER], "big") - 1]
    for length, quality in _TRIES:
        drawn, file = page.render(scale=length / max(page.get_size())).to_pil().convert("RGB"), io.BytesIO()
        drawn.save(file, "WEBP", quality=quality)
        if file.tell() <= MOST_BYTES:
            return file.getvalue()
    sys.exit(1)


if __name__ == "__main__":
    child.main(answer)
