"""Sending one webmention: find where the page takes them, and say that the thread links to it, or no longer does."""

import asyncio
from urllib.parse import urlencode

import msgspec

from parley.extraction.errors import CannotImport, PageGone
from parley.extraction.fetching.fetch import Download, fetch, post
from parley.extraction.text.decoding import decode
from parley.interfaces.webmentions.discovery import endpoint
from parley.platform import db, failpoint
from parley.platform.settings import settings

# Minutes before the attempts after the first: five attempts in two days.
PAUSES = (5, 60, 720, 2_160)
ACCEPTED = range(200, 300)
# The page refused the webmention, and would refuse it again. Not among these: requests that came too fast or too late.
REFUSED = frozenset(range(400, 500)) - {408, 425, 429}
ANY = ("*/*",)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

SETTLE_WEBMENTION = """
update webmention set state = $2, status = $3, attempts = attempts + 1, settled_at = clock_timestamp() where id = $1
"""
RETRY_WEBMENTION = f"""
update webmention set attempts = attempts + 1, status = $2,
  state = case when attempts + 1 > {len(PAUSES)} then 'failed' else state end,
  settled_at = case when attempts + 1 > {len(PAUSES)} then clock_timestamp() end,
  due_at = clock_timestamp() + interval '1 minute' * coalesce(($3::float8[])[attempts + 1], 0)
where id = $1
"""  # noqa: S608 constants only


class DueWebmention(msgspec.Struct, frozen=True):
    """A webmention to send: the path of its thread, and the page that the thread links to."""

    id: int
    target: str
    path: str


async def send(due: DueWebmention) -> None:
    """Send a webmention, and record the result."""
    try:
        status = await _answer(due)
    except PageGone:
        await db.execute(SETTLE_WEBMENTION, due.id, "none", None)
        return
    except CannotImport:
        await db.execute(RETRY_WEBMENTION, due.id, None, PAUSES)
        return
    failpoint.hit("webmention sent")
    if status is None:
        await db.execute(SETTLE_WEBMENTION, due.id, "none", None)
    elif status in ACCEPTED:
        await db.execute(SETTLE_WEBMENTION, due.id, "sent", status)
    elif status in REFUSED:
        await db.execute(SETTLE_WEBMENTION, due.id, "failed", status)
    else:
        await db.execute(RETRY_WEBMENTION, due.id, status, PAUSES)


async def _answer(due: DueWebmention) -> int | None:
    """Return the status of the answer, or None if the page takes no webmentions. Raises CannotImport."""
    allow = settings().fetch_allow
    page = await fetch(due.target, allow=allow, accept=ANY)
    address = await asyncio.to_thread(_endpoint, page)
    if address is None:
        return None
    body = urlencode({"source": settings().base_url + due.path, "target": due.target}).encode()
    return await post(address, body, FORM, allow=allow)


def _endpoint(page: Download) -> str | None:
    html = decode(page.body, page.charset) if "html" in page.content_type else ""
    return endpoint(page.headers.get("link", ""), html, page.final_url)
