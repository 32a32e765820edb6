"""Jobs: render comments and make their excerpts again after a change, and check the counts of passages every night."""

from collections.abc import Sequence

import msgspec
import structlog

from parley.discussion.comments import counts
from parley.discussion.threads.queries import lock_thread
from parley.people.accounts import queries as accounts
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.text import markdown
from parley.platform.text.beginnings import MOST_BYTES, beginning

log = structlog.get_logger(__name__)

BATCH = 200
THREADS = 100
SELECT_OLD_HTML = f"""
select id, body, author is null as imported from comment
where html_version < $1 and {attempts.due("markdown", "comment.id")}
order by id limit $2 for no key update skip locked
"""  # noqa: S608 constants only
UPDATE_HTML = """
update comment c set html = n.html, html_version = $1, excerpt = n.excerpt
from unnest($2::bigint[], $3::text[], $4::text[]) as n(id, html, excerpt) where c.id = n.id
"""
# Those that were imported, or rendered again.
SELECT_LONG = f"""
select id from comment
where beginning is null and octet_length(html) > {MOST_BYTES} and {attempts.due("beginnings", "id")}
order by id limit 50
"""  # noqa: S608 constants only


class OldHtml(msgspec.Struct, frozen=True):
    id: int
    body: str
    # An imported comment mentions people of another site, not members.
    imported: bool


async def render_old() -> int:
    """Render comments again whose HTML an earlier version of text/markdown.py made; return how many there were."""
    count, more = 0, True
    while more:
        async with db.atomic():
            old = await db.fetch(OldHtml, SELECT_OLD_HTML, markdown.VERSION, BATCH)
            await attempts.in_halves("markdown", old, _render, key=lambda comment: comment.id)
        count, more = count + len(old), bool(old)
    return count


async def _render(old: Sequence[OldHtml]) -> None:
    mentions = {comment.id: [] if comment.imported else markdown.mentioned_names(comment.body) for comment in old}
    members = await accounts.of_names([name for names in mentions.values() for name in names])
    html = [
        markdown.render(comment.body, {name: members[name].name for name in mentions[comment.id] if name in members})
        for comment in old
    ]
    excerpts = [markdown.stored_excerpt(one) for one in html]
    await db.execute(UPDATE_HTML, markdown.VERSION, [comment.id for comment in old], html, excerpts)


async def make_beginnings() -> int:
    """Make the beginnings of long comments that were written without one, and return how many there were."""
    return len(await attempts.each("beginnings", await db.values(SELECT_LONG), _make_beginning))


async def _make_beginning(comment: int) -> None:
    html = await db.value("select html from comment where id = $1 and beginning is null for no key update", comment)
    if html is not None:
        await db.execute("update comment set beginning = $2 where id = $1", comment, beginning(html))


async def check_counts() -> int:
    """Recount the parts of all discussions, repair and log differences, and return how many threads had one."""
    last = await db.value("select coalesce(max(id), 0) from thread")
    drifted = sum(await attempts.each("passage counts", range(0, last, THREADS), _check, in_transaction=False))
    log.info("passage counts checked", threads=last, drifted=drifted)
    return drifted


async def _check(above: int) -> int:
    drifted = await counts.find_drifted(above, above + THREADS)
    return len(await attempts.each("passage counts to repair", drifted, repair))


async def repair(thread: int) -> None:
    log.error("passage counts drifted", thread=thread)
    await lock_thread(thread)
    await counts.recount(thread)
