"""What the digest answers the post office: whether a letter is still wanted, how it reads now, what became of it."""

from datetime import UTC, datetime

from parley.core import db
from parley.digests import building, items, letters, ops, queries
from parley.digests.letters import Edition
from parley.mail import Letter, MailList

# What did not arrive, or may not have, is told again in the next issue; what arrived after all counts as told, unless
# another issue has told it meanwhile.
SETTLE = "update issue set state = $2, settled_at = now() where mail = $1"
NOT_TOLD = "update issue_item i set told = false from issue s where s.id = i.issue and s.mail = $1 and i.told"
TOLD = """
update issue_item i set told = true from issue s where s.id = i.issue and s.mail = $1 and not i.told
and not exists (
    select from issue_item o where o.member = i.member and o.told and o.thread = i.thread
      and o.comment is not distinct from i.comment and o.revision is not distinct from i.revision
)
"""
# A question that never left is still to be asked.
NOT_ASKED = """
update subscription s set asked_at = null from issue i where i.mail = $1 and i.list = 'keep' and s.member = i.member
"""


async def wanted(member: int, _argument: str) -> bool:
    """Whether a member wants the digest at this moment."""
    return bool(await db.values(building.WANTING, [member], datetime.now(UTC)))


async def render(mail: int) -> Letter | None:
    """The letter as it may be read now, without what was hidden, reported, blocked or read meanwhile."""
    edition = await queries.edition_of(mail)
    if edition is None:
        return None
    if edition.list == "keep":
        return await _still_asked(edition)
    told = await items.unread(edition.id)
    await items.keep_only(edition.id, told)
    if told:
        return letters.digest(edition, told)
    await db.execute("update issue set state = 'empty', settled_at = now() where id = $1", edition.id)
    return None


async def _still_asked(edition: Edition) -> Letter | None:
    """The question, unless they came back or answered since it was written."""
    one = await queries.subscribed(edition.member)
    return letters.question(edition) if one and one.asked_at and one.here_at <= one.asked_at else None


async def settled(mail: int, outcome: str) -> None:
    """Note what became of a letter."""
    await db.execute(SETTLE, mail, outcome)
    await db.execute(TOLD if outcome == "sent" else NOT_TOLD, mail)
    if outcome == "expired":
        await db.execute(NOT_ASKED, mail)


async def stop(member: int, _argument: str) -> None:
    """One click: no digest from now on, not even what is queued."""
    await ops.stop(member)


LIST = MailList(
    name="digest", title="the digest", wanted=wanted, stop=stop, review=render, settled=settled, start=ops.start
)
