"""The words of the record: actions and states."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from parley.core.http.pages import day

# The page shows the target beside it.
ACTION_NAMES = {
    "approve": "approved",
    "remove": "removed",
    "collapse": "folded",
    "lock": "locked",
    "unlock": "opened again",
    "archive": "archived",
    "slow": "slow mode turned on",
    "warn": "warned",
    "silence": "silenced",
    "suspend": "suspended",
    "escalate": "escalated to an admin",
    "second": "approved by a second moderator",
    "refuse": "rejected by a second moderator",
    "role": "role changed",
    "lift": "sanctions lifted",
    "end": "sanction ended",
    "note": "noted about",
    "sign_out": "signed out everywhere",
    "undo": "undone",
    "reveal": "hidden text viewed",
    "appeal": "appealed against",
    "appeal.withdrawn": "appeal withdrawn",
    "appeal.upheld": "appeal: the decision stands",
    "appeal.overturned": "appeal: overturned",
    "appeal.modified": "appeal: changed",
    "hold": "held for a moderator",
    "expire": "expired without review",
    "flag": "put into the queue",
    "notify": "mailed to moderators",
    "rule.new": "written",
    "rule.change": "changed",
    "rule.move": "reordered",
    "rule.propose": "proposed to a second moderator",
    "rule.on": "switched on",
    "rule.shadow": "set to watch only",
    "rule.off": "switched off",
    "stop": "all rules stopped",
    "start": "all rules started again",
}
# The actions that the public can read.
PUBLIC = {
    "approve": "A comment was approved",
    "remove": "A comment was removed",
    "collapse": "A comment was folded",
    "hold": "A comment was held for a moderator",
    "expire": "A held comment expired without review",
    "lock": "A thread was locked",
    "unlock": "A thread was opened again",
    "archive": "A thread was archived",
    "slow": "Slow mode was turned on in a thread",
    "warn": "A member was warned",
    "silence": "A member was silenced",
    "suspend": "A member was suspended",
    "lift": "A silence or suspension was lifted early",
    "end": "A silence or suspension ended",
    "appeal.upheld": "An appeal was decided: the decision stands",
    "appeal.overturned": "An appeal was decided: the decision was overturned",
    "appeal.modified": "An appeal was decided: the decision was changed",
}
KINDS = {"comment": "Comments", "article": "Articles", "member": "Members", "rule": "Rules"}
STATES = {
    "pending": "waiting",
    "visible": "shown",
    "rejected": "refused",
    "deleted_by_author": "deleted by its author",
    "active": "in good standing",
}


def action_name(action: str) -> str:
    """An action in words; one without words here is shown by its name."""
    return ACTION_NAMES.get(action, action.replace("_", " ").replace(".", ": "))


def change(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str] | None:
    """What changed, before and after, in words; None where nothing changed."""
    changed = [name for name in {**before, **after} if name != "why" and before.get(name) != after.get(name)]
    if "member_state" in after and "until" in changed and "member_state" not in changed:
        changed.append("member_state")
    if not changed:
        return None
    return described(before, changed) or "new", described(after, changed) or "as it was"


def described(state: Mapping[str, Any], names: list[str]) -> str:
    return ", ".join(_part(name, state) for name in state if name in names and name != "until")


def _part(name: str, state: Mapping[str, Any]) -> str:
    value = state[name]
    if name == "collapsed":
        return "open" if value is None else "folded"
    if name == "slow":
        return f"{value} s between comments" if value else "no wait between comments"
    if name == "member_state" and value in {"silenced", "suspended"}:
        until = state.get("until")
        return f"{value} until {day(datetime.fromisoformat(until))}" if until else f"{value} permanently"
    return STATES.get(str(value), str(value))


def duration(seconds: float) -> str:
    """A duration in its two largest units: "40 s", "12 min 5 s", "3 h 20 min", "2 days 4 h"."""
    minutes, secs = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    amounts = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min"), (secs, "s")]
    largest = next((index for index, (amount, _) in enumerate(amounts) if amount), 3)
    return " ".join(f"{amount} {unit}" for amount, unit in amounts[largest : largest + 2] if amount) or "0 s"


def percent(part: int, whole: int) -> str:
    """A share in whole percent; a dash where `whole` is 0."""
    return f"{round(100 * part / whole)} %" if whole else "—"
