"""Claiming imported comments: they become the member's, as if written here.

Comments without an address are claimed by the name of their author, which moderators decide and undo.
"""

import secrets
from contextlib import suppress

import msgspec

from parley.discussion.comments.counts import update_counts
from parley.discussion.comments.states import lock_comment, transition
from parley.discussion.comments.wording import drop_verdict, new_wording
from parley.discussion.threads.locks import lock_several
from parley.discussion.threads.queries import lock_thread
from parley.discussion.votes.ops import cast_vote
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import staff_mail
from parley.own_data.comment_claims import queries
from parley.own_data.comment_claims.queries import OF_MEMBER, ImportedClaimRow, address_of
from parley.own_data.comment_claims.tables import ImportedClaim
from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.events.event_log import emit_each
from parley.platform.http.access import refuse_unverified
from parley.platform.settings import settings
from parley.platform.text import markdown
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_

MOST_WAITING = 3
HOURS_BETWEEN_LETTERS = 12

INSERT_CLAIM = """
insert into imported_claim (member, source, name, page, token) values ($1, $2, $3, $4, $5)
on conflict (member, source, name) do update
set page = excluded.page, state = 'waiting', created_at = now(), decided_at = null, decided_by = null
where imported_claim.state = 'waiting' or (imported_claim.state in ('refused', 'undone')
      and imported_claim.decided_at < now() - interval '30 days')
returning id
"""
LOCK_CLAIM = "select id from imported_claim where id = $1 for update"
# Of two moderators who confirm two members as one author, one is refused.
LOCK_AUTHOR = "select pg_advisory_xact_lock(hashtextextended('imported author ' || $1 || ' ' || $2, 0))"
SELECT_CLAIMED_COMMENTS = """
select thread, array_agg(id) as ids from comment where id = any($1::bigint[]) and author = $2
group by thread order by thread
"""
GIVE_BACK_COMMENTS = (
    "update comment set author = null, imported_author = $3 where id = any($1::bigint[]) and author = $2"
)
# Imported comments are not edited before somebody claims them, so the first version is the author's. The member's
# versions go: they would be in the history under the author's name.
SELECT_FIRST_WORDS = """
select distinct on (v.comment) v.comment, v.body from comment_version v join comment c on c.id = v.comment
where v.comment = any($1::bigint[]) and c.body <> '' order by v.comment, v.number
"""
GIVE_BACK_WORDS = f"""
with verdict as (
    {drop_verdict("true")}
), later as (
    delete from comment_version where comment = $1
)
update comment set body = $2, html = $3, html_version = $4, excerpt = $5, statement = null,
    version = version + 1, edited_at = null, {new_wording("true")}
where id = $1
"""  # noqa: S608 constants only
# Only the member can have deleted them. A comment without words stays deleted.
SELECT_DELETED = """
select id from comment where id = any($1::bigint[]) and state = 'deleted_by_author' and body <> '' order by id
"""
DECIDED = N_("This claim was decided already.")
# Comments that are claimed at once. Each is an event.
MOST_AT_ONCE = 500
SELECT_CLAIMABLE = f"""
select thread, claim, array_agg(id) as ids from (
  select c.thread, c.claim, c.id from {OF_MEMBER} c order by c.thread, c.id limit {MOST_AT_ONCE}
) c group by thread, claim order by thread, claim
"""  # noqa: S608 constants only
TAKE_COMMENTS = """
update comment set author = $1, imported_author = null
where id = any($2::bigint[]) and author is null and state = 'visible' returning id
"""
FORGET_ADDRESSES = "delete from imported_address where comment = any($1::bigint[])"
RECORD_COMMENTS = "update imported_claim set comments = comments || $2::bigint[] where id = $1"
# Locked before any of the comments, as whoever votes does.
SELECT_OWN_VOTES = """
select comment, axis from vote where member = $1 and comment = any($2::bigint[]) order by comment, axis for update
"""


class Taken(msgspec.Struct, frozen=True):
    thread: int
    ids: list[int]


class FirstWords(msgspec.Struct, frozen=True):
    comment: int
    body: str


async def claim_author(viewer: Viewer, comment: int, page: str) -> None:
    """Claim to be the author of an imported comment, as the page at the address `page` is to prove.

    Raises Refused if nobody can claim this comment so, if three claims of the viewer wait, and after a refusal.
    """
    author = await queries.author_of(comment)
    if author is None:
        raise Refused(N_("This is not an imported comment that you can claim."))
    if author.has_address:
        raise Refused(N_("Whoever has confirmed the e-mail address with which this comment was written can claim it."))
    async with db.atomic():
        await db.value("select pg_advisory_xact_lock(hashtextextended('imported claim', $1))", viewer.id)
        waiting = ImportedClaim.count().where(ImportedClaim.member == viewer.id, ImportedClaim.state == "waiting")
        if await waiting >= MOST_WAITING:
            raise Refused(N_("Three of your claims are waiting. Please wait until one of them is decided."))
        _require_unconfirmed(await _confirmed_member(author.source, author.name), viewer)
        token = f"parley-{secrets.token_hex(8)}"
        if await db.value(INSERT_CLAIM, viewer.id, author.source, author.name, page, token) is None:
            raise Refused(N_("A moderator has decided about this author. You can claim again after a month."))
        link = f"{settings().base_url}/mod/queue?kind=imported"
        await staff_mail.send("imported-claim", "staff/imported_claim", hours=HOURS_BETWEEN_LETTERS, link=link)


def _require_unconfirmed(confirmed: int | None, viewer: Viewer) -> None:
    if confirmed == viewer.id:
        raise Refused(
            N_("A moderator has confirmed you as this author already. The comments are ready to claim above.")
        )
    if confirmed is not None:
        raise Refused(N_("A moderator has confirmed somebody as this author already."))


async def withdraw(viewer: Viewer, number: int) -> None:
    """Take back a claim of one's own that waits. Raises NotFound."""
    own = (ImportedClaim.id == number) & (ImportedClaim.member == viewer.id) & (ImportedClaim.state == "waiting")
    if not await ImportedClaim.delete().where(own).returning(ImportedClaim.id):
        raise NotFound


async def decide(moderator: Viewer, number: int, *, confirms: bool) -> None:
    """Confirm a claim, which makes the comments the member's, or refuse it; the member gets a letter.

    Raises NotFound, Forbidden for the moderator's own claim, and Refused if it is decided or the author is taken.
    """
    async with db.atomic():
        row = await _lock_claim(moderator, number, "waiting")
        await db.value(LOCK_AUTHOR, row.source, row.name)
        if confirms and await _confirmed_member(row.source, row.name):
            raise Refused(N_("Another member has been confirmed as this author. Please undo that first."))
        await _settle(number, "confirmed" if confirms else "refused", moderator)
        count = 0
        if confirms:
            member = Viewer(id=row.member, name=row.member_name, role="member", verified=True, session=0)
            count = await take(member, [])
        await _mail_decision(row, confirms=confirms)
        action, after = ("import.confirm", {"claimed": count}) if confirms else ("import.refuse", {})
        await modlog.write(moderator, Entry(action, "member", row.member, {}, after))


async def undo(moderator: Viewer, number: int) -> None:
    """Undo a confirmation: the comments have the author's name and words again, also those that the member deleted.

    Raises NotFound, Forbidden for the moderator's own claim, and Refused unless it is confirmed.
    """
    async with db.atomic():
        row = await _lock_claim(moderator, number, "confirmed")
        await lock_several()
        await _settle(number, "undone", moderator)
        for claimed in await db.fetch(Taken, SELECT_CLAIMED_COMMENTS, row.comments, row.member):
            await lock_thread(claimed.thread)
            await db.execute(GIVE_BACK_COMMENTS, claimed.ids, row.member, row.name)
            await _give_back_words(claimed.ids)
            await emit_each("comment.edited", thread=claimed.thread, comments=sorted(claimed.ids), actor=moderator.id)
            for comment in await db.values(SELECT_DELETED, claimed.ids):
                await transition(await lock_comment(comment), "visible", actor=moderator.id)
        await ImportedClaim.update({ImportedClaim.comments: []}).where(ImportedClaim.id == number)
        before = {"claimed": len(row.comments)}
        await modlog.write(moderator, Entry("import.undo", "member", row.member, before, {}))


async def _give_back_words(comments: list[int]) -> None:
    """Give comments the text with which they were imported. The caller has locked their thread."""
    for first in await db.fetch(FirstWords, SELECT_FIRST_WORDS, comments):
        async with update_counts(first.comment):
            html = markdown.render(first.body)
            excerpt = markdown.stored_excerpt(html)
            await db.execute(GIVE_BACK_WORDS, first.comment, first.body, html, markdown.VERSION, excerpt)


async def _confirmed_member(source: str, name: str) -> int | None:
    claim = ImportedClaim
    confirmed = (claim.source == source) & (claim.name == name) & (claim.state == "confirmed")
    member: int | None = await db.value(claim.select(claim.member).where(confirmed))
    return member


async def _settle(number: int, state: str, moderator: Viewer) -> None:
    await ImportedClaim.update(
        {ImportedClaim.state: state, ImportedClaim.decided_by: moderator.id, ImportedClaim.decided_at: NOW}
    ).where(ImportedClaim.id == number)


async def _lock_claim(moderator: Viewer, number: int, state: str) -> ImportedClaimRow:
    await db.value(LOCK_CLAIM, number)
    row = await queries.claim(number)
    if row is None:
        raise NotFound
    if row.member == moderator.id:
        raise Forbidden(N_("This is your own claim. Somebody else decides about it."))
    if row.state != state:
        raise Refused(DECIDED)
    return row


async def _mail_decision(row: ImportedClaimRow, *, confirms: bool) -> None:
    email = await accounts.email_of(row.member)
    link = f"{settings().base_url}/settings/data#imported"
    if email:
        with speaking(await mail.language_of(email)):
            written = mail.written_message(
                "imported_decided", name=row.member_name, author=row.name, confirms=confirms, link=link
            )
        await mail.send("imported-decided", email, *written)


class ClaimableInThread(msgspec.Struct, frozen=True):
    """Comments of a thread that are the member's by their address or by a confirmed `claim`."""

    thread: int
    claim: int | None
    ids: list[int]


class OwnVote(msgspec.Struct, frozen=True):
    comment: int
    axis: str


async def claim(viewer: Viewer) -> int:
    """Make the viewer's imported comments theirs, and return how many: at most MOST_AT_ONCE at once.

    These are the comments with their address, and those of authors whom a moderator confirmed them to be. Their own
    votes on these comments are taken back, except in archived threads, which do not change.
    Raises Forbidden unless they have confirmed their address.
    """
    address = await address_of(viewer.id)
    if not address:
        refuse_unverified(viewer)
    return await take(viewer, address)


async def take(viewer: Viewer, addresses: list[bytes]) -> int:
    """Do what `claim` does. `addresses` are hashes of the viewer's."""
    rows = await db.fetch(ClaimableInThread, SELECT_CLAIMABLE, addresses, viewer.id)
    count = 0
    for row in rows:
        # In a transaction of its own, since nobody can post in the thread meanwhile.
        async with db.atomic():
            await lock_thread(row.thread)
            count += len(await _take_comments(viewer, row))
    return count


async def _take_comments(viewer: Viewer, claimable: ClaimableInThread) -> list[int]:
    for vote in await db.fetch(OwnVote, SELECT_OWN_VOTES, viewer.id, claimable.ids):
        with suppress(Refused):
            await cast_vote(viewer=viewer, comment=vote.comment, axis=vote.axis, value=None)
    taken: list[int] = await db.values(TAKE_COMMENTS, viewer.id, claimable.ids)
    await db.execute(FORGET_ADDRESSES, taken)
    if claimable.claim is not None:
        await db.execute(RECORD_COMMENTS, claimable.claim, taken)
    await emit_each("comment.edited", thread=claimable.thread, comments=sorted(taken), actor=viewer.id)
    return taken
