"""Revising the article of a thread."""

from collections.abc import Awaitable, Callable, Mapping

from parley.articles.articles.restricting import refuse_frozen
from parley.articles.articles.text import ArticleText
from parley.articles.revisions.revising import RevisionNote, RevisionResult, revise_article
from parley.discussion.threads.comment_outcomes import place_by_hand
from parley.discussion.threads.queries import lock_thread
from parley.discussion.threads.tables import Thread
from parley.platform import db
from parley.platform.events.event_log import emit

# Hooks in the transaction of a revision (site/hooks.py): comments find their anchors again. Each is called with the
# thread and the numbers of the former and the new revision.
AfterRevise = Callable[[int, int, int], Awaitable[None]]
after_revise: list[AfterRevise] = []

SHOW_REVISION = """
update thread t set revision = r.number, title = r.title from revision r
where t.id = $1 and r.article = t.article and r.number = $2
"""


async def revise_thread(
    thread: int, text: ArticleText, edit: RevisionNote | None = None, placed: Mapping[int, str] | None = None
) -> RevisionResult | None:
    """Write `text` as the next revision of a thread's article. Return None when nothing changed.

    `placed` has the words on which comments are placed by hand. Raises Misplaced if the text does not have them, and
    Refused if its text or title was taken down.
    """
    async with db.atomic():
        await lock_thread(thread)
        article = await db.value(Thread.select(Thread.article).where(Thread.id == thread))
        await refuse_frozen(article)
        revised = await revise_article(article, text, edit)
        if revised is None:
            return None
        await db.execute(SHOW_REVISION, thread, revised.number)
        for after in after_revise:
            await after(thread, revised.number - 1, revised.number)
        if placed:
            for place in place_by_hand:
                await place(thread, placed)
        payload = {"revision": revised.number, "changed": revised.changed}
        await emit("article.revised", thread=thread, actor=edit.editor if edit else None, payload=payload)
    return revised
