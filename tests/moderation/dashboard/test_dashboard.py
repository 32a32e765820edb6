"""The overview: what waits now, and figures, each with a sentence, a chart and a table."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar
from lxml import html

from parley.moderation.appeals import ops as appeals
from parley.moderation.dashboard import periods, stats
from parley.moderation.dashboard import queries as numbers
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice
from parley.moderation.modmembers import ops as modmembers
from parley.moderation.modqueue import in_place
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio

PATHS = ("/mod", "/mod/now")


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def staff(client: httpx.AsyncClient, mo: Viewer) -> httpx.AsyncClient:
    await make.sign_in(client, mo)
    return client


@pytest.mark.parametrize("role", [None, "member"])
async def test_others_get_404(client: httpx.AsyncClient, role: str | None) -> None:
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert {(await client.get(path)).status_code for path in PATHS} == {404}


async def test_an_empty_community_has_an_overview(staff: httpx.AsyncClient) -> None:
    page = (await staff.get("/mod")).text

    for words in (
        "nothing to do",
        "all within their time to decide",
        "Nothing in this period",
        "Nothing in this period",
        "Nobody wrote anything",
    ):
        assert words in page
    assert "<table>" not in page


async def test_what_waits_is_counted_without_the_viewers_own_cases(app: Litestar, mo: Viewer) -> None:
    await reported(mo)
    await reported(by=mo)
    await reports.report(ReportInput("member", mo.id, "honesty", "", await make.member()))
    old, asked = await reported(), await reported()
    await db.execute("update queue_item set opened_at = now() - interval '25 hours' where id = $1", old)
    await decided(asked, await make.member(role="moderator"), "escalate")

    now = await numbers.queue_now(mo)

    assert (now.total.count, now.total.late, now.escalated) == (2, 1, 1)
    assert now.total.oldest == await db.value("select opened_at from queue_item where id = $1", old)


async def test_what_is_counted_as_waiting_is_what_the_queue_lists(staff: httpx.AsyncClient, mo: Viewer) -> None:
    await reported(mo)
    for _ in range(3):
        await reported()
    await decided(await reported(), mo, "escalate")

    queue, overview = (await staff.get("/mod/queue")).text, (await staff.get("/mod")).text

    assert '<b id="waiting-count">3</b>' in queue and "<b>3</b> waiting" in overview


async def test_an_appeal_waits_for_those_who_had_no_part_in_it(app: Litestar, mo: Viewer) -> None:
    other = await make.member(role="moderator")
    await appeals.file(decision=await decided(await reported(), mo), text="It was a quotation.")

    assert (await numbers.queue_now(mo)).kinds["appeal"].count == 0
    assert (await numbers.queue_now(other)).kinds["appeal"].count == 1


async def test_the_count_of_second_looks_is_that_of_the_list(staff: httpx.AsyncClient, mo: Viewer) -> None:
    olga = await make.member("olga", role="moderator")
    made = await decided(await reported(by=mo), olga)
    await appeals.file(decision=made, text="It was a quotation.")
    ada, _ = await make.member(role="admin"), await make.member(role="admin")
    await modmembers.give_role(ada, (await make.member()).id, "moderator", "Knows the rules.")
    assert await db.value("select count(*) from decision where state = 'awaiting'") == 1

    now = await numbers.queue_now(mo)

    assert now.kinds["appeal"].count == now.kinds["approval"].count == 0
    assert (await staff.get("/mod/queue?kind=appeal")).text.count("you had a part in it") == 1


async def test_a_day_that_begins_meanwhile_is_left_to_the_next_page(app: Litestar, mo: Viewer) -> None:
    await decided(await reported(), mo)
    yesterday = periods.period(14, datetime.now(UTC) - timedelta(days=1))

    found = await stats.figures(yesterday)

    assert next(one for one in found if one.id == "decisions").strips == []


def fortnight() -> periods.Period:
    return periods.period(14, datetime.now(UTC))


async def figure(name: str) -> stats.Figure:
    return next(one for one in await stats.figures(fortnight()) if one.id == name)


async def test_the_time_to_the_first_action_has_its_median_and_90th_percentile(app: Litestar, mo: Viewer) -> None:
    for hours in range(1, 12):
        item = await reported()
        await decided(item, mo)
        await db.execute(
            "update queue_item set opened_at = acted_at - make_interval(hours => $2) where id = $1", item, hours
        )

    found = await figure("waits")

    assert found.summary == "Half of the items were acted on within 6 h, 90% within 10 h."
    assert found.rows == [[fortnight().labels[-1], "11", "6 h", "10 h"]]
    assert found.spans is not None and len(found.spans.marks) == 1


async def test_each_rule_has_its_own_time_to_decide(staff: httpx.AsyncClient, mo: Viewer) -> None:
    await db.execute("update guideline set hours_to_decide = case code when 'spam' then 2 else 48 end")
    quick, slow = await reported(ground="spam"), await reported(ground="civility")
    await db.execute("update queue_item set opened_at = now() - interval '3 hours'")
    assert (await numbers.queue_now(mo)).total.late == 1
    assert (await staff.get("/mod/queue")).text.count(">overdue<") == 1

    for item in (quick, slow):
        await decided(item, mo)

    found = await figure("times-to-decide")
    assert found.summary == "1 of 2 were acted on in time."
    assert sorted(row[1:] for row in found.rows) == [["2", "1", "3 h", "0%"], ["48", "1", "3 h", "100%"]]


async def test_decisions_are_counted_by_action_without_those_undone(app: Litestar, mo: Viewer) -> None:
    for action in ("remove", "remove", "approve", "warn"):
        await decided(await reported(), mo, action)
    await undoing.undo(mo, await decided(await reported(), mo))

    found = await figure("decisions")

    assert found.summary == "4 decisions: 3 restricted something, none was made by a rule."
    assert {strip.name: strip.words for strip in found.strips} == {"Removed": "2", "Kept up": "1", "Warned": "1"}
    assert found.strips[0].name == "Removed"


async def test_reports_are_counted_by_ground_with_how_they_were_answered(app: Litestar, mo: Viewer) -> None:
    await decided(await reported(), mo)
    await decided(await reported(ground="spam"), mo, "approve")
    await reported(ground="spam")

    found = await figure("reports")

    assert found.summary == "3 reports. Moderators agreed with 1 of the 2 they answered."
    assert [(strip.name, strip.words) for strip in found.strips] == [
        ("No advertising", "2"),
        ("Argue with the case, not with the person", "1"),
    ]


async def test_overturned_decisions_are_a_share_of_all_restrictions(app: Litestar, mo: Viewer) -> None:
    second = await make.member(role="moderator")
    made = [await decided(await reported(), mo) for _ in range(4)]
    await decided(await reported(), mo, "approve")
    for decision, outcome in ((made[0], "overturned"), (made[1], "upheld")):
        appeal = await appeals.file(decision=decision, text="It was a quotation.")
        await appeals.decide(second, appeal, outcome=outcome, answer="So it is.")

    found = await figure("appeals")

    assert found.summary == "4 decisions with restrictions: 2 were appealed against, 1 was overturned."
    assert found.rows == [["Appealed against", "2", "50%"], ["Overturned", "1", "25%"]]


NEW_RULE = """
insert into rule (name, state, conditions, action, guideline, changed_at)
values ('Shouting in tests', 'on', '[]', 'flag', 'civility', now()) returning id
"""
NEW_AUDIT = (
    "insert into second_look (decision, moderator, judgement, created_at) select id, $1, action, now() from decision"
)
NEW_HIT = (
    "insert into hit (rule, version, comment, created_at) select $1, 1, target, now() from queue_item where id = $2"
)


async def test_a_rule_is_as_right_as_moderators_found_it(app: Litestar, mo: Viewer) -> None:
    rule = await db.value(NEW_RULE)
    items = [await reported() for _ in range(5)]
    for item in items:
        await db.execute(NEW_HIT, rule, item)
    await db.execute(NEW_HIT, rule, items[0])
    for item, action in zip(items, ("remove", "warn", "approve", "escalate", "remove"), strict=True):
        await decided(item, mo, action)
    shown_again = await db.value("select target from queue_item where id = $1", items[4])
    await in_place.decide_on(mo, "comment", shown_again, None, Choice(0, 0, "restore"))

    found = await figure("rules")

    assert found.summary == "Moderators decided on 4 comments that rules matched: 2 broke a rule."
    assert found.rows == [["Shouting in tests", "on", "5", "2", "2", "50%"]]


async def test_the_community_is_counted_by_day(app: Litestar) -> None:
    one, two = await make.member(), await make.member()
    thread = await make.thread()
    for who in (one, one, two):
        await make.comment(thread, who)
    await db.execute("update member set created_at = now() where id = $1", two.id)
    await make.put_state("comment", await make.comment(thread, one), "pending")

    found = await figure("community")

    assert found.summary == "3 comments by 2 members; 1 joined."
    assert found.rows == [[fortnight().labels[-1], "3", "2", "1"]]


async def test_every_figure_has_its_sentence_its_picture_and_its_numbers(staff: httpx.AsyncClient, mo: Viewer) -> None:
    item = await reported()
    await db.execute(NEW_HIT, await db.value(NEW_RULE), item)
    await appeals.file(decision=await decided(item, mo), text="It was a quotation.")
    await db.execute(NEW_AUDIT, mo.id)

    page = (await staff.get("/mod")).text
    parts = page.split("The team and its work")[0].split('<figure class="figure"')[1:]

    assert len(parts) == 9
    for part in parts:
        assert re.search(r'<p class="figure-says">[^<]+</p>', part)
        assert "<svg" in part and "<details" in part and "<table>" in part and "style=" not in part


async def test_the_live_figures_are_those_of_the_page(staff: httpx.AsyncClient, mo: Viewer) -> None:
    await decided(await reported(), mo)
    page = (await staff.get("/mod")).text

    live = (await staff.get("/mod/now", headers={"HX-Request": "true"})).text

    targets = re.findall(r'hx-target="#([a-z-]+)"', live)
    assert {"waits-drawn", "decisions-drawn", "decisions-numbers", "community-drawn"} <= set(targets)
    for name, part in re.findall(
        r'<hx-partial hx-target="#([a-z-]+)" hx-swap="innerHTML">(.*?)</hx-partial>', live, re.DOTALL
    ):
        assert f'id="{name}"' in page
        assert part.strip() in page
    assert "</b> waiting</a>" in live


@pytest.mark.parametrize("days", periods.CHOICES)
async def test_a_period_can_be_chosen(staff: httpx.AsyncClient, mo: Viewer, days: int) -> None:
    await decided(await reported(), mo)

    page = (await staff.get(f"/mod?days={days}")).text

    assert f'href="/mod?days={days}" aria-current="page"' in page
    assert "1 decision: 1 restricted something" in page


@pytest.mark.parametrize("days", ["", "x", "-1", "12", "99999999999999999999"])
async def test_an_unknown_period_is_the_default_one(staff: httpx.AsyncClient, days: str) -> None:
    page = await staff.get(f"/mod?days={days}")

    assert page.status_code == 200 and 'days=84" aria-current' not in page.text


async def test_events_before_the_period_are_not_counted(app: Litestar, mo: Viewer) -> None:
    await decided(await reported(), mo)
    for table in ("decision", "report"):
        await db.execute(f"update {table} set created_at = now() - interval '15 days'")

    assert (await figure("decisions")).summary == "Nothing in this period."
    assert (await figure("reports")).summary == "Nothing in this period."


def test_a_young_community_is_shown_by_days_and_an_older_one_by_weeks() -> None:
    now = datetime(2026, 11, 25, 15, tzinfo=UTC)

    young, old = periods.default(now - timedelta(days=9), now), periods.default(now - timedelta(days=90), now)

    assert (young.grain, len(young.starts), young.labels[-1]) == ("day", 14, "25 Nov")
    assert (old.grain, len(old.starts), old.labels[-1]) == ("week", 12, "week of 23 Nov")
    assert periods.default(None, now).grain == "day"


async def test_every_picture_has_its_words(staff: httpx.AsyncClient, mo: Viewer) -> None:
    item = await reported()
    await db.execute(NEW_HIT, await db.value(NEW_RULE), item)
    await appeals.file(decision=await decided(item, mo), text="It was a quotation.")
    await db.execute(NEW_AUDIT, mo.id)

    page = html.fromstring((await staff.get("/mod")).text)
    pictures = page.xpath("//*[@class='figures']//svg[not(ancestor::svg)]")

    assert len(pictures) > 6
    for picture in pictures:
        beside = picture.xpath("ancestor::li[1]")
        said = picture.get("aria-label") if picture.get("role") == "img" else beside[0].text_content()
        assert re.search(r"\w+ .*\d", " ".join(said.split())), said
        assert picture.get("role") == "img" or picture.get("aria-hidden") == "true"
        assert picture.xpath("ancestor::figure//table//td"), "no numbers behind it"
