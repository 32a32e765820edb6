"""Moderating in place, the reasons that a member reads, and their appeal, through the API."""

import pytest
from litestar import Litestar

from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio
REMOVE = {"action": "remove", "rule": "civility", "reason": "It insults somebody."}


async def test_a_decision_is_read_appealed_and_overturned(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    mo, ada = await make.member("mo", role="moderator"), await make.member("ada", role="admin")
    comment = await make.comment(thread, jon, "An *insult*.")
    decide = f"/moderation/comments/{comment}/decide"

    async with (
        program(app, mo, "moderate") as moderator,
        program(app, ada, "moderate") as admin,
        program(app, jon, "comment") as author,
        program(app, await make.member(), "comment") as other,
    ):
        assert (await moderator.post(decide, json=REMOVE | {"reason": ""})).status_code == 422
        made = await moderator.post(decide, json=REMOVE)
        assert made.status_code == 201, made.text
        path = f"/decisions/{made.json()['id']}"
        await db.execute("update decision set created_at = now() - interval '1 hour'")
        [mine] = (await author.get("/decisions")).json()["items"]
        assert (mine["action"], mine["reason"], mine["appeal"]) == ("remove", "It insults somebody.", None)
        read = (await author.get(path)).json()
        assert (read["html"], read["can_be_appealed"]) == ("<p>An <em>insult</em>.</p>\n", True)
        assert (await other.get(path)).status_code == 404

        assert (await author.post(f"{path}/appeal", json={"text": ""})).status_code == 422
        appealed = await author.post(f"{path}/appeal", json={"text": "It quotes."})
        assert (appealed.status_code, appealed.json()["appeal"]) == (201, "filed")
        assert (await author.post(f"{path}/appeal", json={"text": "Again."})).status_code == 422

        assert (await moderator.get("/moderation/appeals")).json()["items"] == []
        [waiting] = (await admin.get("/moderation/appeals")).json()["items"]
        appeal = f"/moderation/appeals/{waiting['id']}"
        assert (await moderator.post(f"{appeal}/assign")).status_code == 404
        assert (await admin.post(f"{appeal}/assign")).json()["state"] == "assigned"
        assert (await author.delete(f"{path}/appeal")).status_code == 422
        ended = await admin.post(f"{appeal}/decide", json={"outcome": "overturned", "answer": "It does quote."})
        assert ended.json()["state"] == "overturned"
        assert (await author.get(path)).json()["appeal_answer"] == "It does quote."
        log = (await other.get("/log")).json()["items"]
        assert "insult" not in str(log).replace("civility", "")
    assert await db.value("select state from comment where id = $1", comment) == "visible"


async def test_an_appeal_is_withdrawn(app: Litestar) -> None:
    jon, mo = await make.member("jon"), await make.member("mo", role="moderator")
    comment = await make.comment(await make.thread(), jon)
    async with program(app, mo, "moderate") as moderator, program(app, jon, "comment") as author:
        made = (await moderator.post(f"/moderation/comments/{comment}/decide", json=REMOVE)).json()["id"]
        await author.post(f"/decisions/{made}/appeal", json={"text": "It quotes."})
        assert (await author.delete(f"/decisions/{made}/appeal")).status_code == 204
        assert (await author.get(f"/decisions/{made}")).json()["appeal"] == "withdrawn"


async def test_a_thread_is_locked_and_a_member_silenced_and_freed(app: Litestar) -> None:
    jon, mo, thread = await make.member("jon"), await make.member("mo", role="moderator"), await make.thread()
    async with program(app, mo, "moderate") as moderator, program(app, jon, "comment") as member:
        act = f"/moderation/threads/{thread}/action"
        assert (await member.post(act, json={"action": "lock"})).status_code == 404
        made = (await moderator.post(act, json={"action": "lock", "reason": "A pause."})).json()["id"]
        assert (await member.get(f"/threads/{thread}")).json()["reason"] == "A pause."
        assert (await moderator.post(act, json={"action": "lock", "reason": "A pause."})).json() == {"id": None}
        assert (await moderator.post(f"/moderation/decisions/{made}/undo")).status_code == 204
        assert (await member.get(f"/threads/{thread}")).json()["reason"] != "A pause."
        silence = {"action": "silence", "rule": "civility", "reason": "Insults.", "until": 3}
        assert (await moderator.post("/moderation/members/jon/decide", json=silence)).status_code == 201
        assert (await member.post(f"/threads/{thread}/comments", json={"body": "Words."})).status_code == 403
        assert (await member.get("/decisions")).json()["items"][0]["action"] == "silence"
        assert (await moderator.post("/moderation/members/jon/lift", json={"reason": "Over."})).status_code == 204
    assert await db.value("select state from member where name = 'jon'") == "active"


async def test_articles_and_members_are_reported(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    async with program(app, await make.member(), "comment") as reporter:
        for path in (f"/threads/{thread}/reports", f"/members/{jon.name}/reports"):
            sent = await reporter.post(path, json={"reason": "civility", "text": "See there."})
            assert sent.status_code == 201, path
    assert await db.values("select kind from queue_item order by kind") == ["article", "member"]
