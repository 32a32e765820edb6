"""10,000 streams on one process: how soon a comment is with everybody, and what a stream costs."""

from statistics import quantiles

from bench.ground import ROUNDS, Ground, resident, web
from bench.listeners import Round, allow_files, open_streams, say, say_bare
from bench.report import Figure

STREAMS = 10_000
WHAT = "one comment to 10,000 streams"


async def measure(ground: Ground) -> list[Figure]:
    allow_files()
    thread = ground.community.read
    async with web() as running:
        at_rest = resident(running.process.pid)
        ours = await open_streams(running, f"/t/{thread}/live?last=1", STREAMS)
        each = (resident(running.process.pid) - at_rest) * 1000 / STREAMS
        warm_up = await say(running, ours, thread, ground.community.cookies[0], 0)
        ground.keep("message", warm_up.message.partition(b"\r\n")[2].removesuffix(b"\r\n"))
        bare = await open_streams(running, "/bench/live", STREAMS)
        told, best = [], []
        for number in range(1, ROUNDS + 1):
            told.append(await say(running, ours, thread, ground.community.cookies[number], number))
            best.append(await say_bare(running, bare))
        for listener in (*ours, *bare):
            listener.transport.close()
    return [*_figures(told, best), Figure("live", "memory of a stream", "kB", [each], bar=28.0)]


def _figures(told: list[Round], best: list[Round]) -> list[Figure]:
    have, slow = [float(len(one.waits)) for one in told], [quantiles(one.waits, n=100)[98] for one in told]
    rates, bare = [one.rate for one in told], [one.rate for one in best]
    return [
        Figure("live", f"{WHAT}: delivered", "of 10,000", have, bar=STREAMS, least=True),
        Figure("live", f"{WHAT}: p99", "ms", slow, bar=1_000.0),
        Figure("live", f"{WHAT}: all of it, deliveries", "/s", rates, bare, bar=0.6),
    ]
