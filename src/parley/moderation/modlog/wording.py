"""The words of the staff's record: actions and states."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from parley.platform.text.messages import N_, Message, join, plural, verbatim

# The page shows the target beside it.
ACTION_NAMES = {
    "approve": N_("Kept up"),
    "remove": N_("Removed"),
    "text": N_("Text taken down"),
    "excerpt": N_("Shown as an excerpt"),
    "passage": N_("Passage removed"),
    "title": N_("Title removed"),
    "bio": N_("Bio removed"),
    "name": N_("Name removed"),
    "restore": N_("Shown again"),
    "collapse": N_("Collapsed"),
    "statement": N_("Statement removed"),
    "statement.propose": N_("Statement proposed"),
    "statement.merge": N_("Statement merged into another"),
    "statement.separate": N_("Statement separated again"),
    "lock": N_("Locked"),
    "unlock": N_("Opened again"),
    "lock_branch": N_("Branch locked"),
    "unlock_branch": N_("Branch opened again"),
    "move": N_("Moved"),
    "archive": N_("Archived"),
    "slow": N_("Slow mode turned on"),
    "warn": N_("Warned"),
    "silence": N_("Silenced"),
    "suspend": N_("Suspended"),
    "ask": N_("Author asked to edit"),
    "escalate": N_("Escalated to an admin"),
    "proposal.approved": N_("Approved by a second moderator"),
    "proposal.rejected": N_("Rejected by a second moderator"),
    "role": N_("Role changed"),
    "lift": N_("Sanctions lifted"),
    "lift.undo": N_("Sanctions in force again"),
    "end": N_("Sanction ended"),
    "note": N_("Noted about"),
    "assign": N_("Assigned"),
    "message": N_("Wrote to"),
    "raid.begin": N_("Raid mode switched on"),
    "raid.end": N_("Raid mode switched off"),
    "room.change": N_("Changed what a topic says"),
    "room.appoint": N_("Appointed moderator of a topic"),
    "room.dismiss": N_("No longer moderator of a topic"),
    "recovery": N_("Agreed to remove the second step of"),
    "sign_out": N_("Signed out everywhere"),
    "import.confirm": N_("Confirmed as an imported author"),
    "import.refuse": N_("Not confirmed as an imported author"),
    "import.undo": N_("No longer confirmed as an imported author"),
    "undo": N_("Undone"),
    "bulk": N_("Decided on all that a filter found"),
    "bulk.undo": N_("Undone: a decision on all that a filter found"),
    "undo.all": N_("Everything to be undone that was decided by"),
    "reveal": N_("Hidden text viewed"),
    "appeal": N_("Appealed against"),
    "appeal.withdrawn": N_("Appeal withdrawn"),
    "appeal.upheld": N_("Appeal: the decision stands"),
    "appeal.overturned": N_("Appeal: overturned"),
    "appeal.modified": N_("Appeal: changed"),
    "hold": N_("Held for a moderator"),
    "expire": N_("Expired without review"),
    "withdraw": N_("Withdrawn by its author"),
    "release": N_("Edited by its author, and no longer held"),
    "flag": N_("Put into the queue"),
    "notify": N_("Mailed to moderators"),
    "rule.new": N_("Written"),
    "rule.change": N_("Changed"),
    "rule.move": N_("Reordered"),
    "rule.propose": N_("Proposed to a second moderator"),
    "rule.propose_off": N_("Asked a second moderator to switch it off"),
    "rule.on": N_("Switched on"),
    "rule.shadow": N_("Set to watch only"),
    "rule.off": N_("Switched off"),
    "ground.new": N_("Published rule added"),
    "ground.change": N_("Published rule changed"),
    "feed.add": N_("Feed added"),
    "feed.change": N_("Feed changed"),
    "feed.pause": N_("Feed paused"),
    "feed.start": N_("Feed started again"),
    "feed.remove": N_("Feed removed"),
    "ring.dismiss": N_("Found to be no voting ring"),
    "stop.propose": N_("Asked a second moderator to stop all rules"),
    "stop": N_("All rules stopped"),
    "start": N_("All rules started again"),
}
# What needs a second approval.
PROPOSED = {
    "suspend": N_("Suspension proposed"),
    "silence": N_("Silence proposed"),
    "role": N_("New role proposed"),
    "remove": N_("Removal proposed"),
    "collapse": N_("Collapsing proposed"),
    "text": N_("Taking down the text proposed"),
    "excerpt": N_("Showing an excerpt only proposed"),
    "passage": N_("Removing a passage or picture proposed"),
    "title": N_("Removing the title proposed"),
    "bio": N_("Removing the bio proposed"),
    "name": N_("Removing the name proposed"),
    "statement": N_("Removing the statement proposed"),
}
KINDS = {
    "comment": N_("Comments"),
    "article": N_("Articles"),
    "member": N_("Members"),
    "rule": N_("Rules"),
    "ground": N_("Published rules"),
    "feed": N_("Feeds"),
    "ring": N_("Voting rings"),
    "raid": N_("Raid mode"),
    "bulk": N_("Decision on all that a filter found"),
}
# The states and roles that the record mentions.
STATES = {
    "pending": N_("waiting"),
    "visible": N_("shown"),
    "hidden": N_("hidden"),
    "removed": N_("removed"),
    "rejected": N_("refused"),
    "expired": N_("expired"),
    "withdrawn": N_("withdrawn"),
    "deleted_by_author": N_("deleted by its author"),
    "open": N_("open"),
    "locked": N_("locked"),
    "archived": N_("archived"),
    "active": N_("in good standing"),
    "member": N_("member"),
    "moderator": N_("moderator"),
    "admin": N_("admin"),
    "on": N_("on"),
    "shadow": N_("watching"),
    "off": N_("off"),
}
# What is shown of an article; what a published rule is about, and whether it is in force.
FIELD_STATES = {
    ("restricted", ""): N_("shown"),
    ("restricted", "excerpt"): N_("an excerpt"),
    ("restricted", "none"): N_("no text"),
    ("untitled", False): N_("with its title"),
    ("untitled", True): N_("without its title"),
    ("illegal", False): N_("about the community"),
    ("illegal", True): N_("about the law"),
    ("retired", False): N_("in force"),
    ("retired", True): N_("not in force"),
}
# What stands for words that were removed.
EMPTY = {
    "statement": N_("no statement"),
    "bio": N_("no bio"),
    "title": N_("no title"),
    "name": N_("no name"),
}
# Permanently, and for a time.
SANCTIONED = {
    "silenced": (N_("silenced permanently"), N_("silenced until {day}")),
    "suspended": (N_("suspended permanently"), N_("suspended until {day}")),
}


def action_name(action: str) -> Message:
    """An action in words; one without words here is shown by its name."""
    return ACTION_NAMES.get(action) or verbatim(action.replace("_", " ").replace(".", ": ").capitalize())


def change(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Message, Message] | None:
    """What changed, before and after, in words; None where nothing changed."""
    changed = [name for name in {**before, **after} if name != "why" and before.get(name) != after.get(name)]
    if "member_state" in after and "until" in changed and "member_state" not in changed:
        changed.append("member_state")
    if not changed:
        return None
    return describe(before, changed) or N_("new"), describe(after, changed) or N_("as it was")


def describe(state: Mapping[str, Any], names: list[str]) -> Message:
    return join(" · ", [_part(name, state) for name in state if name in names and name != "until"])


def _place(value: Mapping[str, Any]) -> Message:
    if value["parent"]:
        return N_("a reply in thread {thread}").format(thread=str(value["thread"]))
    if value["passage"]:
        return N_("a passage of thread {thread}").format(thread=str(value["thread"]))
    return N_("the whole article of thread {thread}").format(thread=str(value["thread"]))


SETTINGS: dict[str, Callable[[Any], Message]] = {
    "removed_passages": lambda value: (
        plural("{count} passage removed", "{count} passages removed", len(value)) if value else N_("all passages")
    ),
    "place": _place,
    "collapsed": lambda value: N_("open") if value is None else N_("collapsed"),
    "confirmed": lambda _: N_("confirmed by typing their own name"),
    "since": lambda value: N_("since {day}").format(day=datetime.fromisoformat(value)),
    "claimed": lambda value: plural("{count} comment", "{count} comments", value),
    "slow": lambda value: (
        N_("{seconds} s between comments").format(seconds=value) if value else N_("no wait between comments")
    ),
}


def _part(name: str, state: Mapping[str, Any]) -> Message:
    value = state[name]
    if name in EMPTY:
        return N_("“{words}”").format(words=value) if value else EMPTY[name]
    if name in SETTINGS:
        return SETTINGS[name](value)
    if name in {"restricted", "untitled", "illegal", "retired"}:
        return FIELD_STATES[name, value]
    if name == "member_state" and value in SANCTIONED:
        permanently, until = SANCTIONED[value]
        ends = state.get("until")
        return until.format(day=datetime.fromisoformat(ends)) if ends else permanently
    return STATES.get(str(value)) or verbatim(str(value))
