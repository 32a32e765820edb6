"""Searching."""

from collections.abc import Iterable
from typing import Annotated, Literal
from urllib.parse import quote

import msgspec
from litestar import Response, Router, get
from litestar.params import QueryParameter
from msgspec import Meta

from parley.interfaces.api import fields
from parley.interfaces.api.answers import READING, answer, problems
from parley.interfaces.api.bodies import check
from parley.interfaces.api.paging import After, next_page
from parley.interfaces.search import results, view
from parley.interfaces.search.excerpts import ExcerptPart
from parley.interfaces.search.forms import MOST_PAGES, SearchForm
from parley.interfaces.search.sources import MemberHit
from parley.interfaces.search.web import limit
from parley.people.accounts.viewer import viewer_of
from parley.platform.http.access import AnyRequest
from parley.platform.settings import settings

Query = Annotated[
    str, QueryParameter(description='What to search for, as on the page: words, "a phrase", `-without`, `by:ada`.')
]
Kind = Annotated[
    Literal["article", "passage", "comment", "member"] | None, QueryParameter(description="Only what is of this kind.")
]
Topic = Annotated[str, QueryParameter(description="The slug of a topic.")]
By = Annotated[str, QueryParameter(description="Only what this member wrote: a name.")]
Stance = Annotated[fields.Stance | None, QueryParameter(description="Only comments that take this stance.")]
Language = Annotated[str, QueryParameter(description="The language, as a code such as `en`.")]
ThreadId = Annotated[int | None, QueryParameter(description="The id of a thread.")]
Sort = Annotated[Literal["best", "new"], QueryParameter(description="The order.")]


class SearchHit(msgspec.Struct, frozen=True):
    kind: Annotated[str, Meta(description="`article`, `passage`, `comment` or `member`.")]
    url: fields.Url
    title: fields.Title
    excerpt: fields.Excerpt
    thread: fields.ThreadOrNone = None
    comment: fields.CommentOrNone = None


class SearchResults(msgspec.Struct, frozen=True):
    """Hits of all kinds, the first of each; or, with `kind`, a page of that kind."""

    items: fields.Items[SearchHit]
    spelling: Annotated[str | None, Meta(description="What may have been meant; null for nothing.")]
    next: fields.NextPage


@get("/search", name="api:search", responses=problems(422))
async def search(
    request: AnyRequest,
    q: Query = "",
    kind: Kind = None,
    topic: Topic = "",
    by: By = "",
    stance: Stance = None,
    lang: Language = "",
    thread: ThreadId = None,
    sort: Sort = "best",
    after: After = None,
) -> Response[SearchResults]:
    """What a search finds; `q` takes "phrases", `-word` and filters such as `by:ada`, as on the page."""
    typed = {"q": q, "kind": kind, "topic": topic, "by": by, "stance": stance, "lang": lang, "sort": sort}
    page = {"page": after or "1", "thread": str(thread or "")}
    form = SearchForm({name: value or "" for name, value in typed.items()} | page)
    check(form)
    viewer = viewer_of(request)
    if not form.is_empty:
        await limit(request, viewer)

    async def make() -> SearchResults:
        matching = results.Results() if form.is_empty else await results.find(form, viewer)
        # The search finds that a topic or a member does not exist.
        check(form)
        more = form.kind and form.page < MOST_PAGES and any(section.more for section in matching.all)
        items = [_hit(section.kind, hit) for section in matching.all for hit in section.hits]
        return SearchResults(items, matching.spelling, next_page(request, form.page + 1) if more else None)

    return await answer(request, make)


def _hit(kind: str, hit: view.Hit | MemberHit) -> SearchHit:
    base = settings().base_url
    match hit:
        case view.ArticleHit():
            return SearchHit(kind, base + hit.thread.address, _text(hit.title), _text(hit.excerpt), hit.thread.id)
        case view.PassageHit():
            url = f"{base}{hit.thread.address}?passage={hit.lineage}"
            return SearchHit(kind, url, hit.thread.title, _text(hit.excerpt), hit.thread.id)
        case view.CommentHit():
            url = f"{base}/c/{hit.row.id}"
            return SearchHit(kind, url, hit.thread.title, _text(hit.excerpt), hit.thread.id, hit.row.id)
        case MemberHit():
            return SearchHit(kind, f"{base}/u/{quote(hit.name)}", hit.name, hit.title)


def _text(parts: Iterable[ExcerptPart]) -> str:
    return "".join(part.text for part in parts)


handlers = [Router("/", route_handlers=[search], opt=READING)]
