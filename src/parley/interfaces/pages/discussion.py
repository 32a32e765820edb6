"""Parts of a discussion over HTTP: the next page, the rest of a branch, one passage."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from parley.discussion.comment_tree import view
from parley.discussion.comment_tree.tree import BRIDGING, COMMENT_SORTS
from parley.discussion.comment_tree.viewer_state import comments_html, muted_in
from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.comments.rules import STANCES
from parley.discussion.votes import queries as votes
from parley.people.accounts.viewer import viewer_of
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.members_first import visitors_turn
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id


@get("/t/{thread:str}/comments", name="comments:more", opt={"who": ANYONE, "reading": True})
async def more(
    request: AnyRequest,
    thread: FromPath[str],
    sort: FromQuery[str] = "best",
    after: FromQuery[str] = "",
    branch: FromQuery[str] = "",
    passage: FromQuery[str] = "",
    stance: FromQuery[str] = "",
    reads: FromQuery[str] = "",
) -> Response[Any]:
    """Show a part of the discussion: the next page, the rest of a branch, one passage."""
    row = await thread_at(thread)
    branch_id = as_id(branch)
    viewer = viewer_of(request)
    if branch_id is not None and (await comment_at(branch, viewer)).thread != row.id:
        raise NotFound
    query = view.DiscussionQuery(
        row.id,
        sort if sort in (*COMMENT_SORTS, BRIDGING) else "best",
        passage=view.passage_of(passage),
        stance=stance if stance in STANCES else None,
        branch=branch_id,
        after=as_id(after),
        folds=bool(reads and viewer and viewer.reads),
    )
    async with visitors_turn():
        shown = await view.discussion(query, viewer)
    own = await votes.votes_in_thread(viewer.id, row.id) if viewer else None
    muted = await muted_in(shown.layout.rows.values(), viewer.muted_words if viewer else ())
    html = comments_html(shown, viewer, own, topic=row.topic_slug, slow_branches=row.slow_branches, muted=muted)
    return page(
        request, "discussion/comments/more.html", "more", thread=row, comments_html=html, next_url=shown.next_url
    )


handlers: list[object] = [more]
