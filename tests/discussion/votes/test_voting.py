import asyncio
import random

import asyncpg
import httpx
import pytest
from litestar import Litestar

from parley.discussion.comment_tree import tree
from parley.discussion.commenting import editing
from parley.discussion.comments import queries as comments
from parley.discussion.votes import jobs, ops
from parley.discussion.votes.queries import differing_recounts, votes_on_comments
from parley.moderation.decisions import thread_actions
from parley.people.account_settings import signup_ops
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make, ranking
from tests.restricting import title
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.anyio

SELECT_COUNTERS = "select array[ups, downs, agrees, disagrees, unsure] from comment where id = $1"


@pytest.fixture
async def comment(app: Litestar) -> int:
    return await make.comment(await make.thread(), await make.member())


@pytest.fixture
async def mira(client: httpx.AsyncClient, app: Litestar) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def counters(comment: int) -> list[int]:
    found: list[int] = await db.value(SELECT_COUNTERS, comment)
    return found


@pytest.mark.parametrize(
    ("clicks", "after"),
    [
        (["quality 1"], [1, 0, 0, 0, 0]),
        (["quality -1"], [0, 1, 0, 0, 0]),
        (["quality 1", "quality 1"], [1, 0, 0, 0, 0]),
        (["quality 1", "quality -1"], [0, 1, 0, 0, 0]),
        (["quality 1", "quality 0"], [0, 0, 0, 0, 0]),
        (["quality -1", "quality "], [0, 0, 0, 0, 0]),
        (["quality 0"], [0, 0, 0, 0, 0]),
        (["agreement 1"], [0, 0, 1, 0, 0]),
        (["agreement -1"], [0, 0, 0, 1, 0]),
        (["agreement 0"], [0, 0, 0, 0, 1]),
        (["agreement 1", "agreement 0"], [0, 0, 0, 0, 1]),
        (["agreement 0", "agreement "], [0, 0, 0, 0, 0]),
        (["agreement 1", "agreement -1", "quality 1"], [1, 0, 0, 1, 0]),
    ],
    ids=str,
)
async def test_votes_are_cast_changed_and_taken_back(
    client: httpx.AsyncClient, comment: int, mira: Viewer, clicks: list[str], after: list[int]
) -> None:
    for click in clicks:
        axis, _, value = click.partition(" ")
        response = await client.post(f"/c/{comment}/vote", data={"axis": axis, "value": value})
        assert response.status_code == 303

    assert await counters(comment) == after
    assert await differing_recounts(0, comment) == []


async def test_a_vote_with_htmx_returns_the_new_score(client: httpx.AsyncClient, comment: int, mira: Viewer) -> None:
    response = await client.post(
        f"/c/{comment}/vote", data={"axis": "quality", "value": "1"}, headers={"hx-request": "true"}
    )

    assert response.status_code == 200
    assert "<b>+1</b>" in response.text
    assert 'class="up" name="value" value="0" aria-pressed="true"' in response.text


@pytest.mark.parametrize("state", ["active", "unverified"])
async def test_the_result_of_a_vote_equals_what_the_next_page_shows(comment: int, state: str) -> None:
    voter = await make.member(state=state)
    for number in range(5):
        await make.vote(await make.member(), comment, "agreement", -1 if number else 1)
    await db.execute("update comment set base_ups = 3 where id = $1", comment)

    for axis, value in (("quality", 1), ("agreement", 0), ("quality", -1), ("quality", -1), ("agreement", None)):
        cast = await ops.cast_vote(viewer=voter, comment=comment, axis=axis, value=value)
        row = await comments.one(comment)
        assert row is not None
        assert (cast.id, cast.author, cast.depth, cast.score) == (row.id, row.author, row.depth, row.score)
        assert {comment: cast.viewer_state} == await votes_on_comments(voter.id, [comment])


async def test_only_the_voter_sees_their_vote(client: httpx.AsyncClient, comment: int, mira: Viewer) -> None:
    await make.vote(mira, comment, "agreement", 0)
    thread = await db.value("select thread from comment where id = $1", comment)

    mine = await client.get(await make.address(thread))
    client.cookies.clear()
    visitors = await client.get(await make.address(thread))

    assert 'aria-pressed="true">Unsure' in mine.text
    assert 'aria-pressed="true"' not in visitors.text


@pytest.mark.parametrize("axis", ["quality", "agreement"])
async def test_nobody_votes_on_their_own_comment(client: httpx.AsyncClient, mira: Viewer, axis: str) -> None:
    own = await make.comment(await make.thread(), mira)

    response = await client.post(f"/c/{own}/vote", data={"axis": axis, "value": "1"})

    assert response.status_code == 403
    assert await counters(own) == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("form", [{"axis": "beauty", "value": "1"}, {"axis": "quality", "value": "2"}, {"value": "x"}])
async def test_a_vote_that_means_nothing_is_refused(
    client: httpx.AsyncClient, comment: int, mira: Viewer, form: dict[str, str]
) -> None:
    assert (await client.post(f"/c/{comment}/vote", data=form)).status_code == 422
    assert await counters(comment) == [0, 0, 0, 0, 0]


async def test_a_visitor_is_asked_to_sign_in(client: httpx.AsyncClient, comment: int) -> None:
    came_from = {"Referer": f"{client.base_url}/t/1/a?sort=new"}
    response = await client.post(f"/c/{comment}/vote", data={"axis": "quality", "value": "1"}, headers=came_from)

    assert response.status_code == 401
    assert response.text.count('href="/login?next=/t/1/a%3Fsort%3Dnew"') == 2
    assert 'href="/signup?next=/t/1/a%3Fsort%3Dnew"' in response.text
    assert await db.value("select count(*) from vote") == 0


@pytest.mark.parametrize("referer", ["http://[", "//", "http://localhost", "https://elsewhere.example/t/1"])
async def test_a_vote_from_no_page_of_ours_leads_to_its_comment(
    client: httpx.AsyncClient, comment: int, mira: Viewer, referer: str
) -> None:
    response = await client.post(f"/c/{comment}/vote", data={"value": "1"}, headers={"Referer": referer})

    assert (response.status_code, response.headers["location"]) == (303, f"/c/{comment}")


async def test_a_comment_that_is_not_there_is_not_found(client: httpx.AsyncClient, mira: Viewer) -> None:
    for comment in ("999999999", "0", "x"):
        response = await client.post(f"/c/{comment}/vote", data={"axis": "quality", "value": "1"})
        assert response.status_code == 404


async def test_a_deleted_comment_and_an_archived_thread_take_no_votes(mira: Viewer) -> None:
    thread, author = await make.thread(), await make.member()
    gone, kept = await make.comment(thread, author), await make.comment(thread, author)
    await editing.delete_comment(viewer=author, comment_id=gone)
    with pytest.raises(Refused, match="no longer exists"):
        await make.vote(mira, gone)
    await make.vote(mira, kept)

    moderator = await make.member(role="moderator")
    await thread_actions.act(moderator, thread, "archive", "It is over.", await title(thread))
    with pytest.raises(Refused, match="archived"):
        await make.vote(mira, kept, value=-1)

    assert await counters(kept) == [1, 0, 0, 0, 0]


async def test_a_locked_thread_still_takes_votes(comment: int, mira: Viewer) -> None:
    thread = await db.value("select thread from comment where id = $1", comment)
    moderator = await make.member(role="moderator")
    await thread_actions.act(moderator, thread, "lock")

    await make.vote(mira, comment)

    assert await counters(comment) == [1, 0, 0, 0, 0]


async def test_votes_of_unverified_members_count_from_the_day_they_confirm(
    client: httpx.AsyncClient, comment: int
) -> None:
    uma = await make.member("uma", state="unverified")
    await make.sign_in(client, uma)
    other = await make.comment(await make.thread(), await make.member())
    for axis, value in (("quality", "1"), ("agreement", "-1")):
        assert (await client.post(f"/c/{comment}/vote", data={"axis": axis, "value": value})).status_code == 303
    await make.vote(uma, other, "quality", -1)
    await make.vote(uma, other, "quality", None)
    before = await counters(comment)

    async with db.atomic():
        await signup_ops.activate(uma.id)

    assert before == [0, 0, 0, 0, 0]
    assert await counters(comment) == [1, 0, 0, 1, 0]
    assert await counters(other) == [0, 0, 0, 0, 0]
    assert await db.value("select best from comment where id = $1", comment) == pytest.approx(ranking.best(1, 0))
    assert await differing_recounts(0, other) == []


@pytest.mark.usefixtures("no_hourly_limit")
async def test_whoever_voted_much_before_they_confirm_locks_few_comments_at_once(
    app: Litestar, comment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After 1,200 votes, others could not vote or reply for seconds while `POST /verify/{token}` counted them."""
    thread, uma = await make.thread(), await make.member("uma", state="unverified")
    author = await make.member()
    comments = [await make.comment(thread, author) for _ in range(ops.MOST_AT_ONCE + 2)]
    for number in comments:
        await make.vote(uma, number)

    async with db.atomic():
        await signup_ops.activate(uma.id)

    counted = "select count(*) filter (where counted) from vote where member = $1"
    assert await db.value(counted, uma.id) == ops.MOST_AT_ONCE
    assert await jobs.count_remaining_votes() == 1
    assert await db.value(counted, uma.id) == len(comments)
    assert await differing_recounts(0, comments[-1]) == []


async def test_agreement_never_changes_an_order(app: Litestar) -> None:
    thread, author = await make.thread(), await make.member()
    ids = [await make.comment(thread, author) for _ in range(10)]
    voters = [await make.member() for _ in range(3)]
    for place, one in enumerate(ids):
        for voter in voters[: place % 4]:
            await make.vote(voter, one, "quality", 1 if place % 2 else -1)
    before = {sort: await tree.thread_tree(thread, sort, tree.PAGE_BYTES) for sort in tree.COMMENT_SORTS}

    rng = random.Random(5)
    for one in ids:
        for voter in voters:
            await make.vote(voter, one, "agreement", rng.choice([-1, 0, 1, None]))

    assert {sort: await tree.thread_tree(thread, sort, tree.PAGE_BYTES) for sort in tree.COMMENT_SORTS} == before


async def test_best_falls_back_to_old_while_there_are_only_agreement_votes(app: Litestar) -> None:
    thread, author, voter = await make.thread(), await make.member(), await make.member()
    for _ in range(tree.FEWEST_VOTED):
        await make.vote(voter, await make.comment(thread, author), "agreement", 1)

    assert await tree.effective_sort(thread, "best") == "old"


@pytest.mark.committed
@pytest.mark.parametrize("seed", range(3))
async def test_the_counters_are_right_after_eight_concurrent_voters(app: Litestar, seed: int) -> None:
    rng = random.Random(seed)
    thread, author = await make.thread(), await make.member()
    ids = [await make.comment(thread, author) for _ in range(3)]
    voters = [await make.member(state="unverified" if place < 2 else "active") for place in range(8)]

    async def cast_planned_votes(voter: Viewer, plan: list[tuple[int, str, int | None]]) -> None:
        for one, axis, value in plan:
            await make.vote(voter, one, axis, value)
        if not voter.verified:
            async with db.atomic():
                await signup_ops.activate(voter.id)

    choices = [("quality", 1), ("quality", -1), ("quality", None)]
    choices += [("agreement", 1), ("agreement", 0), ("agreement", -1), ("agreement", None)]
    plans = [[(rng.choice(ids), *rng.choice(choices)) for _ in range(12)] for _ in voters]
    await asyncio.gather(*map(cast_planned_votes, voters, plans))
    # Votes on comments that were busy at the moment of the confirmation.
    await jobs.count_remaining_votes()

    assert await differing_recounts(0, max(ids)) == []
    last = {(place, one, axis): value for place, plan in enumerate(plans) for one, axis, value in plan}
    assert await db.value("select count(*) from vote where counted") == sum(
        value is not None for value in last.values()
    )
    for one in ids:
        ups, downs = (await counters(one))[:2]
        assert await db.value("select best from comment where id = $1", one) == pytest.approx(ranking.best(ups, downs))


@pytest.mark.committed
@pytest.mark.parametrize("seed", range(3))
async def test_one_member_voting_in_many_tabs_at_once_keeps_the_counters_right(app: Litestar, seed: int) -> None:
    rng = random.Random(seed)
    comment, voter = await make.comment(await make.thread(), await make.member()), await make.member()
    choices = [("quality", 1), ("quality", -1), ("quality", None), ("agreement", 1), ("agreement", None)]

    await asyncio.gather(*(make.vote(voter, comment, *rng.choice(choices)) for _ in range(40)))

    assert await differing_recounts(0, comment) == []


@pytest.mark.committed
async def test_a_vote_that_waits_for_a_lock_is_added_to_the_new_counters(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member())
    first, second = await make.member(), await make.member()
    other = await asyncpg.connect(db.DB.config["dsn"])
    try:
        async with other.transaction():
            await other.execute("update comment set ups = 1 where id = $1", comment)
            await other.execute(
                "insert into vote (comment, thread, member, axis, value)"
                " select id, thread, $2, 'quality', 1 from comment where id = $1",
                comment,
                first.id,
            )
            vote = asyncio.create_task(make.vote(second, comment))
            await until_somebody_waits(other)
        await vote
    finally:
        await other.close()

    assert (await counters(comment))[0] == 2
    assert await differing_recounts(0, comment) == []


@pytest.mark.committed
async def test_two_voters_whose_votes_publish_answers_at_once_both_see_what_was_published(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment, publish, barrier = (
        await make.comment(await make.thread(), await make.member()),
        ops._store_published,
        asyncio.Barrier(2),
    )
    for value in (1, 1, 1, -1):
        await make.vote(await make.member(), comment, "agreement", value)

    async def both_voted(comment: int, tally: ops.CountedAnswers) -> list[int]:
        await barrier.wait()
        return await publish(comment, tally)

    monkeypatch.setattr(ops, "_store_published", both_voted)
    voters = [await make.member(), await make.member()]
    results = await asyncio.gather(
        *(ops.cast_vote(viewer=voter, comment=comment, axis="agreement", value=-1) for voter in voters)
    )

    for voter, result in zip(voters, results, strict=True):
        assert {comment: result.viewer_state} == await votes_on_comments(voter.id, [comment])


async def test_the_nightly_check_reports_and_repairs(comment: int, mira: Viewer) -> None:
    await make.vote(mira, comment)
    assert await jobs.check_counters() == 0

    await db.execute("update comment set ups = 40 where id = $1", comment)

    assert await jobs.check_counters() == 1
    assert await counters(comment) == [1, 0, 0, 0, 0]
    assert await db.value("select best from comment where id = $1", comment) == pytest.approx(ranking.best(1, 0))


@pytest.mark.parametrize(("ups", "downs"), [(0, 0), (1, 0), (0, 1), (3, 3), (40, 2), (7, 900), (123_456, 65_432)])
async def test_the_rank_columns_match_the_published_formulas(comment: int, ups: int, downs: int) -> None:
    await db.execute(
        "update comment set base_ups = $2 / 2, ups = $2 - $2 / 2, base_downs = $3 / 2, downs = $3 - $3 / 2"
        " where id = $1",
        comment,
        ups,
        downs,
    )

    ranks = await db.value("select array[best, controversial] from comment where id = $1", comment)
    assert ranks == pytest.approx([ranking.best(ups, downs), ranking.controversial(ups, downs)])


async def test_members_who_answered_see_the_shares_once_a_step_is_published(
    client: httpx.AsyncClient, comment: int
) -> None:
    address = await make.address(await db.value("select thread from comment where id = $1", comment))
    shown = []
    for value in (1, 1, -1, 0, 1, -1):
        member = await make.member()
        await make.vote(member, comment, "agreement", value)
        await make.sign_in(client, member)
        shown.append("about 60% agree" in (await client.get(address)).text)
    assert shown == [False, False, False, False, True, True]

    await make.sign_in(client, await make.member())
    assert '<span class="meter" title' not in (await client.get(address)).text
    client.cookies.clear()
    assert '<span class="meter" title' not in (await client.get(address)).text


async def test_an_answer_sends_no_live_score(comment: int, mira: Viewer) -> None:
    scored = "select scored_at from comment where id = $1"
    await make.vote(mira, comment, "agreement", 1)
    assert await db.value(scored, comment) is None
    await make.vote(mira, comment, "quality", 1)
    assert await db.value(scored, comment) is not None
