"""What I keep for myself: comments, articles and words of articles, with my notes."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, Router, get
from msgspec import Meta

from parley.discussion.kept import queries, rules
from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_member, from_row, problems
from parley.interfaces.api.paging import After, after_id, next_page
from parley.interfaces.api.scopes import KEEP
from parley.people.accounts.viewer import signed_in
from parley.platform.http.access import MEMBER, AnyRequest

PER_PAGE = 200


class Kept(msgspec.Struct, frozen=True):
    """A comment, words of an article or an article that I keep. What may not be read any more is null."""

    id: fields.Id
    kind: Annotated[str, Meta(description="`comment`, `highlight` or `article`.")]
    url: fields.Url
    thread: fields.ThreadId
    title: fields.Title
    comment: fields.CommentOrNone
    passage: fields.Lineage
    quote: fields.QuoteOrNone
    words: Annotated[str | None, Meta(description="The quoted words as they read now, if they changed; else null.")]
    note: Annotated[str, Meta(description="My note; may be empty.")]
    created_at: fields.CreatedAt
    changed_at: Annotated[datetime, Meta(description="When it was kept or the note was changed last.")]


class KeptPage(msgspec.Struct, frozen=True):
    items: fields.Items[Kept]
    next: fields.NextPage


@get("/kept", name="api:kept", responses=problems(403, 422))
async def kept(request: AnyRequest, after: After = None) -> Response[KeptPage]:
    """A page of what I keep, by article; `after` is the number of items before it."""
    skip = min(after_id(after) or 0, rules.MOST_KEPT)
    rows = await queries.kept(signed_in(request), most=PER_PAGE + 1, skip=skip)
    items = [from_row(Kept, row, url=row.whole_address, note=row.text, kind=row.kind) for row in rows[:PER_PAGE]]
    following = next_page(request, skip + PER_PAGE) if len(rows) > PER_PAGE else None
    return answer_member(request, KeptPage(items, following))


handlers = [Router("/", route_handlers=[kept], opt={"who": MEMBER, "scope": KEEP})]
