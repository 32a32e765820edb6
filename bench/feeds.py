"""What other sites ask for: feeds, the numbers beside passages of publishers' pages, and link pictures."""

from itertools import cycle
from time import thread_time
from urllib.parse import quote

from bench.harness import ROUNDS, Harness, Web, web
from bench.load import drive, request
from bench.report import Figure
from parley.interfaces.embed.ops import add_site
from parley.interfaces.feeds import drawing
from parley.platform import db
from parley.platform.db import close_pool, open_pool

SECONDS = 1.0
URL = "select a.url from thread t join article a on a.id = t.article where t.id = $1"
TITLE = "What we count when we count what a language model costs, and who is asked to pay"


async def measure(harness: Harness) -> list[Figure]:
    thread = harness.community.read
    await open_pool(harness.database_url, size=1, as_owner=True)
    await add_site("paper", ["https://paper.example"], "research")
    url = quote(await db.value(URL, thread), safe="")
    await close_pool()
    async with web() as running:
        figures = await _beside_bytes(harness, running, "the feed of a thread", f"/t/{thread}/feed.atom", 0.6)
        figures.append(await _unchanged(running, f"/t/{thread}/feed.atom"))
        markers = f"/embed/v1/page?site=paper&url={url}"
        figures += await _beside_bytes(harness, running, "the markers of a page", markers, 0.7)
    return [
        *figures,
        Figure("feeds", "a link picture, processor time", "ms", [_drawn() for _ in range(ROUNDS)], bar=100.0),
    ]


async def _beside_bytes(harness: Harness, running: Web, name: str, path: str, bar: float) -> list[Figure]:
    """Answers a second, beside the same bytes sent as they are."""
    kept = name.replace(" ", "-")
    harness.keep(kept, await running.raw(path, {}))
    figure = Figure("feeds", name, "/s", [], [], bar)
    for _ in range(ROUNDS):
        for runs, asked in ((figure.runs, path), (figure.ceiling, f"/bench/bytes/{kept}")):
            runs.append((await drive(running.port, cycle([request("GET", asked)]), seconds=SECONDS)).rate)
    return [figure]


async def _unchanged(running: Web, path: str) -> Figure:
    etag = await running.etag(path)
    asked = cycle([request("GET", path, if_none_match=etag)])
    rates = [(await drive(running.port, asked, seconds=SECONDS)).rate for _ in range(ROUNDS)]
    return Figure("feeds", "the same, unchanged (304)", "/s", rates, bar=5_000.0, least=True)


def _drawn() -> float:
    started = thread_time()
    drawing.draw(TITLE, "paper.example", [40, 30, 20, 10, 5], 1_000, 300, "Parley")
    return 1_000 * (thread_time() - started)
