"""Two web processes and two workers behind a real proxy: replaced in turn under load, and besieged by slow clients."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack

import msgspec
import psutil
import pytest

from parley.platform import db
from parley.platform.settings import settings
from parley.site.doctor import checks
from tests import make
from tests.faults.test_redis import _member_with_password, _quickest_page, _until_quick
from tests.faults.test_rolling import Visitor
from tests.faults.writer import Writer
from tests.hosts.proxies import Proxy, caddy, nginx
from tests.hosts.worker import Worker
from tests.interfaces.live.forum import (
    PATIENCE,
    PATIENT,
    Forum,
    Web,
    assert_all_have_the_truth,
    browser_of,
    cookie_of,
    free_port,
    wait_until,
)
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio

DRAIN = ("--drain", "1", "--proxy", "127.0.0.1")
SLOW = 150
# Who has to wait for slow clients waits for ever.
GROWS_SECONDS = 5.0


@pytest.fixture(scope="module")
def pair(wide_forum: Forum) -> Iterator[list[Web]]:
    found = [wide_forum.web(*PATIENT, *DRAIN, PARLEY_LIMITS="off") for _ in range(2)]
    yield found
    for web in found:
        web.end()
        assert "Traceback" not in web.said()


@pytest.fixture
def workers(forum: Forum) -> Iterator[list[Worker]]:
    found = [Worker(forum) for _ in range(2)]
    yield found
    # A worker that is ended while it starts has no handler of its own yet.
    assert {worker.end() for worker in found} <= {0, -signal.SIGTERM}
    assert not [worker for worker in found if "Traceback" in worker.said()]


@pytest.fixture(scope="module", params=[nginx, caddy])
def proxy(request: pytest.FixtureRequest, pair: list[Web], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with request.param(tmp_path_factory.mktemp("proxy"), free_port(), [web.port for web in pair]) as one:
        yield one


async def test_all_processes_are_replaced_under_load_and_nobody_is_refused_anything(
    forum: Forum, proxy: Proxy, pair: list[Web], workers: list[Worker], thread: int
) -> None:
    paths = ["/", await make.address(thread)]
    async with AsyncExitStack() as stack:
        writers = [Writer([proxy], thread, await cookie_of(await make.member())) for _ in range(3)]  # type: ignore[list-item]
        visitors = [Visitor(proxy, paths) for _ in range(3)]  # type: ignore[arg-type]
        readers = [await stack.enter_async_context(Reader([proxy.address], thread, last=0)) for _ in range(6)]
        tasks = [asyncio.create_task(one.write(0.02)) for one in writers]
        tasks += [asyncio.create_task(one.read()) for one in visitors]
        for web, worker in zip(pair, workers, strict=True):
            await asyncio.gather(asyncio.to_thread(web.end), asyncio.to_thread(worker.end))
            worker.start()
            await asyncio.to_thread(web.start)
            # As whoever replaces them waits until the proxy knows it again.
            await wait_until(lambda web=web: _is_used(web))  # type: ignore[misc]
        for visitor in visitors:
            visitor.stopped = True
        for writer in writers:
            writer.stop()
        await asyncio.gather(*tasks)
        said = [one for writer in writers for one in writer.said]
        assert [failure for one in visitors for failure in one.failures] == []
        assert [answer.text for one in writers for answer in one.refusals] == []
        assert [one for one in said if not one.acknowledged] == []
        assert min(len(said), *(one.pages for one in visitors)) > 100
        await assert_all_have_the_truth(readers, thread, forum.servers.database_url)
        assert all(reader.byes for reader in readers)
    async with asyncio.timeout(PATIENCE):
        while await db.value("select count(*) from event where handled_at is null"):
            await asyncio.sleep(0.1)


def _is_used(web: Web) -> bool:
    """Whether the proxy is connected to it. Whoever asked whether it serves has left, which it may not have noticed."""
    connections = psutil.Process(web.process.pid).net_connections("tcp")
    return any(connection.status == psutil.CONN_ESTABLISHED for connection in connections)


async def test_clients_that_send_too_slowly_keep_nobody_waiting_and_are_given_up_on(proxy: Proxy, thread: int) -> None:
    address = proxy.address + await make.address(thread)
    async with browser_of(await cookie_of(await make.member())) as browser:
        usual = await _quickest_page(browser, address)
        with ExitStack() as stack:
            slow = [_connect(stack, proxy, thread, has_headers=turn % 2 == 0) for turn in range(2 * SLOW)]
            for _ in range(10):
                await _until_quick(browser, address, usual + GROWS_SECONDS)
                answer = await browser.post(f"{proxy.address}/t/{thread}/comments", data={"body": "In between."})
                assert answer.status_code == 303
                for one in slow:
                    _drip(one)
                await asyncio.sleep(0.5)
            await wait_until(lambda: all(_is_closed(one) for one in slow))


async def test_whatever_a_client_claims_about_itself_the_proxy_tells_the_truth(forum: Forum, proxy: Proxy) -> None:
    name, password = await _member_with_password()
    async with browser_of() as browser:
        browser.headers.update({"X-Forwarded-For": "9.9.9.9", "X-Request-ID": "their-own-choice"})
        typed = {"login": name, "password": password, "next": "/"}
        answer = await browser.post(f"{proxy.address}/login", data=typed)
        assert answer.status_code == 303
        assert answer.headers["X-Request-ID"] != "their-own-choice"
    found = await db.values("select address from session join member m on m.id = member where name = $1", name)
    assert found in (["127.0.0.1"], ["::1"])


async def test_the_doctor_tells_a_proxy_that_overwrites_the_header_from_none(
    forum: Forum, proxy: Proxy, pair: list[Web]
) -> None:
    async def judged(address: str) -> tuple[str, str]:
        found = await checks.address(msgspec.structs.replace(settings(), base_url=address))
        return next((one.level.value, one.text) for one in found if one.subject == "proxy")

    assert (await judged(proxy.address))[0] == "ok"
    # Whoever reaches the process beside the proxy chooses their address.
    level, text = await judged(pair[0].address)
    assert level == "fail" and text.startswith("Visitors choose their address by X-Forwarded-For")


def _connect(stack: ExitStack, proxy: Proxy, thread: int, *, has_headers: bool) -> socket.socket:
    """A client that has sent half of its headers, or all of them and half of a body."""
    host, _, port = proxy.address.removeprefix("http://").partition(":")
    one = stack.enter_context(socket.create_connection(("127.0.0.1", int(port))))
    one.setblocking(False)  # noqa: FBT003 the module's own name
    head = f"POST /t/{thread}/comments HTTP/1.1\r\nHost: {host}:{port}\r\nSec-Fetch-Site: same-origin\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\nbody="
    one.sendall((head + (form if has_headers else "X-Slow: ")).encode())
    return one


def _drip(one: socket.socket) -> None:
    try:
        one.send(b"a")
    except OSError:
        return


def _is_closed(one: socket.socket) -> bool:
    try:
        return one.recv(4_096) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
