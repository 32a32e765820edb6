"""Pages made for visitors are few at a time, and begin while no member's request is handled."""

import asyncio
from typing import Any

import pytest

from parley.platform.concurrency import asking_source
from parley.platform.errors import Busy
from parley.platform.http import members_first
from parley.platform.http.members_first import AT_ONCE, MembersFirst, visitors_turn
from parley.platform.networks import source

pytestmark = pytest.mark.anyio
MEMBER = object()


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

    def ask(self, viewer: object = None) -> asyncio.Task[None]:
        return asyncio.create_task(self.app({"type": "http", "viewer": viewer}, _stay, _ignore))  # type: ignore[arg-type]


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


async def test_members_never_wait_for_a_turn(site: Site) -> None:
    asked = [site.ask(MEMBER) for _ in range(AT_ONCE + 3)]
    await asyncio.sleep(0)
    assert site.making == AT_ONCE + 3
    _cancel(asked)


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
