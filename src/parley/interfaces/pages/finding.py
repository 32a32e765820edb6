"""A search within a thread: its hits in place of the discussion, and links from one found comment to the next."""

from urllib.parse import urlencode

import msgspec

from parley.interfaces.search import queries, results
from parley.interfaces.search.forms import PAGE, SearchForm
from parley.interfaces.search.results import Section
from parley.interfaces.search.tables import Kind
from parley.interfaces.search.view import CommentHit
from parley.interfaces.search.web import count_search
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.errors import Busy, ParleyError, TooMany
from parley.platform.http.access import AnyRequest
from parley.platform.text.messages import Message

# Results of one search, in the order of its page.
MOST_FOUND = 100
# Not the article: it stands beside them.
SHOWN = ("passage", "comment")


class ResultPosition(msgspec.Struct, frozen=True):
    """A comment is result `place` (from 1) of `count`; with links to the results before and after it."""

    words: str
    place: int
    count: int
    back: str
    previous: str | None
    next: str | None


class ThreadHits(msgspec.Struct, frozen=True):
    """Hits in a thread, or why there are none: the words are too common, or there is a `problem`."""

    form: SearchForm
    sections: list[Section]
    spelling: str | None = None
    problem: Message | None = None
    is_common: bool = False

    @property
    def first(self) -> int | None:
        """The first comment that was found."""
        found = (hit for section in self.sections for hit in section.hits if isinstance(hit, CommentHit))
        return next((hit.row.id for hit in found), None)

    @property
    def count(self) -> int:
        """How many hits there are, with those that are not shown here."""
        return sum(section.count or 0 for section in self.sections if not section.is_near)


async def found_in(request: AnyRequest, thread: int, focus: int | None) -> ResultPosition | None:
    """Return the place of the focused comment among the results of the search in the address; None if it is not one."""
    words = request.query_params.get("find", "")
    if not words or focus is None:
        return None
    form, viewer = _form(request, thread, words), viewer_of(request)
    if form.errors or not form.query.wanted:
        return None
    try:
        await count_search(request, viewer)
        refs = await _refs(form, viewer)
    except ParleyError:
        # The thread can be read without it.
        return None
    return _place(refs, focus, form) if focus in refs else None


def _form(request: AnyRequest, thread: int, words: str) -> SearchForm:
    order = request.query_params.get("order", "")
    # Of both kinds, all that the discussion column shows.
    return SearchForm({"q": words, "thread": str(thread), "sort": order}, 2 * PAGE)


async def hits_in(request: AnyRequest, thread: int) -> ThreadHits | None:
    """Return what the search in the address finds in a thread; None if there is none, or for a focused comment."""
    words = request.query_params.get("find")
    if words is None or "focus" in request.query_params:
        return None
    form, viewer = _form(request, thread, words), viewer_of(request)
    # Filters among the words do not leave the thread.
    form.thread = thread
    if not form.query.wanted or form.errors:
        return ThreadHits(form, [], problem=next(iter(form.errors.values()), None))
    try:
        await count_search(request, viewer)
        matching = await results.find(form, viewer)
    except (TooMany, Busy) as error:
        return ThreadHits(form, [], problem=error.message)
    sections = [section for section in matching.with_hits if section.kind in SHOWN]
    problem = next(iter(form.errors.values()), None)
    return ThreadHits(form, sections, matching.spelling, problem, is_common=matching.is_common)


async def _refs(form: SearchForm, viewer: Viewer | None) -> list[int]:
    search = await results.prepare(form, viewer)
    return (await queries.hits(search, Kind.COMMENT, offset=0, limit=MOST_FOUND)).refs if search else []


def _place(refs: list[int], focus: int, form: SearchForm) -> ResultPosition:
    at = refs.index(focus)
    more = urlencode({"find": form.q} | ({"order": form.sort} if form.sort != "best" else {}))

    def link(place: int) -> str | None:
        return f"?focus={refs[place]}&{more}#c{refs[place]}" if 0 <= place < len(refs) else None

    return ResultPosition(form.q, at + 1, len(refs), f"?{more}#discussion", link(at - 1), link(at + 1))
