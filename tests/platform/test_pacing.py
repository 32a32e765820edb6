"""Jobs that follow events rest in proportion to their work, longer while people post."""

import asyncio
from math import inf

import pytest
from litestar import Litestar

from parley.platform import db
from parley.platform.events import pacing
from tests import make

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("age", "most", "rest"),
    [("0 s", inf, 0.5 * pacing.BUSY), ("1 hour", inf, 0.5 * pacing.QUIET), ("0 s", 0.25, 0.25), ("0 s", 9.0, 3.0)],
)
async def test_a_job_rests_longer_than_it_worked_while_people_post(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, age: str, most: float, rest: float
) -> None:
    await make.comment(await make.thread(), await make.member())
    await db.execute("update event set created_at = clock_timestamp() - $1::text::interval", age)
    moments, rests = iter((100.0, 100.5, 200.0)), []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(pacing, "perf_counter", lambda: next(moments))
    pace = pacing.Pace(most)
    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        await pace.rest()

    assert rests == [rest]


async def test_without_an_event_nobody_posts(app: Litestar) -> None:
    await db.execute("delete from event")

    assert await db.value(pacing.IS_BUSY) is False
