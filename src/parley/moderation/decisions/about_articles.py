"""Deciding about an article from its own page for moderators, without a report."""

from parley.moderation.decisions import ops, restrictions, rules
from parley.moderation.decisions.restrictions import EFFECTS
from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import targets
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.http.access import Viewer
from parley.platform.text.messages import N_

OPEN_ITEM = "select id from queue_item where kind = 'article' and target = $1 and state = 'open' for no key update"


async def decide(viewer: Viewer, thread: int, choice: Choice) -> int:
    """Restrict what is shown of a thread's article, or show all of it again; return the id of the decision.

    It answers the reports that wait. Raises Forbidden in one's own case, Refused without a rule and a reason, NotFound.
    """
    if choice.action not in {*EFFECTS, "restore"}:
        raise Refused(N_("This cannot be decided here. Please choose one of the actions shown."))
    if choice.action != "restore":
        rules.require_choice_allowed(choice, "article")
    elif not choice.reason.strip():
        raise Refused(N_("Please give a reason: it is kept with the decision."))
    async with db.atomic():
        target = await targets.lock("article", thread)
        item = await db.value(OPEN_ITEM, thread)
        rules.require_decision_allowed(
            viewer, await ops.concerned_member(viewer, target), await ops.reporters_but(viewer, item)
        )
        if choice.action == "restore":
            await restrictions.require_end("article", thread, list(EFFECTS), choice.to.passage if choice.to else None)
        return await ops.carry_out(viewer, choice, target, item)
