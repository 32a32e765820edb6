"""Writing through the API: the rules of the pages, and the scopes of the token."""

from uuid import uuid4

import pytest
from litestar import Litestar

from parley.discussion.commenting import drafts
from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio


async def test_a_comment_is_posted_edited_deleted_and_restored(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    words = {"body": "First *words*.", "stance": "asks", "submission": str(uuid4())}

    async with program(app, jon, "comment") as writer:
        made = await writer.post(f"/threads/{thread}/comments", json=words)
        again = await writer.post(f"/threads/{thread}/comments", json=words)
        assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
        address = made.headers["location"]
        read = await writer.get(address)
        assert read.json() == made.json()

        changed = await writer.patch(address, json={"body": "New."}, headers={"if-match": read.headers["etag"]})
        assert (changed.status_code, changed.json()["body"], changed.json()["version"]) == (200, "New.", 2)
        late = await writer.patch(address, json={"body": "Late."}, headers={"if-match": read.headers["etag"]})
        assert (late.status_code, late.json()["title"]) == (412, "Changed in the meantime")
        assert "Read it again" in late.json()["detail"]

        assert (await writer.delete(address)).status_code == 204
        assert (await writer.get(address)).json()["state"] == "deleted"
        assert (await writer.post(f"{address}/restore")).json()["body"] == "New."


async def test_a_comment_that_a_rule_holds_is_answered_with_its_id_alone(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hold(_: drafts.Draft) -> drafts.CheckResult:
        return drafts.CheckResult(hold=True)

    monkeypatch.setattr(drafts, "before_post", [hold])
    jon, thread = await make.member("jon"), await make.thread()
    async with program(app, jon, "comment") as writer:
        held = await writer.post(f"/threads/{thread}/comments", json={"body": "Words."})
        assert (held.status_code, held.json()["state"]) == (202, "held")
        assert (await writer.get(f"/comments/{held.json()['id']}")).status_code == 404


async def test_members_vote_and_read_only_their_own_votes(app: Litestar) -> None:
    jon, ada, thread = await make.member("jon"), await make.member("ada"), await make.thread()
    comment = await make.comment(thread, jon)

    async with program(app, ada, "vote") as voter, program(app, jon, "vote") as author:
        assert (await voter.put(f"/comments/{comment}/votes/quality", json={"value": 1})).status_code == 204
        assert (await voter.put(f"/comments/{comment}/votes/agreement", json={"value": 0})).status_code == 204
        assert (await voter.get(f"/comments/{comment}/votes")).json() == {"quality": 1, "agreement": 0}
        assert (await author.get(f"/comments/{comment}/votes")).json() == {"quality": None, "agreement": None}
        voted = (await author.get(f"/comments/{comment}")).json()
        assert voted["worth_reading"] == voted["score"] == 1
        assert (await author.put(f"/comments/{comment}/votes/quality", json={"value": 1})).status_code == 403
        assert (await voter.delete(f"/comments/{comment}/votes/quality")).status_code == 204
        assert (await author.get(f"/comments/{comment}")).json()["worth_reading"] == 0


async def test_a_report_reaches_the_queue(app: Litestar) -> None:
    jon, ada, thread = await make.member("jon"), await make.member("ada"), await make.thread()
    comment = await make.comment(thread, jon)

    async with program(app, ada, "comment") as reporter:
        sent = await reporter.post(f"/comments/{comment}/reports", json={"reason": "civility", "text": "An insult."})
        wrong = await reporter.post(f"/comments/{comment}/reports", json={"reason": "no such"})

    assert sent.status_code == 201
    assert await db.value("select text from report where id = $1", sent.json()["id"]) == "An insult."
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "reason")


async def test_without_the_scope_nothing_is_written(app: Litestar) -> None:
    jon, mo = await make.member("jon"), await make.member("mo", role="moderator")
    thread = await make.thread()
    comment = await make.comment(thread, jon)

    async with program(app, jon, "vote") as reader, program(app) as visitor, program(app, mo) as staff:
        for method, path, body in (
            ("POST", f"/threads/{thread}/comments", {"body": "Words."}),
            ("PATCH", f"/comments/{comment}", {"body": "Words."}),
            ("DELETE", f"/comments/{comment}", None),
        ):
            refused = await reader.request(method, path, json=body)
            assert refused.status_code == 403, path
            assert "“comment”" in refused.json()["detail"]
            assert (await visitor.request(method, path, json=body)).status_code == 401, path
        assert (await staff.get("/me")).json()["scopes"] == []

    assert await db.value("select body from comment where id = $1", comment) == "I see it otherwise."
    assert await db.value("select count(*) from comment") == 1


async def test_the_rules_of_the_pages_hold(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    ada = await make.member("ada")
    comment = await make.comment(thread, ada)
    await db.execute("update thread set state = 'locked' where id = $1", thread)

    async with program(app, jon, "comment") as writer:
        posted = await writer.post(f"/threads/{thread}/comments", json={"body": "Words."})
        empty = await writer.post(f"/threads/{thread}/comments", json={"body": "", "statement": "x" * 200})
        others = await writer.patch(f"/comments/{comment}", json={"body": "Words."})
        odd = await writer.post(f"/threads/{thread}/comments", json={"body": 1, "bodies": 2})
        nul = await writer.post(f"/threads/{thread}/comments", json={"body": "a\x00b"})
        broken = await writer.post(f"/threads/{thread}/comments", content=b"{")

    assert (posted.status_code, posted.json()["detail"][:22]) == (422, "This thread is locked:")
    assert {one["field"] for one in empty.json()["errors"]} == {"body", "statement"}
    assert others.status_code == 403
    assert (odd.status_code, broken.status_code, nul.status_code) == (400, 400, 422)


async def test_a_page_of_another_site_cannot_write(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    async with program(app, jon, "comment") as writer:
        answer = await writer.post(
            f"/threads/{thread}/comments", json={"body": "Words."}, headers={"origin": "https://other.example"}
        )
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
