"""Topics with moderators of their own, and raid mode, through the API."""

import msgspec
import pytest
from litestar import Litestar

from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio


async def test_admins_describe_a_topic_and_appoint_its_moderators(app: Litestar) -> None:
    await make.member("rosa")
    async with program(app, await make.member(role="admin"), "moderate") as script:
        said = await script.post(
            "/topics/research", json={"intro": "Of *science*.", "rules": "Name your source.", "hue": 195}
        )
        assert said.status_code == 200, said.text
        appointed = (await script.post("/topics/research/moderators", json={"name": "rosa"})).json()
        assert (await script.post("/topics/research/moderators", json={"name": "nobody"})).status_code == 422
        assert (await script.post("/topics/none/moderators", json={"name": "rosa"})).status_code == 404
        async with program(app) as reader:
            assert (await reader.get("/topics/research")).json() == appointed
        assert (appointed["intro"], appointed["hue"], appointed["moderators"]) == ("Of *science*.", 195, ["rosa"])
        dismissed = await script.post("/topics/research/moderators", json={"name": "rosa", "on": False})
        assert dismissed.json()["moderators"] == []
    async with program(app, await make.member(role="moderator"), "moderate") as script:
        assert (await script.post("/topics/research", json={"intro": "Mine."})).status_code == 404


async def test_a_moderator_of_a_topic_begins_lists_and_ends_raid_mode_there(app: Litestar) -> None:
    member = msgspec.structs.replace(await make.member(), rooms=frozenset({"work"}))
    await db.execute("insert into room_moderator (topic, member) values ('work', $1)", member.id)
    async with program(app, await make.member(role="admin"), "moderate") as site:
        everywhere = await site.post("/moderation/raids", json={"holds": "links", "hours": 1, "closes_sign_up": True})
        assert everywhere.status_code == 201, everywhere.text
    async with program(app, member, "moderate") as script:
        assert (await script.post("/moderation/raids", json={"holds": "all", "hours": 1})).status_code == 404
        wrong = await script.post("/moderation/raids", json={"holds": "some", "hours": 1, "topic": "work"})
        assert wrong.status_code == 422 and wrong.json()["errors"][0]["field"] == "holds"
        begun = (await script.post("/moderation/raids", json={"holds": "all", "hours": 3, "topic": "work"})).json()
        comment = await make.comment(await make.thread(topic="work"), await make.member(), "A word.")
        [row] = (await script.get("/moderation/raids")).json()["items"]
        assert row == begun | {"waiting": 1}
        [item] = (await script.get("/moderation/queue?topic=work")).json()["items"]
        assert (await script.get("/moderation/queue?topic=research")).json()["items"] == []
        assert (item["target"], item["held"]) == (comment, True)
        assert (await script.post(f"/moderation/raids/{everywhere.json()['id']}/end")).status_code == 404
        assert (await script.post(f"/moderation/raids/{begun['id']}/end")).status_code == 204
        [row] = (await script.get("/moderation/raids")).json()["items"]
        assert (row["is_on"], row["waiting"]) == (False, 1)
