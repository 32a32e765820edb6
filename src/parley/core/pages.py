"""Answering with HTML: one template gives the page, and its block alone when htmx asks."""

import gzip
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block
from litestar import MediaType, Request, Response

from parley.core.access import viewer_of
from parley.core.assets import folder, static

AnyRequest = Request[Any, Any, Any]

WORTH_COMPRESSING = 1_000
MINUTE, HOUR, DAY, MONTH = 60, 3_600, 86_400, 30 * 86_400


@cache
def environment() -> Environment:
    """The template engine, with the filters and globals that every template may use."""
    env = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    env.filters |= {"ago": ago, "day": day, "iso": iso, "number": number, "plural": plural}
    env.globals |= {"static": static}
    return env


def warm() -> None:
    """Compile every template now, so that no reader waits for it."""
    env = environment()
    for name in env.list_templates(extensions=["html", "txt"]):
        env.get_template(name)


def set_globals(**values: Any) -> None:
    """Give every template `values` (`site`, `topics`)."""
    environment().globals |= values


def wants_fragment(request: AnyRequest) -> bool:
    """Whether htmx asks for a part; a boosted link or a restored history entry wants the whole page."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
        and headers.get("hx-request-type") != "full"
    )


def page(
    request: AnyRequest,
    template: str,
    block: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[Any]:
    """Render `template`, or only its `block` when htmx asks, for the viewer of this request."""
    sent = {"Vary": "HX-Request, Cookie, Accept-Encoding", **(headers or {})}
    context |= base_context(request)
    if block and wants_fragment(request):
        html = render_block(environment(), template, block, context)
        if status >= 400:  # noqa: PLR2004 htmx puts an error where the form stands, not where success would go
            sent |= {"HX-Retarget": f"#{block}", "HX-Reswap": "outerHTML"}
    else:
        html = environment().get_template(template).render(context)
    return html_response(request, html.encode(), status, sent)


def fragment(request: AnyRequest, template: str, status: int = 200, **context: Any) -> Response[Any]:
    """Render a whole small template: a thing that stands alone."""
    html = environment().get_template(template).render(context | base_context(request))
    return html_response(request, html.encode(), status, {"Vary": "HX-Request, Cookie, Accept-Encoding"})


def base_context(request: AnyRequest) -> dict[str, Any]:
    url = request.url
    return {"viewer": viewer_of(request), "path": quote(url.path) + (f"?{url.query}" if url.query else "")}


def html_response(request: AnyRequest, html: bytes, status: int, headers: dict[str, str]) -> Response[Any]:
    """The answer, compressed when the browser can read that, or 304 when it has these very bytes."""
    if status == 200 and request.method == "GET":  # noqa: PLR2004
        etag = f'"{hashlib.blake2b(html, digest_size=12).hexdigest()}"'
        headers["ETag"] = etag
        if request.headers.get("if-none-match") == etag:
            return Response(None, status_code=304, headers=headers)
    if len(html) > WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
        html = gzip.compress(html, 4, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)


def local_path(raw: str | None) -> str:
    """`raw` when it is a path of this site, else "/": redirects never leave (trust.md S24)."""
    if (
        raw
        and raw.startswith("/")
        and not raw.startswith(("//", "/\\"))
        and raw.isprintable()
        and "\\" not in raw
    ):
        return raw
    return "/"


def ago(moment: datetime) -> str:
    """How long ago, in the shortest words: "now", "5 min", "2 h", "3 d", else the day."""
    seconds = int((datetime.now(UTC) - moment).total_seconds())
    if seconds < MINUTE:
        return "now"
    for limit, unit, word in ((HOUR, MINUTE, "min"), (DAY, HOUR, "h"), (MONTH, DAY, "d")):
        if seconds < limit:
            return f"{seconds // unit} {word}"
    return day(moment)


def day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def number(amount: int) -> str:
    return f"{amount:,}"


def plural(amount: int, one: str, many: str) -> str:
    return f"{amount:,} {one if amount == 1 else many}"
