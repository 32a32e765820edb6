"""First comments on articles that have no thread: stored until the worker has fetched the article and posts them."""

from typing import Any

import msgspec

from parley.interfaces.embed.forms import FirstCommentForm
from parley.interfaces.embed.rules import SiteRow
from parley.interfaces.embed.tables import FirstComment
from parley.people.accounts import sessions
from parley.people.accounts.states import SIGNS_IN, STATE_NOW
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.events.job_wakeups import wake_job
from parley.platform.text.messages import Message, serialize

MOST_ATTEMPTS = 3

SELECT_DUE = """
select id from first_comment
where state = 'waiting' and due_at <= now() and exists (select from site where key = first_comment.site)
"""
CLAIM_FIRST_COMMENTS = f"""
with due as ({SELECT_DUE} order by due_at limit 1 for update skip locked)
update first_comment f set due_at = now() + interval '2 minutes', attempts = attempts + 1
from due, site s where f.id = due.id and s.key = f.site
returning f.id, f.site, s.origins, s.topic, f.url, f.member, f.body, f.stance, f.assisted, f.submission, f.attempts
"""  # noqa: S608 constants only
SELECT_AUTHOR = f"""
select 0::bigint as session, id, name, role, false as needs_factor, array[]::text[] as rooms, {STATE_NOW} as state,
  state <> 'unverified' as verified, {sessions.AWAITS_APPROVAL} as awaits_approval, state_until as until,
  state_reason as why, assisted, density, legend, marks, marks_read, zone, language, reads,
  null::timestamptz as last_visit, false as is_stale,
  array[]::text[] as muted, array[]::bigint[] as blocked, array[]::text[] as muted_words, null::int as unread
from member where id = $1 and {SIGNS_IN}
"""  # noqa: S608 constants only


class OwnFirstComment(msgspec.Struct, frozen=True):
    """A first comment as its author sees it."""

    id: int
    url: str
    body: str
    stance: str | None
    assisted: bool
    state: str
    message: str
    thread: int | None
    comment: int | None


class WaitingFirstComment(msgspec.Struct, frozen=True):
    """A first comment that the worker has claimed, with its site."""

    id: int
    site: str
    origins: list[str]
    topic: str
    url: str
    member: int
    body: str
    stance: str | None
    assisted: bool
    submission: str
    attempts: int


async def store(viewer: Viewer, site: SiteRow, url: str, form: FirstCommentForm) -> int:
    """Store a comment on the article at `url`, and return its id. The same submission again returns the same id."""
    new = FirstComment(
        site=site.key,
        url=url,
        member=viewer.id,
        body=form.body,
        stance=form.stance,
        assisted=form.assisted,
        submission=str(form.submission),
    )
    mine = (FirstComment.member == viewer.id) & (FirstComment.submission == str(form.submission))
    async with db.atomic():
        await FirstComment.insert(new).on_conflict(
            target=(FirstComment.member, FirstComment.submission), action="DO NOTHING"
        )
        number: int = await db.value(FirstComment.select(FirstComment.id).where(mine))
        db.after_commit(lambda: wake_job("embed"))
    return number


async def of_member(number: int, member: int, site: str) -> OwnFirstComment | None:
    own = FirstComment.id == number, FirstComment.member == member, FirstComment.site == site
    return await db.fetch_one(OwnFirstComment, FirstComment.select().where(*own))


async def claim() -> WaitingFirstComment | None:
    """Claim the comment that has been due for longest. It is due again in two minutes, in case this worker dies."""
    return await db.fetch_one(WaitingFirstComment, CLAIM_FIRST_COMMENTS)


async def author_of(wanted: WaitingFirstComment) -> sessions.ViewerRow | None:
    """The author as they are now; None if they may no longer sign in."""
    return await db.fetch_one(sessions.ViewerRow, SELECT_AUTHOR, wanted.member)


async def mark_posted(number: int, thread: int, comment: int) -> None:
    values: dict[Any, Any] = {FirstComment.state: "posted", FirstComment.thread: thread, FirstComment.comment: comment}
    await FirstComment.update(values).where(FirstComment.id == number)


async def fail(number: int, message: Message) -> None:
    """Record why nothing was posted. The author still sees the text."""
    await FirstComment.update(_failure(message)).where(FirstComment.id == number)


async def fail_of_site(site: str, message: Message) -> None:
    """Record why comments that wait are no longer posted from this site."""
    waiting = (FirstComment.site == site) & (FirstComment.state == "waiting")
    await FirstComment.update(_failure(message)).where(waiting)


def _failure(message: Message) -> dict[Any, Any]:
    return {FirstComment.state: "failed", FirstComment.message: serialize(message)}
