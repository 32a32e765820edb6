"""What of an article's text may be read, and who may edit it."""

from typing import Protocol
from urllib.parse import urlsplit

import httpx

from parley.core.http.access import MODERATOR, Viewer

# Characters that may be shown of an article whose publisher allows an excerpt only.
EXCERPT = 300

# The host of an article's address.
HOST = "lower(substring(url from '^https?://(?:[^/@]*@)?([^/:?#]+)'))"

# The passages of revision `r` of article `a` as anybody may read them, for a `from` clause where both are in scope.
# Every query that reads what a passage says joins this, never the table: of an excerpt-only article even old revisions
# that were kept whole give no more than the first characters, and no pictures.
READABLE = f"""lateral (
    select lineage, position, kind::text as kind, level, html, text
    from passage where revision = r.id and a.display = 'full'
    union all
    select lineage, position, case when length(text) <= room then kind else 'paragraph' end,
           case when length(text) <= room then level end,
           case when length(text) <= room then html
                else '<p>' || replace(replace(replace(cut, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') || '…</p>' end,
           case when length(text) <= room then text else cut || '…' end
    from (
        select *, regexp_replace(left(text, (room - 1)::int), '\\s+\\S*$', '') as cut
        from (
            select *, {EXCERPT} - sum(length(text)) over (order by position) + length(text) as room
            from passage where revision = r.id and a.display <> 'full' and kind <> 'figure'
        ) measured where room > 0
    ) short
)"""  # noqa: S608 constants only


def is_of_the_web(url: str) -> bool:
    """Whether `url` is the address of a page on the web, and its host one that there can be (RFC 5891)."""
    try:
        parts, host = urlsplit(url), httpx.URL(url).host
    except (ValueError, TypeError, httpx.InvalidURL):
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and bool(host)


class Discussed(Protocol):
    """What is asked of a thread."""

    @property
    def state(self) -> str: ...
    @property
    def starter(self) -> str | None: ...


class Addressed(Protocol):
    """What is asked of an article."""

    @property
    def url(self) -> str | None: ...


def may_edit(viewer: Viewer | None, thread: Discussed, article: Addressed) -> bool:
    """Whether `viewer` may change the text here: moderators, and who pasted it while it has no source of its own."""
    if viewer is None or thread.state == "archived":
        return False
    if viewer.standing >= MODERATOR:
        return True
    return viewer.verified and thread.state == "open" and article.url is None and thread.starter == viewer.name


def may_decide_update(viewer: Viewer | None, thread: Discussed, suggested_by: str | None) -> bool:
    """Whether `viewer` may accept or decline an update: moderators, and who began the thread, but not their own."""
    if viewer is None or thread.state == "archived":
        return False
    if viewer.standing >= MODERATOR:
        return True
    return viewer.verified and thread.state == "open" and viewer.name == thread.starter != suggested_by


def may_read_check_note(viewer: Viewer | None, thread: Discussed) -> bool:
    """Whether `viewer` reads why the last look at the source was no revision: moderators, and who began the thread."""
    return viewer is not None and (viewer.standing >= MODERATOR or viewer.name == thread.starter)
