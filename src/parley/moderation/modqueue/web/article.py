"""An article as only moderators may read it, and decisions about it without a report."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.discussion.threads.queries import ThreadRow
from parley.moderation.decisions import about_articles
from parley.moderation.decisions.restrictions import EFFECTS
from parley.moderation.decisions.rules import ACTIONS
from parley.moderation.modqueue import articles, people
from parley.moderation.modqueue.requests import decision_form
from parley.people.community.queries import grounds
from parley.platform.errors import ParleyError
from parley.platform.http.access import MODERATOR, AnyRequest, staff
from parley.platform.http.forms import Form
from parley.platform.http.pages import page


async def _show(request: AnyRequest, thread: ThreadRow, form: Form, status: int = 200) -> Response[Any]:
    return page(
        request,
        "moderation/modqueue/article.html",
        status=status,
        thread=thread,
        article=await articles.whole_article(thread.id),
        passages=await articles.passages(thread.id),
        decisions=await people.decisions_about(0, "article", thread.id),
        actions=[ACTIONS[name] for name in (*EFFECTS, "restore")],
        all_actions=ACTIONS,
        grounds=await grounds(),
        form=form,
    )


@get("/mod/articles/{thread:str}", name="moderation:article", opt={"who": MODERATOR})
async def article_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _show(request, await thread_at(thread), Form({}))


@post("/mod/articles/{thread:str}", name="moderation:decide-article", opt={"who": MODERATOR}, status_code=200)
async def decide(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row = await thread_at(thread)
    form, status = await decision_form(request), 422
    form.require()
    if not form.errors:
        try:
            await about_articles.decide(staff(request), row.id, form.choice_for(0))
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    if form.errors:
        return await _show(request, row, form, status)
    return Redirect(f"/mod/articles/{row.id}", status_code=303)


handlers: list[object] = [article_page, decide]
