"""What a hit does, in the transaction that posts the comment; whatever it hides, a person looks at."""

from collections.abc import Sequence

import msgspec

from parley.core import db, mail
from parley.core.settings import settings
from parley.moderation import effects, letters, record, reports, targets
from parley.moderation.engine import current, staff
from parley.moderation.engine.evaluate import Hit, effective
from parley.moderation.record import Entry
from parley.moderation.rules import Choice

HIT = """
insert into hit (rule, version, comment, matched, acted, created_at)
select r, v, $1, m, a, now() from unnest($2::bigint[], $3::int[], $4::text[], $5::boolean[]) as h(r, v, m, a)
"""
DECISION = """
insert into decision (item, kind, target, thread, action, guideline, reason, moderator, rule, member, state, before,
                      created_at)
values ($1, 'comment', $2, $3, $4, $5, $6, null, $7, $8, 'in_force', $9::jsonb, now()) returning id
"""


class Author(msgspec.Struct, frozen=True):
    name: str
    email: str


async def act(comment: int, hits: Sequence[Hit]) -> None:
    """Write the hits on a comment down and do what they ask for: a queue item, a fold, letters, the record."""
    done = effective(hits)
    await db.execute(
        HIT,
        comment,
        [hit.rule.id for hit in hits],
        [hit.rule.version for hit in hits],
        [hit.matched for hit in hits],
        [hit in done for hit in hits],
    )
    if not done:
        return
    target = await targets.lock("comment", comment)
    item = await reports.open_item("comment", comment, target.thread)
    await reports.weigh(item)
    entries = [await _do(hit, target, item) for hit in done]
    for entry in entries:
        await record.write(None, entry)


async def hold_unjudged(comment: int) -> None:
    """A newcomer's comment waits because the rules could not be applied (trust.md R22)."""
    target = await targets.lock("comment", comment)
    await reports.weigh(await reports.open_item("comment", comment, target.thread))
    reason = "The rules could not be applied, so a newcomer's comment waits for a moderator."
    await record.write(None, Entry("hold", "comment", comment, {}, {"state": "pending"}, None, reason))


async def _do(hit: Hit, target: targets.Target, item: int) -> Entry:
    """Do what one hit asks for and return what the record says of it."""
    reason = f"Automatic rule: {hit.rule.name}"
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    decision = None
    match hit.rule.action:
        case "hold":
            after = {"state": "pending"}
            await _tell_author(hit, target)
        case "collapse":
            choice = Choice(item, 0, "collapse", hit.rule.guideline, reason)
            before, after = await effects.apply(target, choice, None)
            decision = await _decide(hit, target, item, reason)
        case "notify":
            await staff.tell(f"rule.{hit.rule.id}", "rule", reason=_said(hit), link=f"{settings().base_url}/mod/queue")
    return Entry(hit.rule.action, "comment", target.id, before, after, hit.rule.guideline, reason, decision)


async def _decide(hit: Hit, target: targets.Target, item: int, reason: str) -> int:
    """The statement of why a rule folded a comment, which its author can appeal against."""
    before = msgspec.json.encode({"collapsed": target.collapsed}).decode()
    made: int = await db.value(
        DECISION,
        item,
        target.id,
        target.thread,
        "collapse",
        hit.rule.guideline,
        f"{reason}. It matched: {hit.matched}" if hit.matched else reason,
        hit.rule.id,
        target.member,
        before,
    )
    await letters.tell(made)
    current.forget_after_commit()
    return made


async def _tell_author(hit: Hit, target: targets.Target) -> None:
    author = await db.fetch_one(Author, "select name, email from member where id = $1", target.member)
    if author is not None:
        written = mail.written_message("held", name=author.name, reason=hit.rule.name, link=_address(target))
        await mail.send(f"held.{target.id}"[:20], author.email, *written)


def _said(hit: Hit) -> str:
    quoted = f": “{hit.matched}”" if hit.matched else ""
    return f"The rule “{hit.rule.name}” has matched a new comment{quoted}."


def _address(target: targets.Target) -> str:
    return f"{settings().base_url}/t/{target.thread}"
