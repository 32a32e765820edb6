"""The worker's job: send one webmention for each new thread to the page of its article.

It is sent again when moderators remove the link to the page, and when they restore it. The standard calls both updates.
"""

import asyncio
import re
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import urljoin

import msgspec

from parley.extraction.errors import CannotImport, PageGone
from parley.extraction.fetching.fetch import Download, fetch, post_form
from parley.extraction.text.decoding import decode
from parley.interfaces.webmentions.tables import Webmention
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.settings import settings

JOB = "webmentions"
BATCH = 10
# A thread that is older was moved here from another site, or this was switched on later.
NEW_HOURS = 24
# Minutes before the attempts after the first: five attempts in two days.
PAUSES = (5, 60, 720, 2_160)
ACCEPTED = range(200, 300)
# The page refused the webmention, and would refuse it again. Not among these: requests that came too fast or too late.
REFUSED = frozenset(range(400, 500)) - {408, 425, 429}
REL = "webmention"
# Characters of a page that are parsed.
LONGEST_PARSED = 200_000
LINK_REL = re.compile(r'(?:^|;)\s*rel\s*=\s*"?([^";]*)', re.IGNORECASE)

# The addresses of fetched articles: a pasted text only claims to be from somewhere.
INSERT_DUE = f"""
insert into webmention (thread, target, due_at)
select t.id, a.url, now() from thread t join article a on a.id = t.article
where t.created_at > now() - interval '{NEW_HOURS} hours' and a.url is not null and not a.untitled
  and not starts_with(a.url, $1 || '/') and not exists (select from webmention w where w.thread = t.id)
on conflict do nothing
"""  # noqa: S608 constants only
RENEW_CHANGED = """
update webmention w set state = 'waiting', linked = not a.untitled, attempts = 0, due_at = now(), settled_at = null
from thread t join article a on a.id = t.article
where t.id = w.thread and w.state = 'sent' and w.linked = a.untitled
"""
# A claimed one is due again after a quarter of an hour, in case its worker crashes.
CLAIM_WEBMENTIONS = f"""
update webmention w set due_at = clock_timestamp() + interval '15 minutes' from thread t
where t.id = w.thread and w.id in (
  select id from webmention where state = 'waiting' and due_at <= clock_timestamp() and {attempts.due(JOB, "id")}
  order by due_at limit {BATCH} for update skip locked)
returning w.id, w.target, '/t/' || t.id || '/' || t.slug as path
"""  # noqa: S608 constants only
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


async def send_due() -> int:
    """Send the webmentions that are due, and return how many there were."""
    if not settings().webmentions:
        return 0
    await db.execute(INSERT_DUE, settings().base_url)
    await db.execute(RENEW_CHANGED)
    due = await db.fetch(DueWebmention, CLAIM_WEBMENTIONS)
    await attempts.each(JOB, due, send, key=lambda webmention: webmention.id, in_transaction=False)
    return len(due)


async def send(due: DueWebmention) -> None:
    """Send a webmention, and record the result."""
    try:
        status = await _answer(due)
    except PageGone:
        status = None
    except CannotImport:
        await db.execute(RETRY_WEBMENTION, due.id, None, PAUSES)
        return
    else:
        failpoint.hit("webmention sent")
    if status is None:
        await _settle(due, "none", None)
    elif status in ACCEPTED:
        await _settle(due, "sent", status)
    elif status in REFUSED:
        await _settle(due, "failed", status)
    else:
        await db.execute(RETRY_WEBMENTION, due.id, status, PAUSES)


async def _settle(due: DueWebmention, state: str, status: int | None) -> None:
    await Webmention.update(
        {
            Webmention.state: state,
            Webmention.status: status,
            Webmention.attempts: Webmention.attempts + 1,
            Webmention.settled_at: db.NOW,
        }
    ).where(Webmention.id == due.id)


async def _answer(due: DueWebmention) -> int | None:
    """Return the status of the answer, or None if the page takes no webmentions. Raises CannotImport."""
    allow = settings().fetch_allow
    page = await fetch(due.target, allow=allow, accept=("*/*",))
    address = await asyncio.to_thread(_endpoint, page)
    if address is None:
        return None
    return await post_form(address, {"source": settings().base_url + due.path, "target": due.target}, allow=allow)


def _endpoint(page: Download) -> str | None:
    html = decode(page.body, page.charset) if "html" in page.content_type else ""
    return endpoint(page.headers.get("link", ""), html, page.final_url)


def endpoint(header: str, html: str, page: str) -> str | None:
    """Return the address to which webmentions of `page` go, or None if it takes none.

    The `Link` header counts first, then the first `<link>` or `<a>`. Addresses are relative to `page`. A malformed
    address counts as none.
    """
    address = _in_header(header)
    if address is None:
        address = _in_page(html)
    try:
        return None if address is None else urljoin(page, address)
    except ValueError:
        return None


def _in_header(header: str) -> str | None:
    """Return the first address that a `Link` header names, or None."""
    for link in re.split(r",\s*<", header):
        address, _, parameters = link.partition(">")
        rel = LINK_REL.search(parameters)
        if rel is not None and REL in rel[1].lower().split():
            return address.strip().removeprefix("<")
    return None


class _LinkParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.address: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"link", "a"} and self.address is None and REL in (values.get("rel") or "").lower().split():
            # An empty address is the page itself; an element without one does not count.
            self.address = values.get("href")


def _in_page(html: str) -> str | None:
    parser = _LinkParser()
    # The parser fails on a malformed declaration, such as `<![![`. The links before it count.
    with suppress(AssertionError):
        parser.feed(html[:LONGEST_PARSED])
    return parser.address
