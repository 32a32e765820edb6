"""10,000 streams on one process: how soon a comment is with everybody, and what a stream costs."""

from bench.harness import ROUNDS, Harness, resident, web
from bench.listeners import Audience, Far, allow_files, p99, say, say_bare
from bench.report import Figure

STREAMS = 10_000
WHAT = "one comment to 10,000 streams"


async def measure(harness: Harness) -> list[Figure]:
    """Ours and the bare ones are held by two processes, each by an audience of its own: one may not open so many."""
    allow_files()
    thread, cookies = harness.community.read, harness.community.cookies
    delivered, best = [], []
    async with web() as running, web() as other:
        at_rest = resident(running.process.pid)
        ours = await Audience.open(running.port, f"/t/{thread}/live?last=1", STREAMS)
        each = (resident(running.process.pid) - at_rest) * 1000 / STREAMS
        await say(running, [ours], thread, cookies[0], 0)
        harness.keep("message", ours.message.partition(b"\r\n")[2].removesuffix(b"\r\n"))
        bare = await Far.open(other.port, "/bench/live", STREAMS)
        for number in range(1, ROUNDS + 1):
            delivered.append(await say(running, [ours], thread, cookies[number], number))
            best.append(await say_bare(other, bare))
        ours.close()
        bare.close()
    return [*_figures(delivered, best), Figure("live", "memory of a stream", "kB", [each], bar=28.0)]


def _figures(delivered: list[list[float]], best: list[list[float]]) -> list[Figure]:
    rates, bare = ([STREAMS * 1000 / max(waits) for waits in rounds] for rounds in (delivered, best))
    return [
        Figure(
            "live", f"{WHAT}: delivered", "of 10,000", [float(len(one)) for one in delivered], bar=STREAMS, least=True
        ),
        Figure("live", f"{WHAT}: p99", "ms", [p99(one) for one in delivered], bar=1_000.0),
        Figure("live", f"{WHAT}: all of it, deliveries", "/s", rates, bare, bar=0.6),
    ]
