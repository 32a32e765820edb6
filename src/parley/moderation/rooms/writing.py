"""Who may write in a room: not those who are too new for it, nor those whom its moderators have silenced there."""

from parley.discussion.commenting.drafts import CommentEdit, Draft
from parley.discussion.threads.queries import ThreadRow
from parley.moderation.matching.current import switches
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.formats import clock
from parley.platform.text.messages import N_, Message, plural

SELECT_TOO_NEW = """
select topic.min_days from thread t join topic on topic.slug = t.topic join member m on m.id = $2
where t.id = $1 and m.created_at > now() - topic.min_days * interval '1 day' and m.role = 'member'
  and not exists (select from room_moderator r where r.topic = topic.slug and r.member = m.id)
"""
# When the longest silence of a member in a topic ends; it is that of the thread where it was decided.
SELECT_SILENCES = """
select d.until from decision d join thread t on t.id = d.thread
where d.target = $1 and d.action = 'silence_topic' and d.state = 'in_force' and (d.until is null or d.until > now())
  and t.topic = coalesce($3, (select topic from thread where id = $2))
order by d.until desc nulls first limit 1
"""


async def check(draft: Draft) -> None:
    """Raise Refused for a comment by a member who may not write in the topic now."""
    if (refusal := await _refusal(draft.author, draft.thread)) is not None:
        raise Refused(refusal)


async def check_edit(edit: CommentEdit) -> None:
    """Raise Refused for an edit by a member who is silenced in the topic."""
    if (refusal := await _silenced(edit.author.id, edit.thread)) is not None:
        raise Refused(refusal)


async def check_open(topic: str, member: int) -> None:
    """Raise Refused for a thread opened by a member who is silenced in the topic."""
    if (refusal := await _silenced(member, None, topic)) is not None:
        raise Refused(refusal)


async def wait_of(viewer: Viewer, thread: ThreadRow, _parent: int | None) -> Message | None:
    """The sentence above the form of a member who may not write in the topic now."""
    return await _refusal(viewer, thread.id)


async def _refusal(member: Viewer, thread: int) -> Message | None:
    return await _silenced(member.id, thread) or await _too_new(member, thread)


async def _silenced(member: int, thread: int | None, topic: str | None = None) -> Message | None:
    """Say until when a member is silenced in a topic, or in that of a thread; None where they are not."""
    has_waits = (await switches()).has_waits
    silences = await db.values(SELECT_SILENCES, member, thread, topic) if has_waits else []
    if not silences:
        return None
    if (until := silences[0]) is None:
        return N_("Moderators decided that you cannot write in this topic. The reasons are in your settings.")
    return N_(
        "Moderators decided that you cannot write in this topic until {day}, {time}. The reasons are in your settings."
    ).format(day=until, time=clock(until))


async def _too_new(member: Viewer, thread: int) -> Message | None:
    has_waits = (await switches()).has_waits
    days: int | None = await db.value(SELECT_TOO_NEW, thread, member.id) if has_waits else None
    if days is None:
        return None
    return plural(
        "In this topic, you can write once you have been a member for {count} day.",
        "In this topic, you can write once you have been a member for {count} days.",
        days,
    )
