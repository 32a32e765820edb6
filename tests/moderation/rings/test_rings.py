"""Voting rings are found by whom votes go to, shown with their evidence, and never act."""

from random import Random
from time import thread_time

import httpx
import pytest
from litestar import Litestar

from parley.moderation.rings import jobs
from parley.moderation.rings.finding import Ring, Upvotes, find
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

CROWD = range(100, 140)
# Seconds of CPU time; it takes 0.03. Searching all votes for each group would take seconds.
MOST_SECONDS = 2.0


def crowd() -> list[Upvotes]:
    """Forty members who vote for each other at random, and one whom everybody likes."""
    random = Random(0)
    found = [Upvotes(one, other, 1 + random.randrange(3), 1) for one in CROWD for other in random.sample(CROWD, 8)]
    return [one for one in found if one.member != one.author] + [Upvotes(one, 100, 6, 4) for one in CROWD[1:]]


def ring(members: range, votes: int = 8, threads: int = 4) -> list[Upvotes]:
    return [Upvotes(one, other, votes, threads) for one in members for other in members if one != other]


def test_votes_that_go_everywhere_or_to_a_popular_member_are_not_a_ring() -> None:
    assert find(crowd()) == []
    assert find([]) == []


def test_members_who_vote_for_each_other_are_a_ring() -> None:
    outward = [Upvotes(one, 100 + one, 3, 2) for one in range(4)]

    (found,) = find(crowd() + ring(range(4)) + outward)

    assert found.members == [0, 1, 2, 3]
    assert found.share > 0.8 and found.share_of_others == 0


def test_accounts_that_vote_for_one_author_are_a_ring_with_them() -> None:
    assert [one.members for one in find(crowd() + [Upvotes(one, 9, 10, 5) for one in range(5)])] == [[0, 1, 2, 3, 4, 9]]


def test_thousands_who_vote_for_the_next_one_are_one_group_and_thousands_of_groups_are_many() -> None:
    chain = [Upvotes(one, one + 1, 10, 5) for one in range(5_000)]
    assert [len(one.members) for one in find(chain)] == [5_001]
    apart = [Upvotes(3 * group + one, 3 * group + (one + 1) % 3, 10, 5) for group in range(2_000) for one in range(3)]
    begun = thread_time()
    assert len(find(apart)) == 2_000
    assert thread_time() - begun < MOST_SECONDS


@pytest.mark.parametrize("votes", [ring(range(2)), ring(range(4), votes=4), ring(range(4), threads=2)])
def test_two_friends_few_votes_and_one_argument_are_not_a_ring(votes: list[Upvotes]) -> None:
    assert find(crowd() + votes) == []


async def voted(members: list[Viewer]) -> None:
    """Each votes for all comments of the others, in six threads."""
    for _ in range(6):
        thread = await make.thread()
        comments = [(one, await make.comment(thread, one)) for one in members]
        await db.execute(
            """insert into vote (comment, thread, member, axis, value, changed_at)
               select c, $1, m, 'quality', 1, now() from unnest($2::bigint[], $3::bigint[]) as v(c, m)""",
            thread,
            [comment for author, comment in comments for one in members if one.id != author.id],
            [one.id for author, _ in comments for one in members if one.id != author.id],
        )


async def test_a_moderator_sees_who_voted_and_dismisses_a_group(app: Litestar, client: httpx.AsyncClient) -> None:
    members = [await make.member() for _ in range(3)]
    await voted(members)
    assert await jobs.find_rings() == await jobs.find_rings() == 1
    await make.sign_in(client, await make.member(role="moderator"))

    page = (await client.get("/mod/members")).text
    answer = await client.post(f"/mod/rings/{await db.value('select max(id) from vote_ring')}/dismiss")

    assert all(one.name in page for one in members) and "12 of 12" in page
    assert answer.status_code == 303
    assert "No voting rings found" in (await client.get("/mod/members")).text
    assert "Found to be no voting ring" in (await client.get("/mod/log")).text
    assert await jobs.find_rings() == 0
    assert await db.value("select count(*) from member where state <> 'active'") == 0


async def test_a_moderator_who_belongs_to_a_group_does_not_judge_it(app: Litestar, client: httpx.AsyncClient) -> None:
    mo = await make.member(role="moderator")
    await voted([mo, await make.member(), await make.member()])
    await jobs.find_rings()
    await make.sign_in(client, mo)

    answer = await client.post(f"/mod/rings/{await db.value('select max(id) from vote_ring')}/dismiss")

    assert answer.status_code == 403 and "another moderator has to decide it" in answer.text
    assert await db.value("select count(*) from vote_ring where dismissed_at is null") == 1


async def test_only_moderators_see_rings_and_one_is_dismissed_once(app: Litestar, client: httpx.AsyncClient) -> None:
    assert (await client.get("/mod/rings")).status_code == 404
    await make.sign_in(client, await make.member())
    assert (await client.get("/mod/rings")).status_code == 404
    await make.sign_in(client, await make.member(role="moderator"))
    assert (await client.post("/mod/rings/7/dismiss")).status_code == 404


def test_a_ring_shows_its_evidence() -> None:
    assert find(ring(range(3))) == [Ring([0, 1, 2], 1.0, 0.0)]
