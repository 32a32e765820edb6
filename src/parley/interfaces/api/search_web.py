"""Searching."""

from collections.abc import Iterable
from typing import Any, Literal
from urllib.parse import quote

from litestar import Response, get
from litestar.params import FromQuery

from parley.interfaces.api import schemas
from parley.interfaces.api.answers import READING, answer, problems
from parley.interfaces.api.paging import After, next_page
from parley.interfaces.search import results, view
from parley.interfaces.search.excerpts import ExcerptPart
from parley.interfaces.search.forms import MOST_PAGES, SearchForm
from parley.interfaces.search.sources import MemberHit
from parley.interfaces.search.web import limit
from parley.platform.errors import InvalidFields
from parley.platform.http.access import AnyRequest, viewer_of
from parley.platform.settings import settings

Kind = Literal["article", "passage", "comment", "member"]


@get("/search", name="api:search", opt=READING, responses=problems(422))
async def search(
    request: AnyRequest,
    q: FromQuery[str] = "",
    kind: FromQuery[Kind | None] = None,
    topic: FromQuery[str] = "",
    by: FromQuery[str] = "",
    stance: FromQuery[schemas.Stance | None] = None,
    lang: FromQuery[str] = "",
    thread: FromQuery[int | None] = None,
    sort: FromQuery[Literal["best", "new"]] = "best",
    after: After = None,
) -> Response[schemas.SearchResults]:
    """What a search finds; `q` takes "phrases", `-word` and filters such as `by:ada`, as on the page."""
    typed = {"q": q, "kind": kind, "topic": topic, "by": by, "stance": stance, "lang": lang, "sort": sort}
    page = {"page": after or "1", "thread": str(thread or "")}
    form = SearchForm({name: value or "" for name, value in typed.items()} | page)
    if form.errors:
        raise InvalidFields(form.errors)
    viewer = viewer_of(request)
    if not form.is_empty:
        await limit(request, viewer)

    async def make() -> schemas.SearchResults:
        matching = results.Results() if form.is_empty else await results.find(form, viewer)
        if form.errors:
            raise InvalidFields(form.errors)
        more = form.kind and form.page < MOST_PAGES and any(section.more for section in matching.all)
        items = [_hit(section.kind, hit) for section in matching.all for hit in section.hits]
        return schemas.SearchResults(items, matching.spelling, next_page(request, form.page + 1) if more else None)

    return await answer(request, make)


def _hit(kind: str, hit: view.Hit | MemberHit) -> schemas.SearchHit:
    base = settings().base_url
    match hit:
        case view.ArticleHit():
            return schemas.SearchHit(
                kind, base + hit.thread.address, _text(hit.title), _text(hit.excerpt), hit.thread.id
            )
        case view.PassageHit():
            url = f"{base}{hit.thread.address}?passage={hit.lineage}"
            return schemas.SearchHit(kind, url, hit.thread.title, _text(hit.excerpt), hit.thread.id)
        case view.CommentHit():
            url = f"{base}/c/{hit.row.id}"
            return schemas.SearchHit(kind, url, hit.thread.title, _text(hit.excerpt), hit.thread.id, hit.row.id)
        case MemberHit():
            return schemas.SearchHit(kind, f"{base}/u/{quote(hit.name)}", hit.name, hit.title)


def _text(parts: Iterable[ExcerptPart]) -> str:
    return "".join(part.text for part in parts)


handlers: list[Any] = [search]
