"""`parley api`: a small client of the API, as an example and for scripts."""

import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import rich_click as click

from parley.platform.errors import CommandFailed
from parley.site.cli.running import exit_on_error

V1 = "/api/v1"
PAUSE_SECONDS = 2.0
TIMEOUT_SECONDS = 30.0
# Temporary errors: too many requests, and a site that is busy or restarting.
TEMPORARY = {429, 502, 503, 504}


class SiteUnreachable(CommandFailed):
    """The site did not answer, or not to its end."""


class SiteClient:
    """A site with its API, as a program with a token sees it."""

    def __init__(self, site: str, token: str | None, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=site, headers=headers, timeout=TIMEOUT_SECONDS, transport=transport)

    def address(self, path: str) -> str:
        return str(self._client.base_url).rstrip("/") + path

    def ask(self, method: str, path: str, body: str | None = None) -> httpx.Response:
        """Return the answer. Raises CommandFailed with the sentence of a problem, SiteUnreachable if there is none."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            answer = self._client.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            # In words, without the number of the system's error.
            reason = str(error).rpartition("] ")[2]
            raise SiteUnreachable(f"{self._client.base_url} does not answer: {reason}.") from None
        if answer.is_error and answer.status_code not in TEMPORARY:
            raise CommandFailed(_sentence(answer))
        return answer

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Return what is answered, None for no content. Raises CommandFailed with a sentence for any error."""
        answer = self.ask(method, path, None if body is None else msgspec.json.encode(body).decode())
        if answer.is_error:
            raise CommandFailed(_sentence(answer))
        return answer.json() if answer.content else None

    def events(self, after: str | None) -> Iterator[dict[str, Any]]:
        """Yield the events after a position, or those from now on, forever, also over restarts of the site.

        Raises SiteUnreachable if it does not answer the first request.
        """
        page = None
        while True:
            try:
                answer = self.ask("GET", f"{V1}/events" + (f"?after={after}" if after else ""))
            except SiteUnreachable:
                if page is None:
                    raise
                time.sleep(PAUSE_SECONDS)
                continue
            if answer.is_error:
                time.sleep(float(answer.headers.get("Retry-After", PAUSE_SECONDS)))
                continue
            page = answer.json()
            yield from page["items"]
            after = page["after"]
            if not page["items"]:
                time.sleep(PAUSE_SECONDS)


def _sentence(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"The site answered {answer.status_code}. Paths of the API begin with {V1}/."
    detail = problem.get("detail", f"The site answered {answer.status_code}.")
    fields = [
        f"{error['field']}: {error['detail']}" for error in problem.get("errors", []) if error["detail"] not in detail
    ]
    return " ".join([detail, *fields])


SITE = click.option("--site", envvar="PARLEY_BASE_URL", default="http://localhost:8000", help="Address of the site.")
TOKEN = click.option(
    "--token", envvar="PARLEY_TOKEN", help="Token from Settings, Privacy and security. Better in PARLEY_TOKEN."
)


@click.group()
@SITE
@TOKEN
@click.pass_context
def api(context: click.Context, site: str, token: str | None) -> None:
    """Read and write a site through its API (docs/api.md)."""
    context.obj = SiteClient(site, token)


@api.command()
@click.argument("path")
@click.pass_obj
def get(site: SiteClient, path: str) -> None:
    """Print what is at PATH, such as /api/v1/threads. The page /api of the site lists all of them."""
    _print(exit_on_error(lambda: site.ask("GET", path)))


@api.command()
@click.argument("path")
@click.argument("body")
@click.pass_obj
def post(site: SiteClient, path: str, body: str) -> None:
    """Send BODY (JSON) to PATH, and print the answer: parley api post /api/v1/threads/1/comments '{"body": "Hi."}'."""
    _print(exit_on_error(lambda: site.ask("POST", path, body)))


@api.command()
@click.option("--after", help="Position after which to begin (default: now).")
@click.pass_obj
def watch(site: SiteClient, after: str | None) -> None:
    """Print every event of the site, a line each, until Ctrl-C."""

    def follow() -> None:
        for event in site.events(after):
            sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
            sys.stdout.flush()

    exit_on_error(follow)


def _print(answer: httpx.Response) -> None:
    if answer.is_error:
        raise SystemExit(_sentence(answer))
    if answer.text:
        sys.stdout.write(answer.text if answer.text.endswith("\n") else answer.text + "\n")
