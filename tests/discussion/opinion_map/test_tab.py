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
from parley.discussion.comments.published_answers import PublishedShares
from parley.discussion.opinion_map import display, jobs
from parley.discussion.opinion_map import queries as maps
from parley.discussion.opinion_map.drawing import ViewerPlacement
from parley.discussion.opinion_map.picture import MapPicture, Square
from parley.discussion.opinion_map.published import PublishedMap, PublishedStatement
from parley.discussion.opinion_model.analysis import Analysis, Reason, Verdict
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
    answer = await client.get(f"{await make.address(thread)}?view=stand{more}")
    assert answer.status_code == 200
    return answer.text


async def test_the_tab_says_how_answers_differ_what_is_shared_and_where_they_part(
    client: httpx.AsyncClient, thread: int
) -> None:
    page = await tab(client, thread)
    assert "about 100 people, who gave 7 or more answers" in page
    assert 'role="img"' in page
    headings = [page.index(f'id="{part}-title"') for part in ("common", "part", "spread")]
    assert headings == sorted(headings)
    assert "Statement 0." in page
    assert "in 10 or more agree on both sides" in page
    assert "▲" not in page


async def test_each_side_is_named_by_the_statement_with_the_largest_gap(client: httpx.AsyncClient, thread: int) -> None:
    shown = (await display.tab(thread, await make.lineages(thread), None)).sides
    assert [side.letter for side in shown] == ["A", "B"]
    published = {one.comment: one for one in (await maps.of_thread(thread)).published.statements}  # type: ignore[union-attr]
    page = await tab(client, thread)
    for side, other in (shown, shown[::-1]):
        gaps = {
            one.comment: own.agree - others.agree
            for one in published.values()
            if (own := one.groups[side.letter]) and (others := one.groups[other.letter])
        }
        assert side.name is not None
        assert gaps[side.name.id] == max(gaps.values()) > 0
        # In the card of the side, and below the picture.
        assert page.count(f">{side.name.text}<") == 2
        assert side.name not in side.words


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
    answer = await client.get(f"{await make.address(thread)}?view=stand")
    side = (await display.tab(thread, [], member)).your_side
    assert side and side.name
    assert f"more like those who say “<bdi>{side.name.text}</bdi>” (an estimate from your 16 answers " in answer.text
    assert "▲ you" in answer.text
    assert answer.headers["cache-control"] == "no-store"

    await client.post("/settings/maps", data={"out": "1"})
    assert "▲" not in await tab(client, thread)
    assert "checked" in (await client.get("/settings/security")).text.partition('id="maps"')[2]


@pytest.mark.slow
async def test_passages_home_and_the_page_over_all_threads_point_there(client: httpx.AsyncClient, thread: int) -> None:
    (first, *_) = await make.lineages(thread)
    page = (await client.get(await make.address(thread))).text
    assert f'href="?view=stand&amp;passage={first}#discussion"' in page
    assert "of common ground on this passage" in page
    await db.execute("update thread_stats set hot = 1")
    assert re.search(r"\d+ points of common ground", (await client.get("/")).text)
    overview = (await client.get("/perspectives")).text
    assert "Statement 0." in overview and "Statement 1." in overview
    assert overview.count("?view=stand#discussion") == 1  # the thread is named once
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


async def put_map(thread: int, published: PublishedMap | dict[str, object]) -> None:
    await db.execute(
        "insert into perspective_map (thread, published, counted_at) values ($1, $2, now())",
        thread,
        msgspec.json.encode(published).decode(),
    )


SILENCES = {
    "too-few-answers": "Not enough answers yet: about 60 more people are needed",
    "no-pattern": "says nothing about how they answered another",
    "rests-on-few": "or only differences of degree",
    "rests-on-few-statements": "may say the same thing in other words",
    "differs-in-unsure": "how often they are unsure",
    "differs-in-style": "how often they answer as most others do",
}


@pytest.mark.parametrize("reason", get_args(Reason))
async def test_each_reason_for_having_no_map_is_explained(
    client: httpx.AsyncClient, app: Litestar, reason: Reason
) -> None:
    silent = await make.thread()
    await put_map(silent, {"reason": reason, "members": 20})
    page = await tab(client, silent)
    assert SILENCES[reason] in page
    assert "about 20 people who gave 7 or more answers" in page
    # A weak pattern may be one of degree: nobody is suspected.
    assert "minority" not in page and "accounts" not in page.partition('class="silent"')[2].partition("</section>")[0]
    # There are statements, since somebody answered them.
    assert "in one sentence yet" not in page


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
        assert "No sides in this discussion" in page
        assert ("What most agree with" in page) == (day == 0)  # as common ground, it has to hold on two days
    parts = [page.index(f"{title} <span>") for title in ("most agree with", "most reject", "are split")]
    said = [page.index(f">Statement {number}.<") for number in range(3)]
    assert sorted([*parts, *said]) == [parts[0], said[0], parts[1], said[1], parts[2], said[2]]
    shown = page[parts[0] : page.index("Not known yet")]
    assert "%" not in shown and "in 10" not in shown and 'class="mark' not in shown
    assert await db.value("select count(*) from statement_verdict where thread = $1", thread) == 0

    await make.put_state("comment", most, "removed")
    forget_caches()
    assert ">Statement 0.<" not in await tab(client, thread)


async def test_too_few_answers_show_what_is_asked(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    assert "Nobody has summed up a response in one sentence yet." in await tab(client, thread)
    await answering.statements(thread, 2)
    forget_caches()
    page = await tab(client, thread)
    assert "Statements to answer" in page and "Statement 0." in page and "Statement 1." not in page
    await db.execute("update thread set state = 'locked' where id = $1", thread)
    forget_caches()
    assert "Statements to answer" not in await tab(client, thread)


async def test_a_thread_without_answers_says_what_it_takes(client: httpx.AsyncClient, app: Litestar) -> None:
    assert "about 80 more people are needed" in await tab(client, await make.thread())


async def test_where_statements_lack_answers_no_more_people_are_asked_for(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    thread = await make.thread()
    await put_map(thread, {"reason": "too-few-answers", "members": 45})
    page = await tab(client, thread)
    assert "Not enough answers to the same statements yet" in page
    assert "more people" not in page


async def test_former_names_of_the_views_still_work(client: httpx.AsyncClient, thread: int) -> None:
    for former, view in (("perspectives", "stand"), ("whole", "all")):
        page = (await client.get(f"{await make.address(thread)}?view={former}")).text
        assert re.search(f'data-tab="{view}" aria-current="true"', page)
        assert f'data-view="{view}"' in page
        assert "view=perspectives" not in page and "view=whole" not in page


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
        told += [(await client.get(f"{address}?view={view}")).text for view in ("all", "passage")]
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


@pytest.mark.parametrize(("answer", "expected"), [(1, True), (-1, False), (0, False), (None, False)])
def test_an_answer_to_the_thesis_unlike_that_of_ones_side_is_noticed(answer: int | None, expected: bool) -> None:
    shares = {"A": PublishedShares(80, 10, 20), "B": PublishedShares(15, 75, 20)}
    thesis = display.ShownStatement(-1, "It holds.", "dividing", shares, None)
    sides = [display.Side(letter, 45, None, []) for letter in shares]
    shown = display.Tab(None, 100, None, you=ViewerPlacement(9, (), "B"), sides=sides, thesis=thesis)
    assert shown.is_unlike(answer) is expected
    in_between = msgspec.structs.replace(shown, you=ViewerPlacement(9, (), None))
    assert not in_between.is_unlike(answer)


async def test_groups_in_two_directions_and_opinions_without_groups_are_shown(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    thread = await make.thread()
    plain, hidden, shared = await answering.statements(thread, 3)
    groups = {
        plain: {letter: PublishedShares(agree, 10, 10) for letter, agree in (("A", 80), ("B", 30), ("C", 20))},
        hidden: dict.fromkeys("ABC"),
        shared: {letter: PublishedShares(agree, 5, 10) for letter, agree in (("A", 95), ("B", 75), ("C", 80))},
    }
    verdicts: dict[int, Verdict] = {plain: "dividing", hidden: "dividing", shared: "common-ground"}
    squares = tuple(Square(column, 3, 10, "ABC"[column]) for column in range(3))
    plane = PublishedMap(
        None,
        90,
        axes=2,
        groups={"A": 40, "B": 30, "C": 20},
        between=10,
        picture=MapPicture(7, 7, (False, False), squares),
        statements=tuple(PublishedStatement(key, verdicts[key], groups[key], 30) for key in groups),
        words={"B": (hidden,)},
    )
    await put_map(thread, plane)

    page = await tab(client, thread)

    assert "7 in 10 or more agree in every group" in page
    named = re.findall(r'class="side-name" dir="auto"><a [^>]*>([^<]*)</a>', page)
    # B is named by what is typical of it, though its shares are not published; of C nothing is known.
    assert named == ["Statement 0.", "Statement 1."]
    assert "8 in 10 on this side agree, 3 in 10 on the other" in page
    assert "What sets this side apart is shown after more answers." in page
    assert "people in two directions" in page

    without = await make.thread()
    line = msgspec.structs.replace(
        plane,
        axes=1,
        groups={},
        between=0,
        statements=(),
        words={},
        picture=MapPicture(5, 1, (False,), squares),
        of_everybody={"common-ground": (shared,)},
    )
    await put_map(without, line)
    page = await tab(client, without)
    assert "Opinions differ by degrees: there are no separate sides." in page
    assert "What most agree with" in page and ">Statement 2.<" in page
    assert 'id="common-title"' not in page and "As a table" not in page
