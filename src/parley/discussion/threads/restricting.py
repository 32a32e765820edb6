"""Restricting what is shown of a thread's article; its discussion stays."""

from parley.articles.articles import restricting as articles
from parley.articles.articles.restricting import Restriction
from parley.discussion.threads.opening import slugify
from parley.discussion.threads.suggestion_closing import decline_waiting
from parley.discussion.threads.tables import Thread
from parley.platform import db
from parley.platform.events.event_log import emit
from parley.platform.text.messages import N_, as_text

REMOVED = N_("Removed article")
CLOSED = N_("A moderator restricted what is shown of this article, so its text does not change any more.")
SELECT_TITLE = """
select case when a.untitled then $2 else (
    select title from revision where article = a.id order by number desc limit 1) end
from thread t join article a on a.id = t.article where t.id = $1
"""


async def restrict_article(thread: int, to: Restriction, actor: int | None) -> None:
    """Show no more of a thread's article than `to` allows, on every page. The caller has locked the thread's row."""
    article: int = await db.value(Thread.select(Thread.article).where(Thread.id == thread))
    await articles.restrict(article, to)
    if to != Restriction():
        await decline_waiting(thread, as_text(CLOSED), actor)
    title: str = await db.value(SELECT_TITLE, thread, as_text(REMOVED))
    await Thread.update({Thread.title: title, Thread.slug: slugify(title)}).where(Thread.id == thread)
    await emit("article.restricted", thread=thread, actor=actor)
