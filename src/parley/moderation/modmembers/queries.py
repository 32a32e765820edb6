"""Searching members, and what only staff see of one."""

from datetime import datetime

import msgspec

from parley.discussion.comments.rules import EXCERPT
from parley.moderation.matching.signature import likeness
from parley.moderation.reports.queries import IS_SENSITIVE_COMMENT
from parley.people.accounts import addresses, names
from parley.people.accounts.states import STATE_NOW
from parley.platform import db
from parley.platform.text.cleaning import shorten

PAGE = 50
EXCERPT_LENGTH = 160
STATES = ("unverified", "active", "silenced", "suspended", "deactivated")
# Sorts after every character of a name.
LAST = "\U0010ffff"
# The prefix is found by an index on the bytes of the key (member_name_bytes). The order is by name, not by key: keys
# replace letters that look alike, so "ines" would be listed under l. No index has this order: a page of 200,000 members
# takes 0.13 s. With such an index the planner would also use it for a prefix or a state, and take up to 0.3 s.
# Of an IPv4 address the first 24 bits, of an IPv6 address 64. It is compared, and never shown.
NETWORK = """
network(set_masklen(nullif({0}.address, '')::inet,
        case family(nullif({0}.address, '')::inet) when 4 then 24 else 64 end))
"""
# Of the member's newest comments, and of the comments that share a part of their signatures.
MOST_LINKED, MOST_COMPARED, ALIKE = 20, 500, 0.8
ON_SAME_NETWORK = f"""
select o.member from session o where {NETWORK.format("o")} in (
    select {NETWORK.format("s")} from session s where s.member = {{}})
"""  # noqa: S608 constants only
SELECT_ALIKE = f"""
select own.id as comment, o.author, own.sketch, s.sketch as other
from (select c.id, s.bands, s.sketch from comment c join comment_signature s on s.comment = c.id
      where c.author = $1 and s.bands <> '{{}}' order by c.id desc limit {MOST_LINKED}) own
join comment_signature s on s.bands && own.bands join comment o on o.id = s.comment and o.author <> $1
limit {MOST_COMPARED}
"""  # noqa: S608 constants only
SELECT_LINKED = f"""
with link as (
    select n.member as other, 'network' as evidence, null::bigint as comment from ({ON_SAME_NETWORK.format("$1")}) n
    union all select inviter, 'inviter', null from sign_up where member = $1
    union all select member, 'invited', null from sign_up where inviter = $1
    union all select o.member, 'together', null from sign_up s join sign_up o on o.inviter = s.inviter
              where s.member = $1
    union all select author, 'text', comment from unnest($2::bigint[], $3::bigint[]) one(author, comment)
)
select m.name, array_agg(distinct l.evidence order by l.evidence) as evidence, max(l.comment) as comment
from link l join member m on m.id = l.other where m.id <> $1 and m.state <> 'anonymised'
group by m.id order by count(distinct l.evidence) desc, m.created_at desc limit {MOST_LINKED}
"""  # noqa: S608 constants only
SELECT_MEMBERS = f"""
select m.id, m.name, m.role, m.state, m.until, m.created_at,
       (select count(*) from comment c where c.author = m.id) as comments,
       (select count(*) from decision d where d.member = m.id and d.state in ('in_force', 'ended')
        and d.action in ('remove', 'collapse', 'statement', 'warn', 'silence_topic', 'silence',
            'suspend')) as decisions, 0 as open
from (
    select id, name, role, state_until as until, created_at, {STATE_NOW} as state from member
    where {{key}} collate "C" >= $1 and {{key}} collate "C" < $2 and lower(name) collate "C" > $3
      and ($4::text is null or ({STATE_NOW}) = $4) and ($5::text is null or role = $5) and state <> 'anonymised'
      and ($6::text is null or id in ({ON_SAME_NETWORK.format("(select id from member where name_key = $6)")}))
    order by lower(name) collate "C" limit {PAGE + 1}
) m order by lower(m.name) collate "C"
"""  # noqa: S608 constants only
# Without a search: who has open items, who is restricted, and who is new, instead of everybody from A to Z.
SELECT_FIRST_MEMBERS = f"""
with open as (
    select who as id, count(*) as items from (
        select case i.kind when 'member' then i.target else c.author end as who
        from queue_item i left join comment c on i.kind = 'comment' and c.id = i.target
        where i.state = 'open' order by (i.urgency * 1000000 + i.risk) desc, i.opened_at, i.id limit 1000
    ) i where who <> $1 group by who
), chosen as (
    (select id from open order by items desc, id limit $2)
    union (select id from member where {STATE_NOW} in ('silenced', 'suspended') order by id desc limit $2)
    union (select id from member where created_at > now() - interval '7 days' and state <> 'anonymised'
           order by id desc limit $2)
)
select m.id, m.name, m.role, {STATE_NOW} as state, m.state_until as until, m.created_at,
       (select count(*) from comment c where c.author = m.id) as comments,
       (select count(*) from decision d where d.member = m.id and d.state in ('in_force', 'ended')
        and d.action in ('remove', 'collapse', 'statement', 'warn', 'silence_topic', 'silence',
            'suspend')) as decisions,
       coalesce(o.items, 0) as open
from chosen join member m using (id) left join open o using (id) where m.state <> 'anonymised'
order by open desc, {STATE_NOW} in ('silenced', 'suspended') desc, m.created_at desc, m.id limit $2
"""  # noqa: S608 constants only
SELECT_NOTES = """
select m.name, w.name as author, n.text, n.created_at from note n
join member m on m.id = n.member left join member w on w.id = n.author order by n.id desc limit 20
"""
SELECT_INVITED = """
select m.name, i.name as inviter, s.created_at
from sign_up s join member m on m.id = s.member join member i on i.id = s.inviter
where m.state <> 'anonymised' order by s.created_at desc limit 50
"""
SELECT_MEMBER = f"""
select m.id, m.name, m.email, m.role, {STATE_NOW} as state, m.state_until as until, m.state_reason as why, m.created_at,
       (select count(*) from comment c where c.author = m.id) as comments,
       (select count(*) from comment c where c.author = m.id and c.state in ('removed', 'rejected')) as removed,
       made.number as made, made.upheld as made_upheld, made.declined as made_declined,
       about.number as about, about.upheld as about_upheld, about.declined as about_declined
from member m, lateral (
    select count(*) as number, count(*) filter (where outcome = 'upheld') as upheld,
           count(*) filter (where outcome = 'declined') as declined
    from report where reporter = m.id
) made, lateral (
    select count(*) as number, count(*) filter (where r.outcome = 'upheld') as upheld,
           count(*) filter (where r.outcome = 'declined') as declined
    from queue_item i join report r on r.item = i.id
    where i.kind = 'member' and i.target = m.id
       or i.kind = 'comment' and i.target in (select c.id from comment c where c.author = m.id)
) about where m.id = $1
"""  # noqa: S608 constants only
SELECT_COMMENTS = f"""
select c.id, case when c.state = 'visible' and c.collapsed is not null then 'collapsed' else c.state end as state,
       {EXCERPT} as words, t.title, c.created_at, {IS_SENSITIVE_COMMENT} as sensitive
from comment c join thread t on t.id = c.thread where c.author = $1 order by c.created_at desc, c.id desc limit 20
"""  # noqa: S608 constants only


class MemberQuery(msgspec.Struct, frozen=True):
    """A search: the beginning of a name or address, a state, a role, and a member with whom they share a network."""

    q: str = ""
    state: str | None = None
    role: str | None = None
    network: str = ""

    @property
    def prefix(self) -> str:
        return addresses.key(self.q) if "@" in self.q else names.key(self.q)


class MemberRow(msgspec.Struct, frozen=True):
    id: int
    name: str
    role: str
    state: str
    until: datetime | None
    created_at: datetime
    comments: int
    decisions: int
    # Open items about them or what they wrote; 0 in a search.
    open: int = 0


class RecentNote(msgspec.Struct, frozen=True):
    """What a moderator noted about the member `name`."""

    name: str
    author: str | None
    text: str
    created_at: datetime


class InvitedMember(msgspec.Struct, frozen=True):
    name: str
    inviter: str
    created_at: datetime


async def first_members(viewer: int) -> list[MemberRow]:
    """Who has open items, who is restricted, and who is new, in this order."""
    return await db.fetch(MemberRow, SELECT_FIRST_MEMBERS, viewer, PAGE)


async def recent_notes() -> list[RecentNote]:
    return await db.fetch(RecentNote, SELECT_NOTES)


async def invited_members() -> list[InvitedMember]:
    """The last members who came by an invitation."""
    return await db.fetch(InvitedMember, SELECT_INVITED)


async def search(query: MemberQuery, after: str = "") -> list[MemberRow]:
    """The members after the name `after`, by name; one more than fits the page if there are more."""
    key = "email_key" if "@" in query.q else "name_key"
    prefix, network = query.prefix, names.key(query.network) if query.network else None
    values = prefix, prefix + LAST, after.lower(), query.state, query.role, network
    return await db.fetch(MemberRow, SELECT_MEMBERS.format(key=key), *values)


class StaffMember(msgspec.Struct, frozen=True):
    """A member with figures for staff: reports that they made, and reports about them."""

    id: int
    name: str
    email: str
    role: str
    state: str
    until: datetime | None
    why: str
    created_at: datetime
    comments: int
    removed: int
    made: int
    made_upheld: int
    made_declined: int
    about: int
    about_upheld: int
    about_declined: int


async def member(member: int) -> StaffMember | None:
    return await db.fetch_one(StaffMember, SELECT_MEMBER, member)


class CommentLine(msgspec.Struct, frozen=True):
    id: int
    state: str
    words: str
    title: str
    created_at: datetime
    sensitive: bool

    @property
    def excerpt(self) -> str:
        return shorten(self.words, EXCERPT_LENGTH)


async def comments(member: int) -> list[CommentLine]:
    """The newest comments of a member, in any state."""
    return await db.fetch(CommentLine, SELECT_COMMENTS, member)


class AlikeText(msgspec.Struct, frozen=True):
    """A comment of a member, and the sketches of it and of another member's comment (matching/signature.py)."""

    comment: int
    author: int
    sketch: bytes
    other: bytes


class LinkedMember(msgspec.Struct, frozen=True):
    """Another account that may be of the same person, and why.

    `evidence`: `network`, `inviter`, `invited`, `together` (by the same inviter), or `text`: a near-copy of `comment`.
    """

    name: str
    evidence: list[str]
    comment: int | None


async def linked(member: int) -> list[LinkedMember]:
    """Other accounts with something in common with this one; those with the most come first."""
    near = await db.fetch(AlikeText, SELECT_ALIKE, member)
    alike = [text for text in near if likeness(text.sketch, text.other) >= ALIKE]
    authors, comments = [text.author for text in alike], [text.comment for text in alike]
    return await db.fetch(LinkedMember, SELECT_LINKED, member, authors, comments)
