"""What moderators may do, in one table; and who may decide on what."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.core.errors import Forbidden, ParleyError, Refused
from parley.core.http.access import ADMIN, MODERATOR, Viewer, Who

# For how long one may be silenced or suspended, in days; without one it is for good.
LENGTHS = {1: "a day", 3: "three days", 7: "a week", 30: "a month", 90: "three months", 365: "a year"}

CLAIM_MINUTES = 10
UNDO_SECONDS = 30
APPEAL_DAYS = 183
# What waits longer for an answer alarms the staff.
OVERDUE_DAYS = 7
MOST_IN_BULK = 50


class Action(msgspec.Struct, frozen=True):
    """One thing that can be decided: about which targets, by whom at least, and what it means."""

    name: str
    label: str
    done: str
    kinds: frozenset[str]
    # Takes something away from somebody, who is told why and can appeal.
    restricts: bool = True
    # Ends at a time that is chosen.
    timed: bool = False
    standing: Who = MODERATOR

    @property
    def answers(self) -> str:
        """What becomes of reports: whoever made them was right where something was done, if only to the thread."""
        return "declined" if self.name == "approve" else "upheld"


COMMENT, MEMBER, THREAD = frozenset({"comment"}), frozenset({"comment", "member"}), frozenset({"comment", "article"})
EVERYTHING = COMMENT | MEMBER | THREAD
NOWHERE: frozenset[str] = frozenset()

ACTIONS = {
    one.name: one
    for one in (
        Action("approve", "Approve", "approved", EVERYTHING, restricts=False),
        Action("remove", "Remove", "removed", COMMENT),
        Action("collapse", "Fold", "folded", COMMENT),
        Action("lock", "Lock the thread", "thread locked", THREAD, restricts=False),
        Action("slow", "Turn on slow mode", "slow mode turned on", THREAD, restricts=False),
        # From the page of the thread only (places.py).
        Action("archive", "Archive the thread", "thread archived", NOWHERE, restricts=False),
        Action("unlock", "Open the thread", "thread opened again", NOWHERE, restricts=False),
        Action("warn", "Warn the author", "author warned", MEMBER),
        Action("silence", "Silence the author", "author silenced", MEMBER, timed=True),
        Action("suspend", "Suspend the author", "author suspended", MEMBER, timed=True),
        # From the page of the member only (members.py).
        Action("role", "Change the role", "role changed", NOWHERE, restricts=False, standing=ADMIN),
        Action("escalate", "Ask an admin", "passed on", EVERYTHING, restricts=False),
    )
}
# What moderators do to a thread.
ON_THREAD = {"lock", "slow", "archive", "unlock"}
# What acts on the author of a comment, not on the comment.
ON_MEMBER = {"warn", "silence", "suspend", "role"}
# In rising order of what they may.
ROLES = ("member", "moderator", "admin")
# What becomes of an appeal.
OUTCOMES = ("upheld", "overturned", "modified")
# What an appeal can make of a decision that went too far: something that takes less.
LESSER = {
    "remove": ("collapse", "warn"),
    "collapse": ("warn",),
    "silence": ("silence", "warn"),
    "suspend": ("suspend", "silence", "warn"),
}
SLOW_SECONDS = 120
# What one says one would have done about a comment, where that is compared with what was done.
JUDGEMENTS = {
    name: one for name, one in ACTIONS.items() if "comment" in one.kinds and (one.restricts or name == "approve")
}


class Stale(ParleyError):
    """Somebody else decided meanwhile: the item is not what the moderator looked at."""

    status = 409
    title = "Already decided"


class Choice(msgspec.Struct, frozen=True):
    """What a moderator chose for an item that they saw at `version`. `days` None: for good."""

    item: int
    version: int
    action: str
    guideline: str | None = None
    reason: str = ""
    days: int | None = None
    # What a member becomes, where it is about their role.
    role: str | None = None
    at: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))

    @property
    def ends(self) -> datetime | None:
        """The same moment for everybody who asks: the decision's end is its effect's."""
        return self.at + timedelta(days=self.days) if self.days and ACTIONS[self.action].timed else None


def may_choose(choice: Choice, kind: str) -> Action:
    """Raise Refused for a choice that is not one, or lacks its reason."""
    action = ACTIONS.get(choice.action)
    if action is None or kind not in action.kinds:
        raise Refused("This cannot be decided here. Please choose one of the actions shown.")
    if action.restricts and not choice.guideline:
        raise Refused("Please choose the rule that this breaks: the author has a right to know.")
    if action.restricts and not choice.reason.strip():
        raise Refused("Please give a reason: the author will read it.")
    return action


def may_decide(viewer: Viewer, concerned: int | None, reporters: set[int]) -> None:
    """Raise Forbidden for whoever would judge their own case (trust.md R7)."""
    if viewer.standing < MODERATOR:
        raise Forbidden("Only moderators decide.")
    if viewer.id == concerned:
        raise Forbidden("This is about you: another moderator has to decide it.")
    if viewer.id in reporters:
        raise Forbidden("You reported this yourself: another moderator has to decide it.")


def may_lessen(action: str, until: datetime | None, choice: Choice) -> None:
    """Raise Refused unless `choice` takes less than a decision for `action` that lasts `until`, None for good."""
    if choice.action not in LESSER.get(action, ()):
        raise Refused("Please choose a milder action than the decision, or overturn it.")
    longer = until is not None and (choice.ends is None or choice.ends >= until)
    if ACTIONS[choice.action].timed and (longer or choice.ends is None):
        raise Refused("Please choose an end before that of the decision, or overturn it.")


def may_act_on(viewer: Viewer, role: str) -> None:
    """Raise Forbidden where a moderator would sanction staff: that is an admin's to do."""
    if role != "member" and viewer.standing < ADMIN:
        raise Forbidden("This member is a moderator or an admin: only an admin can decide about them.")
