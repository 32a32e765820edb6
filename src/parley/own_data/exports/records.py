"""The rows of an export that are written as JSON, one a line, and the SQL that reads them.

Each query returns the rows of the member $1 with the columns of the line, the first of which is `id`. Left out is what
belongs to others: staff notes, who reported the member, and who decided.
"""

from collections.abc import AsyncIterator

import msgspec

from parley.discussion.comments.queries import MAY_BE_QUOTED
from parley.moderation.decisions.queries import RESTRICTIONS, UNSENT
from parley.platform import db

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
SELECT_COMMENTS = f"""
select c.id, c.thread, t.title as thread_title, c.parent, c.state, c.stance, c.statement,
       case when {MAY_BE_QUOTED} then c.quote end as quote, c.body, c.assisted,
       c.version, c.ups, c.downs, c.agrees, c.disagrees, c.unsure, c.created_at, c.edited_at, c.deleted_at
from comment c join thread t on t.id = c.thread where c.author = $1
"""  # noqa: S608 constants only
SELECT_VERSIONS = """
select v.id, v.comment, v.number, v.body, v.statement, v.written_at
from comment_version v join comment c on c.id = v.comment where c.author = $1
"""
SELECT_VOTES = "select id, comment, thread, axis, value, changed_at from vote where member = $1"
SELECT_THREADS = """
select t.id, t.title, t.topic, t.state, a.url, t.created_at
from thread t join article a on a.id = t.article where t.starter = $1
"""
# The draft of an update is an article, that of a correction only passages.
SELECT_SUGGESTIONS = """
select s.id, s.thread, s.passage, s.reason, s.state, coalesce(d.draft -> 'passages', d.draft) as passages, s.answer,
       s.created_at, s.decided_at
from suggested_update s cross join lateral (select convert_from(s.draft, 'UTF8')::json as draft) d where s.member = $1
"""
SELECT_FOLLOWS = "select id, thread, level, channel, since from follow where member = $1"
SELECT_TOPICS = "select id, topic, level, since from topic_follow where member = $1"
SELECT_BLOCKS = """
select b.id, m.name, b.kind, b.created_at from block b join member m on m.id = b.other where b.member = $1
"""
SELECT_VISITS = "select id, thread, seen_at from visit where member = $1"
SELECT_SESSIONS = "select id, agent, address, site, created_at, seen_at, expires_at from session where member = $1"
SELECT_PASSKEYS = "select id, name, created_at, used_at from passkey where member = $1"
SELECT_TOKENS = "select id, name, scopes, created_at, expires_at, used_at from api_token where member = $1"
# What became a comment is among the comments.
SELECT_FIRST_COMMENTS = """
select id, site, url, stance, body, assisted, state, message, created_at from first_comment
where member = $1 and state <> 'posted'
"""
SELECT_IDENTITIES = "select id, source, subject, created_at from identity where member = $1"
SELECT_INVITATIONS = "select id, uses, created_at, expires_at from invitation where member = $1"
# As on the page of the member's decisions: a proposal, or a decision about what others reported, would tell of it.
SELECT_DECISIONS = f"""
select id, kind, target, thread, action, guideline, reason, moderator is null as automated, until, role, state,
       created_at, ended_at
from decision where member = $1 and state not in {UNSENT} and action = any(array{[*RESTRICTIONS, "role"]})
"""  # noqa: S608 constants only
SELECT_APPEALS = "select id, decision, text, state, answer, created_at, decided_at from appeal where member = $1"
SELECT_REPORTS = """
select r.id, i.kind, i.target, i.thread, r.guideline, r.text, r.state, r.outcome, r.created_at, r.resolved_at
from report r join queue_item i on i.id = r.item where r.reporter = $1
"""
SELECT_CLAIMS = "select id, article, way, role, state, email, text, created_at from claim where member = $1"
SELECT_IMPORTED_CLAIMS = """
select id, source, name, page, state, comments, created_at, decided_at from imported_claim where member = $1
"""
# The order of the files in the archive.
RECORDS = {
    "comments.jsonl": SELECT_COMMENTS,
    "comment-versions.jsonl": SELECT_VERSIONS,
    "votes.jsonl": SELECT_VOTES,
    "threads.jsonl": SELECT_THREADS,
    "suggested-corrections.jsonl": SELECT_SUGGESTIONS,
    "follows.jsonl": SELECT_FOLLOWS,
    "topics.jsonl": SELECT_TOPICS,
    "visits.jsonl": SELECT_VISITS,
    "blocks.jsonl": SELECT_BLOCKS,
    "sessions.jsonl": SELECT_SESSIONS,
    "passkeys.jsonl": SELECT_PASSKEYS,
    "tokens.jsonl": SELECT_TOKENS,
    "first-comments.jsonl": SELECT_FIRST_COMMENTS,
    "connected-accounts.jsonl": SELECT_IDENTITIES,
    "invitations.jsonl": SELECT_INVITATIONS,
    "decisions.jsonl": SELECT_DECISIONS,
    "appeals.jsonl": SELECT_APPEALS,
    "reports.jsonl": SELECT_REPORTS,
    "claims.jsonl": SELECT_CLAIMS,
    "imported-claims.jsonl": SELECT_IMPORTED_CLAIMS,
}


class RecordLine(msgspec.Struct, frozen=True):
    """A row of a table, and its JSON."""

    id: int
    line: str


async def profile(member: int) -> str:
    """The member's account and settings, as JSON."""
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
    amount: int = await db.value(
        """select 3 * (select count(*) from comment where author = $1)::int
                  + (select count(*) from vote where member = $1)::int""",
        member,
    )
    return amount
