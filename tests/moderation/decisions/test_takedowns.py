"""Taking an article down or archiving its thread: the title, typed, or a second moderator; both can be undone."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import second_approval, thread_actions, undoing
from parley.moderation.decisions.rules import Choice
from parley.moderation.decisions.takedowns import TitleNeeded
from parley.moderation.reports import ops as reports
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make

pytestmark = pytest.mark.anyio

SHOWN = "select display from article"
STATE = "select state from thread"
# All that the actions of the last test change.
STATES = """
select concat_ws(' ', t.state, t.title, a.display, c.statement) from thread t join article a on a.id = t.article
join comment c on c.thread = t.id
"""
LETTER = "select text from mail where recipient = $1 order by id desc limit 1"


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def thread(mo: Viewer) -> int:
    return await make.thread(make.text("Words.", title="The wager"), starter=await make.member("mira"))


async def take_down(by: Viewer, thread: int, title: str, action: str = "remove") -> int:
    item = await reports.open_item("article", thread, thread)
    version = await db.value("select version from queue_item where id = $1", item)
    return await decisions.decide(by, Choice(item, version, action, "spam", "An advertisement.", title=title))


@pytest.mark.parametrize("action", ["remove", "text"])
async def test_without_the_title_it_waits_for_a_second_moderator(mo: Viewer, thread: int, action: str) -> None:
    second = await make.member(role="moderator")
    made = await take_down(mo, thread, "", action)
    waiting = await db.value(SHOWN)
    await second_approval.approve(second, made)

    assert (waiting, await db.value(SHOWN)) == ("full", "none")


async def test_an_article_that_no_member_added_waits_for_a_second_moderator_too(mo: Viewer) -> None:
    await make.member(role="moderator")

    await take_down(mo, await make.thread(make.text("Words.", title="The wager"), starter=None), "")

    assert await db.value("select state from decision") == "awaiting"


async def test_the_title_takes_it_down_at_once_and_another_text_does_not(mo: Viewer, thread: int) -> None:
    await make.member(role="moderator")
    with pytest.raises(TitleNeeded, match="not the title"):
        await take_down(mo, thread, "The wagon")
    assert await db.value(SHOWN) == "full"

    await take_down(mo, thread, " the  WAGER ")

    assert await db.value(SHOWN) == "none"
    assert await db.value("select count(*) from mail where kind like 'alone%'") == 0


async def test_whoever_is_alone_types_the_title_and_admins_are_told(mo: Viewer, thread: int) -> None:
    with pytest.raises(TitleNeeded, match="no second moderator"):
        await take_down(mo, thread, "")
    await db.execute("update member set role = 'admin' where id = $1", mo.id)

    await take_down(mo, thread, "The wager")

    assert await db.value(SHOWN) == "none"
    assert "mo decided this without a second moderator: Removed." in await db.value(LETTER, "mo@example.org")


async def test_archiving_tells_the_member_who_added_the_article_why(mo: Viewer, thread: int) -> None:
    second = await make.member(role="moderator")
    with pytest.raises(Refused, match="give a reason"):
        await thread_actions.act(mo, thread, "archive", " ", "The wager")
    made = await thread_actions.act(mo, thread, "archive", "The author asked us to close it.")
    waiting = await db.value(STATE)
    await second_approval.approve(second, made or 0)

    assert (waiting, await db.value(STATE)) == ("open", "archived")
    letter = await db.value(LETTER, "mira@example.org")
    assert "The discussion: The wager" in letter and "The reason: The author asked us to close it." in letter


async def test_it_is_undone_from_the_page_that_archiving_leads_to(
    client: httpx.AsyncClient, mo: Viewer, thread: int
) -> None:
    await make.sign_in(client, mo)
    fields = {"action": "archive", "reason": "It is over.", "title": "The wager"}
    missing = await client.post(f"/t/{thread}/moderate", data=fields | {"title": ""})
    led = (await client.post(f"/t/{thread}/moderate", data=fields)).headers["location"]
    decision = await db.value("select id from decision")
    assert missing.status_code == 422 and "no second moderator" in missing.text
    assert f'name="undo" value="{decision}"' in (await client.get(led)).text

    await client.post(f"/t/{thread}/moderate", data={"undo": decision})

    assert await db.value(STATE) == "open"
    assert await db.value("select count(*) from mail where recipient = 'mira@example.org'") == 0


@pytest.mark.parametrize("path", ["/t/{thread}/lock", "/mod/articles/{thread}", "/c/{comment}/statement/remove"])
async def test_what_is_decided_outside_of_the_queue_can_be_undone(
    client: httpx.AsyncClient, mo: Viewer, thread: int, path: str
) -> None:
    comment = await make.comment(thread, await make.member(), statement="It is so.")
    await make.sign_in(client, mo)
    before = await db.value(STATES)
    fields = {"rule": "spam", "reason": "An advertisement.", "action": "remove", "title": "The wager"}

    led = (await client.post(path.format(thread=thread, comment=comment), data=fields)).headers["location"]
    assert await db.value(STATES) != before
    assert "Undo</button>" in (await client.get(led)).text
    await undoing.undo(mo, await db.value("select id from decision"))

    assert await db.value(STATES) == before
    assert await db.value("select count(*) from mail where recipient <> 'mo@example.org'") == 0
