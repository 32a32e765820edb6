"""The panel in a publisher's page, over HTTP: a frame of our origin that only the site's pages may show."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.discussion.commenting import drafts, posting
from parley.discussion.commenting.forms import LONGEST_BODY, CommentForm
from parley.discussion.commenting.web import thread_at
from parley.discussion.comments import queries as comments
from parley.discussion.thesis import ops as theses
from parley.discussion.thesis.forms import ThesisAnswerForm
from parley.discussion.thesis.tokens import given_token, was_given
from parley.discussion.votes import ops as votes
from parley.discussion.votes.web import VoteForm
from parley.interfaces.embed import queries
from parley.interfaces.embed.panel import PanelQuery, panel
from parley.interfaces.embed.rules import SiteRow, framed_by
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.errors import NotFound, ParleyError, Refused, SignInNeeded
from parley.platform.http.access import (
    ANYONE,
    VERIFIED,
    AnyRequest,
    address_of,
    refuse_unverified,
    require_write_allowed,
)
from parley.platform.http.forms import make_form, posted_fields
from parley.platform.http.pages import page
from parley.platform.ratelimit import POST, VOTE, take_each
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, Message, join

FRAME = {"X-Robots-Tag": "noindex", "Cross-Origin-Resource-Policy": "cross-origin"}


@get("/embed/t/{thread:str}", name="embed:panel", opt={"who": ANYONE, "reading": True})
async def show(
    request: AnyRequest,
    thread: FromPath[str],
    site: FromQuery[str] = "",
    passage: FromQuery[str] = "",
    focus: FromQuery[str] = "",
    see: FromQuery[str] = "",
) -> Response[Any]:
    """Show the discussion of a thread, or of one passage; with `given`, give the answer of who has just signed in."""
    site_row = await queries.site(site)
    query = PanelQuery((await thread_at(thread)).id, as_id(passage), as_id(focus), looks=see == "1")
    form = ThesisAnswerForm(request.query_params)
    if form.value is None or form.errors:
        return await _page(request, site_row, query)
    viewer = viewer_of(request)
    if viewer is None:
        problem = N_("Please sign in. Your answer is kept until then.")
        return await _page(request, site_row, query, thesis_problem=problem)
    await queries.require_own(site_row, query.thread)
    if await was_given(request, viewer, query.thread, form):
        with suppress(Refused):
            await theses.answer(viewer, query.thread, form.value, version=form.version, only_first=True)
    return Redirect(path_of(query, site_row, "#thesis"), status_code=303)


async def _page(
    request: AnyRequest,
    site: SiteRow,
    query: PanelQuery,
    status: int = 200,
    form: CommentForm | None = None,
    **problems: Any,
) -> Response[Any]:
    """The panel, with a comment's form that was refused, or with `thesis_problem` or `vote_problem`."""
    context = await panel(query, viewer_of(request)) | {"form": form, **problems}
    return framed_page(request, site, "interfaces/embed/panel.html", status, **context)


def framed_page(request: AnyRequest, site: SiteRow, template: str, status: int = 200, **context: Any) -> Response[Any]:
    """Render a page that only the pages of `site` may show in a frame."""
    headers = FRAME | {"Content-Security-Policy": framed_by(site.origins)}
    return page(request, template, status=status, headers=headers, **(context | {"site_row": site}))


def author(request: AnyRequest) -> Viewer:
    """Return the viewer, who may write. Raises SignInNeeded or Forbidden."""
    viewer = _voter(request, N_("Please sign in first. Your text is kept."))
    if viewer.access < VERIFIED:
        refuse_unverified(viewer)
    return viewer


def path_of(query: PanelQuery, site: SiteRow, at: str = "") -> str:
    """The address of the panel that answers a query, with `at` as its fragment."""
    named = {"site": site.key, "passage": query.passage, "focus": query.focus, "see": query.looks and 1}
    return f"/embed/t/{query.thread}?{urlencode({name: value for name, value in named.items() if value})}{at}"


@post("/embed/t/{thread:str}/comments", name="embed:post", opt={"who": ANYONE}, request_max_body_size=LONGEST_BODY)
async def post_comment(request: AnyRequest, thread: FromPath[str], site: FromQuery[str] = "") -> Response[Any]:
    site_row, row = await queries.site(site), await thread_at(thread)
    await queries.require_own(site_row, row.id)
    form, status = await make_form(CommentForm, await posted_fields(request)), 422
    query = PanelQuery(row.id, form.passage, form.parent)
    if not form.errors:
        try:
            viewer = author(request)
            await take_each(POST, viewer.id, address_of(request))
            comment = await posting.post_comment(_draft(viewer, row.id, site_row.key, form))
            # In a long discussion the comment may not be on the first page, so the panel shows its branch.
            shown = PanelQuery(row.id, form.passage, None if form.passage else comment.id)
            return Redirect(path_of(shown, site_row, f"#c{comment.id}"), status_code=303)
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
            if isinstance(error, posting.SubmittedBefore):
                form.submission = uuid4()
    return await _page(request, site_row, query, status, form)


def _draft(viewer: Viewer, thread: int, site: str, form: CommentForm) -> drafts.Draft:
    return drafts.Draft(
        thread=thread,
        author=viewer,
        body=form.body,
        parent=form.parent,
        stance=form.stance,
        passage=form.passage,
        quote=form.quote,
        prefix=form.prefix,
        assisted=form.assisted,
        submission=form.submission,
        site=site,
    )


@post("/embed/t/{thread:str}/vote", name="embed:vote", opt={"who": ANYONE})
async def vote(request: AnyRequest, thread: FromPath[str], site: FromQuery[str] = "") -> Response[Any]:
    """Vote on a comment of the thread; the fields are those of `POST /c/{comment}/vote`, with `comment`."""
    site_row, row = await queries.site(site), await thread_at(thread)
    await queries.require_own(site_row, row.id)
    form = VoteForm(await posted_fields(request))
    comment = form.id("comment")
    query = PanelQuery(row.id, form.id("passage"), form.id("focus"))
    try:
        if form.errors or comment is None:
            raise Refused(join(" ", form.errors.values()))
        viewer = _voter(request, N_("Please sign in."))
        await take_each(VOTE, viewer.id, address_of(request))
        await _require_in(row.id, comment)
        await votes.cast_vote(viewer=viewer, comment=comment, axis=form.axis, value=form.value)
    except NotFound:
        raise
    except ParleyError as error:
        return await _page(request, site_row, query, error.status, vote_problem=(comment, error.message))
    return Redirect(path_of(query, site_row, f"#c{comment}"), status_code=303)


@post("/embed/t/{thread:str}/thesis/answer", name="embed:answer-thesis", opt={"who": ANYONE})
async def answer_thesis(request: AnyRequest, thread: FromPath[str], site: FromQuery[str] = "") -> Response[Any]:
    """Agree or disagree with what the article claims; the fields are those of `POST /t/{thread}/thesis/answer`."""
    site_row, row = await queries.site(site), await thread_at(thread)
    await queries.require_own(site_row, row.id)
    form, query = ThesisAnswerForm(await posted_fields(request)), PanelQuery(row.id)
    try:
        if form.errors:
            raise Refused(join(" ", form.errors.values()))
        if viewer_of(request) is None and form.value is not None:
            fields = {"value": form.value, "version": form.version, "given": given_token(request, row.id, form)}
            given = urlencode({name: field for name, field in fields.items() if field is not None})
            # The address of a panel that gives the answer once they have signed in there.
            return Redirect(f"{path_of(query, site_row)}&{given}#thesis", status_code=303)
        viewer = _voter(request, N_("Please sign in."))
        await take_each(VOTE, viewer.id, address_of(request))
        if form.looks:
            await theses.look(viewer, row.id)
        elif not form.hides:
            await theses.answer(viewer, row.id, form.value, version=form.version)
    except NotFound:
        raise
    except ParleyError as error:
        return await _page(request, site_row, query, error.status, thesis_problem=error.message)
    return Redirect(path_of(msgspec.structs.replace(query, looks=form.looks), site_row, "#thesis"), status_code=303)


async def _require_in(thread: int, comment: int) -> None:
    state = await comments.state_of(comment)
    if state is None or state.thread != thread:
        raise NotFound


def _voter(request: AnyRequest, otherwise: Message) -> Viewer:
    viewer = viewer_of(request)
    if viewer is None:
        raise SignInNeeded(otherwise)
    require_write_allowed(viewer)
    return viewer


handlers: list[object] = [show, post_comment, vote, answer_thesis]
