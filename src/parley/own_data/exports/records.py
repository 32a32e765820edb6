"""The rows of an export: as JSON, one a line; comments also for reading (Markdown) and as W3C Web Annotations."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

import msgspec

from parley.discussion.comments.queries import MAY_BE_QUOTED
from parley.discussion.comments.tables import Comment
from parley.discussion.votes.tables import Vote
from parley.own_data.exports.selects import SELECT_PROFILE
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.markdown import literal, without_embeds

BATCH = 500
# The words around a quote may be beyond the excerpt.
SELECT_WRITTEN = f"""
select c.id, c.thread, t.slug, a.url, c.parent, c.state, c.stance, c.statement,
       case when {MAY_BE_QUOTED} then c.quote end as quote, case when a.display = 'full' then c.prefix end as prefix,
       case when a.display = 'full' then c.suffix end as suffix, c.body, c.created_at, c.edited_at
from comment c join thread t on t.id = c.thread join article a on a.id = t.article
where c.author = $1 and c.id > $2 and ($3::bigint is null or c.thread = $3) order by c.id limit {BATCH}
"""  # noqa: S608 constants only
SELECT_DISCUSSED = """
select t.id, t.slug, t.title, a.url from thread t join article a on a.id = t.article
where t.id in (select thread from comment where author = $1) order by t.id
"""


class RecordLine(msgspec.Struct, frozen=True):
    id: int
    line: str


async def profile(member: int) -> str:
    text: str = await db.value(SELECT_PROFILE, member)
    return text


async def lines(sql: str, member: int, most: int | None = None) -> AsyncIterator[list[str]]:
    """Yield the rows of a query as lines of JSON, in batches of `most`."""
    batch = (
        f"select r.id, row_to_json(r)::text as line from ({sql}) r where r.id > $2 order by r.id limit {most or BATCH}"  # noqa: S608 constants only
    )
    last = 0
    while rows := await db.fetch(RecordLine, batch, member, last):
        yield [row.line for row in rows]
        last = rows[-1].id


async def count(member: int) -> int:
    """How many rows an export of this member has: comments are written three times."""
    comments: int = await Comment.count().where(Comment.author == member)
    votes: int = await Vote.count().where(Vote.member == member)
    return 3 * comments + votes


class ExportedThread(msgspec.Struct, frozen=True):
    id: int
    slug: str
    title: str
    url: str | None

    @property
    def file_name(self) -> str:
        """The archive's file for the comments in it."""
        return f"comments/{self.id}-{self.slug}.md"

    @property
    def heading(self) -> str:
        article = f"\nThe article: <{self.url}>\n" if self.url else ""
        return f"# {literal(self.title)}\n{article}\n"


class WrittenComment(msgspec.Struct, frozen=True):
    """A comment of the member, with the thread and the article that it is about."""

    id: int
    thread: int
    slug: str
    url: str | None
    parent: int | None
    state: str
    stance: str | None
    statement: str | None
    quote: str | None
    prefix: str | None
    suffix: str | None
    body: str
    created_at: datetime
    edited_at: datetime | None

    @property
    def address(self) -> str:
        return f"{settings().base_url}/c/{self.id}"


async def written_comments(member: int, thread: int | None = None) -> AsyncIterator[list[WrittenComment]]:
    """Yield the member's comments, or those in one thread, in batches."""
    last = 0
    while rows := await db.fetch(WrittenComment, SELECT_WRITTEN, member, last, thread):
        yield rows
        last = rows[-1].id


async def threads(member: int) -> list[ExportedThread]:
    return await db.fetch(ExportedThread, SELECT_DISCUSSED, member)


def as_markdown(rows: Iterable[WrittenComment]) -> str:
    """Comments as a file for reading has them: when and where, what they quote, then the text."""
    return "".join(_section(row) for row in rows)


def _section(row: WrittenComment) -> str:
    facts = [f"{row.created_at:%Y-%m-%d %H:%M} UTC", row.address]
    if row.stance:
        facts.append(row.stance)
    if row.parent:
        facts.append(f"in reply to {settings().base_url}/c/{row.parent}")
    if row.state != "visible":
        facts.append(row.state.replace("_", " "))
    quoted = "".join(f"> {line}\n" for line in literal(row.quote or "").splitlines())
    parts = [
        f"## {' · '.join(facts)}",
        quoted.rstrip(),
        f"**{literal(row.statement)}**" if row.statement else "",
        without_embeds(row.body),
    ]
    return "\n\n".join(part for part in parts if part) + "\n\n"


def as_annotation(row: WrittenComment, author: str) -> dict[str, Any]:
    """A comment in the Web Annotation data model (https://www.w3.org/TR/annotation-model/)."""
    words = {"type": "TextualBody", "value": row.body, "format": "text/markdown"}
    tag = {"type": "TextualBody", "purpose": "tagging", "value": row.stance}
    annotation = {
        "id": row.address,
        "type": "Annotation",
        "motivation": "replying" if row.parent else "commenting",
        "created": row.created_at,
        "creator": {"type": "Person", "name": author},
        "body": [words, tag] if row.stance else [words],
        "target": _target(row),
    }
    return annotation | ({"modified": row.edited_at} if row.edited_at else {})


def _target(row: WrittenComment) -> Any:
    if row.parent:
        return f"{settings().base_url}/c/{row.parent}"
    source = row.url or f"{settings().base_url}/t/{row.thread}/{row.slug}"
    if not row.quote:
        return source
    around = {"prefix": row.prefix, "suffix": row.suffix}
    selector = {"type": "TextQuoteSelector", "exact": row.quote} | {name: text for name, text in around.items() if text}
    return {"source": source, "selector": selector}
