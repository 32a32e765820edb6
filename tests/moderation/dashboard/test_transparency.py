"""The statements of reasons of a month, with the fields of the DSA Transparency Database."""

import csv
import io
import re
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

from parley.moderation.dashboard import transparency
from parley.moderation.decisions import undoing
from parley.moderation.decisions.queries import RESTRICTIONS
from parley.moderation.decisions.rules import Choice
from parley.moderation.matching.conditions import WordList
from parley.moderation.modqueue import in_place
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.automod.rows import put_rule
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio

ADDRESS = f"/mod/transparency/{datetime.now(UTC):%Y-%m}.csv"


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


async def rows(client: httpx.AsyncClient, address: str = ADDRESS) -> list[dict[str, str]]:
    await make.sign_in(client, await make.member(role="admin"))
    answer = await client.get(address)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("role", [None, "member", "moderator"])
async def test_it_is_for_admins(client: httpx.AsyncClient, role: str | None) -> None:
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert (await client.get(ADDRESS)).status_code == 404


@pytest.mark.parametrize("file", ["2026.csv", "2026-13.csv", "2026-01.txt", "1999-01.csv"])
async def test_only_whole_months_exist(client: httpx.AsyncClient, file: str) -> None:
    await make.sign_in(client, await make.member(role="admin"))

    assert (await client.get(f"/mod/transparency/{file}")).status_code == 404


async def test_each_statement_has_its_restriction_ground_and_source(client: httpx.AsyncClient, mo: Viewer) -> None:
    await decided(await reported(ground="illegal"), mo, "remove", guideline="illegal", reason="It incites to violence.")
    await decided(await reported(), mo, "silence", days=3)
    await decided(await reported(), mo, "approve")
    await undoing.undo(mo, await decided(await reported(), mo, "collapse"))
    author, thread = await make.member(), await make.thread()
    seen = await make.comment(thread, author, "Nobody reported this.")
    await in_place.decide_on(mo, "comment", seen, thread, Choice(0, 0, "collapse", "civility", "It is rude."))

    removed, silenced, collapsed = await rows(client)

    assert removed["decision_visibility"] == "DECISION_VISIBILITY_CONTENT_REMOVED"
    assert (
        removed["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
        and removed["source_type"] == "SOURCE_ARTICLE_16"
    )
    assert removed["illegal_content_explanation"] == removed["decision_facts"] == "It incites to violence."
    assert silenced["decision_provision"] == "DECISION_PROVISION_PARTIAL_SUSPENSION"
    assert silenced["end_date_service_restriction"] > silenced["application_date"]
    assert silenced["source_type"] == "SOURCE_TYPE_OTHER_NOTIFICATION"
    assert collapsed["source_type"] == "SOURCE_VOLUNTARY" and collapsed["incompatible_content_illegal"] == "No"
    assert collapsed["category"] == "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
    assert removed["category"] == "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", one["puid"]) for one in (removed, silenced, collapsed))
    assert len({one["puid"] for one in (removed, silenced, collapsed)}) == 3
    assert {one["automated_decision"] for one in (removed, silenced, collapsed)} == {"AUTOMATED_DECISION_NOT_AUTOMATED"}
    assert await rows(client, "/mod/transparency/2020-12.csv") == []


async def test_a_rules_decision_is_automated_and_a_suspension_has_its_end_or_none(
    client: httpx.AsyncClient, mo: Viewer
) -> None:
    await put_rule(WordList(["watches"]), action="collapse")
    author = await make.member()
    await make.comment(await make.thread(), author, "Buy watches.")
    for days in (7, None):
        who = await make.member()
        await in_place.decide_on(mo, "member", who.id, None, Choice(0, 0, "suspend", "civility", "Again.", days))
    await db.execute("update decision set state = 'in_force' where state = 'awaiting'")

    collapsed, suspended, terminated = await rows(client)

    assert (collapsed["automated_decision"], collapsed["automated_detection"]) == ("AUTOMATED_DECISION_FULLY", "Yes")
    assert suspended["decision_account"] == "DECISION_ACCOUNT_SUSPENDED" and suspended["end_date_account_restriction"]
    assert terminated["decision_account"] == "DECISION_ACCOUNT_TERMINATED"
    assert terminated["end_date_account_restriction"] == ""


def test_every_restriction_has_its_field() -> None:
    assert set(RESTRICTIONS) == {*transparency.RESTRICTED, *transparency.OTHER, "suspend"}
