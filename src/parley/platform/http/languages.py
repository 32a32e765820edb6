"""Which language a reader gets: the one that they chose, else the first that their browser asks for, or the site's."""

from functools import lru_cache
from types import MappingProxyType

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.platform.http import cookies
from parley.platform.http.problems import is_api
from parley.platform.settings import settings
from parley.platform.text.languages import ENGLISH, Language, known, speaking

COOKIE = "lang"
# Browsers send less. A header may be 16 kB long, which would take 5 ms to sort.
LONGEST_HEADER = 200


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
    if len(languages) == 1 or is_api(scope):
        return language_for("")
    own = getattr(scope.get("viewer"), "language", "")
    code = own or cookies.read(scope, cookies.name(COOKIE)) or ""
    return languages.get(code) or _accepted(_accept_language(scope), tuple(languages))


def _accept_language(scope: Scope) -> str:
    return next(
        (value[:LONGEST_HEADER].decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"), ""
    )


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
