"""The requests of one network wait for each other and not those of others."""

import asyncio
from typing import Any

import pytest

from parley.platform.concurrency import asking_source
from parley.platform.http import fair_share
from parley.platform.http.fair_share import AT_ONCE, AT_ONCE_OF_HOST, WAITING_OF_HOST, FairShare
from parley.platform.networks import Source

pytestmark = pytest.mark.anyio


class Application:
    """An application that answers when it is told to, and counts the requests that it has begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.source: Source | None = None
        self.may_answer = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.begun += 1
        self.source = asking_source.get()
        if scope["method"] == "POST":
            await receive()
        await self.may_answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.Event().wait()


class Client:
    def __init__(self, address: str) -> None:
        self.address = address
        self.body = asyncio.Event()
        self.status = 0

    async def ask(self, shared: FairShare, method: str = "GET") -> None:
        scope: Any = {"type": "http", "method": method, "client": (self.address, 1)}
        await shared(scope, self._receive, self._send)

    async def _receive(self) -> Any:
        await self.body.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def shared(application: Application) -> FairShare:
    return FairShare(application)


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def all_ask(shared: FairShare, clients: list[Client], method: str = "GET") -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(client.ask(shared, method)) for client in clients]
    await settle()
    return tasks


async def test_many_requests_of_one_network_wait_and_another_network_does_not(
    shared: FairShare, application: Application
) -> None:
    """Four hundred connections from one address made everybody wait two seconds: `ab -k -c 400 -t 20 …/t/1`."""
    tasks = await all_ask(shared, [Client(f"192.0.2.{number % 250}") for number in range(AT_ONCE + 100)])
    assert application.begun == AT_ONCE

    tasks += await all_ask(shared, [Client("198.51.100.1")])

    assert application.begun == AT_ONCE + 1
    for task in tasks:
        task.cancel()


async def test_many_requests_of_one_host_leave_turns_to_its_neighbours(
    shared: FairShare, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five hundred requests of one customer of a provider kept the other 255 of the network waiting, or out."""
    monkeypatch.setattr(fair_share, "REFUSAL_SECONDS", 0.01)
    tasks = await all_ask(shared, [Client("192.0.2.1") for _ in range(AT_ONCE_OF_HOST + WAITING_OF_HOST)])
    assert application.begun == AT_ONCE_OF_HOST

    refused = Client("192.0.2.1")
    tasks += await all_ask(shared, [refused, Client("192.0.2.2"), Client("192.0.2.3")])
    await tasks[-3]

    assert (refused.status, application.begun) == (429, AT_ONCE_OF_HOST + 2)
    for task in tasks:
        task.cancel()


async def test_hosts_whose_requests_fill_their_network_leave_turns_to_the_next(
    shared: FairShare, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hosts with three hundred requests each had those of all their neighbours refused."""
    monkeypatch.setattr(fair_share, "REFUSAL_SECONDS", 0.01)
    greedy = [Client(f"192.0.2.{number % 2 + 1}") for number in range(2 * AT_ONCE + 2 * WAITING_OF_HOST)]
    tasks = await all_ask(shared, greedy)

    tasks += await all_ask(shared, [neighbour := Client("192.0.2.3")])
    application.may_answer.set()
    await settle()

    assert neighbour.status == 200
    for task in tasks:
        task.cancel()


async def test_the_next_begins_when_a_response_starts_or_its_client_is_gone(
    shared: FairShare, application: Application
) -> None:
    """A live stream never ends, so its turn ends when it starts."""
    tasks = await all_ask(shared, [Client("2001:db8::1") for _ in range(AT_ONCE_OF_HOST + 9)])
    tasks[0].cancel()
    await settle()
    assert application.begun == AT_ONCE_OF_HOST + 1

    application.may_answer.set()
    await settle()

    assert application.begun == AT_ONCE_OF_HOST + 9
    for task in tasks:
        task.cancel()


async def test_clients_that_send_no_body_have_no_turn_meanwhile(shared: FairShare, application: Application) -> None:
    slow = [Client(f"192.0.2.{number}") for number in range(AT_ONCE)]
    tasks = await all_ask(shared, slow, "POST")

    tasks += await all_ask(shared, [Client(f"192.0.2.{number}") for number in range(AT_ONCE)])
    assert application.begun == 2 * AT_ONCE

    # Their bodies are there, and the others have all turns.
    for client in slow:
        client.body.set()
    await settle()
    application.may_answer.set()
    await settle()
    assert {client.status for client in slow} == {200}
    for task in tasks:
        task.cancel()


async def test_requests_that_wait_for_a_server_elsewhere_have_no_turn_meanwhile(application: Application) -> None:
    """Eight people who signed in at a company's provider that hung stopped all pages for their company."""
    at_provider, answered = asyncio.Event(), []

    async def sign_in_or_read(scope: Any, receive: Any, send: Any) -> None:
        if scope["client"][0] != "192.0.2.1":
            await application(scope, receive, send)
        async with fair_share.pause():
            await at_provider.wait()
        answered.append(scope)

    shared = FairShare(sign_in_or_read)
    tasks = await all_ask(shared, [Client("192.0.2.1") for _ in range(2 * AT_ONCE)])
    tasks += await all_ask(shared, [Client(f"192.0.2.{number + 2}") for number in range(AT_ONCE)])
    assert application.begun == AT_ONCE

    at_provider.set()
    await settle()
    assert not answered, "the others have all turns now"

    application.may_answer.set()
    await settle()
    assert len(answered) == 2 * AT_ONCE
    for task in tasks:
        task.cancel()


async def test_requests_that_are_answered_at_once_take_turns_too(shared: FairShare, application: Application) -> None:
    """Five hundred connections that ask for pages that do not exist made everybody wait 1.5 s of CPU time:

    `wrk -t 1 -c 500 -d 10 http://localhost:8000/nothing`
    """
    application.may_answer.set()
    tasks = [asyncio.create_task(Client("192.0.2.1").ask(shared)) for _ in range(10 * AT_ONCE_OF_HOST)]

    await asyncio.sleep(0)
    assert application.begun == AT_ONCE_OF_HOST

    await settle()
    assert application.begun == 10 * AT_ONCE_OF_HOST
    for task in tasks:
        task.cancel()


async def test_too_many_that_wait_are_refused_a_little_later(
    shared: FairShare, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_share, "REFUSAL_SECONDS", 0.01)
    full = AT_ONCE_OF_HOST + WAITING_OF_HOST
    tasks = await all_ask(shared, [Client("192.0.2.1") for _ in range(full)])

    refused, other = Client("192.0.2.1"), Client("198.51.100.1")
    tasks += await all_ask(shared, [refused, other])
    assert refused.status == 0
    await tasks[-2]

    assert (refused.status, application.begun) == (429, AT_ONCE_OF_HOST + 1)
    for task in tasks:
        task.cancel()


async def test_who_asks_is_known_to_what_it_asks_for(shared: FairShare, application: Application) -> None:
    asking_source.set(None)
    tasks = await all_ask(shared, [Client("2001:db8:1:2::3")])

    assert application.source == Source("2001:db8:1:2::/64", "2001:db8:1::/48")
    assert asking_source.get() is None, "only its own task knows"
    for task in tasks:
        task.cancel()
