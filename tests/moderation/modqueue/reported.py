"""Items, decisions and forms for tests of the queue."""

from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice
from parley.moderation.modqueue import in_place
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

INSULT = "You are a fool, and everybody knows it."


async def reported(author: Viewer | None = None, ground: str = "civility", *, by: Viewer | None = None) -> int:
    """The item of a comment that a member reported."""
    comment = await make.comment(await make.thread(), author or await make.member(), INSULT)
    await reports.report(ReportInput("comment", comment, ground, "It insults me.", by or await make.member()))
    item: int = await db.value("select id from queue_item where kind = 'comment' and target = $1", comment)
    return item


async def version_of(item: int) -> str:
    return str(await db.value("select version from queue_item where id = $1", item))


async def removal(item: int) -> dict[str, str]:
    """The fields of a decision to remove."""
    fields = {"action": "remove", "rule": "civility", "reason": "It insults somebody."}
    return {"version": await version_of(item), **fields}


async def decided(item: int, moderator: Viewer, action: str = "remove", **fields: object) -> int:
    """Decide on an item; return the id of the decision."""
    usual: dict[str, object] = {"guideline": "civility", "reason": "It insults somebody."}
    return await decisions.decide(moderator, Choice(item, int(await version_of(item)), action, **(usual | fields)))  # type: ignore[arg-type]


async def sanctioned(
    item: int, moderator: Viewer, author: Viewer, action: str = "silence", days: int | None = 3
) -> int:
    """Remove a comment and sanction its author; return the id of the sanction."""
    thread = await db.value("select thread from queue_item where id = $1", item)
    async with db.atomic():
        await decided(item, moderator)
        sanction = Choice(0, 0, action, "civility", "It insults somebody.", days)
        await in_place.sanction(moderator, author.id, thread, sanction)
    return int(await db.value("select max(id) from decision"))


async def state_of_target(item: int) -> str:
    state: str = await db.value(
        "select c.state from comment c join queue_item i on i.target = c.id where i.id = $1", item
    )
    return state
