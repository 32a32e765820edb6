"""Of one member one page is made at a time, for visitors few, which begin while no member's request is handled."""

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.platform.concurrency import asking_source
from parley.platform.errors import Busy
from parley.platform.http import members_first
from parley.platform.http.members_first import AT_ONCE, MembersFirst, visitors_turn
from parley.platform.networks import source
from tests import make

pytestmark = pytest.mark.anyio
MEMBER, OTHER = (SimpleNamespace(id=number, is_staff=False) for number in (1, 2))
MODERATOR = SimpleNamespace(id=3, is_staff=True)


class Site:
    """An application that makes a page at each request, and is told when to go on."""

    def __init__(self) -> None:
        self.making = 0
        self.may_go_on = asyncio.Event()
        self.app = MembersFirst(self._answer)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 an application gets it
        async with visitors_turn(), visitors_turn():
            self.making += 1
            await self.may_go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()

    def ask(self, viewer: object = None, method: str = "GET") -> asyncio.Task[None]:
        scope: Any = {"type": "http", "viewer": viewer, "method": method}
        return asyncio.create_task(self.app(scope, _stay, _ignore))


async def _stay() -> Any:
    await asyncio.Event().wait()


async def _ignore(message: Any) -> None:
    pass


@pytest.fixture
async def site() -> Site:
    # Each request below is by somebody of whom nothing is known, whatever a test before has set.
    asking_source.set(None)
    return Site()


async def test_only_a_few_pages_are_made_for_visitors_at_once(site: Site) -> None:
    asked = [site.ask() for _ in range(AT_ONCE + 3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert site.making == AT_ONCE

    site.may_go_on.set()
    await asyncio.sleep(0.01)
    assert site.making == AT_ONCE + 3
    _cancel(asked)


async def test_members_wait_for_no_visitor_and_no_other_member(site: Site) -> None:
    asked = [site.ask() for _ in range(AT_ONCE)]
    await asyncio.sleep(0.01)
    asked += [site.ask(MEMBER), site.ask(OTHER)]
    await asyncio.sleep(0.01)
    assert site.making == AT_ONCE + 2
    _cancel(asked)


async def test_of_one_member_one_page_is_made_at_a_time(site: Site) -> None:
    """Six connections of one member had six pages made at once, of which each step came before anybody's next one."""
    asked = [site.ask(MEMBER) for _ in range(6)]
    await asyncio.sleep(0.01)
    assert site.making == 1

    # The answers have begun then, and may go on for hours as streams.
    site.may_go_on.set()
    await asyncio.sleep(0.05)
    assert site.making == 6
    _cancel(asked)


async def test_a_page_that_waited_for_another_of_its_member_goes_after_other_members(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_first, "YIELD_SECONDS", 60.0)
    asked = [site.ask(MEMBER), site.ask(MEMBER), other := site.ask(OTHER)]
    await asyncio.sleep(0.01)
    asked[0].cancel()
    await asyncio.sleep(0.01)
    assert site.making == 2, "theirs and the other's"

    other.cancel()
    await asyncio.sleep(0.01)
    assert site.making == 3
    _cancel(asked)


async def test_forms_and_moderators_never_wait(site: Site) -> None:
    asked = [site.ask(MEMBER), *(site.ask(MEMBER, "POST") for _ in range(3)), *(site.ask(MODERATOR) for _ in range(3))]
    await asyncio.sleep(0.01)
    assert site.making == len(asked)
    _cancel(asked)


async def test_a_member_who_waited_too_long_is_told_when_to_try_again(
    app: Litestar, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_first, "WAIT_SECONDS", 0.05)
    member = await make.member()
    await make.sign_in(client, member)
    handler: Any = app.asgi_handler
    while not isinstance(handler, MembersFirst):
        handler = handler._app if hasattr(handler, "_app") else handler.app

    async with handler._turns.of_member(str(member.id)):
        refused = await client.get("/kept")
        assert (await client.post("/t/1/keep")).status_code == 404, "forms do not wait"
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert "busy right now" in refused.text
    assert (await client.get("/kept")).status_code == 200, "none of them kept the turn"


async def test_a_page_for_a_visitor_begins_once_the_member_is_answered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_first, "YIELD_SECONDS", 60.0)
    # The member's answer has begun then, and may go on for hours as a stream.
    asked = [site.ask(MEMBER)]
    await asyncio.sleep(0)
    asked.append(site.ask())
    await asyncio.sleep(0.01)
    assert site.making == 1

    site.may_go_on.set()
    await asyncio.sleep(0.01)
    assert site.making == 2
    _cancel(asked)


async def test_visitors_get_on_where_members_never_pause(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members_first, "YIELD_SECONDS", 0.001)
    asked = [site.ask(MEMBER), site.ask()]
    await asyncio.sleep(0.05)
    assert site.making == 2
    _cancel(asked)


async def test_a_visitor_who_waited_too_long_is_told_when_to_try_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_first, "WAIT_SECONDS", 0.001)
    asked = [site.ask() for _ in range(AT_ONCE)]
    await asyncio.sleep(0)

    with pytest.raises(Busy) as refused:
        await site.ask()
    assert refused.value.retry_after
    _cancel(asked)


async def test_a_page_that_failed_gives_its_turn_back(site: Site) -> None:
    asked = [site.ask() for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    _cancel(asked)
    await asyncio.sleep(0)

    # Held and cancelled: one that is collected as garbage gives its turn back in the middle of another test.
    asked = [site.ask()]
    await asyncio.sleep(0.01)
    assert site.making == AT_ONCE + 1
    _cancel(asked)


async def test_the_pages_of_one_network_leave_a_turn_to_others(site: Site) -> None:
    """Six requests of one host had both turns, again and again, and everybody else's came after them."""
    asking_source.set(source("192.0.2.1"))
    asked = [site.ask() for _ in range(6)]
    await asyncio.sleep(0.01)
    assert site.making == 1

    asking_source.set(source("198.51.100.1"))
    asked.append(site.ask())
    await asyncio.sleep(0.01)
    assert site.making == 2
    _cancel(asked)


def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
