"""Building: choosing the items of planned issues, storing them and queueing the letters, all in one transaction.

A letter is rendered when it is sent (mailing.py: render).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from parley.letters.digest_selection.candidates import Candidate, SharedCandidates
from parley.letters.digest_selection.member_candidates import member_candidates
from parley.letters.digest_selection.readers import readers
from parley.letters.digest_selection.rules import EXPIRES_HOURS
from parley.letters.digest_selection.selection import select
from parley.letters.digests import items, letters
from parley.letters.digests.letters import IssueRow
from parley.letters.digests.queries import MAY_RECEIVE, SELECT_ISSUE
from parley.letters.digests.schedule import omits_weekly_topics
from parley.people import mail
from parley.platform import db
from parley.platform.events import attempts

BATCH = 250

# One issue per member at a time, so that two built at once do not include the same item. Expired ones, and among them
# those that could not be built, have none.
CLAIM_ISSUES = f"""
{SELECT_ISSUE} where i.state = 'planned' and i.due_at <= $1
  and not exists (select from issue e where e.member = i.member and e.state = 'planned' and e.id < i.id
                  and e.due_at > $1::timestamptz - interval '{EXPIRES_HOURS} hours')
  and {attempts.due("issues to build", "i.id")}
order by i.due_at, i.id limit $2 for update of i skip locked
"""
SELECT_RECIPIENTS = f"""
select s.member from subscription s join member m on m.id = s.member
where s.member = any($1) and s.frequency <> 'off' and (s.paused_until is null or s.paused_until <= $2) and {MAY_RECEIVE}
"""  # noqa: S608 constants only
SETTLE_ISSUES = """
update issue i set state = n.state, mail = n.mail, settled_at = case when n.mail is null then now() end
from unnest($1::bigint[], $2::text[], $3::bigint[]) n(id, state, mail) where i.id = n.id
"""


async def build(now: datetime, shared: SharedCandidates) -> int:
    """Build a batch of due issues, and return how many there were."""
    async with db.atomic():
        issues = await db.fetch(IssueRow, CLAIM_ISSUES, now, BATCH)
        await attempts.in_halves(
            "issues to build", issues, lambda some: _build(some, now, shared), key=lambda issue: issue.id
        )
    return len(issues)


async def _build(issues: Sequence[IssueRow], now: datetime, shared: SharedCandidates) -> None:
    recipients = set(await db.values(SELECT_RECIPIENTS, [issue.member for issue in issues], now))
    oldest_due = now - timedelta(hours=EXPIRES_HOURS)
    in_time = [issue for issue in issues if issue.member in recipients and issue.due_at > oldest_due]
    digests = [issue for issue in in_time if issue.list == "digest"]
    chosen = await choose_items(digests, shared, now)
    included = await items.read_chosen(
        [(issue.id, issue.member, chosen_items) for issue, chosen_items in zip(digests, chosen, strict=True)]
    )
    await items.put(item for chosen_items in included.values() for item in chosen_items)
    posted = [letters.queued_letter(issue) for issue in in_time if issue.list == "keep" or issue.id in included]
    mails = dict(zip((letter.key for letter in posted), await mail.post_all(posted), strict=True))
    await _record(issues, mails)


async def choose_items(issues: Sequence[IssueRow], shared: SharedCandidates, now: datetime) -> list[list[Candidate]]:
    """Choose the items of these issues, at most one issue per member."""
    members = [issue.member for issue in issues]
    candidates = await member_candidates(members, now)
    comments = {candidate.comment for own in candidates.values() for candidate in own if candidate.comment} | _comments(
        shared
    )
    articles = [thread.thread for thread in (*shared.opened, *shared.picked)]
    without_weekly = {issue.member for issue in issues if omits_weekly_topics(issue.period, issue.weekday)}
    rows = await readers(members, list(comments), articles, without_weekly)
    return [select(reader, candidates[reader.id], shared) for reader in rows]


def _comments(shared: SharedCandidates) -> set[int]:
    comments = [comment for thread in shared.threads for comment in thread.comments]
    return {candidate.comment for candidate in (*comments, *shared.questions) if candidate.comment}


async def _record(issues: Sequence[IssueRow], mails: dict[str, int]) -> None:
    """Record which issues were queued.

    The others are settled as `empty`: there is nothing to send, it is no longer wanted, or it is too late.
    """
    posted = [mails.get(letters.key(issue)) or None for issue in issues]
    states = ["posted" if mail_id else "empty" for mail_id in posted]
    await db.execute(SETTLE_ISSUES, [issue.id for issue in issues], states, posted)
