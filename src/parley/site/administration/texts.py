"""The pages about the site: what admins wrote, else what we ship, which says what the software does."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter

import msgspec
from markupsafe import Markup

from parley.people.accounts.sessions import UNUSED_DAYS
from parley.people.accounts.viewer import Viewer
from parley.people.community.tables import PageText
from parley.platform import db
from parley.platform.cache import by_text
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, Refused
from parley.platform.http import environment
from parley.platform.http.access import ADMIN
from parley.platform.settings import settings
from parley.platform.text import markdown
from parley.platform.text.messages import N_, Message
from parley.site.retention import RULES

# In the order of the foot. Those without a text of ours exist once they are written.
PAGES = {
    "about": N_("About"),
    "privacy": N_("Privacy"),
    "terms": N_("Terms"),
    "contact": N_("Contact"),
    "imprint": N_("Imprint"),
}
SHIPPED = ("about", "privacy")
SELECT_LAST = "select distinct on (page) id, page, text, created_at from page_text order by page, id desc"
SELECT_VERSIONS = """
select id, page, text, created_at from page_text where page = $1 and text <> '' order by id desc limit 100
"""

# Anybody may read all versions in turn.
_html = by_text("site-pages", most_bytes=4 * 2**20)(markdown.render)


class PageRow(msgspec.Struct, frozen=True):
    """A version of a page; the one that we ship has the id 0 and no day."""

    id: int
    page: str
    text: str
    created_at: datetime | None = None

    @property
    def title(self) -> Message:
        return PAGES[self.page]

    @property
    def html(self) -> Markup:
        """The text as HTML, sanitised by platform/text/markdown.py."""
        return Markup(_html(self.text))  # noqa: S704 see the docstring


class TextChanged(Refused):
    """Another admin saved the page after the form was opened."""

    status = 409


async def current() -> dict[str, PageRow]:
    """The pages that there are, in the order of the foot."""
    written = {row.page: row for row in await db.fetch(PageRow, SELECT_LAST) if row.text}
    return {page: written.get(page) or shipped(page) for page in PAGES if page in written or page in SHIPPED}


async def newest(page: str) -> PageRow:
    """A page as it is; without a text if there is none."""
    return (await current()).get(page) or shipped(page)


async def versions(page: str) -> list[PageRow]:
    """What was written on a page, the last version first."""
    return await db.fetch(PageRow, SELECT_VERSIONS, page)


def shipped(page: str) -> PageRow:
    """The text that we ship for a page; for most, none."""
    if page not in SHIPPED:
        return PageRow(0, page, "")
    template = environment.environment().get_template(f"site/administration/{page}.md")
    return PageRow(0, page, template.render(settings=settings(), unused_days=UNUSED_DAYS, kept=kept()).strip())


def kept() -> list[tuple[int, list[str]]]:
    """What is deleted after how many days, by the rules of the job that deletes it."""
    rules = sorted(RULES, key=attrgetter("days"))
    return [(days, [rule.what for rule in group]) for days, group in groupby(rules, attrgetter("days"))]


async def save(viewer: Viewer, page: str, text: str, *, version: int) -> None:
    """Publish a text; an empty one brings back what we ship. `version` is the id of the text that was edited.

    Raises Forbidden for anybody but admins, and TextChanged if the page has another text by now.
    """
    if viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))
    text = "" if text == shipped(page).text else text
    async with db.atomic():
        await db.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"page_text {page}")
        last = await newest(page)
        if version != last.id:
            raise TextChanged(
                N_(
                    "Another admin changed this page in the meantime. Nothing was changed, and your text is kept "
                    "below. Save again to replace their text with yours."
                )
            )
        if text != last.text:
            await PageText.insert(PageText(page=page, text=text, written_by=viewer.id, created_at=NOW))
