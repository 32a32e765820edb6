"""A member's profile: what they say about themselves, and their visible comments, by article."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from parley.discussion.comments.rules import EXCERPT, IS_VISIBLE
from parley.discussion.thesis import queries as theses
from parley.interfaces.feeds import structured
from parley.people.accounts import blocks, names
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform import db
from parley.platform.cache import by_text
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE
from parley.platform.http.pages import page
from parley.platform.text import markdown
from parley.platform.text.cleaning import as_id
from parley.platform.text.formats import iso
from parley.platform.text.messages import N_

PAGE = 30
# The best comments are shown above the others, where there are some more, of the newest of an active member.
BEST, FEW, MOST_COMPARED = 3, 6, 1_000

_html = by_text("profiles", most_bytes=4 * 2**20)(markdown.render)

SELECT = f"""
select c.id, t.id as thread_id, t.slug, t.title as thread_title, {EXCERPT} as excerpt, c.stance, c.parent,
c.base_ups + c.ups - c.base_downs - c.downs as score, c.created_at, c.edited_at
"""
# Without collapsed comments: this page cannot hide them until readers open them.
IS_SHOWN = f"{IS_VISIBLE} and c.collapsed is null"
# The newest first, without $4. The next page begins after the comment $2. Excerpts are made of what is shown only.
SELECT_COMMENTS = f"""
with shown as materialized (
    select c.id from comment c where c.author = $1 and {IS_SHOWN} and c.id <> all($4::bigint[])
      and ($2::bigint is null
        or (c.created_at, c.id) < (select created_at, id from comment where id = $2 and author = $1))
    order by c.created_at desc, c.id desc limit $3
)
{SELECT} from shown join comment c on c.id = shown.id join thread t on t.id = c.thread
order by c.created_at desc, c.id desc
"""  # noqa: S608 constants only
# In the order of threads (comments/ranks.py), of those that more members found worth reading than not.
SELECT_BEST = f"""
with newest as (
    select c.id, c.best, c.base_ups + c.ups > c.base_downs + c.downs as is_liked from comment c
    where c.author = $1 and {IS_SHOWN} order by c.created_at desc limit {MOST_COMPARED}
), best as materialized (
    select id from newest where is_liked order by best desc, id limit {BEST}
)
{SELECT} from best join comment c on c.id = best.id join thread t on t.id = c.thread
order by c.best desc, c.id
"""  # noqa: S608 constants only
SELECT_STANCES = f"""
select c.thread, c.stance, count(*) as count from comment c
where c.author = $1 and c.thread = any($2::bigint[]) and c.stance is not null and {IS_SHOWN} group by 1, 2
"""  # noqa: S608 constants only
SELECT_FIGURES = f"""
select count(*) as comment_count, coalesce(sum(c.ups), 0) as karma from comment c
where c.author = $1 and {IS_VISIBLE}
"""  # noqa: S608 constants only


class ProfileComment(msgspec.Struct, frozen=True):
    """A comment in its author's history."""

    id: int
    thread_id: int
    slug: str
    thread_title: str
    excerpt: str
    stance: str | None
    parent: int | None
    score: int
    created_at: datetime
    edited_at: datetime | None


class ArticleGroup(msgspec.Struct, frozen=True):
    """Comments of a member on one article, with its thesis, and how many of their responses have each stance."""

    comments: list[ProfileComment]
    thesis: str | None
    stances: Mapping[str, int]


class StanceCount(msgspec.Struct, frozen=True):
    thread: int
    stance: str
    count: int


class ProfileCounts(msgspec.Struct, frozen=True):
    comment_count: int
    karma: int


@get("/u/{name:str}", name="comments:profile", opt={"who": ANYONE, "reading": True})
async def profile_page(request: Request, name: FromPath[str]) -> Response[object]:  # type: ignore[type-arg]
    person, viewer = await accounts.by_name(name), viewer_of(request)
    if person is None or not is_shown(person, viewer):
        raise NotFound(N_("There is no member with this name."))
    if not names.same(person.name, name):
        return Redirect(f"/u/{quote(person.name, safe='')}", status_code=302)
    relation = await blocks.kind_of(viewer, person.id) if viewer else None
    figures = await figures_of(person.id)
    bio, best, history = "", list[ProfileComment](), list[ProfileComment]()
    before = as_id(request.query_params.get("before", ""))
    # A viewer who blocked the member gets none of their words.
    if relation != "block":
        bio = _html(person.bio)
        if before is None and figures.comment_count > FEW:
            best = await db.fetch(ProfileComment, SELECT_BEST, person.id)
        above = [one.id for one in best]
        history = await db.fetch(ProfileComment, SELECT_COMMENTS, person.id, before, PAGE + 1, above)
    return page(
        request,
        "interfaces/pages/profile.html",
        "history",
        member=person,
        bio=Markup(bio),  # noqa: S704 made safe by platform/text/markdown.py
        figures=figures,
        structured=structured.of_member(person.name, iso(person.created_at), bio, figures),
        best=best,
        groups=await _by_article(person.id, history[:PAGE]),
        next_url=f"?before={history[PAGE - 1].id}" if len(history) > PAGE else None,
        relation=relation,
        since=viewer.last_visit if viewer and viewer.id != person.id else None,
    )


async def _by_article(member: int, comments: Sequence[ProfileComment]) -> list[ArticleGroup]:
    """Group comments by their article, that with the newest comment first."""
    by_thread: dict[int, list[ProfileComment]] = {}
    for comment in comments:
        by_thread.setdefault(comment.thread_id, []).append(comment)
    if not by_thread:
        return []
    found = await theses.of_threads(list(by_thread))
    stances: dict[int, Counter[str]] = {thread: Counter() for thread in by_thread}
    for row in await db.fetch(StanceCount, SELECT_STANCES, member, list(by_thread)):
        stances[row.thread][row.stance] = row.count
    return [
        ArticleGroup(comments, found[thread].text if thread in found else None, stances[thread])
        for thread, comments in by_thread.items()
    ]


async def figures_of(member: int) -> ProfileCounts:
    """Return how much a member wrote that is visible, and how it was voted."""
    return await db.fetch_one(ProfileCounts, SELECT_FIGURES, member) or ProfileCounts(0, 0)


def is_shown(person: accounts.PublicMember, viewer: Viewer | None) -> bool:
    """Whether the profile exists for `viewer`: without a confirmed address, only for the member."""
    return person.state != "unverified" or (viewer is not None and viewer.id == person.id)


handlers: list[object] = [profile_page]
