"""Asking the author to edit: they get one sentence and a link, and the item comes back."""

from datetime import UTC, datetime

import httpx
import pytest

from parley.discussion.commenting.editing import edit_comment
from parley.moderation.dashboard import queries as dashboard
from parley.moderation.dashboard import weekly
from parley.moderation.modqueue import queries as modqueue
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.site import queues
from tests import make
from tests.moderation.modqueue.reported import reported, version_of

pytestmark = pytest.mark.anyio

ASK = "Please leave out the name of the school."


async def asked(client: httpx.AsyncClient, **fields: str) -> tuple[Viewer, int, httpx.Response]:
    await make.sign_in(client, await make.member(role="moderator"))
    author = await make.member("jonas")
    item = await reported(author)
    data = {"version": str(await version_of(item)), "action": "ask", "reason": ASK} | fields
    return author, item, await client.post(f"/mod/item/{item}/decide", data=data)


async def is_listed(client: httpx.AsyncClient, item: int) -> bool:
    return f'id="i{item}"' in (await client.get("/mod/queue")).text


async def test_the_author_gets_the_sentence_and_a_link_and_nothing_else_changes(client: httpx.AsyncClient) -> None:
    _, item, answer = await asked(client)
    comment = await db.value("select target from queue_item where id = $1", item)
    letter = await db.value("select text from mail where recipient = 'jonas@example.org'")

    assert answer.status_code == 303
    assert ASK in letter and f"/c/{comment}/edit" in letter
    assert await db.value("select state from comment where id = $1", comment) == "visible"
    assert await db.values("select state from report") == ["open"]
    assert await db.value("select kind from event where comment = $1 order by seq desc limit 1", comment) == (
        "comment.edit_requested"
    )
    assert await db.value("select count(*) from mail where kind like 'outcome.%'") == 0
    assert not await is_listed(client, item)
    assert "Author asked to edit" in (await client.get("/mod/log")).text


async def test_the_request_can_be_previewed(client: httpx.AsyncClient) -> None:
    _, _, answer = await asked(client, preview="1")

    assert answer.status_code == 200 and "Hello jonas" in answer.text and ASK in answer.text
    assert await db.value("select count(*) from decision") == 0


async def test_the_item_comes_back_when_it_is_edited(client: httpx.AsyncClient) -> None:
    author, item, _ = await asked(client)
    comment = await db.value("select target from queue_item where id = $1", item)
    await edit_comment(viewer=author, comment_id=comment, body="Without the name.")

    assert await is_listed(client, item)


async def test_the_item_comes_back_after_a_day(client: httpx.AsyncClient) -> None:
    _, item, _ = await asked(client)
    await db.execute("update queue_item set asked_until = asked_until - interval '1 day'")

    assert await is_listed(client, item)


async def test_undone_it_is_as_before_and_no_letter_is_sent(client: httpx.AsyncClient) -> None:
    _, item, _ = await asked(client)
    decision = await db.value("select id from decision")
    await client.post(f"/mod/item/{item}/undo", data={"decision": str(decision)})

    assert await is_listed(client, item)
    assert await db.value("select count(*) from mail where recipient = 'jonas@example.org'") == 0


async def test_without_a_sentence_nobody_is_asked(client: httpx.AsyncClient) -> None:
    _, item, answer = await asked(client, reason=" ")

    assert answer.status_code == 422 and 'id="f-reason-error"' in answer.text
    assert await is_listed(client, item)


async def test_an_unchanged_reason_follows_the_rule_that_is_chosen(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="moderator"))
    item = await reported()
    suggested = make.hidden(await client.get(f"/mod/item/{item}"), "suggested")
    fields = {"version": str(await version_of(item)), "action": "remove", "reason": suggested, "suggested": suggested}
    answer = await client.post(f"/mod/item/{item}/decide", data=fields | {"rule": "spam"})

    assert suggested and answer.status_code == 303
    assert await db.value("select reason from decision") == await db.value(
        "select text from guideline where code = 'spam'"
    )


async def test_meanwhile_it_is_counted_nowhere(client: httpx.AsyncClient) -> None:
    _, item, _ = await asked(client)
    moderator = await db.value("select moderator from decision where item = $1", item)
    admin = await make.member(role="admin")

    async def counts() -> list[int]:
        overview = (await dashboard.queue_now(admin)).kinds[""].count
        waiting = {row.queue: row.waiting for row in await db.fetch(queues.Queue, queues.SELECT_QUEUES)}
        (week,) = await db.fetch(weekly.Week, weekly.SELECT_WEEK, datetime.now(UTC))
        tabs = await modqueue.kind_counts(moderator)
        return [overview, waiting["reports"], week.waiting, tabs.items, tabs.reported]

    assert await counts() == [0] * 5
    await db.execute("update queue_item set asked_until = asked_until - interval '1 day'")
    assert await counts() == [1] * 5
