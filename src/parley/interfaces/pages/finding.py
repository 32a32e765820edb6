"""Links from one comment that a search found in a thread to the next."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from parley.interfaces.search import queries, results
from parley.interfaces.search.forms import SearchForm
from parley.interfaces.search.tables import Kind
from parley.interfaces.search.web import count_search
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.errors import ParleyError
from parley.platform.http.access import AnyRequest

# Results of one search, in the order of its page.
MOST_FOUND = 100


class ResultPosition(msgspec.Struct, frozen=True):
    """A comment is result `place` (from 1) of `count`; with links to the results before and after it."""

    words: str
    place: int
    count: int
    back: str
    previous: str | None
    next: str | None


async def found_in(request: AnyRequest, thread: int, focus: int | None) -> ResultPosition | None:
    """Return the place of the focused comment among the results of the search in the address; None if it is not one."""
    words = request.query_params.get("find", "")
    if not words or focus is None:
        return None
    fields = {"q": words, "thread": str(thread), "sort": request.query_params.get("order", "")}
    form, viewer = SearchForm(fields), viewer_of(request)
    if form.errors or not form.query.wanted:
        return None
    try:
        await count_search(request, viewer)
        refs = await _refs(form, viewer)
    except ParleyError:
        # The thread can be read without it.
        return None
    return _place(refs, focus, form, fields) if focus in refs else None


async def _refs(form: SearchForm, viewer: Viewer | None) -> list[int]:
    search = await results.prepare(form, viewer)
    return (await queries.hits(search, Kind.COMMENT, offset=0, limit=MOST_FOUND)).refs if search else []


def _place(refs: list[int], focus: int, form: SearchForm, fields: Mapping[str, str]) -> ResultPosition:
    at = refs.index(focus)
    more = urlencode({"find": form.q} | ({"order": form.sort} if form.sort != "best" else {}))

    def link(place: int) -> str | None:
        return f"?focus={refs[place]}&{more}#c{refs[place]}" if 0 <= place < len(refs) else None

    back = f"/search?{urlencode({name: value for name, value in fields.items() if value})}"
    return ResultPosition(form.q, at + 1, len(refs), back, link(at - 1), link(at + 1))
