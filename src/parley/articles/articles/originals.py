"""The PDFs of articles, kept where the operator and the licence allow it (PARLEY_KEEP_PDFS)."""

import hashlib
import re
from collections.abc import AsyncIterator

import msgspec

from parley.articles.articles.tables import Original
from parley.articles.articles.text import ArticleText
from parley.extraction.limits import is_pdf
from parley.extraction.metadata.licences import licence_name
from parley.platform import db
from parley.platform.ratelimit import take_volume
from parley.platform.settings import settings

# Licences under which everybody may pass a work on as it is.
_OPEN = re.compile(
    r"\b(?:CC0|PDM|CC[ -]BY|public domain|creative commons attribution)\b(?!.*\b(?:NC|non-?commercial))", re.IGNORECASE
)
# Bytes that are in memory at once.
_PART = 262_144
SELECT_PART = "select substring(data from $2::int for $3::int) from original where hash = $1"


async def keep(data: bytes, member: int | None = None) -> str | None:
    """Store a PDF, if the operator wants it, and return its hash. None for any other file."""
    if not is_pdf(data):
        return None
    if settings().keep_pdfs == "off":
        return ""
    if member is not None:
        await take_volume(member, len(data))
    digest = hashlib.sha256(data).hexdigest()
    new = Original(hash=digest, data=data)
    # One that is there counts as new, so that it is not deleted before the text that refers to it is written.
    await Original.insert(new).on_conflict(Original.hash, "DO UPDATE", [(Original.created_at, db.NOW)])
    return digest


def as_licensed(text: ArticleText, licence: str | None) -> ArticleText:
    """`text` without its PDF, unless `licence` or the operator allows to keep it. The licence is as it was stated."""
    if not text.original or settings().keep_pdfs == "on" or _OPEN.search(licence_name(licence or "")):
        return text
    return msgspec.structs.replace(text, original="")


async def parts(digest: str) -> AsyncIterator[bytes]:
    """The bytes of a PDF, a part at a time."""
    at = 1
    while part := await db.value(SELECT_PART, digest, at, _PART):
        yield part
        at += _PART


async def whole(digest: str) -> bytes:
    """The bytes of a PDF, for the process that draws its pages."""
    return b"".join([part async for part in parts(digest)])
