"""The mail list of the digest: whether a letter is still wanted, its text when it is sent, and its outcome."""

from datetime import UTC, datetime

from parley.letters.digests import items, letters, ops, queries
from parley.letters.digests.tables import Issue
from parley.people.mail import Letter, MailList
from parley.platform import db
from parley.platform.db import NOW

# Items of an issue that may not have arrived can be included in the next one. If it arrived after all, they count as
# delivered, unless another issue has delivered them meanwhile.
RECORD_NO_DELIVERY = (
    "update issue_item i set delivered = false from issue s where s.id = i.issue and s.mail = $1 and i.delivered"
)
RECORD_DELIVERY = """
update issue_item i set delivered = true from issue s where s.id = i.issue and s.mail = $1 and not i.delivered
and not exists (
    select from issue_item o where o.member = i.member and o.delivered and o.thread = i.thread
      and o.comment is not distinct from i.comment and o.revision is not distinct from i.revision
)
"""
# A question whose mail expired is asked again.
FORGET_QUESTION = """
update subscription s set asked_at = null from issue i where i.mail = $1 and i.list = 'keep' and s.member = i.member
"""


async def wanted(member: int, _argument: str) -> bool:
    return bool(await db.values(queries.SELECT_RECIPIENTS, [member], datetime.now(UTC)))


async def render(mail: int) -> Letter | None:
    """Delete the items that may no longer be sent, and return the letter.

    Returns None if nothing is left (the issue is then `empty`), or if a question is no longer needed.
    """
    issue = await queries.issue_of(mail)
    if issue is None:
        return None
    if issue.list == "keep":
        subscription = await queries.subscription_of(issue.member)
        return None if subscription is None or subscription.is_answered else letters.question(issue)
    included = await items.unread(issue.id)
    await items.keep_only(issue.id, included)
    if included:
        return letters.digest(issue, included, await letters.verdicts_of_week(issue, issue.due_at))
    await Issue.update({Issue.state: "empty", Issue.settled_at: NOW}).where(Issue.id == issue.id)
    return None


async def settled(mail: int, outcome: str) -> None:
    state = "empty" if outcome == "stopped" else outcome
    await Issue.update({Issue.state: state, Issue.settled_at: NOW}).where(Issue.mail == mail)
    await db.execute(RECORD_DELIVERY if outcome == "sent" else RECORD_NO_DELIVERY, mail)
    if outcome == "expired":
        await db.execute(FORGET_QUESTION, mail)


async def stop(member: int, _argument: str) -> None:
    """Stop the digest, including queued issues."""
    await ops.stop(member)


MAIL_LIST = MailList(
    name="digest", title="the digest", wanted=wanted, stop=stop, review=render, settled=settled, start=ops.start
)
