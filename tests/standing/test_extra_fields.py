"""Fields that no form has, and numbers of what others made in those that it has, change nothing of theirs."""

import json
import re
from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.platform import db
from tests import make
from tests.standing.test_hostile import FORMS, GOOD, sent
from tests.standing.world import World

pytestmark = pytest.mark.anyio

COLUMNS = """
select distinct column_name from information_schema.columns where table_schema = 'public' and table_name = any($1)
"""
TABLES = ("member", "session", "comment", "thread", "article", "revision", "passage", "vote", "article_import")
ROWS = "select to_jsonb(t)::text from {} t where {} order by 1"
# What members made, and who they are.
OTHERS = {
    "member": "id <> $1",
    "session": "member <> $1",
    "api_token": "member <> $1",
    "comment": "author <> $1",
    "vote": "member <> $1",
    "article_import": "member <> $1",
    "thread": "starter <> $1",
    "article": "$1 > 0",
    "revision": "$1 > 0",
    "passage": "$1 > 0",
    "decision": "$1 > 0",
}
# What votes and comments of others change.
CHANGING = re.compile(
    r"ups|downs|best|scored_at|.*agrees|.*count|.*replies|hot|last_.*|seen_at|seq|score|.*_score|rank"
)
ELEVATED = {"role": "admin", "state": "active", "staff_since": "2026-01-01", "verified": "1", "needs_factor": "false"}


async def others_rows(member: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of everybody but `member`, without what votes and comments change."""
    return {
        table: [_steady(row) for row in await db.values(ROWS.format(table, where), member)]
        for table, where in OTHERS.items()
    }


def _steady(row: str) -> dict[str, Any]:
    return {name: value for name, value in json.loads(row).items() if not CHANGING.fullmatch(name)}


@pytest.mark.parametrize("value", ["victim", "thread"])
async def test_no_field_of_a_form_changes_what_is_anothers(
    app: Litestar, client: httpx.AsyncClient, world: World, value: str
) -> None:
    eve, mira = await make.member("eve"), world.people["member"]
    other = await make.thread(starter=mira)
    theirs = await make.comment(other, mira, "Words in another thread.")
    passage = await db.value("select min(id) from passage where revision <> (select min(id) from revision)")
    numbers = {
        "parent": theirs,
        "comment": theirs,
        "passage": passage,
        "thread": other,
        "kept": theirs,
        "offer": theirs,
    }
    columns = await db.values(COLUMNS, list(TABLES))
    extra = dict.fromkeys(columns, str(mira.id if value == "victim" else other)) | ELEVATED
    before = await others_rows(eve.id)

    for path, fields in FORMS.items():
        if path.startswith(("/logout", "/login", "/signup", "/mail/webhooks")):
            continue
        client.cookies.clear()
        await make.sign_in(client, eve)
        await db.execute("update session set proved_at = now() where member = $1", eve.id)
        known = {name: str(numbers.get(name, GOOD.get(name, "1"))) for name in fields}
        await sent(client, world.fill(path), extra | known)

    after = await others_rows(eve.id)
    for table, rows in after.items():
        assert sorted(map(str, rows)) == sorted(map(str, before[table])), table
    assert await db.value("select role from member where id = $1", eve.id) == "member"
