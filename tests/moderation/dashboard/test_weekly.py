"""The weekly letter to moderators, and the head of the record that it carries."""

from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from parley.moderation.dashboard import queries, weekly
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import CommandFailed
from parley.site.cli.log import head, verify
from tests import make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]
LETTERS = "select recipient, subject, text from mail where kind = 'weekly' order by id"


class Letter(msgspec.Struct, frozen=True):
    recipient: str
    subject: str
    text: str


async def worked(moderator: Viewer, viewed: int = 0) -> None:
    item = await reported(await make.member())
    await decided(item, moderator)
    for _ in range(viewed):
        await modlog.write(moderator, Entry("reveal", "comment", 1))


async def test_the_letter_has_the_figures_of_the_week_and_the_head_and_is_sent_once() -> None:
    mo, ada = await make.member("mo", role="moderator"), await make.member("ada", role="admin")
    await worked(mo, viewed=queries.MANY_VIEWED)

    for _ in range(2):
        await weekly.send(datetime.now(UTC) - timedelta(days=7))

    letters = await db.fetch(Letter, LETTERS)
    assert {one.recipient for one in letters} == {f"{one.name}@example.org" for one in (mo, ada)}
    assert len(letters) == 2
    body = letters[0].text
    assert letters[0].subject == "Moderation this week: 1 decision"
    assert "mo: 1 decision, hidden content viewed 30 times" in body
    assert "please share this work" in body
    assert "1 of 1 in time (within 24 h)" in body
    assert (await modlog.head() or "") in body


async def test_the_head_is_published_and_finds_a_tail_that_was_cut(client: httpx.AsyncClient) -> None:
    mo = await make.member("mo", role="moderator")
    assert (await head.callback.__wrapped__())["head"] is None  # type: ignore[union-attr]
    await worked(mo)
    printed = (await head.callback.__wrapped__())["head"]  # type: ignore[union-attr]

    assert printed in (await client.get("/log")).text
    assert (await verify.callback.__wrapped__(printed))["head"] == printed  # type: ignore[union-attr]
    entry, _, hashed = printed.partition(":")
    with pytest.raises(CommandFailed, match="cut short"):
        await verify.callback.__wrapped__(f"{int(entry) + 1}:{hashed}")  # type: ignore[union-attr]


async def test_the_overview_shows_who_did_how_much(client: httpx.AsyncClient) -> None:
    mo = await make.member("mo", role="moderator")
    await worked(mo, viewed=2)
    await make.sign_in(client, mo)

    page = (await client.get("/mod")).text

    assert "1 decision by 1 moderator; hidden content was viewed 2 times." in page
