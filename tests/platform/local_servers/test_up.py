"""`parley up`: one command that starts everything, minds it, and ends it."""

import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from parley.platform.local_servers import Folder, attach, servers
from tests.platform.local_servers.installation import PATIENCE, Up, lives, wait_for
from tests.ports import free_port

pytestmark = pytest.mark.anyio

Start = Callable[..., Up]
ONE_SENTENCE = re.compile(r"\A[A-Z/][^\n]+\.\n\Z")


def refused(up: Up) -> str:
    """Return the sentence with which it refused to start."""
    output, errors = up.process.communicate(timeout=PATIENCE)
    assert up.process.returncode == 1
    assert output == ""
    assert ONE_SENTENCE.match(errors), errors
    return errors


def figures(port: int) -> str:
    """What a process tells Prometheus, if it does already."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE).text
    except httpx.ConnectError:
        return ""


async def run_sql(data: Path, sql: str) -> object:
    with attach(data) as running:
        connection = await asyncpg.connect(running.database_url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()


def test_a_first_start_shows_logins_and_every_end_is_clean_with_streams_open(tmp_path: Path, start_up: Start) -> None:
    first = start_up(tmp_path / "data")
    first.read_until("ready http://localhost:")
    assert {"member", "moderator", "admin"} <= {line.split()[0] for line in first.said if line.startswith("  ")}
    # Or each start would make it again.
    assert Folder(tmp_path / "data").installation.has_application_role
    parts = first.parts()
    thread = re.search(r'href="/t/(\d+)/', httpx.get(first.address, timeout=PATIENCE).text)
    assert thread
    with httpx.stream("GET", f"{first.address}/t/{thread[1]}/live", timeout=PATIENCE) as stream:
        assert stream.status_code == 200
        assert first.end(signal.SIGTERM) == (0, "")
        for _ in stream.iter_lines():
            pass
    assert not any(map(lives, parts))
    assert "Traceback" not in (tmp_path / "data" / "log" / "web.log").read_text()

    second = start_up(tmp_path / "data")
    second.read_until("ready http://localhost:")
    page = httpx.get(f"{second.address}/t/{thread[1]}/", follow_redirects=True, timeout=PATIENCE)
    assert page.status_code == 200
    assert second.end(signal.SIGINT) == (0, "")


def test_a_port_in_use_is_refused_in_a_sentence(tmp_path: Path, start_up: Start) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as other:
        port = other.getsockname()[1]
        assert f"Port {port} is in use" in refused(start_up(tmp_path / "data", port=port))


def test_a_port_that_names_none_is_refused_before_anything_is_made(tmp_path: Path, start_up: Start) -> None:
    up = start_up(tmp_path / "data", "--port", "0")
    _, errors = up.process.communicate(timeout=PATIENCE)
    assert up.process.returncode == 2
    assert "0 is not in the range 1<=x<=65535" in errors
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused_in_a_sentence(tmp_path: Path, start_up: Start) -> None:
    with servers(tmp_path, fast=True):
        assert "already runs with the data folder" in refused(start_up(tmp_path))


def test_a_foreign_folder_is_refused_in_a_sentence(tmp_path: Path, start_up: Start) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert "not Parley's" in refused(start_up(tmp_path))


@pytest.mark.slow
async def test_any_part_that_is_killed_comes_back_and_nothing_is_lost(tmp_path: Path, start_up: Start) -> None:
    up = start_up(tmp_path / "data", "--no-demo")
    up.read_until("ready")
    await run_sql(up.data, "create table kept as select 7 as n")
    for name in ("web", "worker", "valkey", "postgres"):
        killed = up.pid(name)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda name=name, killed=killed: up.pid(name) not in {0, killed})  # type: ignore[misc]
        wait_for(up.is_ready)
    assert await run_sql(up.data, "select n from kept") == 7
    assert up.end(signal.SIGTERM) == (0, "")


@pytest.mark.slow
async def test_after_the_supervisor_was_killed_it_can_be_started_at_once(tmp_path: Path, start_up: Start) -> None:
    port = free_port()
    first = start_up(tmp_path / "data", "--no-demo", port=port)
    first.read_until("ready")
    await run_sql(first.data, "create table kept as select 7 as n")
    parts = first.parts()
    first.process.kill()
    second = start_up(tmp_path / "data", port=port)
    second.read_until("ready")
    assert not any(map(lives, parts))
    assert await run_sql(second.data, "select n from kept") == 7


@pytest.mark.slow
def test_two_installations_run_side_by_side(tmp_path: Path, start_up: Start) -> None:
    port = free_port()
    both = [start_up(tmp_path / "one", "--no-demo", "--metrics", str(port)), start_up(tmp_path / "two", "--no-demo")]
    for up in both:
        up.read_until("ready")
    assert "parley_live_streams 0.0" in figures(port)
    wait_for(lambda: "parley_queue_waiting" in figures(port + 1))
    assert both[0].end(signal.SIGTERM) == (0, "")
    assert both[1].is_ready()


@pytest.mark.slow
def test_every_part_ends_when_the_supervisor_is_killed(tmp_path: Path, start_up: Start) -> None:
    up = start_up(tmp_path / "data", "--no-demo")
    up.read_until("ready")
    parts: list[psutil.Process] = up.parts()
    up.process.kill()
    wait_for(lambda: not any(map(lives, parts)))
