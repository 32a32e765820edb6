"""Reading requests about rights."""

from datetime import datetime

import msgspec

from parley.moderation.rights.rules import GROUNDS, WISHES
from parley.platform import db
from parley.platform.text.messages import Message

SELECT_REQUESTS = """
select q.id, i.id as item, t.id as thread, t.slug, t.title, t.starter, m.name as starter_name, q.ground, q.wish,
       q.original, r.text, r.proven or r.reporter is not null as proven, q.answer, q.answered_at, r.outcome,
       q.created_at, r.resolved_at as decided_at
from rights_request q join report r on r.id = q.report join queue_item i on i.id = r.item
join thread t on t.id = i.target left join member m on m.id = t.starter
"""
SELECT_REQUEST = f"{SELECT_REQUESTS} where q.id = $1 and t.id = $2"
SELECT_REQUESTS_OF_ITEM = f"{SELECT_REQUESTS} where i.id = $1 order by r.state = 'resolved', q.id"


class RightsRow(msgspec.Struct, frozen=True):
    """A request with its report and its article. `outcome` is None until a moderator has decided."""

    id: int
    item: int
    thread: int
    slug: str
    title: str
    starter: int | None
    starter_name: str | None
    ground: str
    wish: str
    original: str
    text: str
    proven: bool
    answer: str
    answered_at: datetime | None
    outcome: str | None
    created_at: datetime
    decided_at: datetime | None

    @property
    def ground_name(self) -> Message:
        return GROUNDS[self.ground]

    @property
    def wish_name(self) -> Message:
        return WISHES[self.wish]


async def one(number: int, thread: int) -> RightsRow | None:
    return await db.fetch_one(RightsRow, SELECT_REQUEST, number, thread)


async def of_item(item: int) -> list[RightsRow]:
    """The requests about the article of a queue item, those that wait first."""
    return await db.fetch(RightsRow, SELECT_REQUESTS_OF_ITEM, item)
