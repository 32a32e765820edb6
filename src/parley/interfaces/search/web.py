"""The search page."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.response import Redirect

from parley.discussion.threads.queries import topics
from parley.interfaces.search import queries, results, sources
from parley.interfaces.search.forms import MOST_PAGES, SearchForm
from parley.interfaces.search.results import Results
from parley.interfaces.search.suggestions import suggestions
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.errors import TooMany
from parley.platform.http.access import ANYONE, AnyRequest, address_of
from parley.platform.http.pages import fragment, page
from parley.platform.limit import EVERYBODY, Limit, Use
from parley.platform.networks import source
from parley.platform.ratelimit import (
    SEARCH_ACCOUNT,
    SEARCH_ALL,
    SEARCH_HOST,
    SUGGESTION_ACCOUNT,
    SUGGESTION_HOST,
    of_source,
    take_all,
)


@get("/search", name="search:page", opt={"who": ANYONE, "reading": True})
async def search(request: AnyRequest) -> Response[Any]:
    """Show the form and what it finds, all kinds at once or a page of one kind."""
    form, viewer = SearchForm(request.query_params), viewer_of(request)
    if form.thread and request.query_params.get("column"):
        # From the field above a thread: its page shows what is found beside the article.
        return Redirect(f"/t/{form.thread}?{urlencode({'find': form.q})}#discussion", status_code=303)
    matching = Results()
    if not form.is_empty and not form.errors:
        await count_search(request, viewer)
        matching = await results.find(form, viewer)
    scope = (await sources.threads([form.thread])).get(form.thread) if form.thread else None
    return page(
        request,
        "interfaces/search/page.html",
        "hits",
        status=422 if form.errors else 200,
        form=form,
        results=matching,
        scope=scope,
        topic_names={topic.slug: topic.name for topic in await topics()},
        at=_address(form),
        feed=f"/search.atom?{urlencode(form.chosen)}",
        next_url=_next(form, matching),
        indexing=not matching.with_hits and await queries.is_behind(),
    )


@get("/search/suggest", name="search:suggest", opt={"who": ANYONE, "reading": True})
async def suggest(request: AnyRequest) -> Response[Any]:
    """For htmx: what a query that is being typed may become. Above the limits there is nothing, without an error."""
    form, viewer = SearchForm(request.query_params), viewer_of(request)
    completions: list[str] = []
    if form.q and "q" not in form.errors:
        with suppress(TooMany):
            await take_all(_uses(request, viewer, SUGGESTION_ACCOUNT, SUGGESTION_HOST))
            completions = await suggestions(form, viewer.id if viewer else None)
    return fragment(request, "interfaces/search/_suggestions.html", suggestions=completions)


async def count_search(request: AnyRequest, viewer: Viewer | None) -> None:
    """Count a search. Raises TooMany above the limits."""
    await take_all(_uses(request, viewer, SEARCH_ACCOUNT, SEARCH_HOST))


def _uses(request: AnyRequest, viewer: Viewer | None, by_account: Limit, by_host: Limit) -> list[Use]:
    of = of_source(by_host, source(address_of(request))) if viewer is None else [Use(by_account, str(viewer.id))]
    return [*of, Use(SEARCH_ALL, EVERYBODY)]


def _address(form: SearchForm) -> Any:
    """Return a function for links to the same search with other values; an empty value leaves a field out."""

    def address(**others: str) -> str:
        return f"/search?{urlencode({name: value for name, value in (form.chosen | others).items() if value})}"

    return address


def _next(form: SearchForm, matching: Results) -> str | None:
    if not form.kind or form.page >= MOST_PAGES or not any(section.more for section in matching.all):
        return None
    return str(_address(form)(page=str(form.page + 1)))


handlers: list[object] = [search, suggest]
