"""During quiet hours immediate mails are held and become one letter; other mail is never held."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from parley.letters.notifications import mailing, ops, queries
from parley.people import mail
from parley.people.accounts.viewer import Viewer
from parley.people.mail.sending import deliver_due
from parley.platform import db
from tests import make
from tests.letters.notifications.test_letters import answer, jon, letters, mira, reviewed, root

__all__ = ["jon", "mira", "root"]
pytestmark = pytest.mark.anyio

DUE = "update mail set due_at = now() - interval '1 second'"
WAITS = "select due_at from mail where list = 'replies' order by id desc limit 1"


def hours_from_now(begin: int, end: int) -> tuple[int, int]:
    hour = datetime.now(UTC).hour
    return (hour + begin) % 24, (hour + end) % 24


@pytest.fixture
async def quiet(mira: Viewer) -> Viewer:
    """Mira, in hours that began an hour ago and end in three to four."""
    await ops.set_quiet_hours(mira.id, hours_from_now(-1, 4))
    return mira


async def test_a_letter_is_due_when_quiet_hours_end(quiet: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root)

    hours = await queries.quiet_hours(quiet.id)
    due = await db.value(WAITS)
    assert hours is not None
    assert (due.hour, due.minute) == (hours.ends, 0)
    assert timedelta(hours=2) < due - datetime.now(UTC) <= timedelta(hours=4)


async def test_after_quiet_hours_several_threads_share_a_letter(
    quiet: Viewer, jon: Viewer, root: int, files: Path
) -> None:
    other = await make.comment(await make.thread(make.text(title="The tide")), quiet, "Mine.")
    await answer(jon, root, "First.")
    await answer(jon, other, "Second.")
    await answer(jon, root, "Third.")
    assert len(await letters()) == 1
    await ops.set_quiet_hours(quiet.id, None)
    await db.execute(DUE)

    assert await deliver_due() == 1

    letter = next(files.iterdir()).read_text()
    assert "Subject: 3 new for you in 2 discussions" in letter
    assert letter.index("The wager") < letter.index("First.") < letter.index("Third.") < letter.index("The tide")
    assert letter.index("The tide") < letter.index("Second.")
    assert await queries.unread_for_digest([quiet.id], make.LONG_AGO) == []


async def test_one_thread_alone_keeps_its_place_in_the_conversation(quiet: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root)

    letter = await reviewed()

    assert letter is not None
    assert letter.subject == "Re: The wager"
    assert letter.answers == f"post.{root}.{quiet.id}"


async def test_a_letter_that_is_late_waits_too(mira: Viewer, jon: Viewer, root: int, files: Path) -> None:
    await answer(jon, root)
    await ops.set_quiet_hours(mira.id, hours_from_now(-1, 4))
    await db.execute(DUE)

    assert await deliver_due() == 0

    assert not files.exists()
    assert await db.value("select attempts from mail where list = 'replies'") == 0
    assert await db.value(WAITS) > datetime.now(UTC) + timedelta(hours=2)


async def test_a_letter_goes_once_quiet_hours_are_switched_off(quiet: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root)

    await ops.set_quiet_hours(quiet.id, None)

    assert await db.value(WAITS) <= datetime.now(UTC) + timedelta(minutes=10)


async def test_messages_about_the_account_and_decisions_never_wait(quiet: Viewer, files: Path) -> None:
    async with db.atomic():
        for kind in ("reset", "login", "decision"):
            await mail.send(kind, "mira@example.org", "A message", "Words.\n")

    assert await deliver_due() == 3


async def test_letters_of_a_single_thread_are_sent_after_quiet_hours(quiet: Viewer, jon: Viewer) -> None:
    thread = await make.thread()
    await mailing.stop(quiet.id, "")
    await ops.set_channel(quiet.id, thread, "mail")

    assert await mailing.wanted(quiet.id, "")


async def test_a_member_chooses_quiet_hours(client: httpx.AsyncClient, mira: Viewer) -> None:
    await make.sign_in(client, mira)
    await db.execute("insert into subscription (member, next_at) values ($1, now())", mira.id)

    answer = await client.post("/settings/mail/quiet", data={"quiet": "1", "starts": "23", "ends": "6"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/mail?saved=quiet#quiet")
    hours = await queries.quiet_hours(mira.id)
    assert hours is not None
    assert (hours.starts, hours.ends, hours.zone) == (23, 6, "UTC")
    page = (await client.get("/settings/mail")).text
    assert '<option value="23" selected>23:00</option>' in page
    assert 'name="quiet" value="1" checked' in page

    await client.post("/settings/mail/quiet", data={"starts": "23", "ends": "6"})
    assert await queries.quiet_hours(mira.id) is None


@pytest.mark.parametrize("fields", [{"starts": "5", "ends": "5"}, {"starts": "5"}, {"starts": "24", "ends": "5"}])
async def test_quiet_hours_need_two_different_hours(
    client: httpx.AsyncClient, mira: Viewer, fields: dict[str, str]
) -> None:
    await make.sign_in(client, mira)
    await db.execute("insert into subscription (member, next_at) values ($1, now())", mira.id)

    answer = await client.post("/settings/mail/quiet", data={"quiet": "1"} | fields)

    assert answer.status_code == 422
    assert "Please choose" in answer.text
    assert await queries.quiet_hours(mira.id) is None
