"""The worker dies at every step of sending: no letter arrives twice, and none is lost."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from parley.people import mail
from parley.people.mail.sending import deliver_due
from parley.platform import db
from tests import command
from tests.faults import mailer
from tests.faults.journal import Journal
from tests.people.mail import stored_list
from tests.people.mail.sink import listening, use_settings

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app"), pytest.mark.committed]

LABELS = (
    "claiming",
    "claimed",
    "reviewed",
    "rendered",
    "ready",
    "connected",
    "sender",
    "recipient",
    "data",
    "accepted",
    "settling",
    "settled",
    "leaving",
)
# The mail server kills it: when it has all bytes and says nothing, and when it has just said that it takes them.
BY_THE_SERVER = ("unanswered", "refused")
LETTERS = 4
MAILER = Path(mailer.__file__)


@pytest.fixture
async def journal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Journal]:
    one = Journal(tmp_path / "mail.log")
    async with listening(one) as one.url:
        monkeypatch.setitem(mail.lists, "digest", stored_list.LIST)
        use_settings(monkeypatch, smtp_url=one.url)
        await stored_list.create_table()
        yield one
        await stored_list.drop_table()


async def write(letters: int = LETTERS) -> None:
    """Letters to different domains, and a message to an address, which goes first."""
    for number in range(letters):
        await stored_list.post(number, f"ada@d{number % 2}.example.org")
    async with db.atomic():
        await mail.send("verify", "mira@example.org", "Confirm", "A link.\n")


async def start(journal: Journal, *program: str | Path, **settings: str) -> asyncio.subprocess.Process:
    """Start a process that sends to the journal."""
    env = {"PARLEY_SMTP_URL": journal.url, "PYTHONPATH": os.pathsep.join(sys.path)}
    return await asyncio.create_subprocess_exec(sys.executable, *program, env=os.environ | env | settings)


async def die(journal: Journal, label: str) -> None:
    """Let a worker send until it dies at `label`."""
    process = command.start(mailer.send, os.environ | {"PARLEY_SMTP_URL": journal.url, "FAULT_AT": label})
    if label in BY_THE_SERVER:
        journal.takes = label == "unanswered"
        journal.kills = process.kill
    await asyncio.to_thread(process.join)
    assert process.exitcode == -signal.SIGKILL, f"it never came to {label}"
    journal.takes = True


async def restart() -> None:
    """A worker comes after the leases have passed, and again, until nothing is left to do."""
    for times in range(100):
        await db.execute(
            "update mail set leased_until = now() - interval '1 second', due_at = now() where state <> 'sent'"
        )
        while await deliver_due():
            pass
        if times >= 2 and not await db.value("select exists(select from mail where state = 'planned')"):
            return
        # A domain takes only so many a second.
        await asyncio.sleep(0.3)


async def outcomes() -> Counter[str]:
    """What became of all messages; none may be open any more."""
    return Counter(await db.values("select state from mail"))


async def names(letters: int = LETTERS) -> tuple[set[str], str]:
    number = await db.value("select id from mail where list is null")
    return {f"<digest.{one}@localhost>" for one in range(letters)}, f"<verify.{number}@localhost>"


@pytest.mark.parametrize("label", LABELS + BY_THE_SERVER)
async def test_with_the_mail_servers_log_every_message_arrives_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    use_settings(monkeypatch, smtp_url=journal.url, mail_log=journal.log)
    await write()
    await die(journal, label)
    await restart()
    letters, message = await names()
    assert journal.taken == dict.fromkeys(letters | {message}, 1)
    assert await outcomes() == {"sent": LETTERS + 1}
    assert await db.values("select outcome from club") == ["sent"] * LETTERS


@pytest.mark.parametrize("label", LABELS + BY_THE_SERVER)
async def test_without_it_no_letter_arrives_twice_and_its_list_knows_of_each_that_may_not_have(
    journal: Journal, label: str
) -> None:
    await write()
    await die(journal, label)
    await restart()
    letters, message = await names()
    assert journal.taken[message] >= 1
    assert all(journal.taken[letter] <= 1 for letter in letters)
    assert set(await outcomes()) <= {"sent", "unknown"}
    assert len(await db.values("select outcome from club")) == LETTERS
    told = await db.values("select m.key from club c join mail m on m.id = c.mail where c.outcome = 'sent'")
    assert {f"<{key}@localhost>" for key in told} <= set(journal.taken)


@pytest.mark.parametrize("has_log", [True, False], ids=["with the log", "without"])
async def test_a_worker_that_dies_at_every_step_in_turn_sends_nothing_twice_and_loses_nothing(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, has_log: bool
) -> None:
    use_settings(monkeypatch, smtp_url=journal.url, mail_log=journal.log if has_log else None)
    count = 2 * len(LABELS)
    await write(count)
    process = await start(journal, MAILER, *LABELS, **({"PARLEY_MAIL_LOG": str(journal.log)} if has_log else {}))
    assert await process.wait() == 0
    await restart()
    letters, message = await names(count)
    assert max(journal.taken[letter] for letter in letters) == 1
    assert journal.taken[message] >= 1
    if has_log:
        assert journal.taken == dict.fromkeys(letters | {message}, 1)
        assert await outcomes() == {"sent": count + 1}
    else:
        assert set(await outcomes()) == {"sent", "unknown"}
        told = await db.values("select m.key from club c join mail m on m.id = c.mail where c.outcome = 'sent'")
        assert {f"<{key}@localhost>" for key in told} <= set(journal.taken)
    assert len(await db.values("select distinct mail from club")) == count


async def test_a_worker_that_is_told_to_stop_leaves_nothing_half_done(journal: Journal) -> None:
    async with db.atomic():
        for number in range(50):
            await mail.send("verify", f"a{number}@example.org", "Confirm", "A link.\n")
    process = command.start(mailer.work, os.environ | {"PARLEY_SMTP_URL": journal.url})
    journal.kills_after, journal.kills = 10, process.terminate
    await asyncio.to_thread(process.join)
    assert process.exitcode == 0
    assert set(await outcomes()) <= {"sent", "planned"}
    assert journal.taken.total() == (await outcomes())["sent"] >= 10
