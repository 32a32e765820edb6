"""Authors withdraw and edit comments that wait for a moderator; an edit is judged anew."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.commenting.editing import EditedMeanwhile
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice, Stale
from parley.moderation.matching.conditions import FirstComments, WordList
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.automod.rows import put_rule
from tests.moderation.modlog.replay import differences
from tests.moderation.modqueue.reported import decided
from tests.moderation.scenarios.promises import broken

pytestmark = pytest.mark.anyio

WORDS = "A cheap *thought*."
STATE = "select state from comment where id = $1"
ITEM = "select state || ' ' || version from queue_item where kind = 'comment' and target = $1"
HITS = "select count(*) from hit where comment = $1"
COUNT = "select comment_count from thread where id = $1"
RECORDED = "select action || ' ' || role from mod_action where kind = 'comment' and target = $1 order by id"


@pytest.fixture(autouse=True)
async def holding(app: Litestar, db: None) -> None:
    await put_rule(WordList(["thought"]), action="hold")


async def held(author: Viewer, thread: int | None = None) -> int:
    return await make.comment(thread or await make.thread(), author, WORDS)


async def edit(author: Viewer, comment: int, body: str) -> None:
    await editing.edit_comment(viewer=author, comment_id=comment, body=body)


async def test_its_author_withdraws_it_and_keeps_the_text(client: httpx.AsyncClient) -> None:
    author, thread = await make.member(), await make.thread()
    comment = await held(author, thread)
    await make.sign_in(client, author)

    page = (await client.get(await make.address(thread))).text
    answer = await client.post(f"/c/{comment}/withdraw")
    after = (await client.get(answer.headers["location"], follow_redirects=True)).text

    assert f'action="/c/{comment}/withdraw"' in page and f'href="/c/{comment}/edit"' in page
    assert answer.status_code == 303 and "You withdrew this" in after and f"{WORDS}</textarea>" in after
    assert await db.value(STATE, comment) == "withdrawn" and (await db.value(ITEM, comment)).startswith("done")
    assert await db.values(RECORDED, comment) == ["hold automatic", "withdraw member"]
    assert await broken() == [] and await differences() == []


async def test_only_its_author_withdraws_it_and_only_while_it_waits(client: httpx.AsyncClient) -> None:
    author, other = await make.member(), await make.member()
    comment = await held(author)

    assert (await client.post(f"/c/{comment}/withdraw")).status_code == 401
    await make.sign_in(client, other)
    assert (await client.post(f"/c/{comment}/withdraw")).status_code == 404
    assert (await client.get(f"/c/{comment}/edit")).status_code == 404
    assert (await client.post(f"/c/{comment}/edit", data={"body": "Mine now."})).status_code == 404
    await decided(await db.value("select id from queue_item"), await make.member(role="moderator"), "approve")
    await make.sign_in(client, author)
    assert (await client.post(f"/c/{comment}/withdraw")).status_code == 422
    assert await db.value(STATE, comment) == "visible"


async def test_an_edit_without_what_was_held_is_published_without_a_history(client: httpx.AsyncClient) -> None:
    author, thread = await make.member(), await make.thread()
    comment = await held(author, thread)
    await make.sign_in(client, author)

    form = (await client.get(f"/c/{comment}/edit")).text
    answer = await client.post(f"/c/{comment}/edit", data={"body": "A cheap idea."})
    page = (await client.get(answer.headers["location"], follow_redirects=True)).text
    history = (await client.get(f"/c/{comment}/history")).text

    assert f"{WORDS}</textarea>" in form and "waits for a moderator" in form
    assert answer.headers["location"] == f"/c/{comment}" and "A cheap idea." in page
    assert "thought" not in page and "thought" not in history
    assert await db.value(COUNT, thread) == 1 and await db.value(HITS, comment) == 0
    assert await db.value("select edited_at is null from comment where id = $1", comment)
    assert await db.values(RECORDED, comment) == ["hold automatic", "release automatic"]
    assert await broken() == [] and await differences() == []


async def test_an_edit_that_is_still_held_waits_and_a_decision_on_the_former_text_is_refused(
    client: httpx.AsyncClient,
) -> None:
    author, thread, mo = await make.member(), await make.thread(), await make.member(role="moderator")
    comment = await held(author, thread)
    item = await db.value("select id from queue_item")
    seen = await db.value("select version from queue_item")
    await make.sign_in(client, author)

    answer = await client.post(f"/c/{comment}/edit", data={"body": "Another thought."})

    assert answer.headers["location"] == f"/t/{thread}#held{comment}"
    assert await db.value(STATE, comment) == "pending" and await db.value(HITS, comment) == 1
    with pytest.raises(Stale):
        await decisions.decide(mo, Choice(item, seen, "approve"))
    await decided(item, mo, "approve")
    assert await db.value(STATE, comment) == "visible"


async def test_an_escalated_comment_waits_for_an_admin_even_after_an_edit(app: Litestar) -> None:
    author = await make.member()
    comment = await held(author)
    await decided(await db.value("select id from queue_item"), await make.member(role="moderator"), "escalate")

    await edit(author, comment, "A cheap idea.")

    assert await db.value(STATE, comment) == "pending"


async def test_a_rule_about_the_author_holds_the_edited_comment_too(app: Litestar) -> None:
    await put_rule(FirstComments(5), action="hold")
    author = await make.member()
    comment = await held(author)

    await edit(author, comment, "A cheap idea.")

    assert await db.value(STATE, comment) == "pending" and await db.value(HITS, comment) == 1


async def test_an_edit_that_crosses_a_decision_is_refused(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    author = await make.member()
    comment, mo = await held(author), await make.member(role="moderator")
    render = editing.render

    async def meanwhile(body: str) -> str:
        await decided(await db.value("select id from queue_item"), mo, "approve")
        return await render(body)

    monkeypatch.setattr(editing, "render", meanwhile)
    with pytest.raises(EditedMeanwhile):
        await edit(author, comment, "A cheap idea.")

    assert await db.value("select body from comment where id = $1", comment) == WORDS


async def test_a_rejected_comment_is_not_edited(app: Litestar) -> None:
    author = await make.member()
    comment = await held(author)
    await decided(await db.value("select id from queue_item"), await make.member(role="moderator"), "remove")

    with pytest.raises(Refused):
        await edit(author, comment, "A cheap idea.")
