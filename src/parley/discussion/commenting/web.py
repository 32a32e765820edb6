"""Posting, previewing and linking to comments over HTTP."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from parley.discussion.comment_tree import groups
from parley.discussion.comment_tree.viewer_state import viewer_state_of
from parley.discussion.commenting import drafts, posting
from parley.discussion.commenting.drafts import wait_here
from parley.discussion.commenting.forms import (
    LONGEST_BODY,
    CommentForm,
    CommentFormView,
    PreviewForm,
    edit_form_view,
    new_form,
)
from parley.discussion.comments import queries, rules, texts
from parley.discussion.threads import queries as threads
from parley.people.accounts.viewer import Viewer, signed_in, viewer_of
from parley.platform.errors import NotFound, ParleyError, Refused
from parley.platform.http.access import ANYONE, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import make_form, posted_fields
from parley.platform.http.pages import fragment, page, wants_fragment
from parley.platform.limit import EVERYBODY, Use
from parley.platform.networks import source
from parley.platform.ratelimit import (
    POST,
    PREVIEW_ACCOUNT,
    PREVIEW_ALL,
    PREVIEW_VISITORS,
    of_source,
    take_all,
    take_each,
)
from parley.platform.text import markdown
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

# The context of a comment that is sent alone.
ALONE = {"replies": "", "stub": None, "parent_author": None, "flat": False}


async def thread_at(thread: str) -> threads.ThreadRow:
    """Return the thread that an address names. Raises NotFound."""
    thread_id = as_id(thread)
    row = await threads.one(thread_id) if thread_id else None
    if row is None:
        raise NotFound(N_("This thread does not exist."))
    return row


async def comment_at(comment: str, viewer: Viewer | None) -> queries.CommentRow:
    """Return the comment that an address names, as `viewer` sees it. Raises NotFound."""
    comment_id = as_id(comment)
    row = await queries.one(comment_id) if comment_id else None
    if row is None or row.state == "held":
        raise NotFound(N_("This comment does not exist."))
    return queries.seen_by(row, viewer)


@post("/t/{thread:str}/comments", name="comments:post", opt={"who": VERIFIED}, request_max_body_size=LONGEST_BODY)
async def post_comment(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    viewer, thread_id = signed_in(request), as_id(thread)
    if thread_id is None:
        raise NotFound(N_("This thread does not exist."))
    form = await make_form(CommentForm, await posted_fields(request))
    status, comment = 422, posting.Posted(0)
    if not form.errors:
        try:
            await take_each(POST, viewer.id, address_of(request))
            comment = await posting.post_comment(draft_of(viewer, thread_id, form))
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
            if isinstance(error, posting.SubmittedBefore):
                form.submission = uuid4()
    if form.errors:
        return await _show_again(request, await thread_at(thread), form, status)
    if wants_fragment(request):
        return await _posted_response(request, thread, comment)
    return Redirect(f"{await threads.address(thread_id)}?focus={comment.id}#c{comment.id}", status_code=303)


def draft_of(viewer: Viewer, thread: int, form: CommentForm) -> drafts.Draft:
    """Return the comment that a valid form asks to post."""
    return drafts.Draft(
        thread=thread,
        author=viewer,
        body=form.body,
        parent=form.parent,
        stance=form.stance,
        passage=form.passage,
        quote=form.quote or None,
        prefix=form.prefix or None,
        statement=form.statement,
        assisted=form.assisted,
        submission=form.submission,
    )


def _typed_form(form: CommentForm, thread: int) -> CommentFormView:
    """Return the form with what was typed."""
    return new_form(
        thread,
        body=form.values.get("body", ""),
        parent=form.parent,
        stance=form.stance,
        passage=form.passage,
        quote=form.quote,
        prefix=form.prefix,
        statement=form.values.get("statement", ""),
        assisted=form.assisted,
        submission=str(form.submission),
    )


async def _show_again(request: AnyRequest, row: threads.ThreadRow, form: CommentForm, status: int) -> Response[Any]:
    """Show the form again, with what was typed and what is wrong with it."""
    shown = _typed_form(form, row.id)
    shown.errors = form.errors
    if wants_fragment(request):
        return fragment(request, "discussion/comments/_form.html", status, form=shown, thread=row)
    parent = await queries.one(form.parent) if form.parent else None
    answered = queries.seen_by(parent, viewer_of(request)) if parent else None
    return page(request, "discussion/comments/write.html", status=status, thread=row, comment=answered, form=shown)


async def _posted_response(request: AnyRequest, thread: str, posted: posting.Posted) -> Response[Any]:
    """Show a new comment in its place."""
    if posted.row is not None and posted.row.parent is not None:
        # A reply needs nothing else: its form goes away.
        reply, count = posted.row, posted.comment_count
        known = {"comment": reply, "viewer_state": viewer_state_of(reply), "comment_count": count}
        return fragment(request, "discussion/comments/posted.html", 201, **known, **ALONE)
    viewer, row = signed_in(request), await thread_at(thread)
    comment = posted.row or (await queries.by_ids([posted.id]))[posted.id]
    parts = await groups.parts(row.id)
    return fragment(
        request,
        "discussion/comments/posted.html",
        201,
        comment=comment,
        viewer_state=viewer_state_of(comment),
        comment_count=row.comment_count,
        thread=row,
        passage=_counted(comment.passage, parts),
        stances=groups.total(parts.values()),
        form=new_form(row.id),
        wait=await wait_here(viewer, row),
        held=await texts.held_comments(viewer.id, row.id) if comment.state == "held" else [],
        **ALONE,
    )


def _counted(passage: int | None, parts: Mapping[str, threads.StanceCounts]) -> dict[str, Any] | None:
    """Return what markers and headings say of a passage."""
    balance = parts.get(str(passage))
    return {"lineage": passage, "comment_count": balance.total, "balance": balance} if balance else None


async def count_preview(request: AnyRequest) -> None:
    """Count a preview by account or, for visitors, by host and network. Raises TooMany above the limits."""
    viewer = viewer_of(request)
    if viewer is None:
        await take_all(of_source(PREVIEW_VISITORS, source(address_of(request))))
    else:
        await take_all([Use(PREVIEW_ACCOUNT, str(viewer.id)), Use(PREVIEW_ALL, EVERYBODY)])


@post("/preview", name="comments:preview", opt={"who": ANYONE}, status_code=200, request_max_body_size=LONGEST_BODY)
async def preview(request: AnyRequest) -> Response[Any]:
    """Show Markdown as it will look and, without JavaScript, the form to post it from there. Nothing is stored."""
    form = await make_form(PreviewForm, await posted_fields(request))
    await count_preview(request)
    html, left_out = Markup(), []
    try:
        if "body" not in form.errors:
            html = Markup(await drafts.render(form.body))  # noqa: S704 rendered safe by platform/text/markdown.py
            left_out = markdown.pictures(form.body)
    except Refused as refusal:
        form.errors["body"] = refusal.message
    error = form.errors.get("body")
    status = 422 if error else 200
    if not wants_fragment(request):
        shown = _previewed_form(form)
        return page(
            request,
            "discussion/comments/preview.html",
            status=status,
            html=html,
            left_out=left_out,
            form=shown,
            mistake=error,
        )
    if error:
        context = {"title": N_("Preview"), "message": error, "next_step": None, "error_id": None}
        return fragment(request, "platform/errors/_error.html", status, **context)
    return fragment(request, "discussion/comments/_preview.html", html=html, left_out=left_out)


def _previewed_form(form: PreviewForm) -> CommentFormView | None:
    """Return the form to post or change what was typed; None if the request names neither a thread nor a comment."""
    if form.thread:
        shown = _typed_form(form, form.thread)
    elif form.comment:
        shown = edit_form_view(
            form.comment,
            body=form.values.get("body", ""),
            parent=form.parent,
            version=form.version,
            stance=form.stance,
            assisted=form.assisted,
        )
    else:
        return None
    shown.errors = form.errors
    return shown


@get("/c/{comment:str}", name="comments:link", opt={"who": ANYONE, "reading": True})
async def link(request: AnyRequest, comment: FromPath[str]) -> Redirect:
    """Redirect from a comment's own address to its thread, focused on the comment."""
    row = await comment_at(comment, viewer_of(request))
    thread = await thread_at(str(row.thread))
    return Redirect(f"{thread.address}?focus={row.id}#c{row.id}", status_code=303)


@get("/c/{comment:str}/whole", name="comments:whole", opt={"who": ANYONE, "reading": True})
async def whole(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    """All of a comment of which pages show the beginning; without htmx on its own page."""
    viewer = viewer_of(request)
    row = await comment_at(comment, viewer)
    if not wants_fragment(request):
        return Redirect(f"/c/{row.id}", status_code=303)
    found = (await queries.by_ids([row.id], whole=True)).get(row.id, row)
    return fragment(request, "discussion/comments/_body.html", comment=queries.seen_by(found, viewer), whole=True)


@get("/c/{comment:str}/reply", name="comments:reply", opt={"who": ANYONE})
async def reply(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    """Show the form to reply to a comment; with `?quote=1` it quotes the comment."""
    row = await comment_at(comment, viewer_of(request))
    rules.require_open_branch(row.locked_branch)
    thread = await thread_at(str(row.thread))
    body = ""
    if request.query_params.get("quote") and row.state == "visible":
        body = "".join(f"> {line}\n" for line in (await texts.text(row.id)).body.splitlines()) + "\n"
    form = new_form(thread.id, parent=row.id, body=body)
    wait = await wait_here(viewer_of(request), thread, row.id)
    return page(request, "discussion/comments/reply.html", "form", comment=row, thread=thread, form=form, wait=wait)


handlers: list[object] = [post_comment, preview, link, whole, reply]
