"""Reads, writes, opens and syncs fail at random, as on a broken disk or a tired machine: nothing is half done."""

import asyncio
import signal
import subprocess
import time
from email import message_from_bytes
from pathlib import Path

import pytest

from parley.people import mail
from parley.platform import db
from parley.platform.events.job_wakeups import CHANNEL
from parley.platform.events.redis import redis
from tests import make
from tests.faults.test_database import _assert_promise_kept, _stands_after
from tests.faults.writer import Writer
from tests.hosts.worker import Worker
from tests.interfaces.live.forum import PATIENCE, Forum, Web, assert_all_have_the_truth, cookie_of, wait_until
from tests.interfaces.live.reader import Reader
from tests.programs import installed

pytestmark = pytest.mark.anyio

LINES = ("posix/io/rw/*", "posix/io/net/send*", "posix/io/net/recv*")
FILES = ("posix/io/oc/open*", "posix/io/rw/write*", "posix/io/sync/*", "posix/io/dir/rename")
MESSAGES = 40
CONTROL_SECONDS = 60


class Fiu:
    """libfiu in a process: it fails the calls that are named, with whichever error they may have."""

    def __init__(self, folder: Path) -> None:
        self.program = installed("fiu-ctrl", "fiu-utils")
        libraries = [next(Path("/usr/lib").glob(f"**/fiu_{name}_preload.so")) for name in ("run", "posix")]
        self.prefix = folder / "fiu"
        self.env = {"LD_PRELOAD": " ".join(map(str, libraries)), "FIU_CTRL_FIFO": str(self.prefix)}
        # Python does not notice that a compiled file was written in part, and nobody could import it afterwards.
        self.env["PYTHONDONTWRITEBYTECODE"] = "1"

    def fail(self, process: subprocess.Popen[bytes], names: tuple[str, ...], share: float) -> None:
        """From now on so large a share of these calls fails; none when it is 0."""
        verb, end = ("enable_random", f",probability={share}") if share else ("disable", "")
        commands = [part for name in names for part in ("-c", f"{verb} name={name}{end}")]
        control = subprocess.Popen([self.program, "-f", self.prefix, *commands, str(process.pid)])
        until = time.monotonic() + CONTROL_SECONDS
        while control.poll() is None and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        if control.poll() is None:
            # It died of what failed before; or a failed call ended the thread in it that takes commands.
            for one in (control, process):
                one.kill()
                one.wait()
        assert process.poll() is not None or control.returncode == 0


@pytest.fixture
def fiu(tmp_path: Path) -> Fiu:
    return Fiu(tmp_path)


@pytest.fixture
def web(forum: Forum, fiu: Fiu) -> Web:
    """A web process with libfiu in it, but not in what starts it: only the first program of a process is listening."""
    one = Web(forum.servers.settings, PARLEY_LIMITS="off")
    forum.webs.append(one)
    one.kill()
    one.command[:0] = ["env", *(f"{name}={value}" for name, value in fiu.env.items())]
    return one.start()


async def test_a_web_process_whose_calls_fail_at_random_acknowledges_nothing_that_is_lost(
    forum: Forum, webs: list[Web], web: Web, fiu: Fiu, thread: int
) -> None:
    writers = [Writer([web], thread, await cookie_of(await make.member())) for _ in range(4)]
    async with Reader([web.address, webs[0].address], thread, last=0) as reader:
        await reader.open()
        tasks = [asyncio.create_task(one.write()) for one in writers]
        await wait_until(lambda: all(len(one.said) > 10 for one in writers))
        for _ in range(3):
            await asyncio.to_thread(fiu.fail, web.process, LINES, 0.01)
            await _until_tried(web, writers)
            if web.process.poll() is None:
                await asyncio.to_thread(fiu.fail, web.process, LINES, 0)
            # As its supervisor does when it ended.
            await asyncio.to_thread(web.start)
        sent = _tries(writers)
        await wait_until(lambda: all(_stands_after(one, so_far) for one, so_far in zip(writers, sent, strict=True)))
        for one in writers:
            one.stop()
        await asyncio.gather(*tasks)
        said = [one for writer in writers for one in writer.said]
        assert any(not one.acknowledged for one in said), "nothing failed"
        assert {answer.status_code for one in writers for answer in one.refusals} <= {503}
        await _assert_promise_kept(forum, thread, said)
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)
    web.end()
    # As uvicorn ends when all is in order.
    assert web.process.returncode == -signal.SIGTERM


async def test_a_worker_whose_calls_fail_at_random_writes_every_message_whole_and_once(
    forum: Forum, fiu: Fiu, tmp_path: Path
) -> None:
    worker = Worker(forum, PARLEY_DATA=str(tmp_path), **fiu.env)
    try:
        async with asyncio.timeout(PATIENCE):
            await _until_at_work(worker)
            await asyncio.to_thread(fiu.fail, worker.process, FILES, 0.1)
            async with db.atomic():
                for number in range(MESSAGES):
                    await mail.send("verify", f"a{number}@example.org", f"Message {number}", f"Line {number}.\n" * 200)
            while await db.value("select count(*) from mail where state <> 'sent'"):
                if worker.process.poll() is not None:
                    # What it held is free again in some minutes.
                    await db.execute("update mail set leased_until = now() where state = 'claimed'")
                    worker.start()
                # And what failed is tried again as late.
                await db.execute("update mail set due_at = now() where state = 'planned'")
                await asyncio.sleep(0.2)
    finally:
        # One of the writes that fail could be the one by which Python takes note of the signal.
        await asyncio.to_thread(fiu.fail, worker.process, FILES, 0)
        if worker.process.poll() is not None:
            # It died of the last that failed.
            worker.start()
            await _until_at_work(worker)
        code = worker.end()
    assert code == 0
    assert "mail deferred" in worker.said(), "nothing failed, or nobody reads of it"
    found = [message_from_bytes(file.read_bytes()) for file in (tmp_path / "mail").iterdir()]
    # Where other tests signed in, letters tell of it.
    found = [one for one in found if one["Subject"].startswith("Message ")]
    assert sorted(one["Subject"] for one in found) == sorted(f"Message {number}" for number in range(MESSAGES))
    for one in found:
        number = one["Subject"].removeprefix("Message ")
        assert one.get_payload(decode=True) == f"Line {number}.\r\n".encode() * 200


async def _until_tried(web: Web, writers: list[Writer]) -> None:
    """Wait until everybody has tried often, or the process died of it."""
    so_far = _tries(writers)
    await wait_until(
        lambda: (
            web.process.poll() is not None
            or all(len(one.said) > before + 40 for one, before in zip(writers, so_far, strict=True))
        )
    )


async def _until_at_work(worker: Worker) -> None:
    """Wait until the worker listens, which it does once it has the database, or died."""
    async with asyncio.timeout(PATIENCE):
        while worker.process.poll() is None and not (await redis().pubsub_numsub(CHANNEL))[0][1]:
            await asyncio.sleep(0.05)


def _tries(writers: list[Writer]) -> list[int]:
    return [len(one.said) for one in writers]
