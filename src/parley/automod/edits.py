"""What is asked of an edit before it stands: nobody gets past the rules by posting first and writing it in later."""

from collections.abc import Awaitable, Callable
from functools import partial

import asyncpg
import msgspec
import structlog

from parley.automod import acting, trust
from parley.automod.rules import budget, current, facts
from parley.automod.rules.budget import Judged
from parley.automod.rules.evaluate import ActiveRule
from parley.automod.rules.facts import MOST_COUNTED, Author
from parley.comments.drafts import CommentEdit
from parley.core import db
from parley.core.errors import ParleyError, Refused
from parley.core.http.access import VERIFIED

log = structlog.get_logger(__name__)

# What is about the moment in which a comment was posted: what came just before, and how heated its thread was.
OF_THE_MOMENT = frozenset({"recent", "heat"})
IS_THE_SAME = "select body = $2 and assisted = $3 from comment where id = $1"
# What a rule had to say of a comment it has said: moderators may have let it stand.
HAVE_SPOKEN = "select distinct rule from hit where comment = $1"
CANNOT_WAIT = (
    "A moderator would have to read this first, and an edit cannot be held: the comment stays as it was. "
    "Your text is kept: you can post it as a new comment."
)


async def check(edit: CommentEdit) -> Callable[[int], Awaitable[None]] | None:
    """Judge an edit by the rules that ask for its words and its author, but those that hit the comment before.

    Raises Refused where a rule would hold it, and for a newcomer's where the rules cannot be applied.
    """
    if edit.author.standing > VERIFIED or await db.value(IS_THE_SAME, edit.comment, edit.body, edit.assisted):
        return None
    author = await facts.author(edit.author.id)
    try:
        judged = await _judge(edit, author)
    except (ParleyError, asyncpg.PostgresConnectionError):
        raise
    except Exception:
        log.exception("the rules could not be applied", comment=edit.comment, author=edit.author.id)
        if trust.level(author).waits_without_rules:
            raise Refused(CANNOT_WAIT) from None
        return None
    if judged.holds:
        raise Refused(CANNOT_WAIT)
    return partial(acting.act, judged=judged) if judged.hits else None


async def _judge(edit: CommentEdit, author: Author) -> Judged:
    rules = await _rules(edit.comment)
    # The comment itself is among those that were let in, unless these are too many to count.
    others = author.comments - (author.comments < MOST_COUNTED)
    before = msgspec.structs.replace(author, comments=max(0, others))
    return await budget.judge(rules, facts.post(edit.body, edit.html, assisted=edit.assisted, author=before))


async def _rules(comment: int) -> list[ActiveRule]:
    have_spoken = set(await db.values(HAVE_SPOKEN, comment))
    return [rule for rule in (await current.in_force()).rules if rule.id not in have_spoken and not _is_of_then(rule)]


def _is_of_then(rule: ActiveRule) -> bool:
    return any(condition.needs & OF_THE_MOMENT for condition in rule.conditions)
