"""Restrictions of articles: all decisions in force together determine what is shown."""

from typing import Any

import msgspec

from parley.articles.restricting import Restriction
from parley.core import db
from parley.reports.targets import Target
from parley.threads.restricting import restrict_article

# What each action leaves of an article.
EFFECTS = {
    "excerpt": Restriction("excerpt"),
    "text": Restriction("none"),
    "title": Restriction(untitled=True),
    "remove": Restriction("none", untitled=True),
}
STRICTNESS = ("", "excerpt", "none")

IN_FORCE = """
select action from decision
where kind = 'article' and target = $1 and action = any($2::text[]) and state = 'in_force'
"""


async def settle(target: Target, actor: int | None, new: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """Restrict a locked article by the decisions in force and a `new` action; return the state before and after."""
    actions = [*await db.values(IN_FORCE, target.id, list(EFFECTS)), *([new] if new in EFFECTS else [])]
    effects = [EFFECTS[one] for one in actions]
    to = Restriction(
        max((one.restricted for one in effects), key=STRICTNESS.index, default=""),
        any(one.untitled for one in effects),
    )
    was = Restriction(target.restricted, target.untitled)
    if was != to:
        await restrict_article(target.id, to, actor)
    return msgspec.structs.asdict(was), msgspec.structs.asdict(to)
