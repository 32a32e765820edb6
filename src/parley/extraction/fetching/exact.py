"""Fetching a file from an address without redirects, for other packages."""

from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import fetch
from parley.platform.errors import Busy
from parley.platform.settings import settings
from parley.platform.text.messages import N_

KINDS = (
    "text/plain",
    "text/xml",
    "application/xml",
    "application/octet-stream",
    "binary/octet-stream",
    "application/x-pem-file",
    "application/x-x509-ca-cert",
)
LIMIT = 100_000


async def fetch_body(url: str) -> bytes:
    """Return the body at `url`, within the limits of an import. Raises Busy when it cannot be fetched now."""
    try:
        rows = await fetch(url, allow=settings().fetch_allow, limit=LIMIT, accept=KINDS)
    except CannotImport as error:
        raise Busy(N_("{url} cannot be fetched. Nothing was changed; please send this again."), 60, url=url) from error
    if rows.final_url != url:
        raise Busy(N_("{url} redirects to another address, so it is not used. Nothing was changed."), 60, url=url)
    return rows.body
