"""What happens to a held comment until a moderator decides.

After two days an admin is asked, after fourteen it expires. Its author can withdraw it, or edit it: then the rules
judge it again.
"""

from datetime import datetime

import msgspec
from piccolo.columns.combination import And

from parley.discussion.comments import rules, states
from parley.moderation.automod import acting
from parley.moderation.automod.tables import Hit
from parley.moderation.decisions import ops as decisions
from parley.moderation.matching import current
from parley.moderation.matching.budget import Judged
from parley.moderation.matching.evaluate import needs_posting_facts
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.raids import ops as raids
from parley.moderation.reports import ops as reports
from parley.moderation.reports import staff_mail
from parley.moderation.reports.tables import QueueItem
from parley.people import mail
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.settings import settings
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_, as_text

ESCALATE_DAYS = 2
EXPIRE_DAYS = 14
BATCH = 100

# The names under which failures of the two sweeps are recorded.
ESCALATING, EXPIRING = "holds to escalate", "holds to expire"

# Includes comments whose item was closed without a decision on the hold.
SELECT_LATE = f"""
select c.id from comment c
where c.state = 'pending' and c.created_at <= now() - $1 * interval '1 day'
  and c.created_at > now() - $2 * interval '1 day' and not exists (
    select from queue_item i where i.kind = 'comment' and i.target = c.id and i.state = 'open' and i.escalated)
  and {attempts.due(ESCALATING, "c.id")}
order by c.created_at limit $3
"""  # noqa: S608 constants only
SELECT_DUE = f"""
select id from comment where state = 'pending' and created_at <= now() - $1 * interval '1 day'
  and {attempts.due(EXPIRING, "id")}
order by created_at limit $2
"""  # noqa: S608 constants only
# Hits on the former text say nothing about the new one.
FORGET_HITS = "delete from hit where comment = $1 and rule <> all($2::bigint[])"
SELECT_EXPIRED = """
select m.name, m.email, c.body, t.id as thread, t.title, c.created_at as written_at
from comment c join member m on m.id = c.author join thread t on t.id = c.thread where c.id = $1
"""


class Expired(msgspec.Struct, frozen=True):
    """An expired comment as it is mailed back to its author."""

    name: str
    email: str
    body: str
    thread: int
    title: str
    written_at: datetime


async def escalate() -> int:
    """Ask an admin to review comments held for two days, and mail the staff about them; return their number.

    Each comment has its own transaction, because one that has written to the record blocks all other decisions.
    """
    late = await db.values(SELECT_LATE, ESCALATE_DAYS, EXPIRE_DAYS, BATCH)
    count = sum(await attempts.each(ESCALATING, late, _escalate))
    if count:
        link = f"{settings().base_url}/mod/queue?escalated=1"
        async with db.atomic():
            await staff_mail.send(
                "waiting", "staff/waiting", count=count, days=ESCALATE_DAYS, most=EXPIRE_DAYS, link=link
            )
    return count


async def _escalate(comment: int) -> bool:
    waiting = await states.lock_comment(comment)
    # Another worker may have escalated it meanwhile.
    escalated = (QueueItem.state == "open") & (QueueItem.escalated == True)  # noqa: E712 SQL
    if waiting.state != "pending" or await QueueItem.exists().where(_item_of(comment), escalated):
        return False
    item = await reports.open_item("comment", comment, waiting.thread)
    await QueueItem.update({QueueItem.escalated: True, QueueItem.version: QueueItem.version + 1}).where(
        QueueItem.id == item
    )
    reason = as_text(N_("It has waited for {days} days.").format(days=ESCALATE_DAYS))
    await modlog.write(None, Entry("escalate", "comment", comment, reason=reason))
    return True


def _item_of(comment: int) -> And:
    return (QueueItem.kind == "comment") & (QueueItem.target == comment)


async def _close_item(comment: int) -> None:
    for item in await db.values(QueueItem.select(QueueItem.id).where(_item_of(comment)).lock_rows()):
        await decisions.close(item, "no_action")


async def due() -> list[int]:
    """The comments held for two weeks."""
    return await db.values(SELECT_DUE, EXPIRE_DAYS, BATCH)


async def expire(comment: int) -> bool:
    """Expire a comment that is still held, and mail it back to its author; return whether it expired."""
    async with db.atomic():
        waiting = await states.lock_comment(comment)
        if waiting.state != "pending":
            return False
        await states.transition(waiting, "expired", actor=None)
        await _close_item(comment)
        for expired in await db.fetch(Expired, SELECT_EXPIRED, comment):
            with speaking(await mail.language_of(expired.email)):
                written = mail.written_message(
                    "expired", one=expired, days=EXPIRE_DAYS, link=f"{settings().base_url}/t/{expired.thread}"
                )
            await mail.send(f"expired.{comment}", expired.email, *written)
        reason = as_text(N_("No moderator came to it in {days} days.").format(days=EXPIRE_DAYS))
        entry = Entry("expire", "comment", comment, {"state": "pending"}, {"state": "expired"}, reason=reason)
        await modlog.write(None, entry)
    return True


async def withdraw(viewer: Viewer, comment: int) -> None:
    """Withdraw one's held comment. Raises NotFound for all others, Refused once it is decided."""
    async with db.atomic():
        waiting = await states.lock_comment(comment)
        rules.require_withdrawal_allowed(viewer, waiting)
        await states.transition(waiting, "withdrawn", actor=viewer.id)
        await _close_item(comment)
        entry = Entry("withdraw", "comment", comment, {"state": "pending"}, {"state": "withdrawn"})
        await modlog.write(viewer, entry)


async def wait_on(comment: int) -> None:
    """Leave an edited comment to the moderators: a decision on the former text is refused."""
    await _renew_item(comment)


async def _renew_item(comment: int) -> int:
    waiting = await states.lock_comment(comment)
    return await reports.open_item("comment", comment, waiting.thread)


async def apply_anew(comment: int, judged: Judged) -> None:
    """Apply the checks of a held comment's new text: it waits on, or is published if no rule holds it any more."""
    item = await _renew_item(comment)
    at_posting = await _held_at_posting(comment)
    await db.execute(FORGET_HITS, comment, at_posting)
    if not (judged.holds or at_posting or await raids.has_held(comment)) and not await _is_taken_up(comment):
        await _release(comment, item)
    if judged.hits or judged.unfinished:
        await acting.act(comment, judged)
    await reports.update_risk(item)


async def _is_taken_up(comment: int) -> bool:
    """Whether a moderator works on a comment, so that an edit does not free it."""
    taken_up = (QueueItem.escalated == True) | QueueItem.acted_at.is_not_null()  # noqa: E712 SQL
    return await QueueItem.exists().where(_item_of(comment), taken_up)


async def _held_at_posting(comment: int) -> list[int]:
    """The rules in force that hold a comment for how it was posted, which an edit does not change."""
    matched = set(await db.values(Hit.select(Hit.rule).where(Hit.comment == comment, Hit.acted == True)))  # noqa: E712 SQL
    in_force = (await current.in_force()).rules
    holding = [rule for rule in in_force if rule.id in matched and rule.state == "on" and rule.action == "hold"]
    return [rule.id for rule in holding if needs_posting_facts(rule)]


async def _release(comment: int, item: int) -> None:
    waiting = await states.lock_comment(comment)
    await states.transition(waiting, "visible", actor=waiting.author)
    await decisions.close(item, "no_action")
    await modlog.write(None, Entry("release", "comment", comment, {"state": "pending"}, {"state": "visible"}))
