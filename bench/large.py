"""The first view of 100,000 comments, or of 30,000 on passages, must cost what one of 1,000 does."""

from bench.harness import ROUNDS, Harness, web
from bench.page_times import GZIP, made_anew, wait
from bench.report import Figure


async def measure(harness: Harness) -> list[Figure]:
    large, small, url = harness.community.large, harness.community.read, harness.database_url
    cold = Figure("large", "first view of 100,000, cold process", "ms", [], bar=80.0)
    warm = Figure("large", "the same, made anew in a warm process", "ms", [])
    beside = Figure("large", "1,000 comments, made anew in a warm process", "ms", [])
    times = Figure("large", "100,000 beside 1,000, warm", "times", [], bar=2.0)
    few, many = harness.community.anchored
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
