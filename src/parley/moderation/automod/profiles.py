"""The check before a profile is saved: what an automatic rule would hold in a comment cannot stand in a bio."""

import asyncpg
import structlog

from parley.moderation.automod import trust
from parley.moderation.matching import budget, current, facts
from parley.platform.errors import ParleyError, Refused
from parley.platform.http.access import VERIFIED, Viewer
from parley.platform.text import markdown
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

# Facts about comments, which a profile has none of.
OF_COMMENTS = frozenset({"recent", "heat", "copies", "linked"})
REFUSED = N_(
    "An automatic rule would hold this for a moderator, and a profile cannot wait. Your text is kept here: "
    "please leave out links and advertising until you have taken part for a while."
)


async def check(viewer: Viewer, title: str, bio: str) -> None:
    """Raise Refused where a rule would hold these words, and for newcomers if the rules fail."""
    if viewer.access > VERIFIED or not (title or bio):
        return
    author = await facts.author(viewer.id)
    try:
        holds = await _is_held(f"{title}\n\n{bio}", author)
    except (ParleyError, asyncpg.PostgresConnectionError):
        raise
    except Exception:
        log.exception("automatic rules failed", member=viewer.id)
        holds = trust.level(author).is_held_without_rules
    if holds:
        raise Refused(REFUSED)


async def _is_held(text: str, author: facts.AuthorRecord) -> bool:
    rules = [
        rule
        for rule in (await current.in_force()).rules
        if not any(condition.needs & OF_COMMENTS for condition in rule.conditions)
    ]
    post = facts.post(text, markdown.render(text), assisted=False, author=author)
    return (await budget.judge(rules, post)).holds
