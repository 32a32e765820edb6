"""The items of issues, without those that were hidden, blocked, reported or read meanwhile."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from parley.articles.articles.rules import READABLE
from parley.discussion.comments.queries import MAY_BE_QUOTED as MAY_QUOTE_ARTICLE
from parley.discussion.comments.rules import EXCERPT
from parley.discussion.thesis.queries import PRESENT
from parley.letters.digests.queries import IssueRow
from parley.letters.digests.schedule import omits_weekly_topics
from parley.letters.news.candidates import Candidate, SharedCandidates
from parley.letters.news.queries import member_candidates
from parley.letters.news.readers import readers
from parley.letters.news.rules import IS_KNOWN, IS_WANTED, MAY_BE_QUOTED, MAY_BE_READ
from parley.letters.news.selection import select
from parley.platform import db
from parley.platform.text.markdown import excerpt_of


class DigestItem(msgspec.Struct, frozen=True):
    """One item with the text that it quotes: a comment's, or an article's."""

    issue: int
    member: int
    position: int
    kind: str
    thread: int
    comment: int | None
    revision: int | None
    unread: int
    since: datetime | None
    slug: str
    title: str
    topic: str
    author: str | None
    stance: str | None
    assisted: bool
    excerpt: str
    text: str
    ups: int
    at: datetime
    # The author and first words of the parent comment.
    parent_author: str | None
    parent_excerpt: str
    # The words of the article that the comment is about.
    quote: str | None = None
    # How the article begins, if the comment is on the whole article and not a reply.
    opening: str = ""
    is_reply: bool = False
    # The two comments of its thread that are about the same words (discussion/threads/disagreement.py).
    disagreement: list[int] = []
    # Whether most who agree with one of them disagree with the other.
    is_disputed: bool = False
    # What the article claims.
    thesis: str | None = None


# Below, braces are those of `format`.
PRESENT_THESIS = PRESENT.replace("{", "{{").replace("}", "}}")
ITEM_COLUMNS = tuple(DigestItem.__struct_fields__[:9])
# The article's present text: the changed passage that the reader last commented on, if any; else how the article
# begins.
JOIN_ARTICLE = f"""
left join lateral (
    select r.created_at as at, case when not a.untitled then r.byline end as byline, coalesce(
        (select q.text from {READABLE} q where q.lineage = (
            select o.passage from comment o
            where o.thread = i.thread and o.author = i.member and o.anchor in ('changed', 'kept')
              and o.state = 'visible'
            order by o.id desc limit 1)),
        (select q.text from {READABLE} q where q.kind = 'paragraph' order by q.position limit 1), '') as text
    from revision r where r.article = a.id and r.number = coalesce(i.revision, t.revision)
) x on i.comment is null
"""  # noqa: S608 constants only

JOIN_OPENING = f"""
left join lateral (
    select (select b.text from {READABLE} b where b.kind = 'paragraph' order by b.position limit 1) as text
    from revision r where r.article = a.id and r.number = t.revision
) o on c.quote is null and c.parent is null and i.comment is not null
"""  # noqa: S608 constants only

SELECT_ITEMS = f"""
select {", ".join(f"i.{name}" for name in ITEM_COLUMNS)}, t.slug, t.title, p.name as topic,
       coalesce(m.name, c.imported_author, x.byline) as author, c.stance, coalesce(c.assisted, false) as assisted,
       coalesce(c.statement, {EXCERPT}, '') as excerpt, coalesce(x.text, '') as text,
       coalesce(c.base_ups + c.ups, 0) as ups, coalesce(c.created_at, x.at) as at,
       coalesce(w.name, q.imported_author) as parent_author,
       coalesce({excerpt_of("q")}, '') as parent_excerpt,
       case when {MAY_QUOTE_ARTICLE} then c.quote end as quote, coalesce(o.text, '') as opening,
       c.parent is not null as is_reply,
       coalesce(s.disagreement, array[]::bigint[]) as disagreement, coalesce(s.is_disputed, false) as is_disputed,
       h.text as thesis
from {{items}} i
join thread t on t.id = i.thread join topic p on p.slug = t.topic join article a on a.id = t.article {PRESENT_THESIS}
left join thread_stats s on s.thread = t.id
left join comment c on c.id = i.comment left join member m on m.id = c.author
left join comment q on q.id = c.parent and {MAY_BE_QUOTED} left join member w on w.id = q.author
{JOIN_ARTICLE}
{JOIN_OPENING}
where {MAY_BE_READ} and {{condition}}
order by i.issue, i.position
"""  # noqa: S608 constants only
AS_ROWS = """unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::bigint[], $6::bigint[], $7::int[],
                    $8::int[], $9::timestamptz[])"""
STORED_ITEMS = "(select * from issue_item where issue = $1)"
# Items of issues that were cancelled or may not have arrived are left to another issue.
MAY_BE_SENT = f"i.delivered and {IS_WANTED} and not {IS_KNOWN}"

CHOSEN_ITEMS = f"(select * from {AS_ROWS} as chosen({', '.join(ITEM_COLUMNS)}))"  # noqa: S608 constants only

SELECT_CHOSEN = SELECT_ITEMS.format(items=CHOSEN_ITEMS, condition="true")
SELECT_STORED_UNREAD = SELECT_ITEMS.format(items=STORED_ITEMS, condition=MAY_BE_SENT)
SELECT_STORED = SELECT_ITEMS.format(items=STORED_ITEMS, condition="true")
INSERT_ITEMS = f"insert into issue_item ({', '.join(ITEM_COLUMNS)}) select * from {AS_ROWS}"  # noqa: S608 constants only
DELETE_OTHERS = "delete from issue_item where issue = $1 and position <> all($2::smallint[])"


async def choose(issues: Sequence[IssueRow], shared: SharedCandidates, now: datetime) -> list[list[Candidate]]:
    """Choose the items of these issues, at most one issue per member."""
    members = [issue.member for issue in issues]
    candidates = await member_candidates(members, now)
    own = [candidate for of_member in candidates.values() for candidate in of_member]
    best = [comment for thread in shared.threads for comment in thread.comments]
    comments = {candidate.comment for candidate in (*own, *best, *shared.questions) if candidate.comment}
    articles = [one.thread for one in (*shared.opened, *shared.picked, *own) if one.comment is None]
    without_weekly = {issue.member for issue in issues if omits_weekly_topics(issue.period, issue.weekday)}
    rows = await readers(members, list(comments), articles, without_weekly)
    return [select(reader, candidates[reader.id], shared) for reader in rows]


async def read_chosen(chosen: Sequence[tuple[int, int, Sequence[Candidate]]]) -> dict[int, list[DigestItem]]:
    """Return the chosen items of each issue that its member may read now, by issue."""
    rows = [
        (issue, member, position, item.kind, item.thread, item.comment, item.revision, item.unread, item.since)
        for issue, member, candidates in chosen
        for position, item in enumerate(candidates)
    ]
    by_issue: dict[int, list[DigestItem]] = defaultdict(list)
    for item in await db.fetch(DigestItem, SELECT_CHOSEN, *zip(*rows, strict=True)) if rows else []:
        by_issue[item.issue].append(item)
    return by_issue


async def put(items: Iterable[DigestItem]) -> None:
    """Store items. The database refuses an item that was delivered to its member before."""
    rows = [tuple(getattr(item, name) for name in ITEM_COLUMNS) for item in items]
    if rows:
        await db.execute(INSERT_ITEMS, *zip(*rows, strict=True))


async def readable(issue: int) -> list[DigestItem]:
    """Return the items of an issue that its reader may read, also those that they have read."""
    return await db.fetch(DigestItem, SELECT_STORED, issue)


async def unread(issue: int) -> list[DigestItem]:
    """Return the items of an issue that its reader may read and has not read."""
    return await db.fetch(DigestItem, SELECT_STORED_UNREAD, issue)


async def keep_only(issue: int, kept: Sequence[DigestItem]) -> None:
    """Delete the other items of an issue, so that another issue may include them."""
    await db.execute(DELETE_OTHERS, issue, [item.position for item in kept])
