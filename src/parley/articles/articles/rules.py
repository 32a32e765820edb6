"""Which part of an article may be read, and who may edit it."""

from typing import Protocol
from urllib.parse import urlsplit

import httpx

from parley.people.accounts.viewer import Viewer
from parley.platform.http.access import MODERATOR

# The length in characters of the excerpt of an article whose publisher allows no more.
EXCERPT = 300
# The kind of a passage whose text may not be read.
HIDDEN = "hidden"
# Unpublished drafts are kept for this long. Pages show the number to members with a draft.
DRAFT_DAYS = 90

# The host of an article's address, also of one that it only claims.
HOST = "lower(substring(coalesce(url, claimed_url) from '^https?://(?:[^/@]*@)?([^/:?#]+)'))"

# The passages of revision `r` of article `a` as readers may see them, for a `from` clause with both in scope. Every
# query that shows the text of passages joins this instead of the table. If only an excerpt may be shown, even old
# revisions that are stored in full yield only the first characters and no pictures; of a text that was taken down, and
# of single passages that were removed, nothing is left. What is not shown keeps its place, with the kind `hidden` and
# without text.
READABLE = f"""lateral (
    select lineage, position, kind::text as kind, level, page, boxes, html, text
    from passage where revision = r.id and a.display = 'full'
    union all
    select lineage, position, case when gone then '{HIDDEN}' else kind end, case when not gone then level end, page,
           boxes, case when gone then '' else html end, case when gone then '' else text end
    from (
        select *, lineage = any(a.removed_passages) as gone from passage where revision = r.id and a.display = 'parts'
    ) parts
    union all
    select lineage, position,
           case when room <= 0 then '{HIDDEN}' when length(text) <= room then kind else 'paragraph' end,
           case when length(text) <= room then level end, page, null,
           case when room <= 0 then '' when length(text) <= room then html
                else '<p>' || replace(replace(replace(cut, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') || '…</p>' end,
           case when room <= 0 then '' when length(text) <= room then text else cut || '…' end
    from (
        select *, regexp_replace(left(text, greatest(room - 1, 0)::int), '\\s+\\S*$', '') as cut
        from (
            select *, case when kind = 'figure' or a.display = 'none' or lineage = any(a.removed_passages) then 0
                           else {EXCERPT} - sum(length(text)) filter (where kind <> 'figure') over (order by position)
                                + length(text) end as room
            from passage where revision = r.id and a.display not in ('full', 'parts')
        ) measured
    ) short
)"""  # noqa: S608 constants only


def is_web_address(url: str) -> bool:
    """Whether `url` is an http or https address with a valid host (RFC 5891)."""
    try:
        parts, host = urlsplit(url), httpx.URL(url).host
    except (ValueError, TypeError, httpx.InvalidURL):
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and bool(host)


class ThreadLike(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def starter(self) -> str | None: ...


class ArticleLike(Protocol):
    @property
    def url(self) -> str | None: ...
    @property
    def is_frozen(self) -> bool: ...


def may_edit(viewer: Viewer | None, thread: ThreadLike, article: ArticleLike) -> bool:
    """Whether `viewer` may edit the text: moderators, and the member who pasted it if it has no source."""
    if viewer is None or thread.state == "archived" or article.is_frozen:
        return False
    if viewer.access >= MODERATOR:
        return True
    return viewer.verified and thread.state == "open" and article.url is None and thread.starter == viewer.name


def may_decide_update(viewer: Viewer | None, thread: ThreadLike, suggested_by: str | None) -> bool:
    """Whether `viewer` may accept or decline an update: moderators, and the thread's starter, except their own."""
    if viewer is None or thread.state == "archived":
        return False
    if viewer.access >= MODERATOR:
        return True
    return viewer.verified and thread.state == "open" and viewer.name == thread.starter != suggested_by


def may_read_check_note(viewer: Viewer | None, thread: ThreadLike) -> bool:
    """Whether `viewer` may read the note of the last source check: moderators, and the thread's starter."""
    return viewer is not None and (viewer.access >= MODERATOR or viewer.name == thread.starter)
