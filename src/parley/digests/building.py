"""Building: choosing the items of planned issues, storing them and queueing the letters, all in one transaction.

A letter is rendered when it is sent (rendering.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from parley import mail
from parley.core import db
from parley.core.events import attempts
from parley.digests import items, letters
from parley.digests.candidates import Candidate, Pool
from parley.digests.letters import IssueRow
from parley.digests.member_candidates import member_candidates
from parley.digests.queries import MAY_RECEIVE, SELECT_ISSUE
from parley.digests.readers import readers
from parley.digests.rules import EXPIRES_HOURS
from parley.digests.schedule import is_without_weekly
from parley.digests.selection import select

BATCH = 250

# One issue per member at a time, so that two built at once do not include the same item.
CLAIM_ISSUES = f"""
{SELECT_ISSUE} where i.state = 'planned' and i.due_at <= $1
  and not exists (select from issue e where e.member = i.member and e.state = 'planned' and e.id < i.id)
  and {attempts.due("issues to build", "i.id")}
order by i.due_at, i.id limit $2 for update of i skip locked
"""
SELECT_WANTING = f"""
select s.member from subscription s join member m on m.id = s.member
where s.member = any($1) and s.frequency <> 'off' and (s.paused_until is null or s.paused_until <= $2) and {MAY_RECEIVE}
"""  # noqa: S608 constants only
SETTLE_ISSUES = """
update issue i set state = n.state, mail = n.mail, settled_at = case when n.mail is null then now() end
from unnest($1::bigint[], $2::text[], $3::bigint[]) n(id, state, mail) where i.id = n.id
"""


async def build(now: datetime, pool: Pool) -> int:
    """Build a batch of due issues, and return how many there were. `pool` has the shared candidates."""
    async with db.atomic():
        issues = await db.fetch(IssueRow, CLAIM_ISSUES, now, BATCH)
        await attempts.together(
            "issues to build", issues, lambda some: _build(some, now, pool), key=lambda issue: issue.id
        )
    return len(issues)


async def _build(issues: Sequence[IssueRow], now: datetime, pool: Pool) -> None:
    wanting = set(await db.values(SELECT_WANTING, [issue.member for issue in issues], now))
    late = now - timedelta(hours=EXPIRES_HOURS)
    in_time = [issue for issue in issues if issue.member in wanting and issue.due_at > late]
    digests = [one for one in in_time if one.list == "digest"]
    chosen = await choose(digests, pool, now)
    included = await items.of_choice([(one.id, one.member, found) for one, found in zip(digests, chosen, strict=True)])
    await items.put(item for found in included.values() for item in found)
    posted = [letters.unrendered(one) for one in in_time if one.list == "keep" or one.id in included]
    mails = dict(zip((letter.key for letter in posted), await mail.post_all(posted), strict=True))
    await _settle(issues, mails)


async def choose(issues: Sequence[IssueRow], pool: Pool, now: datetime) -> list[list[Candidate]]:
    """Choose the items of these issues, at most one issue per member."""
    members = [issue.member for issue in issues]
    candidates = await member_candidates(members, now)
    comments = {one.comment for found in candidates.values() for one in found if one.comment} | _comments(pool)
    articles = [one.thread for one in (*pool.opened, *pool.picked)]
    without_weekly = {issue.member for issue in issues if is_without_weekly(issue.period, issue.weekday)}
    found = await readers(members, list(comments), articles, without_weekly)
    return [select(reader, candidates[reader.id], pool) for reader in found]


def _comments(pool: Pool) -> set[int]:
    perspectives = [perspective for story in pool.stories for perspective in story.perspectives]
    return {one.comment for one in (*perspectives, *pool.questions) if one.comment}


async def _settle(issues: Sequence[IssueRow], mails: dict[str, int]) -> None:
    """Record which issues became letters; the others are empty, and nothing is sent."""
    posted = [mails.get(letters.key(issue)) or None for issue in issues]
    states = ["posted" if number else "empty" for number in posted]
    await db.execute(SETTLE_ISSUES, [issue.id for issue in issues], states, posted)
