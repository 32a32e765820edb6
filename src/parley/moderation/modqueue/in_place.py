"""Deciding about a comment, an article or a member where one sees it, without a report."""

import msgspec

from parley.articles.articles import queries as articles
from parley.articles.articles.queries import PassageText
from parley.discussion.threads.tables import Thread
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import rules
from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import ops as reports
from parley.moderation.reports import targets
from parley.moderation.reports.subjects import Subject
from parley.moderation.reports.tables import QueueItem
from parley.platform import db
from parley.platform.http.access import Viewer


async def concerned_member(subject: Subject) -> int | None:
    """The member whom a decision about a subject concerns."""
    if subject.comment is not None:
        return subject.comment.author_id
    starter: int | None = subject.id
    if subject.kind == "article":
        starter = await db.value(Thread.select(Thread.starter).where(Thread.id == subject.id))
    return starter


async def item_of(subject: Subject) -> int | None:
    """The queue item of a subject; None where there has been none."""
    item: int | None = await db.value(
        QueueItem.select(QueueItem.id).where(QueueItem.kind == subject.kind, QueueItem.target == subject.id)
    )
    return item


async def destinations(subject: Subject) -> list[PassageText]:
    """The passages of the article to which a comment can be moved within its thread."""
    if subject.comment is None:
        return []
    revision: int = await db.value(Thread.select(Thread.revision).where(Thread.id == subject.comment.thread))
    return await articles.text(subject.comment.thread, revision)


async def decide(viewer: Viewer, subject: Subject, choice: Choice) -> int:
    """Decide about a subject and return the id of the decision, which can be undone like one of the queue.

    It answers the reports that wait. Raises Refused, Forbidden, NotFound and Stale as decisions of the queue do.
    """
    thread = subject.comment.thread if subject.comment else subject.id if subject.kind == "article" else None
    return await decide_on(viewer, subject.kind, subject.id, thread, choice)


async def decide_on(viewer: Viewer, kind: str, target: int, thread: int | None, choice: Choice) -> int:
    """As `decide`, about a target by its kind and id, in its thread if it has one."""
    rules.require_choice_allowed(choice, kind)
    async with db.atomic():
        # Like reports: the target before its item.
        await targets.lock(kind, target)
        item = await reports.open_item(kind, target, thread)
        version = await db.value(QueueItem.select(QueueItem.version).where(QueueItem.id == item))
        return await decisions.decide(viewer, msgspec.structs.replace(choice, item=item, version=version))


async def sanction(viewer: Viewer, author: int | None, choice: Choice | None) -> None:
    """Decide about the author too, in the transaction of a decision about what they wrote; undone together."""
    if author is not None and choice is not None:
        await decide_on(viewer, "member", author, None, choice)
