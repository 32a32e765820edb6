"""What web processes need of imports: the limits of files, and how PDFs and archives are recognised."""

_SIGNATURE = b"%PDF-"
_ARCHIVE = b"PK\x03\x04"
_WITHIN = 1_024  # bytes, as readers of PDFs allow
LARGEST_FILE = 2_000_000  # bytes
LARGEST_PDF = 20_000_000
# Characters of an article's markup, as each of its readers gets it. The longest novels have three million.
LONGEST_ARTICLE = 4_000_000
LONGEST_BIO = 600
LONGEST_SECTION = 80


def is_pdf(data: bytes) -> bool:
    return _SIGNATURE in data[:_WITHIN] and data.lstrip()[:1] != b"<"


def is_archive(data: bytes) -> bool:
    """Whether this may be a .docx or .epub file."""
    return data.startswith(_ARCHIVE)


def most_bytes(data: bytes) -> int:
    """How large a file may be that begins with `data`."""
    return LARGEST_PDF if is_pdf(data) or is_archive(data) else LARGEST_FILE
