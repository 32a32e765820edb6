"""The page of a thread: the article and its discussion beside each other."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.articles.articles import queries as articles
from parley.discussion.comment_tree import tree
from parley.discussion.comment_tree import view as views
from parley.discussion.comment_tree.tree import BRIDGING, COMMENT_SORTS
from parley.discussion.comment_tree.viewer_state import SELECT_BEYOND, LeftOff, comments_html, left_off, muted_in
from parley.discussion.commenting.drafts import wait_here
from parley.discussion.commenting.forms import new_form
from parley.discussion.comments import queries
from parley.discussion.comments.rules import STANCES
from parley.discussion.comments.texts import SELECT_HELD_COMMENTS, HeldComment
from parley.discussion.kept import queries as kept
from parley.discussion.thesis import queries as theses
from parley.discussion.thesis.display import thesis_box, thesis_of_viewer
from parley.discussion.threads import queries as threads
from parley.discussion.threads import reading
from parley.discussion.votes import queries as votes
from parley.interfaces.feeds import pictures, structured
from parley.interfaces.pages import opinion_map
from parley.interfaces.pages.display import Display, display_of
from parley.interfaces.pages.finding import ResultPosition, found_in, hits_in
from parley.interfaces.pages.kept import visitors_page
from parley.letters.notifications import queries as notifications
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform import db
from parley.platform.cache import PAGE_SECONDS, MicroCache
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import (
    Finished,
    encoding_of,
    page,
    page_size,
    pending_of,
    render,
    render_parts,
    respond,
    respond_encoded,
    wants_fragment,
)
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

# The views of a discussion; those of earlier addresses still work.
VIEWS = {"passage": "passage", "all": "all", "whole": "all", "stand": "stand", "perspectives": "stand"}


def _rows(query: str) -> str:
    # Without the values of $1 and $2, PostgreSQL plans the statement once for each connection and not for each page,
    # which took three quarters of its time.
    query = query.replace("$1", "(select $1::bigint)").replace("$2", "(select $2::bigint)")
    return f"(select coalesce(json_agg(r), '[]') from ({query}) r)"  # noqa: S608 constants only


# Hot: on every page of a thread for members. Five round trips took a fifth of its time.
SELECT_READER = f"""
select json_build_object(
    'votes', {_rows(votes.SELECT_VOTES_IN_THREAD)}, 'visits', {_rows(reading.SELECT_VISIT)},
    'held', {_rows(SELECT_HELD_COMMENTS)}, 'follows', {_rows(notifications.SELECT_FOLLOWING)},
    'theses', {_rows(theses.SELECT_OF_MEMBER)}, 'kept', {_rows(kept.SELECT_HAS_KEPT)}, 'beyond', {_rows(SELECT_BEYOND)}
)::text
"""

_pages: MicroCache[Finished] = MicroCache("members", PAGE_SECONDS, size=page_size)
_known_passages: MicroCache[bool] = MicroCache("passages", PAGE_SECONDS, most_bytes=2**20)


class UnreadComment(msgspec.Struct, frozen=True):
    id: int


class ReaderRows(msgspec.Struct, frozen=True):
    """What a member's page of a thread shows of them; `held` are comments that nobody else sees."""

    votes: list[votes.VoteRow]
    visits: list[reading.VisitRow]
    held: list[HeldComment]
    follows: list[notifications.FollowState]
    theses: list[theses.ViewerThesis]
    kept: list[kept.HasKept]
    beyond: list[UnreadComment]


@get(["/t/{thread:str}", "/t/{thread:str}/{slug:str}"], name="comments:thread", opt={"who": ANYONE, "reading": True})
async def show(
    request: AnyRequest,
    thread: FromPath[str],
    view: FromQuery[str] = "",
    sort: FromQuery[str] = "",
    passage: FromQuery[str] = "",
    stance: FromQuery[str] = "",
    focus: FromQuery[str] = "",
    see: FromQuery[str] = "",
    reads: FromQuery[str] = "",
) -> Response[Any]:
    """Show a thread. The slug is for readers; any slug works."""
    thread_id = as_id(thread)
    if thread_id is None:
        raise NotFound(N_("This thread does not exist."))
    # A sort order applies to the whole discussion, not to its passages.
    shown_view = VIEWS.get(view, "all" if sort else None)
    focused = await _focused_comment(focus)
    if focused is not None and focused.thread != thread_id:
        return Redirect(f"/c/{focused.id}", status_code=303)
    viewer = viewer_of(request)
    query = views.DiscussionQuery(
        thread_id,
        sort if sort in (*COMMENT_SORTS, BRIDGING) else "best",
        shown_view if shown_view != "stand" else None,
        await _passage_of(thread_id, passage),
        stance if stance in STANCES else None,
        focused.id if focused else None,
        folds=bool(reads and viewer and viewer.reads),
    )
    fragment = wants_fragment(request)
    display, position = display_of(request), await found_in(request, thread_id, query.focus)
    looks = see == "thesis"
    hits = await hits_in(request, thread_id) if shown_view != "stand" else None
    is_for_all = viewer is None and position is None and hits is None
    if is_for_all and not fragment and not looks and shown_view != "stand":
        encoding = encoding_of(request)
        page_for_all = await visitors_page(query, display, encoding, lambda shown: _whole_page(shown, None, display))
        return respond_encoded(request, page_for_all, encoding)
    shown = await views.thread_view(query, fresh=viewer is not None, viewer=viewer)
    if shown_view == "stand":
        return await opinion_map.show(request, shown, _shared_context(shown, ""))
    if fragment or hits is not None:
        context = await _context(shown, viewer, display, looks=looks) | {"found": position, "hits": hits}
        return page(request, "interfaces/pages/thread.html", "discussion", **context)
    pending = pending_of(request.scope)
    # The view is part of the key, so that the page is not older than the view; the counts are, since it shows them.
    key = (shown, viewer, frozenset(pending.items()), display, position, looks)
    whole = await _pages.get(key, lambda: _whole_page(shown, viewer, display, position, pending, looks=looks))
    return respond(request, whole)


@get("/t/{thread:str}/article", name="comments:article", opt={"who": ANYONE})
async def article(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Return the present passages to a page that shows a former revision; redirect a browser to the thread."""
    thread_id = as_id(thread)
    if thread_id is None:
        raise NotFound(N_("This thread does not exist."))
    shown = await views.thread_view(views.DiscussionQuery(thread_id), fresh=True, viewer=viewer_of(request))
    if not wants_fragment(request):
        return Redirect(shown.thread.address, status_code=303)
    return page(request, "interfaces/pages/thread.html", "passages", passages_html=shown.passages)


async def warm() -> None:
    """Render one page at start, so that no reader waits for what a new process loads only once."""
    for card in (await threads.cards(sort="hot", topic=None, period="week", after=None))[:1]:
        await _whole_page(await views.thread_view(views.DiscussionQuery(card.id), fresh=False), None, Display())


async def _passage_of(thread: int, raw: str) -> int | str | None:
    """The passage that the address names. Numbers of none lead to the same page, so nobody can ask for many more."""
    passage = views.passage_of(raw)
    if not isinstance(passage, int):
        return passage
    is_passage = await _known_passages.get((thread, passage), lambda: articles.has_passage(thread, passage))
    return passage if is_passage else None


async def _focused_comment(focus: str) -> queries.CommentRow | None:
    """The comment that the address names. It is in another thread if a moderator moved it there."""
    focused = as_id(focus)
    row = await queries.one(focused) if focused is not None else None
    return row if row is not None and row.state != "held" else None


async def _whole_page(
    shown: views.ThreadView,
    viewer: Viewer | None,
    display: Display,
    position: ResultPosition | None = None,
    pending: Mapping[str, int] | None = None,
    *,
    looks: bool = False,
) -> Finished:
    """The page for all visitors who chose the same, or for one member: rendered once and cached for a moment."""
    context = await _context(shown, viewer, display, looks=looks) | {"found": position}
    if viewer is None:
        # For search engines and chat apps, which are visitors.
        picture = await pictures.address(shown.thread.id, shown.voices)
        context |= {"picture": picture, "structured": structured.of_thread(shown, picture)}
        return Finished(render("interfaces/pages/thread.html", viewer=None, pending=pending, **context))
    return Finished(render_parts("interfaces/pages/thread.html", viewer=viewer, pending=pending, **context))


async def _context(shown: views.ThreadView, viewer: Viewer | None, display: Display, *, looks: bool) -> dict[str, Any]:
    """What the page shows its viewer; if they `looks`, also how others answered the thesis."""
    context = await _of_viewer(shown, viewer, looks=looks)
    return context | {"back": await _way_back(shown), "display": display}


async def _way_back(view: views.ThreadView) -> int | None:
    """Return the focused comment or, if the whole discussion does not show it, its nearest ancestor that it shows."""
    branch, room = view.discussion, tree.room_beside(len(view.passages))
    if branch.query.focus is None:
        return None
    # The whole discussion is never in the bridging order, which ranks every comment.
    sort = branch.sort if branch.sort != BRIDGING else await tree.effective_sort(branch.query.thread, branch.query.sort)
    shown = set((await tree.thread_tree(branch.query.thread, sort, room)).ids)
    ancestor: int | None = branch.query.focus
    while ancestor is not None and ancestor not in shown:
        row = branch.layout.rows.get(ancestor)
        ancestor = row.parent if row else None
    return ancestor


async def _of_viewer(shown: views.ThreadView, viewer: Viewer | None, *, looks: bool) -> dict[str, Any]:
    slow_branches, topic = shown.thread.slow_branches, shown.thread.topic_slug
    if viewer is None:
        html = comments_html(shown.discussion, topic=topic, slow_branches=slow_branches)
        thesis = thesis_box(shown.thesis, thread_state=shown.thread.state, looks=looks)
        return _shared_context(shown, html) | {"held": [], "wait": None, "following": None, "thesis": thesis}
    layout, focus = shown.discussion.layout, shown.discussion.query.focus
    found = await db.value(SELECT_READER, viewer.id, shown.thread.id, focus or 0, list(layout.entries))
    reader = msgspec.json.decode(found, type=ReaderRows)
    visit = next(iter(reader.visits), None)
    muted = await muted_in(layout.rows.values(), viewer.muted_words)
    own = votes.viewer_states(reader.votes)
    html = comments_html(shown.discussion, viewer, own, visit, topic=topic, slow_branches=slow_branches, muted=muted)
    more = {
        "held": reader.held,
        "has_kept": bool(reader.kept),
        "beyond": [comment.id for comment in reader.beyond],
        "wait": await wait_here(viewer, shown.thread),
        "following": next(iter(reader.follows), notifications.FollowState()),
        **thesis_of_viewer(shown, viewer, reader.theses[0] if reader.theses else None, looks=looks),
    }
    hidden = shown.pinned is not None and shown.pinned.author_id in viewer.blocked
    more |= {"pinned": None} if hidden else {}
    more |= {"voices": None} if shown.voices is not None and shown.voices.hidden_from(viewer) else {}
    return _shared_context(shown, html, left_off(shown, visit, viewer, muted)) | more


def _shared_context(shown: views.ThreadView, comments_html: Any, left: LeftOff | None = None) -> dict[str, Any]:
    query, thread = shown.discussion.query, shown.thread
    return {
        "thread": thread,
        "path": _address(shown),
        "article": shown.article,
        "passages_html": shown.passages,
        "comments_html": comments_html,
        "left": left,
        "opening": shown.opening,
        "voices": shown.voices,
        "on_page": shown.discussion.layout.entries,
        "pinned": shown.pinned,
        "thesis": thesis_box(shown.thesis, thread_state=thread.state),
        "may_set_thesis": False,
        "canonical": f"{settings().base_url}{thread.address}",
        "view": "passage" if shown.discussion.by_passage else "all",
        "sort": "best" if query.sort == BRIDGING != shown.discussion.sort else query.sort,
        "sorts": (*COMMENT_SORTS, BRIDGING) if shown.passage and shown.passage.dividing else COMMENT_SORTS,
        "stance": query.stance,
        "folds": query.folds,
        "stances": shown.stances,
        "focus": query.focus,
        "passage": query.passage,
        "passage_row": shown.passage,
        "next_url": shown.discussion.next_url,
        "found": None,
        "hits": None,
        "live_from": thread.last_seq,
        "form": new_form(thread.id, passage=shown.passage.lineage if shown.passage else None),
    }


def _address(shown: views.ThreadView) -> str:
    """Return the address of this page, to return to after signing in."""
    query = shown.discussion.query
    values = {"view": query.view, "sort": query.sort if query.sort != "best" else None, "passage": query.passage}
    values |= {"stance": query.stance, "focus": query.focus, "reads": 1 if query.folds else None}
    parameters = urlencode({name: value for name, value in values.items() if value is not None})
    return shown.thread.address + (f"?{parameters}" if parameters else "")


handlers: list[object] = [show, article]
