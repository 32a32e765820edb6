"""The outcomes of appeals, the answers of second looks, and which actions are milder than others."""

from datetime import datetime

from parley.moderation.decisions.rules import ACTIONS, Choice
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

# The outcomes of an appeal.
OUTCOMES = ("upheld", "overturned", "modified")
# The milder actions to which an appeal can change a decision; of articles, those in MILDER_OF_ARTICLES.
MILDER = {
    "remove": ("collapse", "warn"),
    "collapse": ("warn",),
    "silence_topic": ("silence_topic", "warn"),
    "silence": ("silence", "warn"),
    "suspend": ("suspend", "silence", "warn"),
    "bio": ("warn",),
    "title": ("warn",),
    "name": ("warn",),
}
MILDER_OF_ARTICLES = {"remove": ("text", "excerpt", "title"), "text": ("excerpt",)}
# The answers of a second look.
JUDGEMENTS = {
    name: action
    for name, action in ACTIONS.items()
    if "comment" in action.kinds and (action.restricts or name == "approve")
}


def milder(kind: str, action: str) -> tuple[str, ...]:
    """The milder actions to which an appeal can change a decision about a target of this kind."""
    return (MILDER_OF_ARTICLES if kind == "article" else MILDER).get(action, ())


def require_milder(kind: str, action: str, until: datetime | None, choice: Choice) -> None:
    """Raise Refused unless `choice` is milder than a decision for `action` that lasts `until` (None: permanently)."""
    if choice.action not in milder(kind, action):
        raise Refused(N_("Please choose a milder action than the decision, or overturn it."))
    longer = until is not None and (choice.ends is None or choice.ends >= until)
    if ACTIONS[choice.action].timed and (longer or choice.ends is None):
        raise Refused(N_("Please choose an end before that of the decision, or overturn it."))
