"""The worker's job: checks whether pages name their author, once when a claim is made, then every month."""

import asyncio
from contextlib import suppress
from html.parser import HTMLParser

from parley.articles.articles.addresses import same_site
from parley.discussion.threads.queries import lock_thread
from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import fetch
from parley.extraction.text.decoding import decode
from parley.letters.authors import ops, queries, rules
from parley.letters.authors.queries import ClaimRow
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.events.job_wakeups import start_another
from parley.platform.settings import settings
from parley.platform.text.messages import N_, Message, serialize

# A claimed check is due again after a quarter of an hour, in case its worker dies.
TAKE_CLAIMS = """
update claim set check_at = now() + interval '15 minutes' where id in (
    select id from claim where check_at <= now() and state in ('waiting', 'confirmed') and way = 'page'
    order by check_at limit 10 for update skip locked)
returning id
"""
# A claim whose proof was missing is checked again when its member asks, others after a month.
RECORD_CHECK = """
update claim set misses = $2, note = $3, check_at = case when not $4 then now() + interval '30 days' end where id = $1
"""
NO_PROOF = N_("The head of the page has neither a link to your profile nor your token.")
ELSEWHERE = N_("The address of the article leads to another site.")
# Characters of a page that are parsed. No head is longer.
LONGEST_PARSED = 200_000


class AuthorLinks(HTMLParser):
    """The addresses that the head of a page links as its author's (`rel=me`), and its `parley-author` tokens.

    Only the head counts, up to the first element that belongs to the body: readers may have written parts of the body.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.me: set[str] = set()
        self.tokens: set[str] = set()
        self.is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.is_over or tag not in {"html", "head", "link", "meta", "title", "style", "script", "base", "noscript"}:
            self.is_over = True
            return
        values = {name: value or "" for name, value in attrs}
        if tag == "link" and "me" in values.get("rel", "").lower().split():
            self.me.add(values.get("href", "").strip())
        if tag == "meta" and values.get("name", "").strip().lower() == "parley-author":
            self.tokens.add(values.get("content", "").strip())

    def handle_endtag(self, tag: str) -> None:
        self.is_over = self.is_over or tag == "head"


def read_head(html: str) -> AuthorLinks:
    links = AuthorLinks()
    # The parser fails on a malformed declaration, such as `<![![`. What stands before it counts.
    with suppress(AssertionError):
        links.feed(html[:LONGEST_PARSED])
    return links


async def check_due() -> int:
    if numbers := await db.values(TAKE_CLAIMS):
        start_another()
    await attempts.each("claims", numbers, _check, key=lambda number: number, in_transaction=False)
    return len(numbers)


async def _check(number: int) -> None:
    row = await queries.one(number)
    if row is None:
        return
    problem = await problem_of(row)
    async with db.atomic():
        await lock_thread(row.thread)
        row = await queries.one(number)
        if row is not None and row.state in {"waiting", "confirmed"}:
            await _note(row, problem)


async def _note(row: ClaimRow, problem: Message | None) -> None:
    """Confirm a claim that is proven; end one whose proof has been missing too often in a row."""
    misses = 0 if problem is None else row.misses + 1
    if problem is None and row.state == "waiting":
        await ops.settle(row, "confirmed")
        await ops.tell_claimant(row, "confirmed")
    elif row.state == "confirmed" and misses >= rules.MOST_MISSES:
        await ops.settle(row, "ended", role=row.role)
        await ops.tell_claimant(row, "ended")
    note = serialize(problem) if problem else ""
    await db.execute(RECORD_CHECK, row.id, misses, note, row.state == "waiting" and problem is not None)


async def problem_of(row: ClaimRow) -> Message | None:
    """Fetch the page of an article and return why it does not prove a claim; None if it does."""
    if row.url is None:
        return N_("This article has no address of its own.")
    try:
        fetched = await fetch(row.url, allow=settings().fetch_allow)
    except CannotImport as error:
        return error.message
    if not same_site(fetched.final_url, row.url):
        return ELSEWHERE
    head = await asyncio.to_thread(lambda: read_head(decode(fetched.body, fetched.charset)))
    return None if proves(head, row) else NO_PROOF


def proves(head: AuthorLinks, row: ClaimRow) -> bool:
    """Whether a page names the member: by the token, or by a link to their profile here."""
    profile = f"{settings().base_url}/u/{row.name}".casefold()
    return row.token in head.tokens or profile in {link.rstrip("/").casefold() for link in head.me}
