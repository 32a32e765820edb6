"""The moderation queue: reading it, claiming items, deciding and undoing."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from parley.interfaces.api import schemas
from parley.interfaces.api.answers import answer, answer_write, problems
from parley.interfaces.api.bodies import NewDecision, as_fields, check
from parley.interfaces.api.paging import After, Limit, after_id, next_page
from parley.interfaces.api.scopes import MODERATE
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import undoing
from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.modqueue import claims
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.queries import QueueRow
from parley.moderation.modqueue.requests import item_at
from parley.people.community.queries import titles
from parley.platform.errors import NotFound
from parley.platform.http.access import MODERATOR, AnyRequest, staff
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

MODERATING = {"who": MODERATOR, "scope": MODERATE, "any_body": True}


class Decision(msgspec.Struct, frozen=True):
    id: int


@get("/moderation/queue", name="api:queue", opt=MODERATING, responses=problems(403, 404, 422))
async def queue(request: AnyRequest, after: After = None, limit: Limit = 50) -> Response[schemas.QueuePage]:
    """Items that need a moderator, the greatest risk first; never my own content or what I reported."""
    viewer, position = staff(request), after_id(after)

    async def make() -> schemas.QueuePage:
        rows = await modqueue.page(viewer.id, QueueFilter(), after=position, count=limit + 1)
        following = next_page(request, rows[limit - 1].id) if len(rows) > limit else None
        return schemas.QueuePage([_item(row) for row in rows[:limit]], following)

    return await answer(request, make)


def _item(row: QueueRow) -> schemas.QueueItem:
    """Return an item; sensitive words are only shown on the page, which records who looked."""
    return schemas.QueueItem(
        id=row.id,
        kind=row.kind,
        target=row.target,
        version=row.version,
        risk=row.risk,
        escalated=row.escalated,
        opened_at=row.opened_at,
        holder=row.holder,
        title=row.title,
        author=row.author,
        excerpt="" if row.sensitive else row.excerpt,
        sensitive=row.sensitive,
        grounds=row.grounds,
        people=row.people,
    )


@post(
    "/moderation/queue/{item:str}/claim",
    name="api:claim-item",
    opt=MODERATING,
    status_code=204,
    responses=problems(403, 404, 409),
)
async def claim(request: AnyRequest, item: FromPath[str]) -> None:
    """Claim an item for ten minutes."""
    row = await item_at(request, item)
    await claims.claim(staff(request), row.id)


@post("/moderation/queue/{item:str}/decide", name="api:decide", opt=MODERATING, responses=problems(403, 404, 409, 422))
async def decide(request: AnyRequest, item: FromPath[str], data: JSONBody[NewDecision]) -> Response[Decision]:
    """Decide about an item. The author gets the reason, and may appeal."""
    row = await item_at(request, item)
    form = DecisionForm(as_fields(data), await titles())
    form.require()
    check(form)
    return answer_write(Decision(await decisions.decide(staff(request), form.choice_for(row.id))), 201)


@post(
    "/moderation/decisions/{decision:str}/undo",
    name="api:undo-decision",
    opt=MODERATING,
    status_code=204,
    responses=problems(403, 404, 409, 422),
)
async def undo(request: AnyRequest, decision: FromPath[str]) -> None:
    """Undo my decision, within half a minute."""
    number = as_id(decision)
    if number is None:
        raise NotFound(N_("There is no such decision."))
    await undoing.undo(staff(request), number)


handlers: list[Any] = [queue, claim, decide, undo]
