"""A member's profile: what they say about themselves, and their visible comments."""

from datetime import datetime
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from parley.discussion.comments.rules import IS_VISIBLE
from parley.interfaces.feeds import structured
from parley.people.accounts import blocks, names
from parley.people.accounts import queries as accounts
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, Viewer, viewer_of
from parley.platform.http.pages import page
from parley.platform.text import markdown
from parley.platform.text.cleaning import as_id
from parley.platform.text.formats import iso
from parley.platform.text.messages import N_

PAGE = 30
EXCERPT = 300

# The newest first, without what moderation collapsed: nobody is asked here before it is shown. The next page begins
# after the comment $2.
SELECT_COMMENTS = f"""
select c.id, t.id as thread_id, t.slug, t.title as thread_title, c.html, c.stance, c.parent,
  c.base_ups + c.ups - c.base_downs - c.downs as score, c.created_at
from comment c join thread t on t.id = c.thread
where c.author = $1 and {IS_VISIBLE} and c.collapsed is null
  and ($2::bigint is null
    or (c.created_at, c.id) < (select created_at, id from comment where id = $2 and author = $1))
order by c.created_at desc, c.id desc limit $3
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
    html: str
    stance: str | None
    parent: int | None
    score: int
    created_at: datetime

    @property
    def excerpt(self) -> str:
        return markdown.excerpt(self.html, EXCERPT)


class ProfileCounts(msgspec.Struct, frozen=True):
    comment_count: int
    karma: int


class Profile(msgspec.Struct, frozen=True):
    """A member as the page shows them."""

    name: str
    role: str
    title: str
    bio: Markup
    created_at: datetime
    comment_count: int
    karma: int
    has_feed: bool


@get("/u/{name:str}", name="comments:profile", opt={"who": ANYONE, "reading": True})
async def profile_page(request: Request, name: FromPath[str]) -> Response[object]:  # type: ignore[type-arg]
    person, viewer = await accounts.by_name(name), viewer_of(request)
    if person is None or not is_shown(person, viewer):
        raise NotFound(N_("There is no member with this name."))
    if not names.same(person.name, name):
        return Redirect(f"/u/{quote(person.name, safe='')}", status_code=302)
    relation = await blocks.kind_of(viewer, person.id) if viewer else None
    is_blocked = relation == "block"
    before = as_id(request.query_params.get("before", ""))
    history = [] if is_blocked else await db.fetch(ProfileComment, SELECT_COMMENTS, person.id, before, PAGE + 1)
    member = await _profile(person, blocked=is_blocked)
    next_url = f"?before={history[PAGE - 1].id}" if len(history) > PAGE else None
    return page(
        request,
        "interfaces/pages/profile.html",
        "history",
        member=member,
        structured=structured.of_member(member.name, iso(member.created_at), member.bio, member),
        history=history[:PAGE],
        next_url=next_url,
        relation=relation,
    )


async def figures_of(member: int) -> ProfileCounts:
    """Return how much a member wrote that is visible, and how it was voted."""
    return await db.fetch_one(ProfileCounts, SELECT_FIGURES, member) or ProfileCounts(0, 0)


def is_shown(person: accounts.PublicMember, viewer: Viewer | None) -> bool:
    """Whether the profile exists for `viewer`: without a confirmed address, only for the member."""
    return person.state != "unverified" or (viewer is not None and viewer.id == person.id)


async def _profile(person: accounts.PublicMember, *, blocked: bool) -> Profile:
    """Return the profile, without the member's own words for a viewer who blocked them."""
    figures = await figures_of(person.id)
    return Profile(
        name=person.name,
        role=person.role,
        title="" if blocked else person.title,
        bio=Markup("" if blocked else markdown.render(person.bio)),  # noqa: S704 made safe by platform/text/markdown.py
        created_at=person.created_at,
        comment_count=figures.comment_count,
        karma=figures.karma,
        has_feed=person.has_feed,
    )


handlers: list[object] = [profile_page]
