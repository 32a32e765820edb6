"""A watcher who polls every public path after each answer, and guesses what a lone voter answered."""

import random
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from parley.discussion.opinion_map import jobs
from parley.platform import db
from tests import make
from tests.conftest import browser, committed, forget_caches
from tests.discussion.opinion_map import answering

pytestmark = pytest.mark.anyio

# What differs from one request to the next, whatever happened.
VARYING = re.compile(r'name="(?:offer|sitting|submission)" value="[^"]*"|<time.*?</time>')
METER = re.compile(r'id="c(\d+)-score".*?</form></div>', re.DOTALL)
TITLE = re.compile(r"Of at least (\d+) answers, about (\d+)% agree and (\d+)% disagree")


@pytest.fixture(scope="module")
async def thread(app: Litestar) -> AsyncIterator[int]:
    """A thread with a map, committed once for all tests."""
    async with committed():
        thread = await make.thread()
        comments = await answering.statements(thread)
        await answering.camps(thread, comments, await answering.members(90))
        await jobs.compute(thread)
        yield thread


async def paths(thread: int) -> list[str]:
    """Every public path that could show something of the thread's answers."""
    address = await make.address(thread)
    passage = (await make.lineages(thread))[0]
    comments = await db.values("select id from comment where thread = $1 order by id", thread)
    author = await db.value(
        "select m.name from member m join comment c on c.author = m.id where c.id = $1", comments[0]
    )
    views = [f"{address}?view={view}" for view in ("passage", "all", "stand", "stand&as=table")]
    sorts = [f"{address}?view=all&sort={sort}" for sort in ("best", "new", "old", "controversial")]
    of_passage = [f"{address}?passage={passage}{more}" for more in ("", "&sort=bridging", "&view=stand")]
    of_comment = [f"{address}?focus={comments[0]}", f"/c/{comments[0]}/history", f"/c/{comments[0]}/passage"]
    answers = [f"/t/{thread}/deck", f"/t/{thread}/answer", f"/t/{thread}/answer?comment={comments[0]}"]
    fragments = [f"/t/{thread}/comments?sort={sort}" for sort in ("best", "new", "controversial")]
    sites = [f"/?sort={sort}" for sort in ("hot", "new", "active", "top")]
    others = ["/perspectives", f"/u/{author}", f"/u/{author}/card", "/log"]
    return [*views, *sorts, *of_passage, *of_comment, *answers, *fragments, *sites, *others]


async def polled(client: httpx.AsyncClient, addresses: list[str]) -> dict[str, str]:
    forget_caches()
    return {one: VARYING.sub("", (await client.get(one)).text) for one in addresses}


@pytest.mark.parametrize("is_member", [False, True])
async def test_no_public_path_changes_with_a_lone_answer(app: Litestar, thread: int, *, is_member: bool) -> None:
    """Neither for visitors nor for members who did not answer themselves."""
    addresses = await paths(thread)
    comments = await db.values("select id from comment where thread = $1 order by id", thread)
    async with browser(app) as client:
        if is_member:
            await make.sign_in(client, await make.member())
        await polled(client, addresses)
        before = await polled(client, addresses)
        for value in (1, -1, 0):
            await make.vote(await make.member(), comments[0], "agreement", value)
            after = await polled(client, addresses)
            assert {one for one in addresses if before[one] != after[one]} == set()


async def test_an_answer_is_not_a_live_event_and_changes_no_score(thread: int) -> None:
    state = """
        select row((select count(*) from event where thread = $1),
                   (select max(scored_at) from comment where thread = $1))::text
    """
    before = await db.value(state, thread)
    comment = await db.value("select min(id) from comment where thread = $1", thread)
    for value in (1, 0, None):
        await make.vote(await make.member(), comment, "agreement", value)
    assert await db.value(state, thread) == before


@pytest.mark.slow
async def test_a_watcher_who_answered_everything_guesses_answers_hardly_better_than_from_the_total(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    """They see how others answered, and each voter come. They guess from how the published shares moved."""
    thread, author, dice = await make.thread(), await make.member(), random.Random(5)
    comments = [await make.comment(thread, author, f"Comment {number}.") for number in range(24)]
    watcher = await make.member()
    for comment in comments:
        await make.vote(watcher, comment, "agreement", dice.choice((1, -1)))
    await make.sign_in(client, watcher)
    agreeable = {comment: (0.5, 0.55, 0.6, 0.7, 0.8, 0.9)[number % 6] for number, comment in enumerate(comments)}
    given: dict[int, list[int]] = {comment: [] for comment in comments}
    seen: dict[int, list[float]] = {comment: [] for comment in comments}
    address = f"{await make.address(thread)}?view=all"
    for _ in range(24):
        voter = await make.member()
        for comment in comments:
            given[comment].append(1 if dice.random() < agreeable[comment] else -1)
            await make.vote(voter, comment, "agreement", given[comment][-1])
        forget_caches()
        shown = balances((await client.get(address)).text)
        for comment in comments:
            seen[comment].append(shown.get(comment, 0.0))
    gained = [gain(given[comment], seen[comment]) for comment in comments]
    print(f"gained {sum(gained) / sum(map(len, given.values())):.3f}")  # noqa: T201 shown by -rP
    assert sum(any(one) for one in seen.values()) > 20
    assert sum(gained) <= 0.05 * sum(map(len, given.values()))


def balances(page: str) -> dict[int, float]:
    """Return how many more agree than disagree, by comment, as far as the page tells."""
    titles = {int(score[1]): TITLE.search(score[0]) for score in METER.finditer(page)}
    shown = {comment: [int(one) for one in title.groups()] for comment, title in titles.items() if title}
    return {comment: answers * (agree - disagree) / 100 for comment, (answers, agree, disagree) in shown.items()}


def gain(given: list[int], seen: list[float]) -> int:
    """Return how many more answers the watcher guesses than whoever knows only what most answered in the end."""
    majority = 1 if sum(given) >= 0 else -1
    gained, before, waiting = 0, 0.0, list[int]()
    for value, now in zip(given, seen, strict=True):
        waiting.append(value)
        if now != before:
            guess = 1 if now > before else -1
            gained += sum((one == guess) - (one == majority) for one in waiting)
            before, waiting = now, []
    return gained
