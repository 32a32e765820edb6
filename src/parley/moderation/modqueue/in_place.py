"""Deciding about a comment, an article or a member where one sees it, without a report."""

import msgspec
from markupsafe import Markup

from parley.articles.articles import queries as articles
from parley.articles.articles.queries import PassageText
from parley.discussion.threads.locks import lock_for_move
from parley.discussion.threads.tables import Thread
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import restrictions, rules
from parley.moderation.decisions.restrictions import EFFECTS
from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import ops as reports
from parley.moderation.reports import targets
from parley.moderation.reports.subjects import Subject
from parley.moderation.reports.tables import QueueItem
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

SELECT_ARTICLE = """
select r.title, r.byline, coalesce(a.url, a.claimed_url) as address, a.restricted, a.untitled, a.removed_passages,
       r.number
from thread t join article a on a.id = t.article join revision r on r.article = a.id
where t.id = $1 order by r.number desc limit 1
"""
SELECT_PASSAGES = """
select p.position + 1 as number, p.lineage, p.text, p.html as raw_html from passage p
where p.revision = (select r.id from thread t join revision r on r.article = t.article
                    where t.id = $1 order by r.number desc limit 1)
order by p.position
"""


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
    return await decide_on(viewer, subject.kind, subject.id, subject.thread, choice)


async def decide_on(viewer: Viewer, kind: str, target: int, thread: int | None, choice: Choice) -> int:
    """As `decide`, about a target by its kind and id, in its thread if it has one."""
    rules.require_choice_allowed(choice, kind)
    async with db.atomic():
        if choice.action == "move" and choice.to is not None:
            await lock_for_move(target, choice.to.thread)
        # Like reports: the target before its item.
        await targets.lock(kind, target)
        item = await reports.open_item(kind, target, thread)
        version = await db.value(QueueItem.select(QueueItem.version).where(QueueItem.id == item))
        return await decisions.decide(viewer, msgspec.structs.replace(choice, item=item, version=version))


async def sanction(viewer: Viewer, author: int | None, thread: int | None, choice: Choice | None) -> None:
    """Decide about the author too, in the transaction of a decision about what they wrote; undone together."""
    if author is not None and choice is not None:
        await decide_on_author(viewer, author, thread, choice)


async def decide_on_author(viewer: Viewer, author: int, thread: int | None, choice: Choice) -> int:
    """Decide about the author of something in a thread; a silence in a topic is one in that of the thread.

    Such a silence has no item: reports about the member wait for the moderators of the whole site.
    """
    if choice.action not in rules.SANCTIONS_IN_TOPIC:
        return await decide_on(viewer, "member", author, None, choice)
    async with db.atomic():
        target = msgspec.structs.replace(await targets.lock("member", author), thread=thread)
        rules.require_decision_allowed(viewer, author, set())
        rules.require_rank_over(viewer, target.role)
        return await decisions.carry_out(viewer, choice, target)


async def decide_article(viewer: Viewer, thread: int, choice: Choice) -> int:
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
        waiting = QueueItem.select(QueueItem.id).where(
            QueueItem.kind == "article", QueueItem.target == thread, QueueItem.state == "open"
        )
        item = await db.value(waiting.lock_rows("NO KEY UPDATE"))
        rules.require_decision_allowed(
            viewer, await decisions.concerned_member(viewer, target), await decisions.reporters_but(viewer, item)
        )
        if choice.action == "restore":
            await restrictions.require_end("article", thread, list(EFFECTS), choice.to.passage if choice.to else None)
        return await decisions.carry_out(viewer, choice, target, item)


class WholeArticle(msgspec.Struct, frozen=True):
    title: str
    byline: str | None
    address: str | None
    restricted: str
    untitled: bool
    removed_passages: list[int]
    number: int


async def whole_article(thread: int) -> WholeArticle | None:
    return await db.fetch_one(WholeArticle, SELECT_ARTICLE, thread)


class WholePassage(msgspec.Struct, frozen=True):
    number: int
    lineage: int
    text: str
    raw_html: str

    @property
    def html(self) -> Markup:
        """The passage's element, sanitised on import (extraction/html/passages.py)."""
        return Markup(self.raw_html)  # noqa: S704 see the docstring


async def passages(thread: int) -> list[WholePassage]:
    """The passages of the newest revision, whatever readers may see of them."""
    return await db.fetch(WholePassage, SELECT_PASSAGES, thread)
