"""Moderating through the API: a moderator's token with the scope, and nobody else."""

import pytest
from litestar import Litestar

from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio
WARN = {"version": 1, "action": "remove", "rule": "civility", "reason": "It insults somebody."}


async def reported() -> int:
    """The item of a comment that somebody reported."""
    comment = await make.comment(await make.thread(), await make.member("jon"), "An insult.")
    await reports.report(ReportInput("comment", comment, "civility", "An insult.", await make.member()))
    item: int = await db.value("select id from queue_item")
    return item


async def test_an_item_is_read_claimed_decided_and_the_decision_undone(app: Litestar) -> None:
    mo, item = await make.member("mo", role="moderator"), await reported()

    async with program(app, mo, "moderate") as script:
        [row] = (await script.get("/moderation/queue")).json()["items"]
        assert (row["id"], row["author"], row["excerpt"]) == (item, "jon", "An insult.")
        assert (await script.get(f"/comments/{row['target']}")).json()["body"] == "An insult."
        assert (await script.post(f"/moderation/queue/{item}/claim")).status_code == 204
        wrong = await script.post(f"/moderation/queue/{item}/decide", json=WARN | {"rule": None})
        made = await script.post(f"/moderation/queue/{item}/decide", json=WARN | {"version": row["version"]})
        assert (wrong.status_code, made.status_code) == (422, 201), made.text
        lawless = await script.post(f"/moderation/queue/{item}/decide", json=WARN | {"rule": "illegal"})
        assert lawless.status_code == 422 and "which law" in lawless.text
        assert await db.value("select state from comment") == "removed"
        late = await script.post(f"/moderation/queue/{item}/decide", json=WARN)
        assert late.status_code == 409
        assert (await script.post(f"/moderation/decisions/{made.json()['id']}/undo")).status_code == 204

    assert await db.value("select state from comment") == "visible"


async def test_only_moderators_tokens_with_the_scope_moderate(app: Litestar) -> None:
    mo, item = await make.member("mo", role="moderator"), await reported()

    async with program(app, mo, "comment") as without, program(app, await make.member(), "vote") as member:
        for client in (without, member):
            assert (await client.get("/moderation/queue")).status_code == 404
            assert (await client.post(f"/moderation/queue/{item}/decide", json=WARN)).status_code == 404
    async with program(app, mo, "moderate") as script:
        await db.execute("update member set role = 'member' where id = $1", mo.id)
        assert (await script.get("/moderation/queue")).status_code == 404
    assert await db.value("select state from comment") == "visible"
