"""What lets everything in that the rules hold takes a second moderator or an admin."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.decisions.removal_limit import ConfirmationNeeded
from parley.moderation.matching import current
from parley.moderation.matching.conditions import WordList
from parley.moderation.modrules import ops
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.automod.rows import newcomer, put_rule

pytestmark = pytest.mark.anyio

RECORDED = "select action from mod_action where kind = $1 and action <> 'hold' order by id"


async def test_two_moderators_or_an_admin_stop_all_rules(app: Litestar) -> None:
    one, two, admin = [await make.member(role=role) for role in ("moderator", "moderator", "admin")]

    for _ in range(2):
        with pytest.raises(Refused, match="second moderator or an admin"):
            await ops.stop(one, on=True)
    alone = await current.is_stopped()
    await ops.stop(two, on=True)
    together = await current.is_stopped()
    await ops.stop(one, on=False)
    await ops.stop(admin, on=True)

    assert (alone, together, await current.is_stopped()) == (False, True, True)
    assert await db.values(RECORDED, "engine") == ["stop.propose", "stop.propose", "stop", "start", "stop"]


async def test_a_rule_that_held_something_this_week_is_switched_off_by_two(app: Litestar) -> None:
    one, two = [await make.member(role="moderator") for _ in range(2)]
    idle, busy = await put_rule(WordList(["zzz"]), action="hold"), await put_rule(WordList(["fool"]), action="hold")
    await make.comment(await make.thread(), await newcomer(), "You fool!")

    assert await ops.switch(one, idle, 1, "off") == "off"
    with pytest.raises(Refused, match="second moderator or an admin"):
        await ops.switch(one, busy, 1, "shadow")
    assert await db.value("select state from rule where id = $1", busy) == "on"
    assert await ops.switch(two, busy, 1, "off") == "off"


async def test_whoever_is_alone_types_their_name_and_admins_are_told(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member("ada", role="admin"))
    asked = await client.post("/mod/rules/stop", data={"on": "1"})
    still = await current.is_stopped()

    done = await client.post("/mod/rules/stop", data={"on": "1", "confirm": "Ada"})

    assert (asked.status_code, still, done.status_code, await current.is_stopped()) == (422, False, 303, True)
    assert "type your name" in asked.text and 'name="confirm"' in asked.text
    assert "All automatic rules were stopped" in await db.value("select text from mail where kind like 'alone%'")


async def test_whoever_is_alone_switches_a_busy_rule_off_by_name(app: Litestar) -> None:
    ada, busy = await make.member("ada", role="admin"), await put_rule(WordList(["fool"]), action="hold")
    await make.comment(await make.thread(), await newcomer(), "You fool!")

    with pytest.raises(ConfirmationNeeded):
        await ops.switch(ada, busy, 1, "off")
    assert await ops.switch(ada, busy, 1, "off", "ada") == "off"
