"""`parley api` with answers of the API."""

import httpx
import pytest
from click.testing import CliRunner

from parley.platform.errors import CommandFailed
from parley.site.cli import api as client
from parley.site.cli.api import SiteClient

RESTARTING = httpx.ConnectError("[Errno 111] Connection refused")
EVENTS = [
    httpx.Response(503, headers={"retry-after": "0"}),
    httpx.Response(200, json={"items": [{"kind": "comment.posted"}], "after": "5-1"}),
    RESTARTING,
    httpx.Response(200, json={"items": [{"kind": "comment.edited"}], "after": "6-2"}),
]


def site(*answers: httpx.Response | httpx.ConnectError, seen: list[httpx.Request]) -> SiteClient:
    left = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        found = next(left)
        if isinstance(found, httpx.ConnectError):
            raise found
        return found

    return SiteClient("http://parley.example", "prl_x", httpx.MockTransport(answer))


def test_events_are_followed_over_outages_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSE_SECONDS", 0)
    seen: list[httpx.Request] = []
    events = site(*EVENTS, seen=seen).events("4-0")

    assert [next(events)["kind"], next(events)["kind"]] == ["comment.posted", "comment.edited"]
    assert [request.url.params["after"] for request in seen] == ["4-0", "4-0", "5-1", "5-1"]
    assert seen[0].headers["authorization"] == "Bearer prl_x"


def test_a_site_that_does_not_answer_is_reported() -> None:
    with pytest.raises(CommandFailed, match="does not answer: Connection refused"):
        next(site(RESTARTING, seen=[]).events(None))


def test_an_answer_without_content_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SiteClient", lambda *_: site(httpx.Response(204), seen=[]))
    ended = CliRunner().invoke(client.api, ["post", "/api/v1/notifications/read", "{}"])
    assert (ended.exit_code, ended.output) == (0, "")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            httpx.Response(422, json={"detail": "No.", "errors": [{"field": "body", "detail": "Too long."}]}),
            "No. body:",
        ),
        (
            httpx.Response(422, json={"detail": "Too long.", "errors": [{"field": "after", "detail": "Too long."}]}),
            "Too long.\n",
        ),
        (httpx.Response(500, text="<html>"), "The site answered 500."),
    ],
)
def test_a_problem_is_one_sentence(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response, said: str) -> None:
    monkeypatch.setattr(client, "SiteClient", lambda *_: site(answer, seen=[]))
    ended = CliRunner().invoke(client.api, ["post", "/api/v1/threads/1/comments", "{}"])
    assert ended.exit_code == 1
    assert said in ended.output
