"""What the week's maps found: one point of common ground and one statement on which groups disagree, for a digest."""

from datetime import datetime

import msgspec

from parley.discussion.opinion_map.queries import STATEMENT_LENGTH
from parley.letters.digest_selection.rules import ARTICLE_IS_CLEARED, MAY_BE_FEATURED
from parley.letters.digests.letters import IssueRow
from parley.letters.notifications.rules import IS_MUTED
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.markdown import excerpt

DAYS = 7
# Read when the letter is written. Threads that the reader follows come first, then statements with the most agreement
# in the group that agrees least, then the newest verdicts.
SELECT_VERDICTS = f"""
select distinct on (s.verdict) s.verdict, c.statement, c.html, t.id as thread, t.slug, t.title,
       t.state = 'open' as is_open
from statement_verdict s join comment c on c.id = s.comment join thread t on t.id = s.thread
left join follow f on f.thread = t.id and f.member = $1
left join topic_follow tf on tf.topic = t.topic and tf.member = $1 and tf.level = 'mute'
where s.verdict in ('common-ground', 'dividing') and s.since > $2::timestamptz - {DAYS} * interval '1 day'
  and {MAY_BE_FEATURED} and c.author is distinct from $1 and t.state <> 'archived'
  and {ARTICLE_IS_CLEARED} and not {IS_MUTED} and not exists (
    select from block b where b.member = $1 and b.other = c.author
       or b.member = c.author and b.other = $1 and b.kind = 'block')
order by s.verdict, f.level is distinct from 'follow', s.bridge desc, s.since desc, c.id
"""  # noqa: S608 constants only


class MapVerdict(msgspec.Struct, frozen=True):
    verdict: str
    statement: str | None
    html: str
    thread: int
    slug: str
    title: str
    is_open: bool

    @property
    def text(self) -> str:
        return self.statement or excerpt(self.html, STATEMENT_LENGTH)

    @property
    def map_address(self) -> str:
        """The address of the thread's map."""
        return f"{settings().base_url}/t/{self.thread}/{self.slug}?view=perspectives"

    @property
    def answer_address(self) -> str:
        """The address where its statements are answered."""
        return f"{settings().base_url}/t/{self.thread}/answer"


async def of_week(issue: IssueRow, now: datetime) -> list[MapVerdict]:
    """Return at most one verdict of each kind, once a week: for daily readers in the issue of their weekday."""
    if issue.frequency == "daily" and issue.local_weekday != issue.weekday:
        return []
    return await db.fetch(MapVerdict, SELECT_VERDICTS, issue.member, now)
