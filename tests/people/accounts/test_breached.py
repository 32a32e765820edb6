"""Passwords from breaches are refused, by a file on disk or by a service."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from parley.people.sign_in import breached
from parley.people.sign_in.breached import BadFile
from parley.platform.errors import Refused
from parley.platform.settings import settings
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio

KNOWN = "sunflower bicycle tangent 77"
GOOD = "five entirely different blue words"


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def lines(*passwords: str) -> list[bytes]:
    hashes = sorted(sha1(one) for one in passwords)
    return [f"{one}:{place}\r\n".encode() for place, one in enumerate(hashes, 1)]


@pytest.fixture
def listed() -> Iterator[Path]:
    """A list of a thousand passwords, and KNOWN."""
    target = breached.path(settings().data)
    breached.write(lines(KNOWN, *(f"password {number}" for number in range(1_000))), target)
    yield target
    target.unlink()


def test_exactly_the_passwords_of_the_list_are_found(listed: Path) -> None:
    assert listed.stat().st_size == 8 * breached.size(settings().data) == 8 * 1_001
    for number in range(1_000):
        with pytest.raises(Refused):
            breached.check_file(f"password {number}")
        breached.check_file(f"another password {number}")


def test_without_a_list_every_password_passes() -> None:
    breached.check_file(KNOWN)
    assert breached.size(settings().data) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [b"password:1\n"],
        [b"00" * 19 + b":1\n"],
        [b"zz" * 20 + b":1\n"],
        [b"ff" * 20 + b":1\n", b"00" * 20 + b":1\n"],
        [b"\xff" * 40 + b"\n"],
    ],
)
def test_an_invalid_file_does_not_replace_the_list(listed: Path, wrong: list[bytes]) -> None:
    before = listed.read_bytes()
    with pytest.raises(BadFile):
        breached.write(wrong, listed)
    assert listed.read_bytes() == before
    assert [one.name for one in listed.parent.glob("breached*")] == [listed.name]


async def test_breached_passwords_are_refused_at_sign_up_reset_and_change(
    client: httpx.AsyncClient, mira: Person, listed: Path
) -> None:
    form = {"name": "ada", "email": "ada@example.org"}
    answer = await client.post("/signup", data=form | {"password": KNOWN})
    assert (answer.status_code, "published after a break-in" in answer.text) == (422, True)
    assert 'value="ada"' in answer.text and KNOWN not in answer.text
    await mira.sign_in(client)
    answer = await client.post("/settings/security", data={"current": PASSWORD, "password": KNOWN})
    assert (answer.status_code, "published after a break-in" in answer.text) == (422, True)
    assert (await client.post("/settings/security", data={"current": PASSWORD, "password": GOOD})).status_code == 303


class Service:
    """The service, in place of httpx; it records the requests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[httpx.Request] = []
        self.status, self.text, self.is_endless, self.sent = 200, "", False, 0
        used = msgspec.structs.replace(settings(), password_range="https://range.example/range")
        monkeypatch.setattr(breached, "settings", lambda: used)
        client = httpx.AsyncClient
        monkeypatch.setattr(httpx, "AsyncClient", lambda **_: client(transport=httpx.MockTransport(self.answer)))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.status == 0:
            raise httpx.ConnectTimeout("too slow")
        if self.is_endless:
            return httpx.Response(self.status, content=self.endless())
        return httpx.Response(self.status, stream=httpx.ByteStream(self.text.encode()))

    async def endless(self) -> AsyncIterator[bytes]:
        """A chunk now and then, without end."""
        while True:
            self.sent += 1
            yield self.text.encode()
            await asyncio.sleep(0.01)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(monkeypatch)


async def test_the_service_learns_five_digits(service: Service) -> None:
    found = sha1(KNOWN)
    service.text = f"{'0' * 35}:3\r\n{found[5:]}:2\r\n"
    with pytest.raises(Refused):
        await breached.check_service(KNOWN)
    assert str(service.asked[0].url) == f"https://range.example/range/{found[:5]}"
    assert service.asked[0].headers["add-padding"] == "true"
    service.text = f"{found[5:]}:0\r\n"
    await breached.check_service(KNOWN)


@pytest.mark.parametrize(("status", "text"), [(0, ""), (500, ""), (200, "<html>"), (200, ""), (302, "")])
async def test_a_service_that_fails_refuses_nothing(service: Service, status: int, text: str) -> None:
    service.status, service.text = status, text
    await breached.check_service(KNOWN)
    assert len(service.asked) == 1


@pytest.mark.parametrize(("text", "most"), [("x", 20), ("x" * 100_000, 2)], ids=["drips", "pours"])
async def test_an_endless_answer_of_the_service_is_cut_off(
    service: Service, monkeypatch: pytest.MonkeyPatch, text: str, most: int
) -> None:
    """Its time began anew with each byte, and all that it sent was kept in memory."""
    monkeypatch.setattr(breached, "SERVICE_SECONDS", 0.1)
    service.text, service.is_endless = text, True
    async with asyncio.timeout(5):
        await breached.check_service(KNOWN)
    assert service.sent <= most


async def test_without_the_setting_no_service_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx, "AsyncClient", None)
    await breached.check_service(KNOWN)
