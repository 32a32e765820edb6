"""Articles with everything that was taken down, as only moderators may read them."""

import msgspec
from markupsafe import Markup

from parley.platform import db


class WholeArticle(msgspec.Struct, frozen=True):
    title: str
    byline: str | None
    address: str | None
    restricted: str
    untitled: bool
    withheld: list[int]
    number: int


SELECT_ARTICLE = """
select r.title, r.byline, coalesce(a.url, a.claimed_url) as address, a.restricted, a.untitled, a.withheld, r.number
from thread t join article a on a.id = t.article join revision r on r.article = a.id
where t.id = $1 order by r.number desc limit 1
"""


async def whole_article(thread: int) -> WholeArticle | None:
    return await db.fetch_one(WholeArticle, SELECT_ARTICLE, thread)


class WholePassage(msgspec.Struct, frozen=True):
    number: int
    lineage: int
    text: str
    raw_html: str

    @property
    def html(self) -> Markup:
        """The passage's element, sanitised on import (extraction/html/passages.py)."""
        return Markup(self.raw_html)  # noqa: S704 see the docstring


SELECT_PASSAGES = """
select p.position + 1 as number, p.lineage, p.text, p.html as raw_html from passage p
where p.revision = (select r.id from thread t join revision r on r.article = t.article
                    where t.id = $1 order by r.number desc limit 1)
order by p.position
"""


async def passages(thread: int) -> list[WholePassage]:
    """The passages of the newest revision, whatever readers may see of them."""
    return await db.fetch(WholePassage, SELECT_PASSAGES, thread)
