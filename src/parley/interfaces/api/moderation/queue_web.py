"""The moderation queue: reading it, claiming items, deciding and undoing."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, Router, get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_member, answer_write, from_row, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.paging import After, Limit, after_id, page_of
from parley.interfaces.api.scopes import MODERATE
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import undoing
from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.modqueue import assigning, claims
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.requests import item_at
from parley.people.accounts.viewer import staff
from parley.people.community.queries import grounds
from parley.platform.errors import NotFound
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest
from parley.platform.text.cleaning import as_id

OfTopic = Annotated[str | None, QueryParameter(max_length=40, description="The slug of a topic; its items only.")]


class QueueItem(msgspec.Struct, frozen=True):
    """Something that needs a moderator."""

    id: fields.Id
    kind: Annotated[str, Meta(description="What it is about: `comment`, `member` or `article`.")]
    target: Annotated[int, Meta(description="The id of the comment or member, or of the thread of the article.")]
    version: Annotated[int, Meta(description="Counts what happened to it: send it with a decision.")]
    risk: Annotated[float, Meta(description="Orders the queue, the greatest first; it has no unit and no limit.")]
    escalated: Annotated[bool, Meta(description="Whether an admin has to decide.")]
    opened_at: Annotated[datetime, Meta(description="When it was first reported or held.")]
    holder: Annotated[str | None, Meta(description="The name of the moderator who has claimed it; null for nobody.")]
    assigned_to: fields.AssignedTo
    title: fields.TitleOrNone
    author: Annotated[str | None, Meta(description="Who wrote it; null where nobody may see that.")]
    excerpt: fields.Excerpt
    sensitive: Annotated[bool, Meta(description="Whether only the page shows its words, and records who looked.")]
    grounds: Annotated[list[str], Meta(description="How often each rule was named in reports, such as `civility 2`.")]
    people: Annotated[int, Meta(description="How many people reported it.")]
    held: Annotated[bool, Meta(description="Whether it is a comment that others cannot read until somebody decides.")]


class QueuePage(msgspec.Struct, frozen=True):
    items: fields.Items[QueueItem]
    next: fields.NextPage


class DirectDecision(Body, frozen=True):
    """A decision that no report asked for."""

    action: fields.Action
    rule: Annotated[str | None, Meta(description="The code of the rule that is broken; null for none.")] = None
    reason: fields.Reason = ""
    quote: fields.Quote = ""
    until: fields.Days = None
    confirm: fields.Confirm = ""
    title: fields.TypedTitle = ""
    law: fields.Law = ""


class NewDecision(DirectDecision, frozen=True, kw_only=True):
    """A decision about an item at the `version` that was read."""

    version: Annotated[int, Meta(description="The `version` of what I read: if it changed, the answer is 409.")]


class Decision(msgspec.Struct, frozen=True):
    id: fields.Id


@get("/moderation/queue", name="api:queue", responses=problems(403, 404, 422))
async def queue(
    request: AnyRequest, after: After = None, limit: Limit = 50, topic: OfTopic = None
) -> Response[QueuePage]:
    """Items that need a moderator, the greatest risk first; never my own content or what I reported."""
    rows = await modqueue.page(staff(request).id, QueueFilter(topic=topic), after=after_id(after), count=limit + 1)
    shown, following = page_of(request, rows, limit)
    # Sensitive words are only shown on the page, which records who looked.
    items = [from_row(QueueItem, row, excerpt="" if row.sensitive else row.excerpt) for row in shown]
    return answer_member(request, QueuePage(items, following))


@post("/moderation/queue/{item:str}/claim", name="api:claim-item", status_code=204, responses=problems(403, 404, 409))
async def claim(request: AnyRequest, item: fields.ItemPath) -> None:
    """Claim an item for ten minutes."""
    row = await item_at(request, item)
    await claims.claim(staff(request), row.id)


class Assignment(Body, frozen=True):
    """Who is asked to decide."""

    name: Annotated[str, Meta(description="The name of a moderator who may decide it; empty: nobody.")] = ""


@post("/moderation/queue/{item:str}/assign", name="api:assign-item", status_code=204, responses=problems(403, 404, 422))
async def assign(request: AnyRequest, item: fields.ItemPath, data: JSONBody[Assignment]) -> None:
    """Ask a colleague to decide about an item. They get a letter; others may still decide it."""
    await assigning.assign(staff(request), (await item_at(request, item)).id, data.name)


@post("/moderation/queue/{item:str}/decide", name="api:decide", responses=problems(403, 404, 409, 422))
async def decide(request: AnyRequest, item: fields.ItemPath, data: JSONBody[NewDecision]) -> Response[Decision]:
    """Decide about an item. The author gets the reason, and may appeal."""
    row = await item_at(request, item)
    form = DecisionForm(as_fields(data), await grounds())
    form.require()
    check(form)
    return answer_write(Decision(await decisions.decide(staff(request), form.choice_for(row.id))), 201)


@post(
    "/moderation/decisions/{decision:str}/undo",
    name="api:undo-decision",
    status_code=204,
    responses=problems(403, 404, 409, 422),
)
async def undo(request: AnyRequest, decision: fields.DecisionPath) -> None:
    """Undo my decision, within half a minute."""
    number = as_id(decision)
    if number is None:
        raise NotFound
    await undoing.undo(staff(request), number)


handlers = [
    Router("/", route_handlers=[queue, claim, assign, decide, undo], opt={"who": ROOM_MODERATOR, "scope": MODERATE})
]
