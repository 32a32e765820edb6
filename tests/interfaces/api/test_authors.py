"""Claiming articles and requests about rights through the API."""

import pytest
from litestar import Litestar

from parley.discussion.commenting import drafts
from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio


async def test_an_article_is_claimed_and_the_claim_ended(app: Litestar) -> None:
    thread = await make.thread(make.text(url="https://blog.example/wager"))
    comment = await make.comment(thread, await make.member("mira"))
    async with program(app, await make.member("jon"), "article") as jon, program(app, None) as visitor:
        claims = f"/threads/{thread}/claims"
        assert (await visitor.post(claims, json={"way": "page"})).status_code == 401
        assert (await jon.post(claims, json={"way": "address", "email": "jon@other.example"})).status_code == 422
        made = await jon.post(claims, json={"way": "page"})
        assert (made.status_code, made.json()["state"]) == (201, "waiting"), made.text
        assert len(made.json()["token"]) > 20
        pinned = await jon.put(f"/threads/{thread}/author-reply", json={"comment": comment})
        assert pinned.status_code == 403
        async with program(app, await make.member(), "article") as other:
            assert (await other.delete(f"/claims/{made.json()['id']}")).status_code == 404
        assert (await jon.delete(f"/claims/{made.json()['id']}")).status_code == 204
    assert await db.value("select state from claim") == "ended"


async def test_rights_are_asked_about_in_good_faith(app: Litestar) -> None:
    thread = await make.thread()
    body = {"ground": "copyright", "wish": "excerpt", "text": "It is mine.", "good_faith": True}
    async with program(app, await make.member(), "comment") as member:
        assert (await member.post(f"/threads/{thread}/rights", json=body | {"good_faith": False})).status_code == 400
        assert (await member.post(f"/threads/{thread}/rights", json=body)).status_code == 201
        assert (await member.post(f"/threads/{thread}/rights", json=body)).status_code == 422
    assert await db.value("select wish from rights_request") == "excerpt"


async def test_a_comment_is_previewed_and_its_versions_are_read_while_it_is_visible(app: Litestar) -> None:
    jon = await make.member("jon")
    comment = await make.comment(await make.thread(), jon, "First.")
    async with program(app, jon, "comment") as author, program(app) as visitor:
        assert (await author.post("/preview", json={"body": "*So*."})).json() == {"html": "<p><em>So</em>.</p>\n"}
        await author.patch(f"/comments/{comment}", json={"body": "Second."})
        items = (await visitor.get(f"/comments/{comment}/history")).json()["items"]
        assert [(one["number"], one["body"]) for one in items] == [(2, "Second."), (1, "First.")]
        await author.delete(f"/comments/{comment}")
        assert (await author.get(f"/comments/{comment}/history")).status_code == 404


async def test_a_held_comment_is_withdrawn_by_its_author(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hold(_: drafts.Draft) -> drafts.CheckResult:
        return drafts.CheckResult(hold=True)

    monkeypatch.setattr(drafts, "before_post", [hold])
    thread = await make.thread()
    async with program(app, await make.member(), "comment") as author:
        held = (await author.post(f"/threads/{thread}/comments", json={"body": "Words."})).json()["id"]
        async with program(app, await make.member(), "comment") as other:
            assert (await other.post(f"/comments/{held}/withdraw")).status_code == 404
            assert (await other.patch(f"/comments/{held}", json={"body": "Mine."})).status_code == 404
        assert (await author.post(f"/comments/{held}/withdraw")).status_code == 204
        assert (await author.post(f"/comments/{held}/withdraw")).status_code == 422
    assert await db.value("select state from comment where id = $1", held) == "withdrawn"
