"""Recognising a PDF, in a module that does not load PDFium."""

_SIGNATURE = b"%PDF-"
_WITHIN = 1_024  # bytes, as readers of PDFs allow


def is_pdf(data: bytes) -> bool:
    return _SIGNATURE in data[:_WITHIN] and data.lstrip()[:1] != b"<"
