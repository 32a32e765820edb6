"""The rows of an export: as JSON, one a line; comments also for reading (Markdown) and as W3C Web Annotations.

Each query returns the rows of the member $1 with the columns of the line, the first of which is `id`. Left out is what
belongs to others: staff notes, who reported the member, and who decided.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

import msgspec

from parley.discussion.comments.queries import MAY_BE_QUOTED
from parley.discussion.comments.tables import Comment
from parley.discussion.thesis.queries import MAY_BE_READ
from parley.discussion.votes.tables import Vote
from parley.moderation.decisions.queries import RESTRICTIONS, UNSENT
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.markdown import literal

BATCH = 500
SELECT_PROFILE = """
select row_to_json(r)::text from (
    select id, name, email, role, state, state_until, state_reason, title, bio, assisted, density, legend, marks,
           in_maps, has_feed, zone, created_at, seen_at,
           (select json_agg(f.name order by changed_at) from former_name f where f.member = m.id) as former_names,
           (select json_agg(json_build_object('kind', kind, 'channel', channel) order by kind)
            from notification_preference where member = m.id) as notifications,
           (select json_build_object('starts', starts, 'ends', ends) from quiet_hours where member = m.id)
             as quiet_hours,
           (select json_build_object('frequency', frequency, 'weekday', weekday, 'hour', hour,
                                     'paused_until', paused_until)
            from subscription where member = m.id) as digest
    from member m where id = $1
) r
"""
# The files in the archive, in order, with the query of their lines.
RECORDS = {
    "comments.jsonl": f"""
        select c.id, c.thread, t.title as thread_title, c.parent, c.state, c.stance, c.statement,
               case when {MAY_BE_QUOTED} then c.quote end as quote, c.body, c.assisted,
               c.version, c.ups, c.downs, c.agrees, c.disagrees, c.unsure, c.created_at, c.edited_at, c.deleted_at
        from comment c join thread t on t.id = c.thread where c.author = $1
    """,  # noqa: S608 constants only
    "comment-versions.jsonl": """
        select v.id, v.comment, v.number, v.body, v.statement, v.written_at
        from comment_version v join comment c on c.id = v.comment where c.author = $1
    """,
    "votes.jsonl": "select id, comment, thread, axis, value, changed_at from vote where member = $1",
    "thesis-answers.jsonl": f"""
        select v.id, v.thread, h.version, case when {MAY_BE_READ} then h.text end as thesis, v.value, v.seen,
               v.changed_at
        from thesis_answer v join thesis h on h.id = v.thesis
        join thread t on t.id = h.thread join article a on a.id = t.article where v.member = $1
    """,  # noqa: S608 constants only
    "theses.jsonl": """
        select id, thread, version, text, created_at, ended_at from thesis where member = $1
    """,
    "threads.jsonl": """
        select t.id, t.title, t.topic, t.state, a.url, t.created_at
        from thread t join article a on a.id = t.article where t.starter = $1
    """,
    # The draft of an update is an article; the draft of a correction is a list of passages.
    "suggested-corrections.jsonl": """
        select s.id, s.thread, s.passage, s.reason, s.state, coalesce(d.draft -> 'passages', d.draft) as passages,
               s.answer, s.created_at, s.decided_at
        from suggested_update s cross join lateral (select convert_from(s.draft, 'UTF8')::json as draft) d
        where s.member = $1
    """,
    "follows.jsonl": "select id, thread, level, channel, since from follow where member = $1",
    "topics.jsonl": "select id, topic, level, since from topic_follow where member = $1",
    "visits.jsonl": "select id, thread, seen_at from visit where member = $1",
    "blocks.jsonl": """
        select b.id, m.name, b.kind, b.created_at from block b join member m on m.id = b.other where b.member = $1
    """,
    "sessions.jsonl": "select id, agent, address, site, created_at, seen_at, expires_at from session where member = $1",
    "passkeys.jsonl": "select id, name, created_at, used_at from passkey where member = $1",
    "tokens.jsonl": "select id, name, scopes, created_at, expires_at, used_at from api_token where member = $1",
    # Those that were posted are among the comments.
    "first-comments.jsonl": """
        select id, site, url, stance, body, assisted, state, message, created_at from first_comment
        where member = $1 and state <> 'posted'
    """,
    "connected-accounts.jsonl": "select id, source, subject, created_at from identity where member = $1",
    "invitations.jsonl": "select id, uses, created_at, expires_at from invitation where member = $1",
    # The same as on the page of the member's decisions: others would reveal a proposal, or that somebody was reported.
    "decisions.jsonl": f"""
        select id, kind, target, thread, action, guideline, reason, moderator is null as automated, until, role, state,
               created_at, ended_at
        from decision where member = $1 and state not in {UNSENT} and action = any(array{[*RESTRICTIONS, "role"]})
    """,  # noqa: S608 constants only
    "appeals.jsonl": "select id, decision, text, state, answer, created_at, decided_at from appeal where member = $1",
    "reports.jsonl": """
        select r.id, i.kind, i.target, i.thread, r.guideline, r.text, r.state, r.outcome, r.created_at, r.resolved_at
        from report r join queue_item i on i.id = r.item where r.reporter = $1
    """,
    "claims.jsonl": "select id, article, way, role, state, email, text, created_at from claim where member = $1",
    "imported-claims.jsonl": """
        select id, source, name, page, state, comments, created_at, decided_at from imported_claim where member = $1
    """,
}
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


async def lines(sql: str, member: int) -> AsyncIterator[list[str]]:
    """Yield the rows of a query as lines of JSON, in batches."""
    batch = f"select r.id, row_to_json(r)::text as line from ({sql}) r where r.id > $2 order by r.id limit {BATCH}"  # noqa: S608 constants only
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
        return f"# {self.title}\n{article}\n"


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
    """Comments as a file for reading has them: when and where, what they quote, then the text as it was typed."""
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
        row.body,
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
