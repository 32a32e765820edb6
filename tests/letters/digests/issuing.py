"""A small community, and issues of its digest."""

from datetime import UTC, datetime, timedelta

from parley.letters.digests import jobs, mailing, ops
from parley.people.accounts.viewer import Viewer
from parley.people.mail import Letter
from parley.platform import db
from tests import make

LONG_AGO = timedelta(days=20)


async def reader(name: str | None = None) -> Viewer:
    """A member who has the weekly digest."""
    viewer = await make.member(name)
    await ops.subscribe(viewer.id)
    return viewer


async def thread_with_sides(topic: str = "research") -> tuple[int, int, int]:
    """A thread in which somebody supports and somebody challenges, both voted up; its id and theirs."""
    thread = await make.thread(topic=topic)
    supports = await voted_up(thread, "It is right, and here is why.", stance="supports")
    challenges = await voted_up(thread, "It is wrong, and here is why.", stance="challenges")
    await db.execute(
        "update thread_stats set disagreement = array[$2, $3]::bigint[] where thread = $1", thread, supports, challenges
    )
    return thread, supports, challenges


async def voted_up(thread: int, body: str = "Something new.", *, stance: str | None = None) -> int:
    """A comment that one reader found worth reading, as a digest asks of what it recommends."""
    comment = await make.comment(thread, await make.member(), body, stance=stance)
    await make.vote(await make.member(), comment)
    return comment


async def due(member: Viewer) -> None:
    """Let the member's next issue be due now, whatever the jitter."""
    await db.execute(
        """update subscription set weekday = extract(isodow from here.now), hour = extract(hour from here.now),
             last_day = here.now::date - 7, next_at = date_trunc('hour', now())
           from (select now() at time zone zone as now from member where id = $1) here where member = $1""",
        member.id,
    )


async def issue() -> list[int]:
    """Plan and build whatever is due, and return the new issues."""
    now = datetime.now(UTC)
    before = await db.value("select coalesce(max(id), 0) from issue")
    await jobs.plan(now)
    await db.execute("update issue set due_at = now() where state = 'planned'")
    await jobs.build_all(datetime.now(UTC) + timedelta(minutes=1))
    return await db.values("select id from issue where id > $1 order by id", before)


async def issue_for(member: Viewer) -> int:
    """An issue for one member, built now; nobody else's is due."""
    await due(member)
    issues = await issue()
    assert len(issues) == 1
    return issues[0]


async def next_week(member: Viewer) -> None:
    """Let all issues so far have been of earlier weeks."""
    await db.execute("update issue set period = 'w' || id where member = $1", member.id)
    await db.execute("update mail set key = 'earlier.' || id where member = $1", member.id)


async def items_of(issue: int) -> list[int]:
    """The comments that an issue tells, in order."""
    return await db.values(
        "select comment from issue_item where issue = $1 and comment is not null order by position", issue
    )


async def kinds(issue: int) -> list[str]:
    return await db.values("select kind from issue_item where issue = $1 order by position", issue)


async def state(issue: int) -> str:
    found: str = await db.value("select state from issue where id = $1", issue)
    return found


async def mail_of(issue: int) -> int:
    found: int = await db.value("select mail from issue where id = $1", issue)
    return found


async def reviewed(issue: int) -> Letter | None:
    """The letter as it would be sent now."""
    async with db.atomic():
        return await mailing.render(await mail_of(issue))
