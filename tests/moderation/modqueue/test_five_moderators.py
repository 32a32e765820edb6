"""Five moderators at once, over HTTP and without JavaScript: each report is decided once, by one of them."""

import asyncio
import random
import re
from collections import Counter

import httpx
import pytest
from litestar import Litestar

from parley.moderation.modlog import ops as modlog
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import INSULT

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

MODERATORS = 5
AUTHORS, THREADS = 20, 10
GROUNDS = ("civility", "topic", "spam", "hate", "honesty")
ACTIONS = ("approve", "remove", "collapse", "warn")
CASE = re.compile(r'id="item" data-item="(\d+)"')
HELD = re.compile(r'<b class="held"[^>]*><bdi>\w+</bdi> is reviewing this')
# In the field, or where what was typed is kept once the item is closed.
LATE = re.compile("Another moderator is reviewing this|This has been decided in the meantime")
TYPED = re.compile(r'value="Seen by one of 5\."|>\s*Seen by one of 5\.</textarea>')
VERSION = re.compile(r'name="version" value="(\d+)"')
OPEN = "select id from queue_item where state = 'open' order by id"
DECIDED = "select item from decision where state = 'in_force' order by item"
ROWS = "select decision from mod_action where decision is not null order by decision"
# Items whose comment or reports do not follow from the decision.
OTHERWISE = """
select i.id from queue_item i join decision d on d.item = i.id join comment c on c.id = i.target
where c.state <> case d.action when 'remove' then 'removed' else 'visible' end
   or (c.collapsed is not null) <> (d.action = 'collapse')
   or exists (select from report r where r.item = i.id
              and r.outcome is distinct from case d.action when 'approve' then 'declined' else 'upheld' end)
"""


class Moderator:
    """A moderator who decides on the item shown, and sometimes on one that somebody else has claimed."""

    def __init__(self, client: httpx.AsyncClient, seed: int) -> None:
        self.client = client
        self.dice = random.Random(seed)
        self.did: Counter[int] = Counter()

    async def work(self) -> None:
        """Go on until nothing waits."""
        page = await self.client.get("/mod/queue")
        while waits := await db.values(OPEN):
            if self.dice.random() < 0.2:
                page = await self.client.get(f"/mod/item/{self.dice.choice(waits)}")
            page = await self.decide(page)

    async def decide(self, page: httpx.Response) -> httpx.Response:
        """Decide on the item of a page, and return the page that comes then."""
        item, version = CASE.search(page.text), VERSION.search(page.text)
        if item is None or version is None:
            return await self.client.get("/mod/queue")
        fields = {"version": version[1], "rule": "civility", "reason": f"Seen by one of {MODERATORS}."}
        address = f"/mod/item/{item[1]}"
        answer = await self.client.post(f"{address}/decide", data=fields | {"action": self.dice.choice(ACTIONS)})
        self.did[answer.status_code] += 1
        if answer.status_code == 503:
            # The machine is too busy: nothing was done, so try again.
            return await self.client.get("/mod/queue")
        if answer.status_code == 409:
            self.sees_how_it_stands(answer.text, version[1])
            answer = await self.client.post(f"{address}/skip")
        return await self.client.get(answer.headers.get("location", "/mod/queue"))

    def sees_how_it_stands(self, page: str, sent: str) -> None:
        assert LATE.search(page) and TYPED.search(page)
        if "This is already closed" in page or HELD.search(page):
            return
        # Between the refusal and this page, the other moderator went on to another item: this one can be decided again.
        offered = VERSION.search(page)
        assert offered and int(offered[1]) >= int(sent)


async def report(count: int) -> None:
    """Create `count` comments, each reported by two readers."""
    authors, readers = [await make.member() for _ in range(AUTHORS)], [await make.member(), await make.member()]
    threads = [await make.thread() for _ in range(THREADS)]
    places = [(threads[number % THREADS], authors[number % AUTHORS]) for number in range(count)]
    comments = [await make.comment(thread, author, INSULT) for thread, author in places]
    for number, comment in enumerate(comments):
        for reader in readers:
            await reports.report(ReportInput("comment", comment, GROUNDS[number % len(GROUNDS)], "Look.", reader))


@pytest.mark.parametrize("count", [60, pytest.param(500, marks=pytest.mark.slow)])
async def test_five_moderators_decide_on_each_report_once(app: Litestar, count: int) -> None:
    await report(count)
    staff = [Moderator(make.browser(app), seed) for seed in range(MODERATORS)]
    for one in staff:
        await make.sign_in(one.client, await make.member(role="moderator"))

    await asyncio.gather(*(one.work() for one in staff))

    did = sum((one.did for one in staff), Counter())
    assert await db.values(DECIDED) == await db.values("select id from queue_item order by id")
    assert await db.value("select count(*) from decision") == did[303] == count
    assert await db.values(ROWS) == await db.values("select id from decision order by id")
    assert await db.values(OTHERWISE) == []
    assert (await modlog.verify()).broken is None
    assert did[409] and set(did) <= {303, 409, 503}, did
    assert all(one.did[303] for one in staff), "one of them had nothing to do"
    for one in staff:
        await one.client.aclose()
