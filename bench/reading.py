"""Reading a thread of 1,000 comments: as a visitor, as a member, and the first page of a new process."""

from collections.abc import Iterator
from itertools import cycle

from bench.data import MEMBERS
from bench.harness import ROUNDS, Harness, Web, web
from bench.load import drive, request
from bench.report import Figure

SECONDS = 1.0
PAGE = "page of 1,000 comments"
# The id of its first comment (bench/data.py).
FIRST = 1_000
# What the same bytes are stored as, by the accepted encodings.
ENDINGS = {"": "html", "gzip": "gz", "gzip, deflate, br, zstd": "zst"}


async def measure(harness: Harness) -> list[Figure]:
    path = f"/t/{harness.community.read}/thread"
    async with web() as running:
        figures = await _figures(harness, running, path)
        for _ in range(ROUNDS):
            for figure, ours, bare in figures:
                figure.add(await drive(running.port, ours, seconds=SECONDS))
                figure.ceiling.append((await drive(running.port, bare, seconds=SECONDS)).rate)
    return [*(figure for figure, _, _ in figures), await _cold(path)]


async def _figures(
    harness: Harness, running: Web, thread: str
) -> list[tuple[Figure, Iterator[bytes], Iterator[bytes]]]:
    """Each kind of reader with the requests for the page, and those for the same bytes with nothing done for them."""
    cookies = harness.community.cookies
    gzip, zstd = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip, deflate, br, zstd"}
    kinds: list[tuple[str, float | None, str, dict[str, str], list[dict[str, str]]]] = [
        (f"{PAGE}: visitor", 0.7, thread, {}, [{}]),
        (f"{PAGE}: visitor, gzip", 0.7, thread, gzip, [{}]),
        (f"{PAGE}: member, gzip", 0.25, thread, gzip, [{"Cookie": cookies[0]}]),
        (f"{PAGE}: 200 members in turn, gzip", None, thread, gzip, [{"Cookie": one} for one in cookies[:200]]),
        (f"{PAGE}: 200 members in turn, zstd", 0.2, thread, zstd, [{"Cookie": one} for one in cookies[:200]]),
        ("home: visitor, gzip", None, "/", gzip, [{}]),
        ("home: member, gzip", None, "/", gzip, [{"Cookie": cookies[0]}]),
        ("home: 200 members in turn, gzip", 0.25, "/", gzip, [{"Cookie": one} for one in cookies[:200]]),
        ("one comment with what is around it: visitor, gzip", None, f"{thread}?focus={FIRST + 500}", gzip, [{}]),
        ("perspectives on one passage: visitor, gzip", None, f"{thread}?passage=2", gzip, [{}]),
    ]
    made: list[tuple[Figure, Iterator[bytes], Iterator[bytes]]] = []
    for place, (name, bar, path, headers, readers) in enumerate(kinds):
        kept = f"{place}.{ENDINGS[headers.get('Accept-Encoding', '')]}"
        harness.keep(kept, await running.raw(path, headers | readers[0]))
        ours = cycle([request("GET", path, **(headers | one)) for one in readers])
        bare = cycle([request("GET", f"/bench/bytes/{kept}", **(headers | one)) for one in readers])
        made.append((Figure("reading", name, "/s", [], [], bar), ours, bare))
    for name, path, headers in ((PAGE, thread, zstd), ("home", "/", gzip)):
        figure = Figure("reading", f"{name}: 200 members beside 200 without a history", "/s", [], [], 0.9)
        old, new = (
            cycle([request("GET", path, **(headers | {"Cookie": one})) for one in some])
            for some in (cookies[:200], cookies[MEMBERS : MEMBERS + 200])
        )
        made.append((figure, old, new))
    return made


async def _cold(path: str) -> Figure:
    figure = Figure("reading", f"{PAGE}: first of a new process, processor", "ms", [], bar=25.0)
    for _ in range(ROUNDS):
        async with web() as running:
            before = await running.cpu()
            await running.raw(path, {"Accept-Encoding": "gzip"})
            figure.runs.append(await running.cpu() - before)
    return figure
