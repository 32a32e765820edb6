"""Only one import of a member is read at a time, and slow ones of several members leave room for others."""

import asyncio

import pytest

from parley.articles.articles.text import ArticleText
from parley.articles.imports import jobs
from parley.articles.imports import ops as imports
from parley.platform import db
from parley.site.worker import JOBS
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.committed, pytest.mark.usefixtures("app")]

ROUNDS = 40


async def test_two_workers_that_claim_at_once_get_imports_of_different_members() -> None:
    """An import is read for up to 90 seconds, and a worker reads several at a time."""
    mira, ada = await make.member(), await make.member()
    for _ in range(ROUNDS):
        await db.execute("delete from article_import")
        for member in (mira, mira, mira, mira, ada):
            await imports.request_import(
                member=member.id, source="url", url="https://example.com/", title="", topic="research"
            )
        claimed = await asyncio.gather(*(imports.claim() for _ in range(4)))
        assert sorted(one.member for one in claimed if one) == sorted([mira.id, ada.id])


async def test_sites_that_hang_do_not_delay_the_imports_of_other_members(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three accounts kept all others from importing for as long as their sites did not answer."""
    tried: list[str] = []

    async def read(url: str, *_: object) -> ArticleText:
        tried.append(url)
        if "hangs" in url:
            await asyncio.Event().wait()
        return make.text()

    monkeypatch.setattr(jobs, "read_url", read)
    await db.execute("delete from article_import")
    for url in [f"https://hangs.example/{number}" for number in range(6)] + ["https://quick.example/"]:
        member = (await make.member()).id
        await imports.request_import(member=member, source="url", url=url, title="", topic="research")

    concurrency = next(job.concurrency for job in JOBS if job.name == "imports")
    sweeps = [asyncio.create_task(jobs.read_waiting()) for _ in range(concurrency)]
    async with asyncio.timeout(20):
        while "https://quick.example/" not in tried:
            await asyncio.sleep(0.01)
    for sweep in sweeps:
        sweep.cancel()
    await asyncio.gather(*sweeps, return_exceptions=True)
    await db.execute("delete from article_import")
