"""Reading the community's rules: its text, and the published rules that reports and decisions name."""

from datetime import datetime
from functools import cache, lru_cache

import msgspec
from markupsafe import Markup

from parley.people.community.tables import Community, Guideline
from parley.platform import db
from parley.platform.http.assets import folder
from parley.platform.text import markdown

# The severity from which on reported words are hidden until a moderator chooses to read them.
SENSITIVE = 4.0

_html = lru_cache(maxsize=4)(markdown.render)


class CommunityRules(msgspec.Struct, frozen=True):
    """The community's rules. Where it has written none, Parley's own apply."""

    written: str
    asks_declaration: bool
    sign_up: str
    hide_after: int
    changed_at: datetime

    @property
    def version(self) -> str:
        """Names these rules in the form, to detect that another admin changed them meanwhile."""
        return self.changed_at.isoformat()

    @property
    def text(self) -> str:
        return self.written or default_rules()

    @property
    def html(self) -> Markup:
        """The rules as HTML, sanitised by platform/text/markdown.py."""
        return Markup(_html(self.text))  # noqa: S704 see the docstring


@cache
def default_rules() -> str:
    return (folder("templates") / "people/community/rules.md").read_text().strip()


async def rules() -> CommunityRules:
    written, declares = Community.rules.as_alias("written"), Community.asks_declaration
    rules = Community.select(written, declares, Community.sign_up, Community.hide_after, Community.changed_at)
    row = await db.fetch_one(CommunityRules, rules)
    if row is None:
        raise LookupError("the table community has no row: the first migration inserts it")
    return row


class Ground(msgspec.Struct, frozen=True):
    """A guideline as reports and decisions name it."""

    code: str
    title: str
    text: str
    illegal: bool


async def grounds(*, illegal_only: bool = False) -> list[Ground]:
    """The guidelines in force, in the community's order; `illegal_only` for reports without an account."""
    in_force = Guideline.select().where(Guideline.retired == False).order_by(Guideline.position, Guideline.code)  # noqa: E712
    return [row for row in await db.fetch(Ground, in_force) if row.illegal or not illegal_only]
