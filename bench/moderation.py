"""The queue with 10,000 open items: what its pages cost the web process, beside what their queries take."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter

from bench.harness import ROUNDS, Harness, Web, web
from bench.report import Figure
from parley.moderation.dashboard import queries as numbers
from parley.moderation.modqueue import claims, items, kinds
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.reports.ops import UPDATE_RISK
from parley.people.accounts import sessions
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import close_pool, open_pool

OPEN = 10_000
MEMBERS = 200
TIMES = 20
BAR_MS = 30.0
# Comments of the largest thread, and every author once; opened in the course of a month.
ITEMS = f"""
insert into queue_item (kind, target, thread, opened_at)
select kind, target, thread, now() - random() * interval '30 days' from (
    (select 'member' as kind, id as target, null::bigint as thread from member order by id limit {MEMBERS})
    union all
    (select 'comment', id, thread from comment where thread = $1 order by id limit {OPEN - MEMBERS})
) made
"""
# One to four by readers who wrote nothing themselves, and one in a hundred by the moderator.
REPORTS = """
insert into report (item, reporter, guideline, text, weight, created_at)
select i.id, case when n = 1 and i.id % 100 = 0 then $1 else 251 + (i.id * 7 + n * 61) % 240 end,
       (array(select code from guideline order by position))[1 + (i.id + n) % 7], 'Please look at this.', 1,
       i.opened_at
from queue_item i cross join generate_series(1, 4) n where n <= 1 + i.id % 4
"""
HITS = """
insert into hit (rule, version, comment, matched, acted, created_at)
select u.id, u.version, i.target, 'a word', true, i.opened_at
from queue_item i join (select * from rule order by position limit 1) u on true
where i.kind = 'comment' and i.id % 3 = 0
"""
MODERATOR = "update member set role = 'moderator' where id = 1 returning name"


async def measure(harness: Harness) -> list[Figure]:
    await open_pool(harness.database_url, size=2, as_owner=True, statement_timeout="0")
    viewer, cookie = await fill(harness)
    async with web() as running:
        pages = [await _page(running, cookie, *one) for one in PAGES]
    queries = [await _query(name, ask, viewer) for name, ask in QUERIES.items()]
    await close_pool()
    return [*pages, *queries]


async def fill(harness: Harness) -> tuple[Viewer, str]:
    """Open the items, and return a moderator who wrote some of what was reported, with their cookie."""
    name = await db.value(MODERATOR)
    await db.execute(ITEMS, harness.community.large)
    await db.execute(REPORTS, 1)
    await db.execute(HITS)
    for item in await db.values("select id from queue_item"):
        await db.execute(UPDATE_RISK, item)
    await db.execute("vacuum analyze")
    token = await sessions.start(1, "moderator", agent="bench", address="127.0.0.1")
    return Viewer(1, name, "moderator", verified=True, session=0), f"{sessions.cookie_name()}={token}"


PAGES = (
    ("queue page", "/mod/queue", False),
    ("its next 50 items", "/mod/queue?after=5000", True),
    ("overview", "/mod", False),
    ("count for the menu", "/mod/waiting", True),
)


async def _page(running: Web, cookie: str, name: str, path: str, is_part: bool) -> Figure:
    """Milliseconds of processor that the web process needs for a page, once it has made a few."""
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip"} | ({"HX-Request": "true"} if is_part else {})
    figure = Figure("moderation", f"{name}, {OPEN:,} open: processor", "ms", [], bar=BAR_MS)
    await _ask(running, path, headers)
    for _ in range(ROUNDS):
        before = await running.cpu()
        await _ask(running, path, headers)
        figure.runs.append((await running.cpu() - before) / TIMES)
    return figure


async def _ask(running: Web, path: str, headers: dict[str, str]) -> None:
    for _ in range(TIMES):
        await running.raw(path, headers)


async def _take_and_let_go(viewer: Viewer) -> None:
    await claims.take_next(viewer, QueueFilter(), 5_000)
    await claims.release(viewer)


QUERIES: dict[str, Callable[[Viewer], Awaitable[object]]] = {
    "the first 50 items": lambda viewer: modqueue.page(viewer.id, QueueFilter()),
    "what waits, and since when": lambda viewer: modqueue.waiting(viewer.id),
    "all of one item": lambda viewer: items.details(viewer.id, 5_001),
    "what the others do": lambda viewer: modqueue.others_actions(viewer.id, datetime.now(UTC) - timedelta(hours=8)),
    "taking the next item": _take_and_let_go,
    "what waits, for the overview": numbers.queue_now,
    "what waits of each kind": lambda viewer: modqueue.kind_counts(viewer.id),
    "other work that waits": kinds.counts,
}


async def _query(name: str, ask: Callable[[Viewer], Awaitable[object]], viewer: Viewer) -> Figure:
    """Milliseconds until PostgreSQL has answered, decoded."""
    figure = Figure("moderation", f"query: {name}", "ms", [])
    for _ in range(ROUNDS):
        started = perf_counter()
        for _ in range(TIMES):
            await ask(viewer)
        figure.runs.append((perf_counter() - started) * 1000 / TIMES)
    return figure
