"""The mail list of the digest: whether a letter is still wanted, its text when it is sent, and its outcome."""

from datetime import UTC, datetime

from parley.core import db
from parley.core.db import NOW
from parley.digests import building, items, letters, ops, queries, verdicts
from parley.digests.letters import IssueRow
from parley.digests.tables import Issue
from parley.mail import Letter, MailList

# Items of an issue that may not have arrived can be included in the next one. If it arrived after all, they count as
# delivered, unless another issue has delivered them meanwhile.
NOT_DELIVERED = (
    "update issue_item i set delivered = false from issue s where s.id = i.issue and s.mail = $1 and i.delivered"
)
RECORD_DELIVERY = """
update issue_item i set delivered = true from issue s where s.id = i.issue and s.mail = $1 and not i.delivered
and not exists (
    select from issue_item o where o.member = i.member and o.delivered and o.thread = i.thread
      and o.comment is not distinct from i.comment and o.revision is not distinct from i.revision
)
"""
# A question that was never sent will be asked again.
FORGET_QUESTION = """
update subscription s set asked_at = null from issue i where i.mail = $1 and i.list = 'keep' and s.member = i.member
"""


async def wanted(member: int, _argument: str) -> bool:
    """Whether a member wants the digest now."""
    return bool(await db.values(building.SELECT_WANTING, [member], datetime.now(UTC)))


async def render(mail: int) -> Letter | None:
    """Return the letter, without items that were hidden, reported, blocked or read since it was planned."""
    issue = await queries.issue_of(mail)
    if issue is None:
        return None
    if issue.list == "keep":
        return await _still_asked(issue)
    included = await items.unread(issue.id)
    await items.keep_only(issue.id, included)
    if included:
        return letters.digest(issue, included, await verdicts.of_week(issue, issue.due_at))
    await Issue.update({Issue.state: "empty", Issue.settled_at: NOW}).where(Issue.id == issue.id)
    return None


async def _still_asked(issue: IssueRow) -> Letter | None:
    """Return the question, unless the member came back or answered since it was planned."""
    one = await queries.subscribed(issue.member)
    return letters.question(issue) if one and one.asked_at and one.here_at <= one.asked_at else None


async def settled(mail: int, outcome: str) -> None:
    """Record the outcome of a letter."""
    await Issue.update({Issue.state: outcome, Issue.settled_at: NOW}).where(Issue.mail == mail)
    await db.execute(RECORD_DELIVERY if outcome == "sent" else NOT_DELIVERED, mail)
    if outcome == "expired":
        await db.execute(FORGET_QUESTION, mail)


async def stop(member: int, _argument: str) -> None:
    """Stop the digest, including queued issues."""
    await ops.stop(member)


MAIL_LIST = MailList(
    name="digest", title="the digest", wanted=wanted, stop=stop, review=render, settled=settled, start=ops.start
)
