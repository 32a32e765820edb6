"""The record over HTTP: what staff can read, what everybody can read, and what nobody can."""

import csv
import io
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import jobs, undoing
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog import queries, wording
from parley.moderation.modlog.ops import Entry
from parley.moderation.modmembers import ops as modmembers
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import INSULT, decided, reported

pytestmark = pytest.mark.anyio


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def staff(client: httpx.AsyncClient, mo: Viewer) -> httpx.AsyncClient:
    await make.sign_in(client, mo)
    return client


@pytest.mark.parametrize("role", [None, "member"])
async def test_others_do_not_find_the_log_with_names(client: httpx.AsyncClient, role: str | None) -> None:
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert (await client.get("/mod/log")).status_code == 404


async def test_staff_read_who_did_what_to_whom_and_what_it_was_before(staff: httpx.AsyncClient, mo: Viewer) -> None:
    item = await reported(await make.member("jonas"))
    made = await decided(item, mo)

    page = (await staff.get("/mod/log")).text

    author = "a comment by <bdi>jonas</bdi>"
    for words in ("Removed", author, "shown", "→", "removed", "It insults somebody.", ">mo</a>"):
        assert words in page
    assert f'href="/decision/{made}"' in page
    assert INSULT not in page


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"state": "visible"}, {"state": "removed"}, ("shown", "removed")),
        ({"collapsed": None}, {"collapsed": "It insults."}, ("open", "collapsed")),
        ({"thread_state": "open", "slow": 0}, {"thread_state": "locked", "slow": 0}, ("open", "locked")),
        (
            {"thread_state": "open", "slow": 0},
            {"thread_state": "open", "slow": 120},
            ("no wait between comments", "120 s between comments"),
        ),
        (
            {"member_state": "active", "until": None},
            {"member_state": "suspended", "until": "2026-12-03T10:00:00Z"},
            ("in good standing", "suspended until 3 December 2026"),
        ),
        (
            {"member_state": "suspended", "until": "2026-12-03T10:00:00Z"},
            {"member_state": "suspended", "until": None},
            ("suspended until 3 December 2026", "suspended permanently"),
        ),
        ({}, {"state": "pending"}, ("new", "waiting")),
        ({}, {}, None),
    ],
)
async def test_a_change_is_told_in_words(
    app: Litestar,
    before: dict[str, object],
    after: dict[str, object],
    words: tuple[str, str] | None,
) -> None:
    async with db.atomic():
        await modlog.write(None, Entry("hold", "comment", 1, before, after))

    admin = await make.member(role="admin")
    assert (await queries.entries(admin.id, queries.LogQuery()))[0].change == words


async def test_every_filter_leaves_what_it_asks_for(staff: httpx.AsyncClient, mo: Viewer) -> None:
    olga = await make.member("olga", role="moderator")
    for who, action in ((mo, "remove"), (olga, "warn"), (mo, "approve")):
        await decided(await reported(), who, action)
    async with db.atomic():
        await modlog.write(None, Entry("rule.off", "rule", 1))
    today = datetime.now(UTC).date()

    async def shown(query: str) -> int:
        return (await staff.get(f"/mod/log?{query}")).text.count('class="entry"')

    assert await shown("") == 4
    assert await shown("who=MO") == 2
    assert await shown("who=nobody") == 0
    assert await shown("action=warn") == 1
    assert await shown("kind=rule") == await shown("automated=1") == 1
    assert await shown("automated=0") == 3
    assert await shown(f"since={today}&until={today}") == 4
    assert await shown(f"since={today + timedelta(days=1)}") == await shown(f"until={today - timedelta(days=1)}") == 0
    assert await shown("who=mo&action=approve&kind=comment&automated=0") == 1


@pytest.mark.parametrize("query", ["since=never", "until=0001-01-01", "action=x", "kind=%00", "before=x", "who=%00"])
async def test_unreadable_filters_are_ignored(staff: httpx.AsyncClient, mo: Viewer, query: str) -> None:
    await decided(await reported(), mo)

    answer = await staff.get(f"/mod/log?{query}")

    assert answer.status_code == 200 and 'class="entry"' in answer.text


@pytest.mark.parametrize("path", ["/mod/log?kind=comment", "/log?"])
async def test_each_page_continues_where_the_last_one_ended(staff: httpx.AsyncClient, path: str) -> None:
    async with db.atomic():
        for number in range(queries.PAGE + 3):
            await modlog.write(None, Entry("hold", "comment", number + 1))

    first = (await staff.get(path)).text
    second = (await staff.get(f"{path}&before=4")).text

    assert first.count('class="entry"') == queries.PAGE and "before=4" in first
    assert second.count('class="entry"') == 3 and "Earlier" not in second


async def test_everybody_reads_what_was_done_where_and_why_and_no_name(client: httpx.AsyncClient, mo: Viewer) -> None:
    author, reporter = await make.member("jonas"), await make.member("rita")
    item = await reported(author, by=reporter)
    await decided(item, mo, "remove", reason="It calls the editor a fool.")

    page = (await client.get("/log")).text
    main = page[page.index("<main") : page.index("</main>")]

    assert "A comment was removed" in main and "Argue with the case, not with the person" in main and "by hand" in main
    assert await make.address(await db.value("select thread from queue_item where id = $1", item)) in main
    for kept in ("jonas", "rita", ">mo<", "It calls", INSULT, "insults me"):
        assert kept not in main


async def test_the_end_of_a_sanction_is_told_and_no_name(client: httpx.AsyncClient, mo: Viewer) -> None:
    jonas, anna = await make.member("jonas"), await make.member("anna")
    over = await decided(await reported(jonas), mo, "silence", days=3)
    await decided(await reported(anna), mo, "suspend", days=3)
    await db.execute("update decision set until = now() where id = $1", over)

    await jobs.end_sanctions()
    await modmembers.lift(mo, anna.id, "She has explained it.")
    page = (await client.get("/log")).text
    counts = (await client.get(f"/log/{datetime.now(UTC).year}.csv")).text

    assert "A silence or suspension ended" in page and "automatically" in page and "was lifted early" in page
    assert "end,,True,1,0,0" in counts and "lift,,False,1,0,0" in counts
    assert not any(kept in page for kept in ("jonas", "anna", "explained"))


async def test_what_a_rule_did_is_told_as_such(client: httpx.AsyncClient) -> None:
    async with db.atomic():
        await modlog.write(None, Entry("hold", "comment", 1, {}, {"state": "pending"}, "spam"))

    page = (await client.get("/log")).text

    assert "A comment was held for a moderator" in page and "by a rule" in page


async def test_rejected_and_undone_decisions_are_not_in_the_public_log(client: httpx.AsyncClient, mo: Viewer) -> None:
    await make.member(role="admin")
    undone, awaiting, left, escalated = [await reported() for _ in range(4)]
    await undoing.undo(mo, await decided(undone, mo))
    await decided(awaiting, mo, "suspend", days=None)
    await decided(left, mo, "approve")
    await decided(escalated, mo, "escalate")
    async with db.atomic():
        await modlog.write(mo, Entry("reveal", "comment", 1))

    assert await db.value("select count(*) from mod_action") == 6
    assert "Nothing yet." in (await client.get("/log")).text


async def test_a_year_is_counted_by_month_rule_and_hand_with_appeals(client: httpx.AsyncClient, mo: Viewer) -> None:
    second = await make.member(role="moderator")
    for _ in range(2):
        made = await decided(await reported(), mo)
    appeal = await appeals.file(decision=made, text="It was a quotation.")
    await appeals.decide(second, appeal, outcome="overturned", answer="So it was.")
    async with db.atomic():
        await modlog.write(None, Entry("hold", "comment", 1, {}, {"state": "pending"}, "spam"))
    now = datetime.now(UTC)

    answer = await client.get(f"/log/{now.year}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    month = f"{now:%Y-%m}"
    usual = {"month": month, "automated": "False", "appeals": "0", "overturned": "0"}
    assert rows == [
        usual | {"action": "appeal.overturned", "rule": "", "count": "1"},
        usual | {"action": "hold", "rule": "spam", "automated": "True", "count": "1"},
        usual | {"action": "remove", "rule": "civility", "count": "2", "appeals": "1", "overturned": "1"},
    ]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"moderation-{now.year}.csv" in answer.headers["content-disposition"]
    assert f'href="/log/{now.year}.csv"' in (await client.get("/log")).text


@pytest.mark.parametrize("file", ["2026", "2026.json", "1.csv", "99999999999.csv", "x.csv", ".csv", "²026.csv"])
async def test_an_invalid_year_is_not_found(client: httpx.AsyncClient, file: str) -> None:
    assert (await client.get(f"/log/{file}")).status_code == 404


async def test_an_appeal_does_not_count_as_automatic(staff: httpx.AsyncClient, mo: Viewer) -> None:
    await appeals.file(decision=await decided(await reported(), mo), text="It was a quotation.")

    page = (await staff.get("/mod/log?action=appeal")).text

    assert "Appealed against" in page and "the member concerned" in page and "automatic</span>" not in page


def test_a_changed_automatic_rule_has_a_change_in_words() -> None:
    assert wording.change({"conditions": [{"word": "a"}]}, {"conditions": [{"word": "b"}]}) is not None
    assert wording.change({"retired": False}, {"retired": True}) == ("in force", "not in force")
