"""Reading claims, and the pinned reply of a thread."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.letters.authors.tables import Claim
from parley.platform import db
from parley.platform.text.messages import Message, deserialize

WAIT_AFTER_REFUSAL = timedelta(days=30)
SELECT_CLAIMS = """
select k.id, k.article, a.url, r.byline, t.id as thread, t.slug, t.title, m.id as member, m.name, k.way, k.role,
       k.state, k.token, k.email, k.text, k.note as raw_note, k.misses, k.created_at
from claim k join article a on a.id = k.article join thread t on t.article = a.id join member m on m.id = k.member
join lateral (select byline from revision where article = a.id order by number desc limit 1) r on true
"""
# Those that somebody who speaks for the publisher may decide. Moderators find all of them in the queue.
SELECT_CLAIMS_TO_DECIDE = f"""
{SELECT_CLAIMS} where k.state = 'waiting' and k.way = 'word' and k.member <> $1 and exists (
    select from claim p where p.article = k.article and p.member = $1 and p.role = 'publisher'
    and p.state = 'confirmed') order by k.id limit 100"""
# For the queue (columns: moderation/modqueue/kinds.py).
WAITING_CLAIMS = """
    select k.id, null as thread, m.name as who, k.created_at as since, null as blocked, null as holder, null as action,
           t.title as words
    from claim k join thread t on t.article = k.article join member m on m.id = k.member
    where k.state = 'waiting' and k.way = 'word' and k.member <> $1
"""
SELECT_PUBLISHERS = """
select m.email from claim p join member m on m.id = p.member
where p.article = $1 and p.member <> $2 and p.role = 'publisher' and p.state = 'confirmed' and m.state = 'active'
"""


class ClaimRow(msgspec.Struct, frozen=True):
    id: int
    article: int
    url: str | None
    byline: str | None
    thread: int
    slug: str
    title: str
    member: int
    name: str
    way: str
    role: str
    state: str
    token: str
    email: str | None
    text: str
    raw_note: str
    misses: int
    created_at: datetime

    @property
    def note(self) -> Message | None:
        """Why the last check found no proof."""
        return deserialize(self.raw_note) if self.raw_note else None

    @property
    def is_refused_for_now(self) -> bool:
        """Whether the claim was refused less than a month ago, so that it cannot be made again yet."""
        return self.state == "refused" and self.created_at > datetime.now(UTC) - WAIT_AFTER_REFUSAL

    @property
    def address(self) -> str:
        return f"/t/{self.thread}/{self.slug}"


async def emails_of_publisher(article: int, claimant: int) -> list[str]:
    """The addresses of members who speak for the publisher of an article, without the claimant's."""
    return await db.values(SELECT_PUBLISHERS, article, claimant)


async def one(number: int) -> ClaimRow | None:
    return await db.fetch_one(ClaimRow, f"{SELECT_CLAIMS} where k.id = $1", number)


async def claims_of(member: int) -> list[ClaimRow]:
    return await db.fetch(ClaimRow, f"{SELECT_CLAIMS} where k.member = $1 order by k.id desc limit 100", member)


async def of_member(thread: int, member: int) -> ClaimRow | None:
    return await db.fetch_one(ClaimRow, f"{SELECT_CLAIMS} where t.id = $1 and k.member = $2", thread, member)


async def to_decide(member: int) -> list[ClaimRow]:
    """The claims that this member may decide for a publisher."""
    return await db.fetch(ClaimRow, SELECT_CLAIMS_TO_DECIDE, member)


async def is_publisher(article: int, member: int) -> bool:
    return await Claim.exists().where(
        Claim.article == article, Claim.member == member, Claim.role == "publisher", Claim.state == "confirmed"
    )
