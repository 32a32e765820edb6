"""Error pages: what happened, what the person typed, and the request's id in the log."""

from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from parley.platform.db.outages import OUTAGES, expire_after
from parley.platform.errors import FactorNeeded, InvalidFields, ParleyError, RetryLater, SignInNeeded, Unavailable
from parley.platform.http import problems
from parley.platform.http.access import AnyRequest
from parley.platform.http.environment import environment
from parley.platform.http.pages import fragment, page, wants_fragment
from parley.platform.text.messages import N_, Message

log = structlog.get_logger(__name__)

KEPT = N_("What you typed is below. Copy it before you leave this page.")
NOT_READ = N_("What you typed was too long to be read. Go back in your browser: your text is still in the form.")
FRAGMENT, PAGE = "platform/errors/_error.html", "platform/errors/error.html"
TITLES = {
    400: (N_("That request could not be read"), N_("Please go back and try again.")),
    404: (N_("Page not found"), N_("The address may be mistyped, or the page may have been removed.")),
    405: (N_("Method not allowed"), N_("This address does not answer that kind of request.")),
    413: (N_("Too large"), N_("What you sent is too large. Please send less.")),
}


class ErrorPage(msgspec.Struct, frozen=True):
    """The page for errors of requests with another layout than ours, in `scope["error_page"]`."""

    template: str
    headers: dict[str, str]
    context: dict[str, Any]


def on_parley_error(request: AnyRequest, error: ParleyError) -> Response[Any]:
    if isinstance(error, SignInNeeded) and request.method == "GET" and not problems.is_api(request.scope):
        query = f"?{request.url.query}" if request.url.query else ""
        return Redirect(f"/login?next={quote(request.url.path + query)}", status_code=303)
    if isinstance(error, FactorNeeded) and request.method == "GET" and not problems.is_api(request.scope):
        return Redirect("/settings/security/totp", status_code=303)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, RetryLater) else {}
    if isinstance(error, InvalidFields):
        return problems.answer(request, error.status, error.title, error.message, headers, error.fields)
    return _answer(request, error.status, error.title, error.message, headers)


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    if problems.is_api(request.scope):
        return problems.of_http_error(request, error)
    title, message = TITLES.get(error.status_code, TITLES[400])
    return _answer(request, error.status_code, title, message, dict(error.headers or {}))


def on_outage(request: AnyRequest, error: Exception) -> Response[Any]:
    log.warning("database outage", error=repr(error))
    expire_after(error)
    # A COMMIT without an answer may have succeeded. A form that is sent again has the same submission key.
    message = N_("The database does not answer. Please try again in a moment: nothing is saved twice.")
    return _answer(request, Unavailable.status, Unavailable.title, message, {})


def on_bug(request: AnyRequest, error: Exception) -> Response[Any]:
    # The route's pattern, since a URL may hold a secret.
    log.error("unhandled error", route=request.scope.get("path_template"), exc_info=error)
    message = N_("This is an error on our side. It has been logged.")
    return _answer(request, 500, ParleyError.title, message, {})


def warm() -> None:
    """Compile the templates of error pages at start: where files cannot be read, they can still be shown."""
    for name in (FRAGMENT, PAGE):
        environment().get_template(name)


def _answer(
    request: AnyRequest, status: int, title: Message, message: Message, headers: dict[str, str]
) -> Response[Any]:
    if problems.is_api(request.scope):
        return problems.answer(request, status, title, message, headers)
    typed = request.scope.get("typed")
    context: dict[str, Any] = {
        "title": title,
        "message": message,
        "next_step": KEPT if typed else NOT_READ if request.scope.get("unread_form") else None,
        "kept": typed,
        "error_id": request.scope.get("request_id") if status >= 500 else None,  # noqa: PLR2004
    }
    own: ErrorPage | None = request.scope.get("error_page")  # type: ignore[assignment]
    if own is not None:
        answer = page(request, own.template, status=status, headers=own.headers, **(context | own.context))
    elif wants_fragment(request):
        answer = fragment(request, FRAGMENT, status, **context)
    else:
        answer = page(request, PAGE, status=status, **context)
    answer.headers.update(headers)
    return answer


handlers: dict[Any, Any] = {
    ParleyError: on_parley_error,
    HTTPException: on_http_error,
    **dict.fromkeys(OUTAGES, on_outage),
    Exception: on_bug,
}
