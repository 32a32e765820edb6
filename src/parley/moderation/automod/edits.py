"""The checks before a comment is edited, so that nobody evades the rules by adding the words later."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import asyncpg
import msgspec
import structlog

from parley.discussion.commenting.drafts import CommentEdit
from parley.moderation.automod import acting, holds
from parley.moderation.automod.tables import Hit
from parley.moderation.matching import budget, current, facts, trust
from parley.moderation.matching.budget import Judged
from parley.moderation.matching.evaluate import ActiveRule, is_about_all, needs_posting_facts
from parley.moderation.matching.facts import MOST_COUNTED, AuthorRecord
from parley.moderation.matching.post import EarlierPost, Label, Post
from parley.platform import db
from parley.platform.errors import ParleyError, Refused
from parley.platform.http.access import MODERATOR
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

IS_UNCHANGED = """
select body = $2 and assisted = $3 and statement is not distinct from $4 from comment where id = $1
"""
INSERT_SIGNATURE = """
insert into comment_signature (comment, sketch, bands, hosts) values ($1, $2, $3, $4)
on conflict (comment) do update set sketch = excluded.sketch, bands = excluded.bands, hosts = excluded.hosts
"""
CANNOT_WAIT = N_(
    "A moderator would have to read this first, and an edit cannot be held: the comment stays as it was. "
    "Your text is kept: you can post it as a new comment."
)


async def check(edit: CommentEdit) -> Callable[[int], Awaitable[None]] | None:
    """Judge an edit by the rules about text and author that have not matched the comment before.

    A held comment is judged anew by all rules about text and author. Raises Refused where a rule would hold a published
    one, and for newcomers if the rules fail.
    """
    if await db.value(IS_UNCHANGED, edit.comment, edit.body, edit.assisted, edit.statement):
        return None
    if edit.author.access >= MODERATOR:
        return holds.wait_on if edit.held else None
    author = await facts.author(edit.author.id)
    try:
        judged = await judge(edit, author, await _rules(edit))
    except (ParleyError, asyncpg.PostgresConnectionError):
        raise
    except Exception:
        log.exception("automatic rules failed", comment=edit.comment, author=edit.author.id)
        if edit.held:
            return holds.wait_on
        if trust.level(author).is_held_without_rules:
            raise Refused(CANNOT_WAIT) from None
        return None
    if judged.holds and not edit.held:
        raise Refused(CANNOT_WAIT)
    return partial(_apply, judged=judged, edit=edit)


async def _apply(comment: int, judged: Judged, edit: CommentEdit) -> None:
    await db.execute(INSERT_SIGNATURE, comment, *msgspec.structs.astuple(_post(edit, facts.NOBODY).signature))
    if edit.held:
        await holds.apply_anew(comment, judged)
    elif judged.hits:
        await acting.act(comment, judged)


async def judge(
    edit: CommentEdit, author: AuthorRecord, rules: Sequence[ActiveRule], labels: Sequence[Label] = ()
) -> Judged:
    """What rules find in a comment that is there already, with this text and these labels."""
    # The record counts a published comment too, up to the most that are counted.
    others = author.comments - (author.comments < MOST_COUNTED and not edit.held)
    linked = (await facts.author(edit.author.id, rules)).linked if facts.need(rules, "linked") else 0
    before = msgspec.structs.replace(author, comments=max(0, others), linked=linked)
    earlier: list[EarlierPost] = []
    if facts.need(rules, "copies"):
        earlier = await facts.earlier_posts(edit.author.id, _post(edit, facts.NOBODY).signature, edit.comment)
    return await budget.judge(rules, _post(edit, before, earlier, labels))


def _post(
    edit: CommentEdit, author: AuthorRecord, earlier: Sequence[EarlierPost] = (), labels: Sequence[Label] = ()
) -> Post:
    about: dict[str, Any] = {"assisted": edit.assisted, "thread": edit.thread, "labels": labels}
    return facts.post(edit.words, edit.html, author=author, earlier=earlier, **about)


async def _rules(edit: CommentEdit) -> list[ActiveRule]:
    # A rule matches a comment once: moderators may have approved it since. One about all comments of a thread or a
    # member matches each edit, since what was approved is another text.
    hits = Hit.select(Hit.rule).where(Hit.comment == edit.comment)
    matched_before = set() if edit.held else set(await db.values(hits))
    return [
        rule
        for rule in (await current.in_force()).rules
        if (rule.id not in matched_before or is_about_all(rule)) and not needs_posting_facts(rule)
    ]
