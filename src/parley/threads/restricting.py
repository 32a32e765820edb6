"""Restricting what is shown of a thread's article; its discussion stays."""

from parley.articles import restricting as articles
from parley.articles.restricting import Restriction
from parley.core import db
from parley.core.events.event_log import emit
from parley.core.text.messages import N_, as_text
from parley.threads.opening import slugify

REMOVED = N_("Removed article")
SELECT_TITLE = """
select case when a.untitled then $2 else (
    select title from revision where article = a.id order by number desc limit 1) end
from thread t join article a on a.id = t.article where t.id = $1
"""
SET_TITLE = "update thread set title = $2, slug = $3 where id = $1"


async def restrict_article(thread: int, to: Restriction, actor: int | None) -> None:
    """Show no more of a thread's article than `to` allows, on every page. The caller has locked the thread's row."""
    article: int = await db.value("select article from thread where id = $1", thread)
    await articles.restrict(article, to)
    title: str = await db.value(SELECT_TITLE, thread, as_text(REMOVED))
    await db.execute(SET_TITLE, thread, title, slugify(title))
    await emit("article.restricted", thread=thread, actor=actor)
