"""One click stops it: RFC 8058, and a page for people."""

import httpx
import pytest

from parley.people import mail
from parley.people.mail import bounces
from parley.people.mail.sending import deliver_due
from parley.platform import db
from tests.people.mail.sink import Club, Sink

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app", "club")]

LETTER = mail.Letter(list="digest", member=1, to="ada@example.org", key="digest.1", subject="Monday", text="Words.\n")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def path(argument: str = "") -> str:
    return mail.unsubscribe_link(1, "digest", argument).removeprefix("http://localhost")


async def test_the_page_has_one_button_and_opening_it_changes_nothing(client: httpx.AsyncClient, club: Club) -> None:
    for _ in range(2):
        answer = await client.get(path())
    assert answer.status_code == 200
    assert answer.text.partition("<main")[2].partition("</main")[0].count("<button") == 1
    assert "the digest" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert club.left == set()


async def test_one_click_stops_it_at_once_without_a_redirect_however_often(
    client: httpx.AsyncClient, club: Club
) -> None:
    for _ in range(2):
        answer = await client.post(path(), data=ONE_CLICK)
        assert answer.status_code == 200
        assert "You are unsubscribed" in answer.text
        assert "Set-Cookie" not in answer.headers
    assert club.left == {(1, "")}


@pytest.mark.parametrize(
    "sent",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b""},
        {"content": b"\xff", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"List-Unsubscribe=One-Click"},
    ],
)
async def test_a_mail_server_stops_it_whatever_way_it_says_so(
    client: httpx.AsyncClient, club: Club, sent: dict[str, object]
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example", **sent.pop("headers", {})}  # type: ignore[dict-item]
    answer = await client.post(path(), headers=headers, **sent)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert club.left == {(1, "")}


async def test_only_this_address_may_be_used_from_another_site(client: httpx.AsyncClient) -> None:
    answer = await client.post("/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


async def test_it_can_be_taken_back_on_the_spot(client: httpx.AsyncClient, club: Club) -> None:
    await client.post(path(), data=ONE_CLICK)
    answer = await client.post(path(), data={"back": "1"})
    assert answer.status_code == 200
    assert "You are subscribed again" in answer.text
    assert club.left == set()


async def test_a_part_can_be_stopped_and_is_called_by_its_name(client: httpx.AsyncClient, club: Club) -> None:
    answer = await client.get(path("7"))
    assert "the digest about “<bdi>The wager &lt;b&gt;</bdi>”" in answer.text
    await client.post(path("7"), data=ONE_CLICK)
    assert club.left == {(1, "7")}


async def test_mail_in_the_queue_is_not_sent_after_unsubscribing(
    client: httpx.AsyncClient, club: Club, sink: Sink
) -> None:
    async with db.atomic():
        club.letters[await mail.post(LETTER)] = LETTER
    await client.post(path(), data=ONE_CLICK)
    assert await deliver_due() == 0
    assert sink.messages == []


@pytest.mark.parametrize("token", ["x", "MXxkaWdlc3R8.AAAAAAAAAAAAAAAAAAAAAA", "é", "a.b.c"])
async def test_a_link_that_is_none_of_ours_stops_nothing(client: httpx.AsyncClient, club: Club, token: str) -> None:
    assert (await client.get(f"/mail/off/{token}")).status_code == 404
    assert (await client.post(f"/mail/off/{token}", data=ONE_CLICK)).status_code == 404
    assert club.left == set()


async def test_a_complaint_stops_it_as_well(club: Club) -> None:
    async with db.atomic():
        number = await mail.post(LETTER)
    assert await bounces.record(number, "complaint", "", "abuse", digest="a")
    assert not await bounces.record(number, "complaint", "", "abuse", digest="a")
    assert club.left == {(1, "")}
