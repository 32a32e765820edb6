"""Claiming an article, deciding about a claim, ending it, and pinning the author's reply."""

import secrets

from parley.discussion.comments import queries as comments
from parley.discussion.comments import texts
from parley.discussion.comments.tables import Comment
from parley.discussion.threads.locks import turn
from parley.discussion.threads.queries import lock_thread
from parley.letters.authors import queries, rules
from parley.letters.authors.queries import ClaimRow
from parley.letters.authors.tables import AuthorReply, Claim
from parley.moderation.reports import staff_mail
from parley.people import mail
from parley.people.accounts import addresses
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.events.event_log import emit, emit_each
from parley.platform.limit import Use
from parley.platform.settings import settings
from parley.platform.signing import is_signature, sign
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_

HOURS_BETWEEN_LETTERS = 12
# The newest comments of a claimant, which are rendered again.
MOST_RENDERED = 200
TOO_MANY = N_("Three of your claims are waiting. Please wait until one of them is decided.")
# One claim of a member at a time: two at once would both be within the limit.
LOCK_CLAIMS = "select pg_advisory_xact_lock(hashtextextended('claim', $1))"
# The thread is locked so that no decision takes its article down meanwhile.
LOCK_ARTICLE = f"""
with turn as materialized (select {turn("$1")})
select a.id from turn cross join thread t join article a on a.id = t.article
where t.id = $1 and a.display <> 'none' and not a.untitled
for no key update of t
"""  # noqa: S608 constants only
INSERT_CLAIM = """
insert into claim (article, member, way, token, email, text, check_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (article, member) do update set way = excluded.way, state = 'waiting', role = 'author', note = '',
    misses = 0, email = excluded.email, text = excluded.text, check_at = excluded.check_at, created_at = now()
where claim.state <> 'confirmed' and (claim.state <> 'refused' or claim.created_at < now() - $8::interval)
returning id
"""


async def claim(viewer: Viewer, thread: int, *, way: str, email: str | None = None, text: str = "") -> ClaimRow:
    """Claim the article of a thread. This replaces an earlier claim that is waiting.

    Raises Forbidden for unconfirmed members, NotFound if there is no such article, Refused if three others are waiting,
    and if this claim is confirmed or was refused in the last month. Raises TooMany where the address got many links.
    """
    rules.require_claim_allowed(viewer)
    if way == "address":
        mailbox = addresses.mailbox(email or "")
        own = Use(ratelimit.CLAIM_HERE, f"{viewer.id} {mailbox}")
        await ratelimit.take_all([own, Use(ratelimit.CLAIM_ADDRESS, mailbox)])
    async with db.atomic():
        article = await db.value(LOCK_ARTICLE, thread)
        if article is None:
            raise NotFound(N_("There is no such article, or it was taken down."))
        await db.execute(LOCK_CLAIMS, viewer.id)
        others = Claim.count().where(Claim.member == viewer.id, Claim.state == "waiting", Claim.article != article)
        if await others >= rules.MOST_OPEN:
            raise Refused(TOO_MANY)
        due = await db.value("select case when $1 then now() end", way == "page")
        values = (article, viewer.id, way, secrets.token_urlsafe(24), email, text, due, queries.WAIT_AFTER_REFUSAL)
        claim = await db.value(INSERT_CLAIM, *values)
        if claim is None:
            raise Refused(N_("This claim was decided already. If it was refused, you can try again after a month."))
        row = await _row(claim)
        if way == "address":
            link = f"{settings().base_url}/claims/{row.id}/{key(row)}"
            written = mail.written_message("claim", name=row.name, title=row.title, link=link)
            await mail.send(f"claim.{row.id}", row.email or "", *written, member=viewer.id)
        if way == "word":
            await _tell_deciders(row)
    return row


async def _tell_deciders(row: ClaimRow) -> None:
    """Mail moderators, and members who speak for the publisher, that a claim waits for them."""
    link, queue = f"{settings().base_url}/settings/profile#articles", f"{settings().base_url}/mod/queue?kind=author"
    await staff_mail.send("claim-waiting", "claim_waiting", hours=HOURS_BETWEEN_LETTERS, link=queue)
    kind = f"claim-waiting.{row.id}"
    if not await db.value(staff_mail.CHECK_SENT, kind, HOURS_BETWEEN_LETTERS):
        for email in await queries.emails_of_publisher(row.article, row.member):
            with speaking(await mail.language_of(email)):
                await mail.send(kind, email, *mail.written_message("claim_waiting", link=link))


async def _row(number: int) -> ClaimRow:
    row = await queries.one(number)
    if row is None:
        raise NotFound
    return row


def key(row: ClaimRow) -> str:
    """The secret part of the link that confirms an address, for this address only."""
    return sign("claim", _signed_part(row)).hex()


def is_key(row: ClaimRow, key: str) -> bool:
    return is_signature("claim", _signed_part(row), key)


def _signed_part(row: ClaimRow) -> bytes:
    return f"{row.id}|{row.email}".encode()


async def confirm_address(row: ClaimRow) -> None:
    """Confirm a claim by its mailed link: as author if the address names one in the byline, else as publisher."""
    async with db.atomic():
        await lock_thread(row.thread)
        now = await _row(row.id)
        named = rules.is_in_byline(now.email or "", now.byline)
        if now.state == "waiting" and (now.way, now.email) == ("address", row.email):
            await settle(now, "confirmed", role="author" if named else "publisher")


async def settle(row: ClaimRow, state: str, *, role: str = "author", by: int | None = None) -> None:
    """Give a claim its new state, and have the member's comments rendered again, which say whose the article is."""
    await Claim.update({Claim.state: state, Claim.role: role, Claim.decided_by: by, Claim.note: ""}).where(
        Claim.id == row.id
    )
    own = Comment.select(Comment.id).where(
        Comment.thread == row.thread, Comment.author == row.member, Comment.state == "visible"
    )
    ids = await db.values(own.order_by(Comment.id, ascending=False).limit(MOST_RENDERED))
    if ids:
        await emit_each("comment.edited", thread=row.thread, comments=ids, actor=row.member)


async def tell_claimant(row: ClaimRow, state: str) -> None:
    """Mail the member that others, or a check of the page, gave their claim this state."""
    email = await accounts.email_of(row.member)
    if email:
        link = f"{settings().base_url}{row.address}"
        with speaking(await mail.language_of(email)):
            written = mail.written_message("claim_decided", name=row.name, title=row.title, state=state, link=link)
        await mail.send("claim-decided", email, *written)


async def decide(viewer: Viewer, number: int, *, confirms: bool) -> ClaimRow:
    """Confirm or refuse a claim that nothing proves. Raises Forbidden, NotFound, and Refused when it is decided."""
    async with db.atomic():
        row = await _row(number)
        await lock_thread(row.thread)
        row = await _row(number)
        speaks = await queries.is_publisher(row.article, viewer.id)
        rules.require_decision_allowed(viewer, is_publisher=speaks, claimant=row.member)
        if row.state != "waiting":
            raise Refused(N_("This claim was decided already."))
        state = "confirmed" if confirms else "refused"
        await settle(row, state, by=viewer.id)
        await tell_claimant(row, state)
    return row


async def end(viewer: Viewer, number: int) -> None:
    """End a claim of one's own, unless it has ended. Raises NotFound for another member's."""
    async with db.atomic():
        row = await _row(number)
        if row.member != viewer.id:
            raise NotFound
        await lock_thread(row.thread)
        if (await _row(number)).state != "ended":
            await settle(row, "ended", role=row.role)


async def pin(viewer: Viewer, thread: int, comment: int | None) -> None:
    """Pin a comment of the author's above the discussion, or none. Raises Forbidden, Refused."""
    async with db.atomic():
        await lock_thread(thread)
        claim = await queries.of_member(thread, viewer.id)
        is_author = claim is not None and claim.state == "confirmed" and claim.role == "author"
        if claim is None or not is_author:
            raise Forbidden(N_("Only the author of this article can pin a reply, and only one of their own."))
        if comment is None:
            await AuthorReply.delete().where(AuthorReply.article == claim.article)
        else:
            row = await comments.one(comment)
            if row is None or row.thread != thread:
                raise NotFound
            body = (await texts.text(comment)).body
            rules.require_pin_allowed(
                body, row.state, is_author=is_author, is_own=row.author_id == viewer.id, is_root=row.parent is None
            )
            pinned = AuthorReply(article=claim.article, comment=comment)
            changed = [AuthorReply.comment, AuthorReply.created_at]
            await AuthorReply.insert(pinned).on_conflict(AuthorReply.article, "DO UPDATE", changed)
        await emit("author.pinned", thread=thread, actor=viewer.id)
