"""Rendering stored comments anew after the renderer changed."""

from collections.abc import Sequence

import msgspec

from parley.accounts import queries as accounts
from parley.core import attempts, db, markdown

BATCH = 200


class Old(msgspec.Struct, frozen=True):
    id: int
    body: str
    # One that was imported mentions people of where it was written.
    imported: bool


OLD = f"""
select id, body, author is null as imported from comment
where html_version < $1 and {attempts.due("markdown", "comment.id")}
order by id limit $2 for no key update skip locked
"""  # noqa: S608 constants only
RENEW = """
update comment c set html = n.html, html_version = $1
from unnest($2::bigint[], $3::text[]) as n(id, html) where c.id = n.id
"""


async def render_old() -> int:
    """Render the comments whose HTML an earlier version of core/markdown.py made, and return how many there were."""
    count = 0
    while batch := await _render_batch():
        count += batch
    return count


async def _render_batch() -> int:
    async with db.atomic():
        old = await db.fetch(Old, OLD, markdown.VERSION, BATCH)
        await attempts.together("markdown", old, _render, key=lambda one: one.id)
    return len(old)


async def _render(old: Sequence[Old]) -> None:
    found = {one.id: [] if one.imported else markdown.mentioned(one.body) for one in old}
    known = await accounts.of_names([name for names in found.values() for name in names])
    html = [
        markdown.render(one.body, {name: known[name].name for name in found[one.id] if name in known}) for one in old
    ]
    await db.execute(RENEW, markdown.VERSION, [one.id for one in old], html)
