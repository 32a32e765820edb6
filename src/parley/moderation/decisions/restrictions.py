"""What an article shows follows from all decisions in force about it. Also ends restrictions, of comments too."""

from typing import Any

import msgspec

from parley.articles.articles.restricting import Restriction
from parley.discussion.threads.edit_ops import restrict_article
from parley.moderation.decisions import letters
from parley.moderation.decisions.tables import Decision
from parley.moderation.reports.targets import Target
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

# What each action leaves of an article.
EFFECTS = {
    "excerpt": Restriction("excerpt"),
    "text": Restriction("none"),
    "title": Restriction(untitled=True),
    "remove": Restriction("none", untitled=True),
    # Each decision names the passage that it removes.
    "passage": Restriction(),
}
STRICTNESS = ("", "excerpt", "none")


class CurrentRestriction(msgspec.Struct, frozen=True):
    action: str
    passage: int | None


async def settle(
    target: Target, actor: int | None, new: str = "", passage: int | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Restrict a locked article by the decisions in force and a `new` action; return the state before and after.

    `passage` is the one that the new action removes.
    """
    in_force = (Decision.kind == "article") & (Decision.target == target.id) & (Decision.state == "in_force")
    restrictions = await db.fetch(
        CurrentRestriction, Decision.select().where(in_force, Decision.action.is_in(list(EFFECTS)))
    )
    restrictions += [CurrentRestriction(new, passage)] if new in EFFECTS else []
    effects = [EFFECTS[restriction.action] for restriction in restrictions]
    to = Restriction(
        max((effect.restricted for effect in effects), key=STRICTNESS.index, default=""),
        any(effect.untitled for effect in effects),
        sorted(
            {
                restriction.passage
                for restriction in restrictions
                if restriction.action == "passage" and restriction.passage is not None
            }
        ),
    )
    was = Restriction(target.restricted, target.untitled, target.removed_passages)
    if was != to:
        await restrict_article(target.id, to, actor)
    return msgspec.structs.asdict(was), msgspec.structs.asdict(to)


async def require_end(kind: str, target: int, actions: list[str], passage: int | None = None) -> None:
    """As `end`, but raises Refused where there is nothing to end."""
    if not await end(kind, target, actions, passage):
        raise Refused(N_("All of this is shown already."))


async def end(kind: str, target: int, actions: list[str], passage: int | None = None) -> bool:
    """End the decisions in force for these actions, or those about one passage. Return whether there were any.

    Their letters that are not sent yet are held back.
    """
    about = (Decision.kind == kind) & (Decision.target == target) & (Decision.state == "in_force")
    ended = Decision.update({Decision.state: "ended", Decision.ended_at: NOW}).where(
        about & (Decision.passage == passage) if passage else about, Decision.action.is_in(actions)
    )
    decisions = [row["id"] for row in await ended.returning(Decision.id)]
    await letters.hold_back(decisions)
    return bool(decisions)
