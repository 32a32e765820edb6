"""The rules judge what is posted: they hold, flag, fold, slow and tell, write down what they did, and fail safely."""

from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

import make
from moderation.engine.rows import newcomer, put_rule, state_of
from parley.core import db
from parley.moderation import record
from parley.moderation.engine import budget, checks, current, evaluate
from parley.moderation.engine.conditions import Age, First, Links, Words

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_rules")]

RECORDED = "select action || ' ' || role from mod_action where kind = 'comment' and target = $1 order by id"
HITS = "select rule from hit where comment = $1 and acted is not distinct from coalesce($2, acted) order by id"


async def test_a_rule_holds_a_comment_until_a_person_has_read_it(app: Litestar) -> None:
    rule = await put_rule(Links(1), Age(7), action="hold")
    author, thread = await newcomer(), await make.thread()

    comment = await make.comment(thread, author, "Look at https://shop.example now.")

    assert await state_of(comment) == "pending"
    assert await db.values(HITS, comment, True) == [rule]
    assert await db.values(RECORDED, comment) == ["hold automatic"]
    assert await db.value("select state from item where kind = 'comment' and target = $1", comment) == "open"
    assert "waits for a moderator" in await db.value(
        "select subject from mail where recipient = $1", author.name + "@example.org"
    )
    assert await db.value("select matched from hit where comment = $1", comment) == "https://shop.example"
