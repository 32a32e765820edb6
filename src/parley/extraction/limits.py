"""What web processes need of imports: the limits of files, and how a PDF is recognised."""

_SIGNATURE = b"%PDF-"
_WITHIN = 1_024  # bytes, as readers of PDFs allow
LARGEST_FILE = 2_000_000  # bytes
LARGEST_PDF = 20_000_000
LONGEST_BIO = 600
LONGEST_SECTION = 80


def is_pdf(data: bytes) -> bool:
    return _SIGNATURE in data[:_WITHIN] and data.lstrip()[:1] != b"<"
