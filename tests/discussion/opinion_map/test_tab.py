"""What readers see of a map: the tab, signs beside passages, pages over all threads; and what they never see."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import get_args

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.comment_tree import fragments
from parley.discussion.comments import queries
from parley.discussion.opinion_map import jobs
from parley.discussion.opinion_model.analysis import Analysis, Reason
from parley.interfaces.live import queries as live_queries
from parley.interfaces.live import render
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.conftest import committed, forget_caches
from tests.discussion.opinion_map import answering

pytestmark = pytest.mark.anyio

TODAY = datetime.now(UTC)
PER_CENT = re.compile(r"\d+%")


@pytest.fixture(scope="module")
async def thread(app: Litestar) -> AsyncIterator[int]:
    """A thread with a map and common ground, committed once for all tests."""
    async with committed():
        thread = await make.thread()
        comments = await answering.statements(thread)
        who = await answering.members(100)
        await answering.camps(thread, comments, who[:90])
        await jobs.compute(thread, TODAY - timedelta(days=1))
        await answering.camps(thread, comments, who[90:], seed=2)
        await jobs.compute(thread, TODAY)
        yield thread


async def tab(client: httpx.AsyncClient, thread: int, more: str = "") -> str:
    answer = await client.get(f"{await make.address(thread)}?view=perspectives{more}")
    assert answer.status_code == 200
    return answer.text


async def test_the_tab_says_how_answers_differ_what_is_shared_and_where_they_part(
    client: httpx.AsyncClient, thread: int
) -> None:
    page = await tab(client, thread)
    assert "About 100 members answered." in page
    assert 'role="img"' in page
    headings = [page.index(f"{one}</h3>") for one in ("Common ground", "Where they disagree", "In their own words")]
    assert headings == sorted(headings)
    assert "Statement 0." in page
    assert "in 10 agree" in page
    assert "▲" not in page


@pytest.mark.slow
async def test_the_table_says_the_same_without_a_picture(client: httpx.AsyncClient, thread: int) -> None:
    page = await tab(client, thread, "&as=table")
    assert "<table>" in page
    assert page.count('<th scope="row">') >= 12
    assert "What changed" in page


async def test_a_member_sees_where_they_stand_and_no_cache_keeps_it(client: httpx.AsyncClient, thread: int) -> None:
    member = await make.member()
    answers = await db.values("select id from comment where thread = $1 order by id", thread)
    for number, comment in enumerate(answers[answering.SHARED :]):
        await make.vote(member, comment, "agreement", 1 if number % 2 else -1)
    await make.sign_in(client, member)
    answer = await client.get(f"{await make.address(thread)}?view=perspectives")
    assert "▲ you, nearer to" in answer.text
    assert answer.headers["cache-control"] == "no-store"

    await client.post("/settings/maps", data={"out": "1"})
    assert "▲" not in await tab(client, thread)
    assert "checked" in (await client.get("/settings/profile")).text.partition('id="maps"')[2]


@pytest.mark.slow
async def test_passages_home_and_the_page_over_all_threads_point_there(client: httpx.AsyncClient, thread: int) -> None:
    (first, *_) = await make.lineages(thread)
    page = (await client.get(await make.address(thread))).text
    assert f'href="?view=perspectives&amp;passage={first}#discussion"' in page
    assert "of common ground on this passage" in page
    await db.execute("update thread_stats set hot = 1")
    assert re.search(r"\d+ points of common ground", (await client.get("/")).text)
    overview = (await client.get("/perspectives")).text
    assert "Statement 0." in overview and "Statement 1." in overview
    assert overview.count("?view=perspectives#discussion") == 1  # the thread is named once
    assert (await client.get("/perspectives?topic=nothing")).status_code == 404
    assert "<math" in (await client.get("/perspectives/how")).text


async def test_what_a_moderator_removed_is_gone_from_the_map_at_once(client: httpx.AsyncClient, thread: int) -> None:
    (comment, *_) = await db.values(
        "select comment from statement_verdict where thread = $1 and verdict = 'common-ground' order by comment", thread
    )
    text = await db.value("select statement from comment where id = $1", comment)
    await make.put_state("comment", comment, "removed")
    for page in (await tab(client, thread), await tab(client, thread, "&as=table")):
        assert f">{text}<" not in page
    assert f">{text}<" not in (await client.get("/perspectives")).text


@pytest.mark.slow
async def test_authors_whom_the_viewer_blocked_are_not_shown(client: httpx.AsyncClient, thread: int) -> None:
    author = await db.value("select author from comment where thread = $1 limit 1", thread)
    reader = await make.member()
    await db.execute(
        "insert into block (member, other, kind, created_at) values ($1, $2, 'block', now())", reader.id, author
    )
    await make.sign_in(client, reader)
    assert "Statement 0." not in await tab(client, thread)


SILENCES = {
    "too-few-answers": "have answered enough. A map needs about 80",
    "no-pattern": "does not help to guess another",
    "rests-on-few": "it rests on a few of them",
    "rests-on-few-statements": "it rests on a few statements",
    "differs-in-unsure": "how often they are unsure",
    "differs-in-style": "how often they go along with most others",
}


@pytest.mark.parametrize("reason", get_args(Reason))
async def test_each_reason_for_having_no_map_is_explained(
    client: httpx.AsyncClient, app: Litestar, reason: Reason
) -> None:
    silent = await make.thread()
    await db.execute(
        "insert into perspective_map (thread, published, counted_at) values ($1, $2, now())",
        silent,
        msgspec.json.encode({"reason": reason, "members": 20}).decode(),
    )
    page = await tab(client, silent)
    assert SILENCES[reason] in page
    assert ("<progress" in page) == (reason == "too-few-answers")


async def test_without_groups_the_tab_says_what_is_clear_without_numbers(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    thread = await make.thread()
    comments = await answering.statements(thread, 12)
    most, reject, split = comments[:3]
    who = await answering.members(60)
    for day, members in ((1, who[:40]), (0, who[40:])):
        await answering.nothing(thread, comments[3:], members, answers=9, seed=day)
        await answering.store(thread, [(most, member, 1) for member in members])
        await answering.store(thread, [(reject, member, -1) for member in members])
        await answering.store(thread, [(split, member, 1 if member % 2 else -1) for member in members])
        await jobs.compute(thread, TODAY - timedelta(days=day))
        forget_caches()
        page = await tab(client, thread)
        assert "there are no groups here" in page
        assert ("What most agree with" in page) == (day == 0)  # as common ground, it has to hold on two days
    parts = [page.index(f"{title}</h3>") for title in ("agree with", "reject", "are split")]
    said = [page.index(f">Statement {number}.<") for number in range(3)]
    assert sorted([*parts, *said]) == [parts[0], said[0], parts[1], said[1], parts[2], said[2]]
    shown = page[parts[0] : page.index("Not known yet")]
    assert "%" not in shown and "in 10" not in shown and 'class="bar"' not in shown
    assert await db.value("select count(*) from statement_verdict where thread = $1", thread) == 0

    await make.put_state("comment", most, "removed")
    forget_caches()
    assert ">Statement 0.<" not in await tab(client, thread)


async def test_too_few_answers_show_what_is_asked(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    assert "No response has been put in one sentence yet." in await tab(client, thread)
    await answering.statements(thread, 2)
    forget_caches()
    page = await tab(client, thread)
    assert "Statements to answer" in page and "Statement 0." in page and "Statement 1." not in page
    await db.execute("update thread set state = 'locked' where id = $1", thread)
    forget_caches()
    assert "Statements to answer" not in await tab(client, thread)


async def test_a_thread_without_answers_says_what_it_takes(client: httpx.AsyncClient, app: Litestar) -> None:
    assert "There are too few answers for a map." in await tab(client, await make.thread())


async def test_shares_are_in_no_cached_fragment_live_message_or_page_of_the_discussion(
    client: httpx.AsyncClient, thread: int
) -> None:
    """Whoever has not answered finds them on the tab alone."""
    await db.execute("update comment set scored_at = now() where thread = $1", thread)
    scores = await live_queries.scored_after(thread, TODAY - timedelta(days=1))
    assert scores
    rows = await queries.by_ids([one.id for one in scores])
    told = [render.scores(scores).decode(), *(fragments.fragment_of(row).before for row in rows.values())]
    reader = await make.member()
    for who in (None, reader):
        if who:
            await make.sign_in(client, who)
        address = await make.address(thread)
        told += [(await client.get(f"{address}?view={view}")).text for view in ("whole", "passage")]
        told.append((await client.get(f"/t/{thread}/comments?sort=new")).text)
    for text in told:
        assert not re.search(r'class="meter" title|agrees?"', text)
        assert not PER_CENT.search(text.partition('id="comments"')[2] or text)


@pytest.mark.slow
async def test_a_stored_map_places_nobody(thread: int) -> None:
    raw = await db.value("select analysis::text from perspective_map where thread = $1", thread)
    assert msgspec.json.decode(raw, type=Analysis).members == ()


async def test_leaving_oneself_out_needs_a_sign_in(client: httpx.AsyncClient, app: Litestar) -> None:
    assert (await client.post("/settings/maps", data={"out": "1"})).status_code == 401
    silenced: Viewer = await make.member(state="silenced")
    await make.sign_in(client, silenced)
    assert (await client.post("/settings/maps", data={"out": "1"})).status_code == 303
    assert await db.value("select in_maps from member where id = $1", silenced.id) is False


@pytest.mark.slow
async def test_the_bridging_order_is_offered_on_passages_where_answers_part(
    client: httpx.AsyncClient, thread: int
) -> None:
    passage, _, other = await make.lineages(thread)
    address = await make.address(thread)
    assert "sort=bridging" in (await client.get(f"{address}?passage={passage}")).text
    for undivided in ("?view=whole", f"?passage={other}"):
        assert "sort=bridging" not in (await client.get(address + undivided)).text

    page = (await client.get(f"{address}?passage={passage}&sort=bridging")).text
    shown = [int(one) for one in re.findall(r'id="c(\d+)"', page)]
    bridges = dict.fromkeys(shown, 0)
    for comment in shown:
        bridges[comment] = await db.value("select bridge from statement_verdict where comment = $1", comment) or 0
    assert len(set(bridges.values())) > 2
    assert list(bridges.values()) == sorted(bridges.values(), reverse=True)
    assert "Bridging" not in (await client.get(f"{address}?passage={other}&sort=bridging")).text
