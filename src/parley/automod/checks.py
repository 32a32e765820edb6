"""What is asked of every comment before it stands: may its author post here now, and what do the rules say of it."""

from functools import partial
from time import monotonic

import asyncpg
import msgspec
import structlog

from parley.automod import acting, slow_mode, trust
from parley.automod.rules import budget, current, facts
from parley.automod.rules.current import InForce
from parley.automod.rules.evaluate import ActiveRule
from parley.automod.rules.facts import Author
from parley.comments.drafts import Draft, Verdict
from parley.core.cache import Bounded
from parley.core.errors import ParleyError
from parley.core.http.access import VERIFIED, Viewer
from parley.core.settings import settings
from parley.threads.queries import ThreadRow

log = structlog.get_logger(__name__)

# Members of the highest level need not be looked up each time: so long they are believed to be of it, unless a decision
# has concerned them since. Their age and record only grow.
BELIEVED_SECONDS = 60.0
RECORD = frozenset({"record"})


class CachedAuthor(msgspec.Struct, frozen=True):
    author: Author
    until: float


_established: Bounded[CachedAuthor] = Bounded(10_000)


async def check(draft: Draft) -> Verdict | None:
    """Judge a draft that may be posted next.

    Raises TooMany where its author must wait. When the rules cannot be applied, who has a record passes, and
    newcomers wait for a moderator.
    """
    if draft.author.standing > VERIFIED:
        return None
    try:
        now = await current.in_force()
        return await _judge(draft, now) if _needs_judging(draft, now) else None
    except (ParleyError, asyncpg.PostgresConnectionError):
        raise
    except Exception:
        log.exception("the rules could not be applied", thread=draft.thread, author=draft.author.id)
        author = await facts.author(draft.author.id)
        if not trust.level(author).waits_without_rules:
            return None
        return Verdict(hold=True, judged=author.judged, after=acting.hold_unjudged)


async def wait_of(viewer: Viewer, _thread: ThreadRow, _parent: int | None) -> str | None:
    """What to tell a member, before they write, who has posted what their level allows in an hour."""
    if _known(viewer.id, await current.in_force()):
        return None
    author = await facts.author(viewer.id)
    _believe(viewer.id, author)
    used = trust.used_up(author)
    return str(used) if used else None


def _known(member: int, now: InForce) -> Author | None:
    """The record of somebody believed to be of the highest level."""
    known = _established.get(member)
    return known.author if known and known.until >= monotonic() and member not in now.decided else None


def _believe(member: int, author: Author) -> None:
    if trust.level(author) is trust.LEVELS[-1]:
        _established.put(member, CachedAuthor(author, monotonic() + BELIEVED_SECONDS))


def _needs_judging(draft: Draft, now: InForce) -> bool:
    """False for somebody known to have a record, where nothing known of the draft can match anything."""
    known = _known(draft.author.id, now)
    if known is None or draft.thread in now.warm:
        return True
    rules = [rule for rule in now.rules if not _is_about_heat(rule)]
    post = facts.post(draft.body, draft.html, assisted=draft.assisted, author=known)
    return budget.may_match(rules, post, RECORD)


def _is_about_heat(rule: ActiveRule) -> bool:
    """Whether a rule asks for heat, which a thread that is not warm has none of."""
    return any("heat" in condition.needs for condition in rule.conditions)


async def _judge(draft: Draft, now: InForce) -> Verdict | None:
    author = await facts.author(draft.author.id, now.rules, draft.submission)
    if author.sent_before:
        # The same form once more: it finds the comment that it made, and was judged then.
        return None
    _believe(draft.author.id, author)
    is_warm = draft.thread in now.warm
    place = await slow_mode.place(draft.thread) if is_warm else slow_mode.ThreadActivity([], [])
    if settings().limits:
        trust.may_post(author)
        slow_mode.may_answer(place, draft.author.id, draft.parent)
    post = facts.post(draft.body, draft.html, assisted=draft.assisted, author=author, heat=place.heat)
    judged = await budget.judge(now.rules, post)
    after = partial(acting.act, judged=judged) if judged.hits or judged.unfinished else None
    return Verdict(hold=judged.holds, judged=author.judged, after=after)


def forget() -> None:
    """Look every member up again: between tests."""
    global _established  # noqa: PLW0603 one state of one process
    _established = Bounded(10_000)
