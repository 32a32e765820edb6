"""What follows from a match, in the transaction that posts the comment. Moderators review what a rule hides."""

from collections.abc import Sequence

import msgspec

from parley.discussion.comments import states
from parley.moderation.decisions import effects, letters
from parley.moderation.decisions.rules import Choice
from parley.moderation.decisions.tables import Decision
from parley.moderation.matching import current
from parley.moderation.matching.budget import Judged
from parley.moderation.matching.evaluate import ActiveRule, Match, decisive
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import ops as reports
from parley.moderation.reports import staff_mail, targets
from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_, Message, as_text

MATCHED = N_("The rule “{rule}” has matched a new comment.")
MATCHED_WORDS = N_("The rule “{rule}” has matched a new comment: “{words}”.")
INSERT_HITS = """
insert into hit (rule, version, comment, matched, acted, created_at)
select r, v, $1, m, a, now() from unnest($2::bigint[], $3::int[], $4::text[], $5::boolean[]) as h(r, v, m, a)
"""


async def act(comment: int, judged: Judged) -> None:
    """Save the hits on a comment and apply them: queue item, collapse, letters, record.

    A comment on which a rule exceeded its budget waits for a moderator, as if a rule held it.
    """
    effective = judged.effective
    await _save_hits(comment, judged.hits, effective)
    if not effective and not judged.unfinished:
        return
    target = await targets.lock("comment", comment)
    item = await reports.open_item("comment", comment, target.thread)
    await reports.update_risk(item)
    entries = [await _apply(hit, target, item) for hit in effective]
    if judged.unfinished:
        over = judged.unfinished
        if decisive(judged.hits) is None:
            # Otherwise the rule that holds the comment mails its author.
            await _mail_author(over.rule, target)
        reason = as_text(over.reason)
        entries.append(Entry("hold", "comment", comment, {}, {"state": "pending"}, over.rule.guideline, reason))
    for entry in entries:
        await modlog.write(None, entry)


async def _save_hits(comment: int, hits: Sequence[Match], effective: Sequence[Match]) -> None:
    await db.execute(
        INSERT_HITS,
        comment,
        [hit.rule.id for hit in hits],
        [hit.rule.version for hit in hits],
        [hit.matched for hit in hits],
        [hit in effective for hit in hits],
    )


async def hold_unjudged(comment: int) -> None:
    """Hold a newcomer's comment because the rules failed (moderation-proofs.md R22)."""
    target = await targets.lock("comment", comment)
    await reports.update_risk(await reports.open_item("comment", comment, target.thread))
    reason = as_text(N_("The rules could not run, so this new member's comment is waiting for a moderator."))
    await modlog.write(None, Entry("hold", "comment", comment, {}, {"state": "pending"}, None, reason))


async def _apply(hit: Match, target: targets.Target, item: int) -> Entry:
    """Apply one hit and return its entry for the record."""
    reason = effects.BY_RULE.format(rule=hit.rule.name)
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    decision = None
    match hit.rule.action:
        case "hold":
            if target.comment is not None and target.state == "visible":
                # It was published before a label of a webhook arrived.
                await states.transition(target.comment, "hidden", actor=None)
                before, after = {"state": "visible"}, {"state": "hidden"}
            else:
                after = {"state": "pending"}
            await _mail_author(hit.rule, target)
        case "collapse":
            choice = Choice(item, 0, "collapse", hit.rule.guideline, as_text(reason))
            before, after = await effects.apply(target, choice, None)
            decision = await _decide(hit, target, item, reason)
        case "notify":
            sentence = MATCHED_WORDS if hit.matched else MATCHED
            matched = sentence.format(rule=hit.rule.name, words=hit.matched)
            await staff_mail.send(
                f"rule.{hit.rule.id}", "staff/rule", reason=matched, link=f"{settings().base_url}/mod/queue"
            )
    return Entry(hit.rule.action, "comment", target.id, before, after, hit.rule.guideline, as_text(reason), decision)


async def _decide(hit: Match, target: targets.Target, item: int, reason: Message) -> int:
    """Save the decision by which a rule collapsed a comment, so that its author can appeal; return its id."""
    if hit.matched:
        reason = N_("{reason}. It matched: {words}").format(reason=reason, words=hit.matched)
    row = Decision(
        item=item,
        kind="comment",
        target=target.id,
        thread=target.thread,
        action="collapse",
        guideline=hit.rule.guideline,
        reason=as_text(reason),
        rule=hit.rule.id,
        member=target.member,
        before=msgspec.json.encode({"collapsed": target.collapsed}).decode(),
    )
    (made,) = await Decision.insert(row)
    decision: int = made["id"]
    await letters.send(decision)
    current.forget_after_commit()
    return decision


async def _mail_author(rule: ActiveRule, target: targets.Target) -> None:
    author = await accounts.account(target.member) if target.member else None
    if author is not None:
        link = f"{settings().base_url}/t/{target.thread}"
        with speaking(await mail.language_of(author.email)):
            written = mail.written_message("held", name=author.name, reason=rule.name, link=link)
        await mail.send(f"held.{target.id}"[:20], author.email, *written)
