"""Which language a reader gets: the one that they chose, else the first that their browser asks for, or the site's."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import parse_qs

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.platform.http import cookies
from parley.platform.http.problems import is_api
from parley.platform.settings import settings
from parley.platform.text.languages import ENGLISH, Language, known, speaking

COOKIE = "lang"
# Browsers send less. A header may be 16 kB long, which would take 5 ms to sort.
LONGEST_HEADER = 200
# Scripts name the language of the page that an answer goes into, which may have been switched since in another tab.
PAGE_LANGUAGE, ACCEPT_LANGUAGE = b"page-language", b"accept-language"
EMBED, STREAM = "/embed/", "/live"
# A language may be offered whose catalogue of the staff's pages is not translated.
STAFF = ("/mod/", "/settings/webhooks/")


def offered() -> MappingProxyType[str, Language]:
    """Return the languages that readers can choose, the site's own first."""
    return _offered(settings().languages)


@lru_cache(maxsize=4)
def _offered(chosen: tuple[str, ...]) -> MappingProxyType[str, Language]:
    complete = {code: one for code, one in known().items() if one.has("public")}
    return MappingProxyType({code: known()[code] for code in chosen} if chosen else complete)


def language_for(code: str) -> Language:
    """Return the language that a member chose, or the site's where they chose none, or one that is offered no more."""
    languages = offered()
    return languages.get(code) or next(iter(languages.values()))


class Languages:
    """ASGI middleware that answers in the reader's language. The viewer must be known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        language = language_of(scope) if scope["type"] == ScopeType.HTTP else ENGLISH
        if language is ENGLISH:
            await self._app(scope, receive, send)
            return
        with speaking(language):
            await self._app(scope, receive, send)


def language_of(scope: Scope) -> Language:
    """Return the language of a request. Programs that use the API get the site's."""
    languages = offered()
    if is_api(scope):
        return language_for("")
    if len(languages) == 1:
        language = language_for("")
    elif (named := _page_language(scope)) in languages or named == ENGLISH.code:
        return languages.get(named, ENGLISH)
    else:
        language = _reader_language(scope, languages)
    return for_staff(language) if f"{scope['path']}/".startswith(STAFF) else language


def for_staff(language: Language) -> Language:
    """The language of what only the staff read: English where that is not translated."""
    return language if language.has("staff") else ENGLISH


def _page_language(scope: Scope) -> str:
    """The language of the page whose script asks; of a stream's too, which no header can name."""
    return _header(scope, PAGE_LANGUAGE) or (_query(scope) if scope["path"].endswith(STREAM) else "")


def _reader_language(scope: Scope, languages: Mapping[str, Language]) -> Language:
    # A discussion beside an article is in the language of its page.
    publisher = _query(scope).partition("-")[0] if scope["path"].startswith(EMBED) else ""
    codes = (getattr(scope.get("viewer"), "language", ""), publisher, cookies.read(scope, cookies.name(COOKIE)))
    chosen = next((code for code in codes if code and code in languages), "")
    return languages[chosen] if chosen else _accepted(_header(scope, ACCEPT_LANGUAGE), tuple(languages))


def _query(scope: Scope) -> str:
    return parse_qs(scope["query_string"].decode("latin-1")).get(COOKIE, [""])[0].lower()


def _header(scope: Scope, name: bytes) -> str:
    return next((value[:LONGEST_HEADER].decode("latin-1") for header, value in scope["headers"] if header == name), "")


# Browsers send few different ones.
@lru_cache(maxsize=200)
def _accepted(header: str, codes: tuple[str, ...]) -> Language:
    """The offered language that a browser likes best (RFC 9110, 12.5.4): "de-AT, en;q=0.8" is German."""
    wanted = sorted((_weighed(item) for item in header.lower().split(",")), key=lambda one: -one[1])
    return language_for(next((code for code, weight in wanted if weight > 0 and code in codes), ""))


def _weighed(item: str) -> tuple[str, float]:
    tag, _, weight = "".join(item.split()).partition(";q=")
    try:
        return tag.partition("-")[0], float(weight or 1)
    except ValueError:
        return tag, 0.0
