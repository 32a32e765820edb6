"""Locking, slowing, archiving and opening a thread."""

from typing import Any

import msgspec

from parley.discussion.threads.tables import Thread
from parley.discussion.threads.updating import decline_waiting
from parley.moderation.decisions.rules import SLOW_SECONDS, Choice
from parley.moderation.reports.targets import Target
from parley.platform.events.event_log import emit
from parley.platform.text.messages import N_, as_text

Change = tuple[dict[str, Any], dict[str, Any]]

ARCHIVED = N_("This discussion is archived, so its article does not change any more.")
# The events for readers of the thread.
EVENTS = {"open": "thread.unlocked", "locked": "thread.locked", "archived": "thread.archived"}


class ThreadSettings(msgspec.Struct, frozen=True):
    """The state of a thread as moderators set it: `slow` are the seconds between two comments of one member."""

    thread_state: str
    slow: int
    why: str = ""


def after(target: Target, choice: Choice) -> ThreadSettings:
    """The settings of the thread after a choice."""
    match choice.action:
        case "slow":
            return ThreadSettings(target.thread_state or "open", SLOW_SECONDS, choice.reason)
        case "unlock":
            return ThreadSettings("open", 0, "")
    return ThreadSettings("locked" if choice.action == "lock" else "archived", target.slow, choice.reason)


def is_set(target: Target, choice: Choice) -> bool:
    """Whether the thread is as an action on it would leave it."""
    return current(target) == after(target, choice)


def current(target: Target) -> ThreadSettings:
    return ThreadSettings(target.thread_state or "open", target.slow, target.why)


async def set_to(target: Target, to: ThreadSettings, actor: int | None) -> Change:
    was = current(target)
    if was == to:
        return {}, {}
    await Thread.update(
        {Thread.state: to.thread_state, Thread.slow: to.slow, Thread.state_reason: to.why or None}
    ).where(Thread.id == target.thread)
    if to.thread_state == "archived":
        await decline_waiting(target.thread or 0, as_text(ARCHIVED), actor)
    await emit(
        "thread.slowed" if to.slow > was.slow else EVENTS[to.thread_state], thread=target.thread or 0, actor=actor
    )
    return msgspec.structs.asdict(was), msgspec.structs.asdict(to)
