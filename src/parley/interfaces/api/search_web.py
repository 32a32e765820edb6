"""Searching."""

from collections.abc import Iterable
from html import escape
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
from parley.interfaces.search.forms import MOST_PAGES, PAGE, SearchForm
from parley.interfaces.search.results import Section
from parley.interfaces.search.sources import MemberHit
from parley.interfaces.search.web import count_search
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
HitLimit = Annotated[
    int,
    QueryParameter(
        ge=1, le=results.MOST_HITS, description="The largest number of hits, of all kinds or on a page of one `kind`."
    ),
]
Sort = Annotated[Literal["best", "new"], QueryParameter(description="The order.")]


class SearchHit(msgspec.Struct, frozen=True):
    kind: Annotated[str, Meta(description="`article`, `passage`, `comment` or `member`.")]
    url: fields.Url
    title: fields.Title
    excerpt: fields.Excerpt
    excerpt_html: Annotated[str, Meta(description="The same as safe HTML, with the words of the search in `<mark>`.")]
    near: Annotated[bool, Meta(description="Whether this only comes close, as few results have all of the words.")]
    missing: Annotated[list[str], Meta(description="The words of the search that it lacks.")] = []
    thread: fields.ThreadOrNone = None
    comment: fields.CommentOrNone = None


class SearchResults(msgspec.Struct, frozen=True):
    """Hits of all kinds, the first of each; or, with `kind`, a page of that kind. What only comes close is last."""

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
    limit: HitLimit = PAGE,
    after: After = None,
) -> Response[SearchResults]:
    """What a search finds; `q` takes "phrases", `-word` and filters such as `by:ada`, as on the page."""
    typed = {"q": q, "kind": kind, "topic": topic, "by": by, "stance": stance, "lang": lang, "sort": sort}
    page = {"page": after or "1", "thread": str(thread or "")}
    form = SearchForm({name: value or "" for name, value in typed.items()} | page, limit)
    check(form)
    viewer = viewer_of(request)
    if not form.is_empty:
        await count_search(request, viewer)

    async def make() -> SearchResults:
        matching = results.Results() if form.is_empty else await results.find(form, viewer)
        # The search finds that a topic or a member does not exist.
        check(form)
        more = form.kind and form.page < MOST_PAGES and any(section.more for section in matching.all)
        items = [_hit(section, hit) for section in matching.all for hit in section.hits]
        return SearchResults(items[:limit], matching.spelling, next_page(request, form.page + 1) if more else None)

    return await answer(request, make)


def _hit(section: Section, hit: view.Hit | MemberHit) -> SearchHit:
    base = settings().base_url
    match hit:
        case view.ArticleHit():
            return _of_text(section, hit, base + hit.thread.address, _text(hit.title))
        case view.PassageHit():
            return _of_text(section, hit, f"{base}{hit.thread.address}?passage={hit.lineage}")
        case view.CommentHit():
            return _of_text(section, hit, f"{base}/c/{hit.row.id}", comment=hit.row.id)
        case MemberHit():
            url = f"{base}/u/{quote(hit.name)}"
            return SearchHit(section.kind, url, hit.name, hit.title, escape(hit.title), near=False)


def _of_text(
    section: Section, hit: view.Hit, url: str, title: str | None = None, comment: int | None = None
) -> SearchHit:
    return SearchHit(
        section.kind,
        url,
        title or hit.thread.title,
        _text(hit.excerpt),
        "".join(f"<mark>{escape(part.text)}</mark>" if part.is_hit else escape(part.text) for part in hit.excerpt),
        section.is_near,
        list(hit.missing),
        hit.thread.id,
        comment,
    )


def _text(parts: Iterable[ExcerptPart]) -> str:
    return "".join(part.text for part in parts)


handlers = [Router("/", route_handlers=[search], opt=READING)]
