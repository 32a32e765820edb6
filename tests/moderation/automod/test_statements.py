"""The rules judge statements as they judge comments, whenever they are written."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.matching.conditions import WordList
from parley.platform import db
from tests import make
from tests.moderation.automod.rows import put_rule, state_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

SAID = "Whoever believes it is a fool."
ITEM = "select id from queue_item where kind = 'comment' and target = $1"


async def test_a_comment_is_held_for_its_statement_and_the_moderator_reads_it(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    await put_rule(WordList(["fool"]), action="hold")

    comment = await make.comment(await make.thread(), await make.member(), "Kind words.", statement=SAID)

    assert await state_of(comment) == "pending"
    await make.sign_in(client, await make.member(role="moderator"))
    assert SAID in (await client.get(f"/mod/item/{await db.value(ITEM, comment)}")).text


async def test_a_statement_that_would_be_held_is_refused_later_and_kept(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    await put_rule(WordList(["fool"]), action="hold")
    author = await make.member()
    comment = await make.comment(await make.thread(), author, "Kind words.")
    await make.sign_in(client, author)

    answer = await client.post(f"/c/{comment}/statement", data={"text": SAID})

    assert answer.status_code == 422
    assert "an edit cannot be held" in answer.text and f'value="{SAID}"' in answer.text
    assert await db.value("select statement from comment where id = $1", comment) is None


async def test_a_statement_that_breaks_a_rule_is_flagged(app: Litestar, client: httpx.AsyncClient) -> None:
    await put_rule(WordList(["fool"]))
    author = await make.member()
    comment = await make.comment(await make.thread(), author, "Kind words.")
    await make.sign_in(client, author)

    answer = await client.post(f"/c/{comment}/statement", data={"text": SAID})

    assert answer.status_code == 303
    assert await db.value(ITEM, comment) is not None
