"""Code that blocks the event loop is reported, and a process whose loop hangs ends and is started again."""

import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from parley.platform.local_servers import Folder
from parley.platform.local_servers.program import Web
from parley.platform.local_servers.service import ServiceRun
from parley.platform.local_servers.supervisor import StopRequested, watch
from tests.interfaces.live.forum import HERE, PATIENCE, Forum, wait_for
from tests.ports import free_port

BLOCKED = "parley_loop_blocked_total{route="


class Blocking(Web):
    """A web process that can be asked to block its loop (tests/interfaces/live/blocking.py)."""

    def command(self) -> list[str]:
        return [sys.executable, str(HERE / "blocking.py"), *self.arguments]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        """Its log, without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.log.path.read_text())


@pytest.fixture
def metrics_port() -> int:
    return free_port()


@pytest.fixture
def web(live_forum: Forum, tmp_path: Path, metrics_port: int) -> Iterator[Blocking]:
    """The process under the supervisor of `parley up`."""
    ending = threading.Event()

    def pause(seconds: float) -> None:
        if ending.wait(seconds):
            raise StopRequested

    with Folder(tmp_path / "data").held() as folder:
        run = ServiceRun(folder, pause=pause)
        more = {"PARLEY_METRICS": f"127.0.0.1:{metrics_port}", "PARLEY_LOG": "warning"}
        one = Blocking(run, live_forum.servers.settings | more, free_port())
        one.start()
        supervising = threading.Thread(target=_supervise, args=(one, run))
        supervising.start()
        yield one
        ending.set()
        supervising.join()
        one.stop()


def _supervise(web: Blocking, run: ServiceRun) -> None:
    try:
        watch([web], run)
    except StopRequested:
        return


def test_code_that_uses_much_cpu_at_once_is_reported_with_its_route_and_stack(web: Blocking, metrics_port: int) -> None:
    for path in ("/sleepy", "/busy", "/healthz"):
        assert httpx.get(web.address + path, timeout=PATIENCE).is_success
    wait_for(lambda: "route=/busy" in web.said())
    assert re.search(r"event loop blocked .*request=\w{16} .*route=/busy", web.said())
    assert "in use_cpu" in web.said()
    assert "/sleepy" not in web.said()
    told = httpx.get(f"http://127.0.0.1:{metrics_port}/metrics", timeout=PATIENCE).text
    assert f'{BLOCKED}"/busy"}} 1.0' in told
    assert f'{BLOCKED}"/sleepy"' not in told


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("/stuck", "event loop hangs", id="stuck"),
        pytest.param("/greedy", "Timeout (0:00:10)", id="gil", marks=pytest.mark.slow),
    ],
)
def test_a_process_whose_loop_hangs_is_replaced(web: Blocking, path: str, words: str) -> None:
    former = web.pid
    with pytest.raises(httpx.HTTPError):
        httpx.get(web.address + path, timeout=PATIENCE)
    wait_for(lambda: web.pid != former and web.serves())
    assert httpx.get(f"{web.address}/healthz", timeout=PATIENCE).is_success
    assert words in web.said()
    assert "blocking.py" in web.said()
