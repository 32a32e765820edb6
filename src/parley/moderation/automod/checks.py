"""The checks before a comment is posted: whether its author may post here now, and which rules match it.

A profile cannot contain what an automatic rule would hold in a comment.
"""

from collections.abc import Sequence
from functools import partial
from time import monotonic

import asyncpg
import msgspec
import structlog

from parley.discussion.commenting.drafts import CheckResult, Draft, Signature
from parley.discussion.slow_mode.heat import ThreadActivity, activity
from parley.discussion.slow_mode.rules import require_wait_over
from parley.discussion.threads.queries import ThreadRow
from parley.moderation.automod import acting
from parley.moderation.automod import trust as limits
from parley.moderation.matching import budget, current, facts, trust
from parley.moderation.matching.current import InForce
from parley.moderation.matching.evaluate import RECORD, ActiveRule, is_for, waits_for_labels
from parley.moderation.matching.facts import AuthorRecord
from parley.moderation.matching.post import EarlierPost, Post
from parley.people.accounts.viewer import Viewer
from parley.platform.cache import ENTRY_BYTES, Bounded, text_bytes
from parley.platform.errors import ParleyError, Refused
from parley.platform.http.access import MODERATOR
from parley.platform.settings import settings
from parley.platform.text import markdown
from parley.platform.text.messages import N_, Message

log = structlog.get_logger(__name__)

# Facts about comments. A profile has none.
OF_COMMENTS = frozenset({"recent", "heat", "copies", "linked", "labels"})
REFUSED = N_(
    "An automatic rule would hold this for a moderator, and a profile cannot wait. Your text is kept here: "
    "please leave out links and advertising until you have taken part for a while."
)

# How long members of the highest trust level stay cached. Only a decision against them lowers it at once, and
# that empties their entry.
ESTABLISHED_SECONDS = 60.0


class CachedAuthor(msgspec.Struct, frozen=True):
    author: AuthorRecord
    until: float


def _new_cache() -> Bounded[CachedAuthor]:
    return Bounded(10_000, 8 * 2**20, lambda kept: ENTRY_BYTES + text_bytes(kept), "authors")


_established = _new_cache()


async def check(draft: Draft) -> CheckResult | None:
    """Judge a draft before it is posted.

    Raises TooMany where its author has to wait. If the rules fail, newcomers' comments wait for a moderator and all
    others are posted.
    """
    if draft.author.access >= MODERATOR:
        return None
    try:
        now = await current.in_force()
        known = _cached_record(draft.author.id, now)
        post = _post(draft, known or facts.NOBODY)
        rules = now.rules if known is None else _remaining_rules(post, draft.thread, now)
        if known is None or rules or draft.thread in now.active_threads:
            return await _judge(draft, rules, now, post.signature)
        return CheckResult(signature=post.signature)
    except (ParleyError, asyncpg.PostgresConnectionError):
        raise
    except Exception:
        log.exception("automatic rules failed", thread=draft.thread, author=draft.author.id)
        author = await facts.author(draft.author.id)
        if not trust.level(author).is_held_without_rules:
            return None
        return CheckResult(hold=True, checked_comments=author.checked_comments, after=acting.hold_unjudged)


async def check_profile(viewer: Viewer, title: str, bio: str) -> None:
    """Raise Refused where a rule would hold these words, and for newcomers if the rules fail."""
    if viewer.access >= MODERATOR or not (title or bio):
        return
    author = await facts.author(viewer.id)
    try:
        holds = await _is_held_in_profile(f"{title}\n\n{bio}", author)
    except (ParleyError, asyncpg.PostgresConnectionError):
        raise
    except Exception:
        log.exception("automatic rules failed", member=viewer.id)
        holds = trust.level(author).is_held_without_rules
    if holds:
        raise Refused(REFUSED)


async def _is_held_in_profile(text: str, author: facts.AuthorRecord) -> bool:
    rules = [
        rule
        for rule in (await current.in_force()).rules
        if not any(condition.needs & OF_COMMENTS for condition in rule.conditions)
    ]
    post = facts.post(text, markdown.render(text), assisted=False, author=author)
    return (await budget.judge(rules, post)).holds


async def wait_of(viewer: Viewer, _thread: ThreadRow, _parent: int | None) -> Message | None:
    """The sentence above the form of a member who has reached the hourly limit."""
    if _cached_record(viewer.id, await current.in_force()):
        return None
    author = await facts.author(viewer.id)
    _cache(viewer.id, author)
    used = limits.used_up(author)
    return used.message if used else None


def _cached_record(member: int, now: InForce) -> AuthorRecord | None:
    """The cached record of a member of the highest level."""
    known = _established.get(member)
    return known.author if known and known.until >= monotonic() and member not in now.decided_members else None


def _cache(member: int, author: AuthorRecord) -> None:
    """Cache the record of a member of the highest level, without the recent posts, which take up to 160 kB."""
    if trust.level(author) is trust.LEVELS[-1]:
        author = msgspec.structs.replace(author, own=[], others=[])
        _established.put(member, CachedAuthor(author, monotonic() + ESTABLISHED_SECONDS))


def _remaining_rules(post: Post, thread: int, now: InForce) -> list[ActiveRule]:
    """The rules that the record of the author and the text do not rule out already."""
    # Comparing numbers of the record takes too little time to be measured for each rule.
    rules = [rule for rule in now.rules if is_for(rule, post) and not waits_for_labels(rule)]
    if thread not in now.active_threads:
        # The thread has no heat.
        rules = [rule for rule in rules if not facts.need([rule], "heat")]
    return [rule for rule in rules if budget.may_match([rule], post, RECORD)]


async def _judge(draft: Draft, rules: list[ActiveRule], now: InForce, signature: Signature) -> CheckResult | None:
    author = await facts.author(draft.author.id, rules, draft.submission)
    if author.sent_before:
        # The form was sent twice: the comment exists and was judged the first time.
        return None
    _cache(draft.author.id, author)
    earlier = await facts.earlier_posts(draft.author.id, signature) if facts.need(rules, "copies") else []
    recent = await activity(draft.thread) if draft.thread in now.active_threads else ThreadActivity([], [])
    if settings().limits:
        limits.require_post_allowed(author)
        require_wait_over(recent, draft.author.id, draft.parent)
    post = _post(draft, author, recent.heat, earlier)
    judged = await budget.judge(rules, post)
    after = partial(acting.act, judged=judged) if judged.hits or judged.unfinished else None
    return CheckResult(hold=judged.holds, checked_comments=author.checked_comments, after=after, signature=signature)


def _post(draft: Draft, author: AuthorRecord, heat: float = 0.0, earlier: Sequence[EarlierPost] = ()) -> Post:
    text = (draft.words, draft.html)
    return facts.post(*text, assisted=draft.assisted, author=author, thread=draft.thread, heat=heat, earlier=earlier)


def forget() -> None:
    """Empty the cache between tests."""
    global _established  # noqa: PLW0603 one state of one process
    _established = _new_cache()
