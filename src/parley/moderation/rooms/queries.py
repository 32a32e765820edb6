"""What is said of a room, and who moderates it."""

from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.discussion.threads.tables import Topic
from parley.platform import db
from parley.platform.cache import by_text
from parley.platform.text import markdown

# The longest rules take 50 ms.
_html = by_text("rooms", most_bytes=2**20)(markdown.render)

SELECT_MODERATORS = """
select m.name, r.since from room_moderator r join member m on m.id = r.member
where r.topic = $1 order by r.since, m.name
"""


class Room(msgspec.Struct, frozen=True):
    """A topic with its introduction and the rules that hold beside the site's, as Markdown."""

    slug: str
    name: str
    intro: str
    rules: str
    min_days: int
    hue: int | None

    @property
    def intro_html(self) -> Markup:
        """The introduction, sanitised by platform/text/markdown.py."""
        return Markup(_html(self.intro))  # noqa: S704 see the docstring

    @property
    def rules_html(self) -> Markup:
        """The rules, sanitised by platform/text/markdown.py."""
        return Markup(_html(self.rules))  # noqa: S704 see the docstring


class ModeratorRow(msgspec.Struct, frozen=True):
    name: str
    since: datetime


async def room(slug: str) -> Room | None:
    return await db.fetch_one(Room, Topic.select().where(Topic.slug == slug))


async def moderators(slug: str) -> list[ModeratorRow]:
    return await db.fetch(ModeratorRow, SELECT_MODERATORS, slug)
