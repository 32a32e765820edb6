"""What the source says now, together with what was edited here since it last spoke.

Without this, the next look at the source would undo an editor's correction. A passage the source left alone stays as
it is kept here, with its edits, its pictures and its very markup; one edited here and at the source is the source's.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from markupsafe import Markup

from parley.articles.importing.passages import Passage
from parley.articles.text import Text
from parley.core import db


class Kept(msgspec.Struct, frozen=True):
    """A passage of a revision that is kept."""

    lineage: int
    kind: str
    level: int | None
    html: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """Equal for passages that read the same."""
        return self.kind, self.text

    @property
    def markup(self) -> Markup:
        """The passage's element, sanitised when it was cut (importing/passages.py)."""
        return Markup(self.html)  # noqa: S704 see above

    @property
    def passage(self) -> Passage:
        return msgspec.convert(self, Passage, from_attributes=True)


WHOLE = "select lineage, kind, level, html, text from passage where revision = $1 order by position"


async def whole(revision: int) -> list[Kept]:
    """The passages of a revision as they are kept, for writing the next one; what may be read says queries.py."""
    return await db.fetch(Kept, WHOLE, revision)


KEPT = """
select p.lineage, p.kind, p.level, p.html, p.text
from revision r join passage p on p.revision = r.id
where r.id = (select id from revision where article = $1 and (not $2 or editor is null) order by number desc limit 1)
order by p.position
"""


async def newest(article: int) -> list[Kept]:
    """The passages of an article as it is kept now, whole."""
    return await db.fetch(Kept, KEPT, article, False)  # noqa: FBT003 SQL has no keywords


async def from_source(article: int) -> list[Kept]:
    """The passages of the newest text that came from the source."""
    return await db.fetch(Kept, KEPT, article, True)  # noqa: FBT003 SQL has no keywords


async def with_edits(article: int, text: Text) -> Text:
    """`text`, which the source of an article says now, with what was edited here since."""
    passages = merge(await from_source(article), await newest(article), text.passages)
    return msgspec.structs.replace(text, passages=passages)


def merge(before: Sequence[Kept], now: Sequence[Kept], said: Sequence[Passage]) -> list[Passage]:
    """The passages `said` by the source, edited as `now` edits what it said `before`."""
    places: dict[tuple[str, str], list[Kept]] = defaultdict(list)
    for one in reversed(before):
        places[one.key].append(one)
    here = {one.lineage: one for one in now}
    ours = _added(now, {one.lineage for one in before})
    merged = [one.passage for one in ours.pop(None, ())]
    for passage in said:
        former = places[passage.kind, passage.text].pop() if places.get((passage.kind, passage.text)) else None
        if former is None:
            merged.append(passage)
        elif former.lineage in here:
            merged.append(here[former.lineage].passage)
        merged += (one.passage for one in ours.pop(former.lineage, ())) if former else ()
    # What stood behind a passage that the source took away is no reason to lose it.
    return [*merged, *(one.passage for left in ours.values() for one in left)]


def _added(now: Sequence[Kept], known: set[int]) -> dict[int | None, list[Kept]]:
    """The passages that were added here, by the lineage they stand behind."""
    added: dict[int | None, list[Kept]] = defaultdict(list)
    for behind, one in _behind(now, known):
        added[behind].append(one)
    return added


def _behind(now: Sequence[Kept], known: set[int]) -> Iterator[tuple[int | None, Kept]]:
    behind: int | None = None
    for one in now:
        if one.lineage in known:
            behind = one.lineage
        else:
            yield behind, one
