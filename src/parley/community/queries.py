"""Reading what this community asks of its members."""

from datetime import datetime
from functools import cache, lru_cache

import msgspec
from markupsafe import Markup

from parley.core import db
from parley.core.http.assets import folder
from parley.core.text import markdown

_html = lru_cache(maxsize=4)(markdown.render)


class Rules(msgspec.Struct, frozen=True):
    """The rules of the community; one that wrote none of its own goes by those that come with Parley."""

    written: str
    asks_declaration: bool
    changed_at: datetime

    @property
    def text(self) -> str:
        return self.written or shipped()

    @property
    def html(self) -> Markup:
        """The rules, rendered by core/text/markdown.py, which made them safe."""
        return Markup(_html(self.text))  # noqa: S704 see the docstring


@cache
def shipped() -> str:
    """The rules that come with Parley, as Markdown."""
    return (folder("templates") / "community" / "rules.md").read_text().strip()


async def rules() -> Rules:
    found = await db.fetch_one(Rules, "select rules as written, asks_declaration, changed_at from community")
    if found is None:
        raise LookupError("the migrations write the community's one row")
    return found
