"""What a PDF states about itself: its title and its authors."""

import re

import msgspec
import pypdfium2

from parley.extraction.metadata.names import fold, names_in

_NO_TITLE = re.compile(
    r"untitled|^arxiv:|microsoft (?:word|powerpoint)"
    r"|\.(?:docx?|tex|dvi|pdf|indd|qxd|html?|pptx?|rtf)\b|^https?:|[\\/]\w+[\\/]|^\W*$",
    re.IGNORECASE,
)
_DEGREES = re.compile(r"\b(?:Prof|Dr)\.\s*")
_SHORTEST, LONGEST_TITLE = 4, 300
_LONGEST_AUTHORS = 2_000


class Properties(msgspec.Struct, frozen=True):
    title: str
    authors: tuple[str, ...]


def read_properties(document: pypdfium2.PdfDocument) -> Properties:
    """The title and the authors, where they are plausible; empty otherwise."""
    stated = document.get_metadata_dict(skip_empty=True)
    title = " ".join(stated.get("Title", "").split())
    if not _SHORTEST <= len(title) <= LONGEST_TITLE or _NO_TITLE.search(title):
        title = ""
    authors = names_in(_DEGREES.sub("", stated.get("Author", "")[:_LONGEST_AUTHORS]))
    return Properties(title, tuple(authors))


def stands_in(words: str, text: str) -> bool:
    """Whether a text has these words, whatever their case and punctuation."""
    return bool(fold(words)) and fold(words) in fold(text)
