"""The first view of 100,000 comments, or of 30,000 on passages, must cost what one of 1,000 does."""

from bench.ground import ROUNDS, Ground, web
from bench.report import Figure
from bench.waits import GZIP, made_anew, wait


async def measure(ground: Ground) -> list[Figure]:
    large, small, url = ground.community.large, ground.community.read, ground.database_url
    cold = Figure("large", "first view of 100,000, cold process", "ms", [], bar=80.0)
    warm = Figure("large", "the same, made anew in a warm process", "ms", [])
    beside = Figure("large", "1,000 comments, made anew in a warm process", "ms", [])
    times = Figure("large", "100,000 beside 1,000, warm", "times", [], bar=2.0)
    few, many = ground.community.anchored
    anchored = Figure("large", "30,000 answers on passages beside 1,000, warm", "times", [], bar=1.3)
    for _ in range(ROUNDS):
        async with web() as running:
            cold.runs.append(await wait(running, f"/t/{large}/thread"))
            await wait(running, f"/t/{small}/thread")
            warm.runs.append(await made_anew(running, url, large))
            beside.runs.append(await made_anew(running, url, small))
            times.runs.append(warm.runs[-1] / beside.runs[-1])
            anchored.runs.append(await made_anew(running, url, many) / await made_anew(running, url, few))
            size = len(await running.raw(f"/t/{large}/thread", GZIP)) / 1000
    return [cold, warm, beside, times, anchored, Figure("large", "its HTML, gzip", "kB", [size], bar=60.0)]
