"""What a lead asks on the overview, each figure recounted by plain SQL."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.dashboard import periods, team, team_queries
from parley.moderation.dashboard import queries as numbers
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio
SINCE = datetime.now(UTC) - timedelta(days=20)


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def month(mo: Viewer) -> Viewer:
    """Decisions of two moderators, one overturned, and open items, one of them overdue."""
    lena = await make.member("lena", role="moderator")
    made = []
    for who, action in [(mo, "remove")] * 6 + [(lena, "approve")] * 6:
        item = await reported()
        made.append(await decided(item, who, action))
    appeal = await appeals.file(decision=made[0], text="It was a quotation.")
    await appeals.decide(lena, appeal, outcome="overturned", answer="So it was.")
    comment = await make.comment(await make.thread(), await make.member("olle"), "See https://www.cheap.example/now")
    for _ in range(2):
        await reports.report(ReportInput("comment", comment, "spam", "", await make.member()))
    late = await reported()
    await db.execute("update queue_item set opened_at = now() - interval '4 days' where id = $1", late)
    return lena


async def test_the_decisions_of_each_moderator_are_recounted(month: Viewer) -> None:
    rows = await team_queries.by_moderator(SINCE)

    for name, ground, count, restricting, overturned in await db.DB.read(
        """select m.name, 'civility', count(*), count(*) filter (where d.action = 'remove'),
                  count(*) filter (where d.state = 'overturned')
           from decision d join member m on m.id = d.moderator where d.item is not null and d.action <> 'restore'
           group by m.name""",
        (),
    ):
        found = next(row for row in rows if row.name == name)
        assert (found.ground, found.count, found.restricting, found.overturned) == (
            ground,
            count,
            restricting,
            overturned,
        )
    assert {row.name for row in rows} == {"mo", "lena"}


async def test_a_share_that_chance_does_not_explain_is_named(month: Viewer) -> None:
    found = {figure.id: figure for figure in await team.figures(month.id, periods.period(30, datetime.now(UTC)))}

    rows = {row[0]: row for row in found["moderators"].rows}
    assert rows["mo"][3] == "6 of 6, 100% (unusual)" and rows["lena"][3] == "0 of 6, 0% (unusual)"
    # Twelve decisions, half of which restrict: 0.5 ± 1.96 · √(6 · 0.25) / 6.
    assert rows["mo"][4] == "10 to 90%"
    assert found["moderators"].summary.startswith("2 shares are further")


def test_the_spread_is_that_of_the_same_grounds() -> None:
    team_of = {"spam": (90, 100), "civility": (10, 100)}

    strict = team.spread([("spam", 9, 10)], team_of)
    also = team.spread([("civility", 9, 10)], team_of)

    assert not strict.is_unusual and also.is_unusual
    assert (round(also.low, 2), round(also.high, 2)) == (0, 0.29)
    assert not team.spread([], {}).is_unusual


async def test_the_backlog_is_recounted_at_every_hour(month: Viewer) -> None:
    start = (datetime.now(UTC) - timedelta(days=6)).replace(minute=0, second=0, microsecond=0)

    rows = await team_queries.backlog(start)

    assert len(rows) == 6 * 24 + 1
    for row in (rows[0], rows[50], rows[-1]):
        end = row.hour + timedelta(hours=1)
        open_then = """select count(*) from queue_item where opened_at < $1
            and (state = 'open' or coalesce(acted_at, opened_at) >= $1)"""
        assert row.open == await db.value(open_then, end), row
    assert rows[-1].open == await db.value("select count(*) from queue_item where state = 'open'")


async def test_most_reported_and_reporters_and_reversals_are_recounted(month: Viewer, mo: Viewer) -> None:
    most = await team_queries.most_reported(mo.id, SINCE)
    olle = await db.value("select id from member where name = 'olle'")

    assert [(row.name, row.count) for row in most["domains"]] == [("cheap.example", 2)]
    of_olle = """select count(*) from report r join queue_item i on i.id = r.item
        join comment c on c.id = i.target where c.author = $1"""
    assert (most["members"][0].name, most["members"][0].count) == ("olle", await db.value(of_olle, olle))
    total = await db.value("select count(*) from report")
    assert len(most["threads"]) == 10 and sum(row.count for row in most["threads"]) <= total
    reporters = await team_queries.reporters(SINCE)
    upheld = await db.value("select count(*) from report where outcome = 'upheld' and reporter is not null")
    assert sum(row.upheld for row in reporters) == upheld
    (reversal,) = await team_queries.reversals(SINCE)
    restrictions = await db.value("select count(*) from decision where action = 'remove' and state <> 'undone'")
    assert (reversal.count, reversal.appealed, reversal.reversed) == (restrictions, 1, 1)


async def test_ones_own_cases_are_not_among_the_most_reported(month: Viewer, mo: Viewer) -> None:
    await make.member("max", role="moderator")
    await reported(mo)
    await reported(by=mo)

    most = await team_queries.most_reported(mo.id, SINCE)

    assert "mo" not in {row.name for row in most["members"]}
    of_others = await team_queries.most_reported(month.id, SINCE)
    assert "mo" in {row.name for row in of_others["members"]}


async def test_what_waits_is_recounted_by_kind(month: Viewer, client: httpx.AsyncClient) -> None:
    await make.sign_in(client, month)

    now, page = await numbers.queue_now(month), (await client.get("/mod")).text

    open_items = await db.value("select count(*) from queue_item where state = 'open'")
    overdue = await db.value(
        "select count(*) from queue_item where state = 'open' and opened_at < now() - interval '3 days'"
    )
    assert (now.kinds["reported"].count, now.kinds["reported"].late) == (open_items, overdue) == (2, 1)
    assert now.total.count == open_items and now.kinds["held"].count == 0
    for words in ("How each moderator decides", "Backlog of four weeks", "Reversals by rule", "cheap.example"):
        assert words in page


async def test_figures_without_events_are_left_out(app: Litestar, mo: Viewer) -> None:
    assert await team.figures(mo.id, periods.period(30, datetime.now(UTC))) == []
