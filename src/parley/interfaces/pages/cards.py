"""Cards that appear beside a name or a quote: who the member is, and which passage the words are from."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.comments import anchors, queries
from parley.discussion.comments.rules import IS_VISIBLE
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import viewer_of
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import fragment, wants_fragment
from parley.platform.text.cleaning import as_id, shorten
from parley.platform.text.messages import N_

# Enough to see the quoted words in their context.
LONGEST_CONTEXT = 900
# A card need not count all comments of a member; it shows "999+".
MOST_COUNTED = 1_000
COUNT_COMMENTS = f"""
select count(*) from (select from comment c where c.author = $1 and {IS_VISIBLE} limit {MOST_COUNTED}) counted
"""  # noqa: S608 constants only


@get("/u/{name:str}/card", name="pages:member-card", opt={"who": ANYONE, "reading": True})
async def member_card(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """Say who a member is, without the title of a member whom the viewer blocked."""
    person = await accounts.by_name(name)
    if person is None or person.state == "unverified":
        raise NotFound(N_("There is no member with this name."))
    if not wants_fragment(request):
        return Redirect(f"/u/{quote(person.name, safe='')}", status_code=303)
    viewer = viewer_of(request)
    is_blocked = viewer is not None and person.id in viewer.blocked
    count = await db.value(COUNT_COMMENTS, person.id)
    return fragment(request, "interfaces/cards/member.html", member=person, is_blocked=is_blocked, count=count)


@get("/c/{comment:str}/passage", name="pages:passage-card", opt={"who": ANYONE, "reading": True})
async def passage_card(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    """Show the passage that a visible comment is about, as it reads now."""
    number = as_id(comment)
    row = await queries.one(number) if number is not None else None
    text = (await anchors.passage_texts([row.id])).get(row.id) if row is not None and row.state == "visible" else None
    if row is None or text is None:
        raise NotFound
    if not wants_fragment(request):
        return Redirect(f"/c/{row.id}", status_code=303)
    before, words, after = _split_at(text, row.words or row.quote or "")
    return fragment(request, "interfaces/cards/passage.html", before=before, words=words, after=after)


def _split_at(text: str, words: str) -> tuple[str, str, str]:
    """Return `text` before, in and after `words`; all of it before them if it does not contain them."""
    before, matched, after = text.partition(words) if words else (text, "", "")
    if len(text) <= LONGEST_CONTEXT:
        return before, matched, after
    if matched and len(before) > LONGEST_CONTEXT // 2:
        before = f"…{before[-LONGEST_CONTEXT // 2 :].partition(' ')[2]}"
    return before if matched else shorten(before, LONGEST_CONTEXT), matched, shorten(after, LONGEST_CONTEXT // 2)


handlers: list[object] = [member_card, passage_card]
