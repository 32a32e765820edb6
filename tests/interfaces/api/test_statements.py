"""Answering statements and stating comments through the API."""

import pytest
from litestar import Litestar

from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio


async def test_statements_are_asked_one_by_one_answered_and_skipped(app: Litestar) -> None:
    thread = await make.thread()
    for number in range(3):
        await make.comment(thread, await make.member(), statement=f"It is statement {number}.")

    await make.thesis(thread, "It is so.")
    async with program(app, await make.member("mira"), "vote") as mira, program(app) as visitor:
        listed = (await visitor.get(f"/threads/{thread}/statements")).json()["items"]
        assert [one["comment"] is None for one in listed] == [True, False, False, False]
        assert listed[0]["text"] == "It is so."
        assert "value" not in listed[0]
        first = (await mira.get(f"/threads/{thread}/answers/next")).json()
        answer = {"comment": first["comment"], "value": 1, "offer": first["offer"], "sitting": first["sitting"]}
        sitting = (await mira.post(f"/threads/{thread}/answers", json=answer)).json()["sitting"]
        second = (await mira.get(f"/threads/{thread}/answers/next", params={"sitting": sitting})).json()
        assert (second["left"], second["comment"] != first["comment"]) == (2, True)
        skip = {"comment": second["comment"], "value": None, "sitting": second["sitting"]}
        sitting = (await mira.post(f"/threads/{thread}/answers", json=skip)).json()["sitting"]
        third = (await mira.get(f"/threads/{thread}/answers/next", params={"sitting": sitting})).json()
        assert third["comment"] not in {first["comment"], second["comment"]}
        answers = (await mira.get(f"/threads/{thread}/answers")).json()["items"]
        assert [(one["comment"], one["value"]) for one in answers] == [(first["comment"], 1)]
        assert (await mira.post(f"/threads/{thread}/answers", json=answer | {"comment": 999})).status_code == 422
        assert (await visitor.get(f"/threads/{thread}/answers")).status_code == 401


async def test_an_author_states_a_comment_and_confirms_what_a_moderator_proposes(app: Litestar) -> None:
    jon, mo, thread = await make.member("jon"), await make.member("mo", role="moderator"), await make.thread()
    comment = await make.comment(thread, jon)
    path = f"/comments/{comment}/statement"

    async with program(app, jon, "comment") as author, program(app, mo, "comment", "moderate") as moderator:
        assert (await author.put(path, json={"text": "It is so."})).json()["text"] == "It is so."
        assert (await author.put(path, json={"text": "x" * 141})).status_code == 422
        assert (await author.put(path, json={})).json()["text"] is None
        proposed = (await moderator.put(path, json={"text": "It is not so."})).json()
        assert (proposed["proposed"], proposed["proposed_by"]) == ("It is not so.", "mo")
        confirmed = await author.put(path, json={"text": "It is not so.", "proposal": proposed["proposal"]})
        assert confirmed.json()["text"] == "It is not so."
    async with program(app, await make.member(), "comment") as other:
        assert (await other.put(path, json={"text": "Mine."})).status_code == 403


async def test_unread_comments_are_listed_and_marked_as_read(app: Litestar) -> None:
    jon, mira, thread = await make.member("jon"), await make.member("mira"), await make.thread()
    async with program(app, mira, "follow") as reader:
        await reader.put(f"/threads/{thread}/following", json={"level": "follow"})
        comment = await make.comment(thread, jon)
        await db.execute("update follow set since = now() - interval '1 hour'")
        [one] = (await reader.get("/unread")).json()["items"]
        assert (one["thread"], one["count"]) == (thread, 1)
        seq = await db.value("select last_seq from thread where id = $1", thread)
        body = {"shown": [comment], "seq": seq}
        assert (await reader.post(f"/threads/{thread}/seen", json=body)).status_code == 204
        assert (await reader.get("/unread")).json()["items"] == []
