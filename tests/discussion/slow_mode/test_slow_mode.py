"""Heated talk slows by itself, says so to everybody beforehand, and goes on by itself when it cools down."""

import re
from datetime import timedelta
from itertools import combinations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar

from parley.discussion.slow_mode import display, heat, rules
from parley.discussion.slow_mode.heat import Point
from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.moderation.matching import current
from parley.moderation.matching.conditions import WordList
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import TooMany
from tests import make
from tests.conftest import forget_caches
from tests.moderation.automod.rows import put_rule
from tests.moderation.modqueue.reported import decided, reported

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

# Enough quick answers to and fro to slow a branch, and far from enough for a thread.
TURNS = 8
SLOW_MODE = "<b>Slow mode:</b>"
EARLIER = """
with c as (update comment set created_at = created_at - $1::interval returning 1),
     h as (update hit set created_at = created_at - $1::interval returning 1),
     r as (update report set created_at = created_at - $1::interval returning 1),
     d as (update decision set created_at = created_at - $1::interval returning 1)
select count(*) from c, h, r, d
"""


async def quarrel(thread: int, one: Viewer, other: Viewer, turns: int = TURNS) -> list[int]:
    """Two members who answer each other at once, the one beginning and the other having the last word."""
    written = [await make.comment(thread, one)]
    for turn in range(1, turns):
        written.append(await make.comment(thread, other if turn % 2 else one, parent=written[-1]))
    current.forget()
    return written


async def pass_by(**time: float) -> None:
    """Let so much time pass: everything is older than it was."""
    await db.value(EARLIER, timedelta(**time))
    await display.update_all()
    current.forget()
    forget_caches()


async def page_of(client: httpx.AsyncClient, thread: int) -> str:
    forget_caches()
    return (await client.get(await make.address(thread))).text


points = st.lists(st.builds(Point, st.just(1), st.floats(0.1, 5), st.floats(0, heat.WINDOW)), max_size=30)


@settings(deadline=None)
@given(points, st.floats(0, heat.WINDOW), st.floats(0, heat.WINDOW))
def test_heat_only_falls_and_is_gone_when_its_window_is_over(points: list[Point], sooner: float, more: float) -> None:
    assert heat.heat(points, sooner + more) <= heat.heat(points, sooner) <= heat.heat(points)
    assert heat.heat(points, heat.WINDOW) == 0


@settings(deadline=None)
@given(st.floats(0, 1_000), st.floats(0, 1_000))
def test_the_hotter_the_longer_the_wait_and_never_more_than_ten_minutes(heat: float, more: float) -> None:
    shorter, longer = (rules.wait_at(one, rules.BRANCH_LIMIT) for one in (heat, heat + more))

    assert shorter <= longer <= rules.LONGEST_WAIT
    assert (shorter == 0) == (heat < rules.BRANCH_LIMIT)
    assert shorter == 0 or shorter >= rules.FIRST_WAIT


async def test_a_branch_of_fast_back_and_forth_slows_and_the_rest_of_the_thread_does_not(app: Litestar) -> None:
    one, other, thread = await make.member(), await make.member(), await make.thread()
    written = await quarrel(thread, one, other)
    elsewhere = await make.comment(thread, await make.member())

    with pytest.raises(TooMany, match=r"this branch is heated\. You can post in \d+ \w+\. Your text is kept\."):
        await make.comment(thread, one, parent=written[-1])
    assert await make.comment(thread, one, parent=elsewhere)
    assert await make.comment(thread, one)
    assert await make.comment(thread, await make.member(), parent=written[-1])


async def test_two_members_alone_do_not_slow_a_thread_by_quick_replies(app: Litestar) -> None:
    """They began a branch after another, none of which was slow for them, until the thread was for everybody."""
    one, other, thread = await make.member(), await make.member(), await make.thread()
    for _ in range(6):
        await quarrel(thread, one, other, turns=5)
    bystander = await make.member()
    await make.comment(thread, bystander)

    assert await make.comment(thread, bystander)
    assert (await heat.activity(thread)).heat == pytest.approx(heat.MOST_OF_PAIR * heat.QUICK, abs=0.1)


async def test_many_members_slow_a_thread_by_quick_replies(app: Litestar) -> None:
    thread, members = await make.thread(), [await make.member() for _ in range(5)]

    with pytest.raises(TooMany, match="this thread is heated"):
        for one, other in combinations(members, 2):
            await quarrel(thread, one, other, turns=5)


async def test_slow_mode_ends_by_itself(app: Litestar) -> None:
    one, other, thread = await make.member(), await make.member(), await make.thread()
    written = await quarrel(thread, one, other)
    with pytest.raises(TooMany):
        await make.comment(thread, one, parent=written[-1])

    await pass_by(minutes=31)

    assert await make.comment(thread, one, parent=written[-1])


async def test_reports_and_removals_heat_the_whole_thread(app: Litestar) -> None:
    mo, author = await make.member(role="moderator"), await make.member()
    item = await reported(author)
    thread = await db.value("select thread from queue_item where id = $1", item)
    await decided(item, mo)
    assert (await heat.activity(thread)).heat == pytest.approx(heat.REPORT + heat.REMOVAL, abs=0.1)

    for _ in range(3):
        comment = await make.comment(thread, await make.member())
        await db.execute(
            "insert into decision (kind, target, thread, action, state, created_at) "
            "values ('comment', $1, $2, 'remove', 'in_force', now())",
            comment,
            thread,
        )
    current.forget()

    with pytest.raises(TooMany, match="this thread is heated"):
        await make.comment(thread, author)
    assert await make.comment(thread, mo), "staff is exempt"


async def test_one_person_alone_does_not_slow_a_thread_by_reports(app: Litestar) -> None:
    author, reporter, thread = await make.member(), await make.member(), await make.thread()
    illegal = await db.value("select code from guideline where illegal limit 1")
    for turn in range(8):
        comment = await make.comment(thread, author)
        visitor = {"name": "n", "email": f"n{turn}@example.org", "network": "198.51.100.0/24"}
        await reports.report(ReportInput("comment", comment, illegal, f"Visitor {turn}.", **visitor))  # type: ignore[arg-type]
        await reports.report(ReportInput("comment", comment, illegal, f"Member {turn}.", reporter))
    assert (await heat.activity(thread)).heat == pytest.approx(heat.REPORT, abs=0.1), (
        "a visitor's address is not proven"
    )
    await db.execute("update report set proven = true where reporter is null")
    assert (await heat.activity(thread)).heat == pytest.approx(2 * heat.REPORT, abs=0.1)


async def test_everybody_reads_where_it_is_slow_and_until_when(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    written = await quarrel(thread, await make.member(), await make.member())
    assert SLOW_MODE not in await page_of(client, thread)

    assert await display.update_all() == 1
    for _ in range(3):
        assert await display.update_all() == 0, "the same is told once"
    page = await page_of(client, thread)

    assert re.search(
        rf'{SLOW_MODE} in <a href="/c/{written[0]}">one branch</a>, which is heated, one reply every 2 minutes from '
        r'each member, until <time datetime="[^"]+">\d\d:\d\d UTC</time>\. It ends automatically\.',
        page,
    )
    await pass_by(minutes=31)
    assert SLOW_MODE not in await page_of(client, thread)


AT_THE_BRANCH = (
    r'repl(?:y|ies)(?:<span class="who">[^\n]*?</span>)?<span class="slow">heated discussion: slow mode until '
    r'<time datetime="[^"]+">\d\d:\d\d UTC</time></span>'
)


async def test_a_heated_branch_says_so_where_it_begins(client: httpx.AsyncClient) -> None:
    one, other, thread = await make.member(), await make.member(), await make.thread()
    first, *_ = await quarrel(thread, one, other)
    calm = await make.comment(thread, await make.member())
    await make.comment(thread, other, parent=calm)
    assert "heated" not in await page_of(client, thread)
    await display.update_all()

    visitors = await page_of(client, thread)
    alone = (await client.get(f"/t/{thread}/x?focus={first}")).text
    await make.sign_in(client, one)
    theirs = await page_of(client, thread)

    for page in (visitors, alone, theirs):
        (at,) = [match.start() for match in re.finditer(AT_THE_BRANCH, page)]
        assert page.rindex('<article class="comment"', 0, at) == page.index(f'<article class="comment" id="c{first}"')
    await pass_by(minutes=31)
    assert "heated" not in await page_of(client, thread)


async def test_slow_mode_lasts_as_long_as_shown(app: Litestar) -> None:
    thread = await make.thread()
    await quarrel(thread, await make.member(), await make.member())
    (told,) = await display._slow_branches(thread)
    lasts: timedelta = await db.value("select $1 - now()", told.until)

    await pass_by(seconds=(lasts - timedelta(minutes=2)).total_seconds())
    assert [one.comment for one in await display._slow_branches(thread)] == [told.comment]
    await pass_by(minutes=2)
    assert await display._slow_branches(thread) == []


async def test_slow_mode_set_by_a_rule_is_shown(client: httpx.AsyncClient) -> None:
    await put_rule(WordList(["fool"]), action="slow")
    thread = await make.thread()
    await make.comment(thread, await make.member(), "You fool!")

    await display.update_all()

    assert "this discussion is heated, so one comment every 2 minutes from each member" in await page_of(client, thread)


async def test_open_pages_are_updated_when_slow_mode_begins_and_ends(app: Litestar) -> None:
    thread = await make.thread()
    written = await quarrel(thread, await make.member(), await make.member())
    seq = await db.value("select last_seq from thread where id = $1", thread)

    await display.update_all()
    (begins,) = await render.events(await live.events_after(thread, seq, 10))
    await pass_by(minutes=31)
    ends = (await render.events(await live.events_after(thread, seq, 10)))[-1]

    assert b"#thread-state" in begins.message and SLOW_MODE.encode() in begins.message
    assert f'hx-target="#c{written[0]} > .replies > summary"'.encode() in begins.message
    assert b"#thread-state" in ends.message and SLOW_MODE.encode() not in ends.message
    assert b'hx-target=".slow" hx-swap="delete"' in ends.message and b"> summary" not in ends.message
    assert begins.seq < ends.seq


WAIT = r"You posted [^.]+ ago, and {}\. You can post again in [^.]+, at \d\d:\d\d:\d\d UTC\."


async def test_members_see_the_wait_before_they_write(client: httpx.AsyncClient) -> None:
    one, other, thread = await make.member(), await make.member(), await make.thread()
    written = await quarrel(thread, one, other)
    await display.update_all()
    forms = [f"/c/{written[-1]}/reply", f"/c/{await make.comment(thread, await make.member())}/reply"]

    await make.sign_in(client, one)
    hers = [(await client.get(form)).text for form in forms]
    await make.sign_in(client, await make.member())
    strangers = (await client.get(forms[0])).text

    assert re.search(WAIT.format("this branch is heated"), hers[0])
    assert not any("You can post again" in text for text in (hers[1], strangers))
    assert all("<textarea" in text for text in (*hers, strangers))


async def test_the_form_shows_the_wait_after_posting_and_on_the_page(client: httpx.AsyncClient) -> None:
    one, thread = await make.member(), await make.thread()
    await db.execute("update thread set slow = 120 where id = $1", thread)
    await make.sign_in(client, one)
    assert "You can post again" not in await page_of(client, thread)

    answer = await client.post(f"/t/{thread}/comments", data={"body": "Mine."}, headers={"hx-request": "true"})
    page = await page_of(client, thread)
    refused = await client.post(f"/t/{thread}/comments", data={"body": "More of mine."})
    client.cookies.clear()

    said = re.compile(WAIT.format("moderators have turned on slow mode in this thread"))
    assert said.search(answer.text) and said.search(page)
    assert refused.status_code == 429 and "More of mine." in refused.text
    assert 0 < int(refused.headers["retry-after"]) <= 120
    assert "You can post again" not in await page_of(client, thread)


async def test_a_slowed_thread_lets_one_go_on_after_two_minutes(app: Litestar) -> None:
    one, thread = await make.member(), await make.thread()
    await db.execute("update thread set slow = 120 where id = $1", thread)
    await make.comment(thread, one)
    await pass_by(seconds=100)
    with pytest.raises(
        TooMany, match=r"You posted 2 minutes ago, and moderators have turned on slow mode in this thread"
    ):
        await make.comment(thread, one)

    await pass_by(seconds=21)

    assert await make.comment(thread, one)


async def test_staff_neither_wait_nor_see_a_notice(client: httpx.AsyncClient) -> None:
    mo, thread = await make.member(role="moderator"), await make.thread()
    await db.execute("update thread set slow = 120 where id = $1", thread)
    await make.comment(thread, mo)
    await make.sign_in(client, mo)

    assert "You can post again" not in await page_of(client, thread)


@pytest.mark.parametrize("role", ["visitor", "member"])
async def test_a_slowed_page_costs_a_visitor_nothing_and_a_member_three_questions_however_much_is_said(
    client: httpx.AsyncClient, queries: list[str], role: str
) -> None:
    one = await make.member()
    if role == "member":
        await make.sign_in(client, one)
    await client.get("/")
    costs = []
    for slow in (0, 120):
        for written in (1, 9):
            thread = await make.thread()
            for _ in range(written):
                await make.comment(thread, await make.member())
            await db.execute("update thread set slow = $2 where id = $1", thread, slow)
            forget_caches()
            address = await make.address(thread)
            queries.clear()
            await client.get(address)
            costs.append(len(queries))

    calm, calm_and_long, slow_one, slow_and_long = costs
    assert calm == calm_and_long and slow_one == slow_and_long
    assert slow_one - calm == (0 if role == "visitor" else 3)
