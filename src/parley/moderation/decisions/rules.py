"""The actions of moderators, and who may decide what."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.people.accounts.viewer import Viewer
from parley.platform.errors import Forbidden, ParleyError, Refused
from parley.platform.http.access import ADMIN, MODERATOR, ROOM_MODERATOR, Access
from parley.platform.text.messages import N_, Message

# Durations of silences and suspensions in days; None is permanent.
LENGTHS = {
    1: N_("A day"),
    3: N_("Three days"),
    7: N_("A week"),
    30: N_("A month"),
    90: N_("Three months"),
    365: N_("A year"),
}

CLAIM_MINUTES = 10
# How long an item waits for its author to edit.
ASKED_HOURS = 24
UNDO_SECONDS = 30
APPEAL_DAYS = 183
# Appeals and proposals that wait for longer are reported to the staff.
OVERDUE_DAYS = 7
MOST_IN_BULK = 50
SLOW_SECONDS = 120


class Action(msgspec.Struct, frozen=True):
    """An action: its labels, the kinds of targets it is for, and the least access level of the moderator."""

    name: str
    label: Message
    done: Message
    kinds: frozenset[str]
    # Restricts a member, who gets a statement of reasons and can appeal.
    restricts: bool = True
    # Has a duration.
    timed: bool = False
    access: Access = ROOM_MODERATOR
    # Only in the form that opens where a moderator sees something (moderation/modqueue/in_place.py), not in the queue.
    in_place: bool = False

    @property
    def takes_reason(self) -> bool:
        """Whether the author reads a reason."""
        return self.restricts or self.name in {"ask", "archive", "message"}

    @property
    def answers(self) -> str:
        """The outcome of the reports: upheld if anything was done, even if only to the thread."""
        return "declined" if self.name in {"approve", "restore", "unlock_branch"} else "upheld"


COMMENT, ARTICLE = frozenset({"comment"}), frozenset({"article"})
PROFILE = frozenset({"member"})
MEMBER, THREAD = COMMENT | PROFILE, COMMENT | ARTICLE
EVERYTHING = COMMENT | MEMBER | THREAD
NOT_IN_QUEUE: frozenset[str] = frozenset()

ACTIONS = {
    action.name: action
    for action in (
        Action("approve", N_("Keep it up"), N_("Kept up"), EVERYTHING, restricts=False),
        Action("ask", N_("Ask to edit"), N_("Author asked to edit"), COMMENT, restricts=False),
        Action("remove", N_("Remove"), N_("Removed"), THREAD),
        Action("text", N_("Take the text down"), N_("Text taken down"), ARTICLE),
        Action("excerpt", N_("Show an excerpt only"), N_("Shown as an excerpt"), ARTICLE),
        Action("passage", N_("Remove a passage or picture"), N_("Passage removed"), ARTICLE, in_place=True),
        Action("title", N_("Remove the title"), N_("Title removed"), ARTICLE | PROFILE),
        Action("bio", N_("Remove the bio"), N_("Bio removed"), PROFILE),
        Action("name", N_("Remove the name"), N_("Name removed"), PROFILE),
        Action("collapse", N_("Collapse"), N_("Collapsed"), COMMENT),
        Action("lock", N_("Lock the thread"), N_("Thread locked"), THREAD, restricts=False),
        Action("lock_branch", N_("Lock the branch"), N_("Branch locked"), COMMENT, restricts=False),
        Action(
            "unlock_branch", N_("Open the branch"), N_("Branch opened again"), COMMENT, restricts=False, in_place=True
        ),
        Action("move", N_("Move the comment"), N_("Comment moved"), COMMENT, restricts=False, in_place=True),
        Action("slow", N_("Turn on slow mode"), N_("Slow mode turned on"), THREAD, restricts=False),
        # Articles are shown again on their page for moderators only (moderation/modqueue/in_place.py: decide_article).
        Action("restore", N_("Show it again"), N_("Shown again"), COMMENT, restricts=False, in_place=True),
        # Like opening it, on the page of the thread only (thread_actions.py).
        Action("archive", N_("Archive the thread"), N_("Thread archived"), ARTICLE, restricts=False, in_place=True),
        Action("unlock", N_("Open the thread"), N_("Thread opened again"), NOT_IN_QUEUE, restricts=False),
        Action("warn", N_("Warn the author"), N_("Author warned"), MEMBER),
        Action("silence", N_("Silence the author"), N_("Author silenced"), MEMBER, timed=True, access=MODERATOR),
        Action("suspend", N_("Suspend the author"), N_("Author suspended"), MEMBER, timed=True, access=MODERATOR),
        # On the page of the statement only (moderation/statements/ops.py: remove).
        Action("statement", N_("Remove the statement"), N_("Statement removed"), NOT_IN_QUEUE, access=MODERATOR),
        # Both on the page of the member only (moderation/modmembers/ops.py).
        Action("message", N_("Write to them"), N_("Message sent"), NOT_IN_QUEUE, restricts=False, access=MODERATOR),
        Action("role", N_("Change the role"), N_("Role changed"), NOT_IN_QUEUE, restricts=False, access=ADMIN),
        Action("escalate", N_("Ask an admin"), N_("Escalated to an admin"), EVERYTHING, restricts=False),
    )
}
SUSPENSION_PROPOSED = N_("Suspension proposed: a second moderator has to approve it")
# What leaves the item open, and its reports unanswered.
PENDING = {"ask", "escalate"}
# Actions on the thread.
ON_THREAD = {"lock", "slow", "archive", "unlock"}
# What takes a member or their words away from readers (removal_limit.py).
REMOVALS = {action.name for action in ACTIONS.values() if action.restricts} - {"warn"}
# Actions on the author, not on the comment.
ON_MEMBER = {"warn", "silence", "suspend", "role"}
# What can be decided about the author together with a decision about their comment.
SANCTIONS = ("warn", "silence", "suspend")
# In order of their permissions.
ROLES = ("member", "moderator", "admin")


def act(kind: str, action: str) -> str:
    """The key of what members read an action is called, which differs for articles and comments."""
    return f"{kind}.{action}" if kind == "article" else action


def offered(viewer: Viewer, kind: str) -> list[Action]:
    """The actions for this kind of target that this moderator may decide."""
    return [action for action in ACTIONS.values() if kind in action.kinds and viewer.access >= action.access]


class Stale(ParleyError):
    """What the moderator decides about has changed since they opened it."""

    status = 409
    title = N_("Changed in the meantime")


class ThreadReference(msgspec.Struct, frozen=True):
    """A place to which a decision refers: a thread, and a passage of its article by its lineage, if it names one."""

    thread: int
    passage: int | None = None


class Choice(msgspec.Struct, frozen=True):
    """What a moderator chose for an item at the `version` that they saw. `days` None: permanently."""

    item: int
    version: int
    action: str
    guideline: str | None = None
    reason: str = ""
    days: int | None = None
    # The new role.
    role: str | None = None
    # Where to move a comment, or the passage to remove.
    to: ThreadReference | None = None
    # The end of a proposal that was made earlier.
    until: datetime | None = None
    # The moderator's name, typed where many removals need to be confirmed.
    confirmed: str = ""
    # The title of the article, typed where it is taken down or archived (takedowns.py).
    title: str = ""
    # The law, where the guideline is about illegal content; the reason then states the facts.
    law: str = ""
    at: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))

    @property
    def ends(self) -> datetime | None:
        """The end, counted from `at`, so that the decision and its effect end at the same time."""
        ends = self.at + timedelta(days=self.days) if self.days and ACTIONS[self.action].timed else None
        return self.until or ends


def require_choice_allowed(choice: Choice, kind: str) -> None:
    """Raise Refused for an action that is not possible here, or that lacks its guideline or reason."""
    action = ACTIONS.get(choice.action)
    if action is None or kind not in action.kinds:
        raise Refused(N_("This cannot be decided here. Please choose one of the actions shown."))
    if action.name == "passage" and (choice.to is None or choice.to.passage is None):
        raise Refused(N_("Please choose one of these."))
    if action.name == "move" and choice.to is None:
        raise Refused(N_("Please say where to move the comment."))
    if action.restricts and not choice.guideline:
        raise Refused(N_("Please choose the rule that this breaks."))
    if action.takes_reason and not choice.reason.strip():
        raise Refused(N_("Please give a reason: the author will read it."))


def require_decision_allowed(viewer: Viewer, concerned: int | None, reporters: set[int]) -> None:
    """Raise Forbidden for members, and for moderators in their own case (moderation-proofs.md R7)."""
    if not viewer.moderates:
        raise Forbidden(N_("Only moderators can do this."))
    if viewer.id == concerned:
        raise Forbidden(N_("This is about you: another moderator has to decide it."))
    if viewer.id in reporters:
        raise Forbidden(N_("You reported this yourself: another moderator has to decide it."))


def require_rank_over(viewer: Viewer, role: str) -> None:
    """Raise Forbidden where a moderator who is not an admin would sanction staff."""
    if role != "member" and viewer.access < ADMIN:
        raise Forbidden(N_("This member is a moderator or an admin: only an admin can decide about them."))
