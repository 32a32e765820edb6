"""What is asked of every comment before it stands: may its author post here now, and what do the rules say of it."""

from functools import partial

import asyncpg
import structlog

from parley.comments.ops import Draft, Verdict
from parley.core import db
from parley.core.access import VERIFIED
from parley.core.errors import ParleyError
from parley.core.settings import settings
from parley.moderation.engine import acting, brake, budget, current, facts, trust
from parley.moderation.engine.evaluate import decisive

log = structlog.get_logger(__name__)

SENT_BEFORE = "select true from comment where author = $1 and submission = $2"


async def check(draft: Draft) -> Verdict | None:
    """Judge a draft inside the transaction that posts it.

    Raises TooMany where its author must wait. When the rules cannot be applied, who has a record passes, and
    newcomers wait for a moderator.
    """
    if draft.author.standing > VERIFIED:
        return None
    try:
        async with db.atomic():
            return await _judge(draft)
    except (ParleyError, asyncpg.PostgresConnectionError):
        raise
    except Exception:
        log.exception("the rules could not be applied", thread=draft.thread, author=draft.author.id)
        author = await facts.author(draft.author.id)
        if not trust.level(author).waits_without_rules:
            return None
        return Verdict(hold=True, after=acting.hold_unjudged)


async def _judge(draft: Draft) -> Verdict | None:
    if draft.submission and await db.value(SENT_BEFORE, draft.author.id, draft.submission):
        # The same form once more: it finds the comment that it made, and was judged then.
        return None
    now = await current.in_force()
    author = await facts.author(draft.author.id)
    before = await facts.before(draft.author.id, now.rules)
    is_warm = draft.thread in now.warm
    place = await brake.place(draft.thread) if is_warm else brake.Place([], [])
    if settings().limits:
        trust.may_post(author)
        brake.may_answer(place, draft.author.id, draft.parent)
    post = facts.post(draft.body, assisted=draft.assisted, author=author, before=before, heat=place.heat)
    hits = budget.evaluate_timed(now.rules, post)
    for rule in budget.exhausted(now.rules):
        await budget.switch_off(rule)
    if not hits:
        return None
    return Verdict(hold=decisive(hits) is not None, after=partial(acting.act, hits=hits))
