"""Decisions about articles: who may, what they change, who is told, and how they end."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.threads import edit_ops
from parley.discussion.threads.opening import open_thread
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from tests import make
from tests.moderation.modlog.replay import differences
from tests.restricting import decide

pytestmark = pytest.mark.anyio

URL = "https://review.example/wager"
LONG = "It is long enough to be known again when somebody adds it once more, from wherever. " * 2
SHOWN = "select display || case when untitled then ', untitled' else '' end from article"


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def ada(mo: Viewer) -> Viewer:
    return await make.member("ada", role="admin")


@pytest.fixture
async def mira(mo: Viewer) -> Viewer:
    return await make.member("mira")


@pytest.fixture
async def thread(mira: Viewer) -> int:
    return await make.thread(make.text(LONG, f"{LONG} Again.", title="The wager", url=URL), starter=mira)


@pytest.mark.parametrize(
    ("action", "shown"),
    [("remove", "none, untitled"), ("text", "none"), ("excerpt", "excerpt"), ("title", "full, untitled")],
)
async def test_a_moderator_decides_from_the_queue(
    client: httpx.AsyncClient, mo: Viewer, thread: int, action: str, shown: str
) -> None:
    await reports.report(ReportInput("article", thread, "illegal", "It is stolen.", await make.member()))
    item = await db.value("select id from queue_item")
    await make.sign_in(client, mo)
    page = await client.get(f"/mod/item/{item}")
    assert f'value="{action}"' in page.text

    answer = await client.post(
        f"/mod/item/{item}/decide",
        data={
            "version": "1",
            "action": action,
            "rule": "illegal",
            "law": "§ 97 UrhG",
            "reason": "It is somebody else's.",
            "title": "The Wager ",
        },
    )

    assert answer.status_code == 303
    assert await db.value(SHOWN) == shown
    assert await db.value("select outcome from report") == "upheld"
    assert await differences() == []


async def test_the_member_who_added_it_gets_the_reasons_and_can_appeal(
    client: httpx.AsyncClient, mo: Viewer, ada: Viewer, mira: Viewer, thread: int
) -> None:
    made = await decide(mo, thread, "remove")
    letter = await db.value("select subject || text from mail where recipient = 'mira@example.org'")
    assert "An article that you added was removed" in letter
    assert "It is somebody else's." in letter
    await make.sign_in(client, mira)
    assert "An article that you added was removed" in (await client.get(f"/decision/{made}")).text

    await client.post(f"/decision/{made}", data={"text": "It is mine."})
    appeal = await db.value("select id from appeal")
    await appeals.decide(ada, appeal, outcome="modified", answer="The title may stay.", action="text")
    assert await db.value(SHOWN) == "none"

    with pytest.raises(Refused):
        await appeals.file(decision=made, text="And the text?")


async def test_an_overturned_decision_restores_what_no_other_one_restricts(
    mo: Viewer, ada: Viewer, thread: int
) -> None:
    first, second = await decide(mo, thread, "excerpt"), await decide(mo, thread, "remove")
    for made, shown in ((second, "excerpt"), (first, "full")):
        appeal = await appeals.file(decision=made, text="No.")
        await appeals.decide(ada, appeal, outcome="overturned", answer="Indeed not.")
        assert await db.value(SHOWN) == shown
    assert await db.value("select title || ' ' || slug from thread") == "The wager the-wager"
    assert await differences() == []


async def test_two_equal_decisions_end_one_by_one(mo: Viewer, thread: int) -> None:
    await decide(mo, thread, "text")
    again = await decide(mo, thread, "text")
    await undoing.undo(mo, again)
    assert await db.value(SHOWN) == "none"


async def test_a_moderator_does_not_decide_about_an_article_they_added_while_another_can(
    mo: Viewer, ada: Viewer
) -> None:
    thread = await make.thread(starter=mo)
    with pytest.raises(Forbidden):
        await decide(mo, thread, "remove")


async def test_the_only_moderator_decides_about_their_own_article(client: httpx.AsyncClient, mo: Viewer) -> None:
    thread = await make.thread(starter=mo)
    await reports.report(ReportInput("article", thread, "illegal", "It is stolen.", await make.member()))
    await make.sign_in(client, mo)
    item = await db.value("select id from queue_item")
    assert (await client.get(f"/mod/item/{item}")).status_code == 200
    await decide(mo, thread, "remove")
    assert await db.value(SHOWN) == "none, untitled"


@pytest.mark.parametrize("guideline", [None, ""])
async def test_it_needs_a_rule(mo: Viewer, thread: int, guideline: str | None) -> None:
    with pytest.raises(Refused):
        await decide(mo, thread, "remove", guideline)


async def test_members_do_not_decide(mira: Viewer, thread: int) -> None:
    with pytest.raises(Forbidden):
        await decide(await make.member(), thread, "remove")


async def test_an_article_that_does_not_exist_is_not_found(mo: Viewer) -> None:
    item = await reports.open_item("article", 77, 77)
    with pytest.raises(NotFound):
        await decisions.decide(mo, Choice(item, 1, "remove", "illegal", "Gone."))


@pytest.mark.parametrize("action", ["remove", "text", "title"])
async def test_a_text_that_was_taken_down_is_not_edited_or_updated(
    client: httpx.AsyncClient, mo: Viewer, thread: int, action: str
) -> None:
    await decide(mo, thread, action)
    await make.sign_in(client, mo)
    assert (await client.get(f"/t/{thread}/revise")).status_code == 403
    with pytest.raises(Forbidden):
        await edit_ops.restore_revision(viewer=mo, thread_id=thread, number=1, reason="")
    with pytest.raises(Refused, match="restricted what is shown"):
        await open_thread(text=make.text("Other words.", url=URL), topic="research", starter=None)


async def test_a_passage_without_its_text_is_named_by_its_number(
    client: httpx.AsyncClient, mo: Viewer, thread: int
) -> None:
    lineage = (await make.lineages(thread))[1]
    await make.comment(thread, await make.member(), passage=lineage)
    await decide(mo, thread, "text")
    heading = f'<h3 id="g{lineage}-title" class="is-words"><a href="#p{lineage}">On passage 2</a></h3>'
    assert heading in (await client.get(f"/t/{thread}/x?view=passage")).text


@pytest.mark.parametrize("action", ["remove", "text"])
async def test_the_text_is_not_added_again_from_elsewhere(mo: Viewer, thread: int, action: str) -> None:
    await decide(mo, thread, action)
    copies = (
        make.text(LONG.upper().replace(",", " –"), title="Another title"),
        make.text(LONG, url="https://other.example/x"),
    )
    for copy in copies:
        with pytest.raises(Refused, match="taken down"):
            await open_thread(text=copy, topic="research", starter=None)
    assert (await open_thread(text=make.text("Something else."), topic="research", starter=None)).is_new


async def test_after_a_restoration_it_may_be_added_again(mo: Viewer, thread: int) -> None:
    await undoing.undo(mo, await decide(mo, thread, "text"))
    assert (await open_thread(text=make.text(LONG), topic="research", starter=None)).is_new


async def test_the_discussion_goes_on(client: httpx.AsyncClient, mo: Viewer, mira: Viewer, thread: int) -> None:
    lineage = (await make.lineages(thread))[1]
    await decide(mo, thread, "text")

    await make.comment(thread, mira, "About that passage.", passage=lineage)

    page = (await client.get(f"/t/{thread}/any?view=passage")).text
    assert "About that passage." in page
    assert "Passage 2" in page
    assert "The text of this article was taken down." in page
    assert "The wager" in page


async def test_the_public_log_says_what_was_done(client: httpx.AsyncClient, mo: Viewer, thread: int) -> None:
    await decide(mo, thread, "remove")
    log = (await client.get("/log")).text
    assert "An article was removed" in log
    assert "The wager" not in log
