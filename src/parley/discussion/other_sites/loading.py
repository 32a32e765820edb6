"""Importing a discussion from another site: its authors become names, not members, and its scores base scores."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from time import time
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from parley.articles.articles import queries as articles
from parley.discussion.comments import anchors
from parley.discussion.comments.counts import recount
from parley.discussion.comments.rules import IS_IN
from parley.discussion.other_sites import imported_addresses
from parley.discussion.threads.locks import lock_several
from parley.discussion.threads.queries import lock_thread
from parley.discussion.threads.tables import Thread
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.events.event_log import emit
from parley.platform.text import markdown
from parley.platform.text.cleaning import one_line
from parley.platform.text.messages import N_

BATCH = 500
# A comment without words, for example a highlight in Hypothesis, is imported like a deleted one.
TOMBSTONES = {"[deleted]": "deleted_by_author", "[removed]": "removed", "": "deleted_by_author"}
LONGEST_NAME = 60

# What the columns can hold: ids without NUL, times up to the year 3000, scores of four bytes.
Id = Annotated[str, Meta(max_length=80, pattern=r"\A[^\x00]*\Z")]
Seconds = Annotated[float, Meta(ge=0, lt=32_503_680_000)]
Score = Annotated[int, Meta(gt=-(2**31), lt=2**31)]
Stance = Literal["supports", "challenges", "adds", "asks"]
INSERT_COMMENTS = """
insert into comment (thread, imported_into, parent, depth, imported_author, imported_id, state, body, html,
                     html_version, excerpt, base_ups, base_downs, created_at, scored_at, stance, reply_count)
select coalesce(p.thread, $1), $1, r.parent, coalesce(p.depth + 1, 0), r.author, r.imported_id, r.state, r.body, r.html,
       $2, r.excerpt, r.ups, r.downs, r.created_at, case when r.ups + r.downs > 0 then r.created_at end,
       case when r.parent is null then r.stance end, r.replies
from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::int[],
            $11::timestamptz[], $12::text[], $13::int[], $14::text[])
     as r(parent, author, imported_id, state, body, html, ups, downs, created_at, stance, replies, excerpt)
left join comment p on p.id = r.parent
on conflict (imported_into, imported_id) where imported_into is not null do nothing
returning id, imported_id, thread
"""
# Comments are inserted with the number of their replies in the file. This corrects the few that differ, as when a later
# file adds replies to a comment of an earlier one.
# Held comments are counted when they are approved (states.py).
COUNT_REPLIES = f"""
with replies as (
    select c.parent, count(*) as n from comment c where c.thread = $1 and c.parent is not null and {IS_IN}
    group by c.parent
), counted as (
    update comment c set reply_count = actual.n
    from (select p.id, coalesce(r.n, 0) as n from comment p left join replies r on r.parent = p.id
          where p.thread = $1) actual
    where c.id = actual.id and c.reply_count <> actual.n
)
update thread set comment_count = (select count(*) from comment c where c.thread = $1 and {IS_IN}),
       last_activity_at = greatest(last_activity_at,
                                   (select max(c.created_at) from comment c where c.thread = $1 and {IS_IN}))
where id = $1
"""  # noqa: S608 constants only
# A branch may also have been moved here from the thread that the same file was imported into before.
SELECT_IMPORTED = """
select id, imported_id, thread from comment where imported_into = $1
union all
select id, imported_id, thread from comment where thread = $1 and imported_into <> $1
"""
# The comment is about the version in which its words were found.
SET_REVISION = """
update comment c set revision = t.revision from thread t where t.id = c.thread and c.id = $1 and c.revision is null
"""


class ImportLine(msgspec.Struct, frozen=True):
    """One comment of the file. Ids are opaque."""

    id: Id
    parent_id: str | None = None
    author: str | None = None
    created_utc: Seconds = 0.0
    body: str = ""
    score: Score = 0
    kind: str = "comment"
    # Of a top-level comment, and the words of the article that it is about.
    stance: Stance | None = None
    quote: str = ""
    # Only a keyed hash of it is stored.
    email: str = ""

    @property
    def state(self) -> str:
        return TOMBSTONES.get(self.body.strip(), "visible")


class RenderedLine(msgspec.Struct, frozen=True):
    """A line with its text as it is stored, that as HTML, and the number of its replies in the file."""

    line: ImportLine
    body: str
    html: str
    replies: int


class Summary(msgspec.Struct):
    added: int = 0
    known: int = 0
    skipped: int = 0


class ImportedComment(msgspec.Struct, frozen=True):
    """A comment that was imported into a thread. Its own `thread` is another one if a moderator moved it."""

    id: int
    imported_id: str
    thread: int


async def import_discussion(thread: int, lines: Sequence[ImportLine], progress: Callable[[int], None]) -> Summary:
    """Add the comments of `lines` that `thread` does not have yet, parents before children.

    A new reply to a comment that was moved to another thread is added there. `progress` is called with the number of
    comments after each batch. Importing the same file again adds nothing. Raises NotFound if there is no such thread.
    """
    comments = {line.id: line for line in lines if line.kind == "comment"}
    summary = Summary(skipped=len(lines) - len(comments))
    lineages = await lineages_of_quotes(thread, (line.quote for line in lines if line.parent_id is None))
    stored = await _imported_before(thread)
    replies = Counter(line.parent_id for line in comments.values())

    def render(line: ImportLine) -> RenderedLine:
        line = _with_quote(line, lineages)
        body = "" if line.state != "visible" else line.body.replace("\x00", "")
        return RenderedLine(line, body, markdown.render(body), replies[line.id])

    # Before the transaction, so that nobody who writes in the thread waits for it.
    rendered = {line.id: render(line) for line in comments.values() if line.id not in stored}
    async with db.atomic():
        ids = {number: comment.id for number, comment in (await _lock_threads(thread)).items()}
        changed: Counter[int] = Counter()
        for level in _levels(comments):
            # A moderator may have moved a comment away after `stored` was read.
            new = [rendered.get(line.id) or render(line) for line in level if line.id not in ids]
            summary.known += len(level) - len(new)
            for start in range(0, len(new), BATCH):
                batch = new[start : start + BATCH]
                added = await _insert(thread, batch, ids)
                ids |= {comment.imported_id: comment.id for comment in added}
                changed.update(comment.thread for comment in added)
                await _anchor_and_store_addresses(thread, batch, added, lineages)
                progress(len(batch))
        summary.added = changed.total()
        for number, count in sorted(changed.items()):
            await db.execute(COUNT_REPLIES, number)
            await recount(number)
            await emit("discussion.imported", thread=number, payload={"added": count})
    return summary


async def _lock_threads(thread: int) -> dict[str, ImportedComment]:
    """Lock a thread and those to which its imported comments were moved; return these comments. Raises NotFound."""
    locked: set[int] = set()
    known = await _imported_before(thread)
    needed = {thread, *(comment.thread for comment in known.values())}
    if len(needed) > 1:
        await lock_several()
    while needed - locked:
        for number in sorted(needed - locked):
            if await lock_thread(number) is None:
                raise NotFound(N_("There is no thread {thread}."), thread=str(number))
        locked |= needed
        known = await _imported_before(thread)
        needed = {comment.thread for comment in known.values()}
    return known


async def _anchor_and_store_addresses(
    thread: int, batch: Sequence[RenderedLine], added: Sequence[ImportedComment], lineages: Mapping[str, int]
) -> None:
    """Anchor the comments that were added, and store the hashes of the addresses of their authors."""
    lines = {comment.line.id: comment.line for comment in batch if comment.line.state == "visible"}
    shown = [(row.id, lines[row.imported_id]) for row in added if row.imported_id in lines]
    await attach(thread, {comment: line.quote for comment, line in shown if line.quote}, lineages)
    await imported_addresses.store({comment: line.email for comment, line in shown if "@" in line.email})


async def _imported_before(thread: int) -> dict[str, ImportedComment]:
    """Return the comments that were imported earlier, by their ids in the file."""
    return {comment.imported_id: comment for comment in await db.fetch(ImportedComment, SELECT_IMPORTED, thread)}


def _levels(comments: dict[str, ImportLine]) -> Iterable[list[ImportLine]]:
    """Yield the comments level by level, parents before replies; a cycle of replies begins at the top level."""
    below: dict[str | None, list[ImportLine]] = {}
    for line in comments.values():
        parent = line.parent_id if line.parent_id in comments and line.parent_id != line.id else None
        below.setdefault(parent, []).append(line)
    level = below.pop(None, [])
    while level or below:
        if not level:
            level = [below[next(iter(below))].pop(0)]
            below = {parent: lines for parent, lines in below.items() if lines}
        yield level
        level = [line for above in level for line in below.pop(above.id, [])]


def _with_quote(line: ImportLine, lineages: Mapping[str, int]) -> ImportLine:
    """Return the line. Quoted words that the article here does not have are put in front of its text."""
    words = " ".join(line.quote.split())
    if not words or (words in lineages and line.parent_id is None):
        return line
    body = line.body if line.state != "visible" else f"> {markdown.literal(words)}\n\n{line.body}"
    return msgspec.structs.replace(line, body=body, quote="")


async def _insert(thread: int, batch: Sequence[RenderedLine], ids: dict[str, int]) -> list[ImportedComment]:
    lines = [comment.line for comment in batch]
    return await db.fetch(
        ImportedComment,
        INSERT_COMMENTS,
        thread,
        markdown.VERSION,
        [ids.get(line.parent_id or "") for line in lines],
        [_author(line) for line in lines],
        [line.id for line in lines],
        [line.state for line in lines],
        [comment.body for comment in batch],
        [comment.html for comment in batch],
        [max(line.score, 0) for line in lines],
        [max(-line.score, 0) for line in lines],
        # No site has comments of tomorrow: a thread with one would stay the most active.
        [datetime.fromtimestamp(min(line.created_utc, time()), UTC) for line in lines],
        [line.stance for line in lines],
        [comment.replies for comment in batch],
        [markdown.stored_excerpt(comment.html) for comment in batch],
    )


def _author(line: ImportLine) -> str | None:
    if not line.author or line.author in TOMBSTONES:
        return None
    return one_line(line.author)[:LONGEST_NAME] or None


async def lineages_of_quotes(thread: int, quotes: Iterable[str]) -> dict[str, int]:
    """Return for each quote the lineage of the first passage that has it; quotes that none has are left out."""
    wanted = {" ".join(quote.split()) for quote in quotes} - {""}
    if not wanted:
        return {}
    revision: int | None = await db.value(Thread.select(Thread.revision).where(Thread.id == thread))
    passages = [
        (passage.lineage, " ".join(passage.text.split())) for passage in await articles.text(thread, revision or 1)
    ]
    by_quote = {}
    for quote in wanted:
        lineage = next((lineage for lineage, text in passages if quote in text), None)
        if lineage is not None:
            by_quote[quote] = lineage
    return by_quote


async def attach(thread: int, comments: Mapping[int, str], lineages: Mapping[str, int]) -> None:
    """Anchor comments that were just written, each with its quote. The caller has locked the thread's row."""
    for comment, quote in comments.items():
        words = " ".join(quote.split())
        try:
            anchor = await anchors.find(thread, lineages[words], words, "")
        except Refused:
            # The words cannot be an anchor of the passage, so the comment stays one on the whole article.
            continue
        await db.execute(SET_REVISION, comment)
        await anchors.attach(comment, anchor)
