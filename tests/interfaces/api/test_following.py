"""Following, muting, blocking and notifications through the API, with a token that has the scope."""

import pytest
from litestar import Litestar

from parley.letters.notifications import jobs
from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio


async def test_a_program_follows_and_mutes_as_its_member(app: Litestar) -> None:
    mira, thread = await make.member("mira"), await make.thread()
    await make.member("jon")
    await make.member("mo", role="moderator")
    follow = {"level": "follow", "channel": "mail", "muted_until": None}
    async with program(app, mira, "follow") as script:
        assert (await script.put(f"/threads/{thread}/following", json=follow)).json() == follow
        assert (await script.get(f"/threads/{thread}/following")).json() == follow
        await script.put(f"/threads/{thread}/following", json={"level": "none"})
        nothing = {"level": "none", "channel": None, "muted_until": None}
        assert (await script.get(f"/threads/{thread}/following")).json() == nothing
        assert (await script.put("/topics/research/following", json={"level": "mute"})).status_code == 200
        assert await db.value("select level from topic_follow") == "mute"
        await script.put("/topics/research/following", json={"level": "none"})
        assert await db.value("select count(*) from topic_follow") == 0
        for level, stored in (("block", "block"), ("mute", "mute"), ("none", None)):
            assert (await script.put("/members/jon/muting", json={"level": level})).status_code == 200
            assert await db.value("select kind from block") == stored
        staff = await script.put("/members/mo/muting", json={"level": "block"})
        assert (staff.status_code, await db.value("select count(*) from block")) == (422, 0)
        for path in ("/threads/999/following", "/topics/none/following", "/members/nobody/muting"):
            assert (await script.put(path, json={"level": "mute"})).status_code == 404
        assert (await script.put(f"/threads/{thread}/following", json={"level": "loud"})).status_code == 400


async def test_a_program_mutes_for_a_while(app: Litestar) -> None:
    mira, thread = await make.member("mira"), await make.thread()
    await make.member("jon")
    until = "2126-01-01T00:00:00Z"
    mute = {"level": "mute", "muted_until": until}
    async with program(app, mira, "follow") as script:
        await script.put(f"/threads/{thread}/following", json=mute)
        assert (await script.get(f"/threads/{thread}/following")).json() == mute | {"channel": None}
        await script.put("/topics/research/following", json=mute)
        await script.put("/members/jon/muting", json=mute)
        for table in ("follow", "topic_follow", "block"):
            assert await db.value(f"select muted_until > now() from {table}"), table
        word = {"word": "tariffs", "muted_until": until}
        assert (await script.put("/muted-words", json=word | {"word": " Tariffs"})).json() == word
        assert (await script.get("/muted-words")).json() == {"items": [word]}
        assert (await script.put("/muted-words", json={"word": "?"})).status_code == 422
        # PostgreSQL knows no time zones beyond the first and the last year.
        for bad in ("2126-01-01T00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"):
            assert (await script.put("/muted-words", json={"word": "a", "muted_until": bad})).status_code == 400, bad
        assert (await script.post("/muted-words/remove", json={"word": "tariffs"})).status_code == 204
        assert (await script.get("/muted-words")).json() == {"items": []}


async def test_a_program_reads_notifications_and_marks_them_as_read(app: Litestar) -> None:
    mira, jon, thread = await make.member("mira"), await make.member("jon"), await make.thread()
    reply = await make.comment(thread, jon, parent=await make.comment(thread, mira))
    await jobs.handle_events()
    async with program(app, mira, "follow") as script, program(app, jon, "follow") as other:
        [one] = (await script.get("/notifications")).json()["items"]
        assert (one["kind"], one["comment"], one["is_unread"]) == ("reply", reply, True)
        assert (await other.get("/notifications")).json()["items"] == []
        assert (await other.post("/notifications/read", json={"upto": one["id"]})).status_code == 204
        assert (await script.get("/notifications")).json()["items"][0]["is_unread"]
        assert (await script.post("/notifications/read", json={"upto": 2**63})).status_code == 400
        assert (await script.post("/notifications/read", json={"upto": one["id"]})).status_code == 204
        assert not (await script.get("/notifications")).json()["items"][0]["is_unread"]


async def test_without_a_token_or_its_scope_nothing_is_read_or_changed(app: Litestar) -> None:
    thread = await make.thread()
    async with program(app) as nobody, program(app, await make.member(), "comment") as without:
        for client, status in ((nobody, 401), (without, 403)):
            assert (await client.get("/notifications")).status_code == status
            assert (await client.get(f"/threads/{thread}/following")).status_code == status
            changed = await client.put(f"/threads/{thread}/following", json={"level": "follow"})
            assert changed.status_code == status
    assert await db.value("select count(*) from follow where thread = $1", thread) == 0
