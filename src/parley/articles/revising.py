"""Revising an article: its new passages continue the lineages of those they come from."""

import asyncio
from collections.abc import Sequence

import msgspec

from parley.articles.display import excerpt
from parley.articles.lineage import Alignment, EarlierPassage, align
from parley.articles.ops import write_passages, write_revision
from parley.articles.text import ArticleText
from parley.core import db


class RevisionNote(msgspec.Struct, frozen=True):
    """What is noted of a revision that was made here: who edited, why, and which earlier revision it brings back."""

    editor: int | None = None
    reason: str = ""
    restores: int | None = None


class RevisionResult(msgspec.Struct, frozen=True):
    """A new revision's number, and how many passages are new in it, gone, or read differently."""

    number: int
    changed: int


class CurrentArticle(msgspec.Struct, frozen=True):
    """An article that is there already, with its newest revision."""

    revision: int
    number: int
    text_hash: bytes
    byline: str | None
    display: str


class OldPassage(msgspec.Struct, frozen=True):
    lineage: int
    text: str
    html: str


KNOWN = """
select r.id as revision, r.number, r.text_hash, r.byline, a.display from article a
join lateral (select * from revision where article = a.id order by number desc limit 1) r on true
where a.id = $1
"""


async def revise_article(article: int, text: ArticleText, edit: RevisionNote | None = None) -> RevisionResult | None:
    """Write `text` as the next revision, or return None when it reads the same. The caller holds its thread's row."""
    async with db.atomic():
        known = await db.fetch_one(CurrentArticle, KNOWN, article)
        text = excerpt(text) if known is not None and known.display == "excerpt" else text
        if known is None or (known.text_hash, known.byline) == (text.digest, text.byline):
            return None
        old = await db.fetch(OldPassage, OLD, known.revision)
        aligned = await _align(article, known, old, text)
        number, changed = known.number + 1, _changed(old, aligned.lineages, text)
        revision = await write_revision(article, number, changed, text)
        if edit is not None:
            await db.execute(NOTE, revision, edit.editor, edit.reason, edit.restores)
        lineages = await write_passages(revision, aligned.lineages, text.passages)
        await _note_merges(revision, lineages, aligned)
    return RevisionResult(number, changed)


OLD = "select lineage, text, html from passage where revision = $1 order by position"
NOTE = "update revision set editor = $2, reason = $3, restores = $4 where id = $1"

EARLIER_REVISIONS, MOST_EARLIER = 100, 20_000
SAME_TEXT = """
select p.lineage from passage p
where p.revision = (select id from revision where article = $1 and text_hash = $2 order by number desc limit 1)
order by p.position
"""

# The newest text of each lineage that the newest revision has not, of the last revisions only: to bring back an older
# one as it was, its lineages are asked for (SAME_TEXT).
EARLIER = """
select lineage, text from (
    select distinct on (p.lineage) p.lineage, p.text, r.number
    from revision r join passage p on p.revision = r.id
    where r.article = $1 and r.number > $3
      and not exists (select 1 from passage n where n.revision = $2 and n.lineage = p.lineage)
    order by p.lineage, r.number desc
) e order by number desc, lineage limit $4
"""


async def _align(article: int, known: CurrentArticle, old: Sequence[OldPassage], text: ArticleText) -> Alignment:
    """A text that was there before gets the very lineages that it had; any other continues the newest revision's."""
    restored = await db.values(SAME_TEXT, article, text.digest)
    earlier = await db.fetch(
        EarlierPassage, EARLIER, article, known.revision, known.number - EARLIER_REVISIONS, MOST_EARLIER
    )
    former = [EarlierPassage(one.lineage, one.text) for one in old]
    aligned = await asyncio.to_thread(align, former, [one.text for one in text.passages], earlier)
    return _restored(aligned, restored) if restored else aligned


def _restored(aligned: Alignment, lineages: list[int]) -> Alignment:
    """`aligned` with the lineages of the restored text; what others made of it since leads to where its words are."""
    others = aligned.merged | {one: at for at, one in enumerate(aligned.lineages) if one is not None}
    return Alignment(list(lineages), {one: at for one, at in others.items() if one not in lineages}, {})


def _changed(old: Sequence[OldPassage], aligned: Sequence[int | None], text: ArticleText) -> int:
    before = {one.lineage: one.html for one in old}
    edited = sum(
        before.get(lineage) != one.html if lineage is not None else True
        for lineage, one in zip(aligned, text.passages, strict=True)
    )
    return edited + len(before.keys() - set(aligned))


MERGE = """
insert into merged_passage (lineage, "into", revision)
select l, i, $1 from unnest($2::bigint[], $3::bigint[]) as m(l, i)
on conflict (lineage) do update set "into" = excluded."into", revision = excluded.revision
"""


async def _note_merges(revision: int, lineages: Sequence[int], aligned: Alignment) -> None:
    """Remember where the words of merged passages went; a lineage that has a passage again leads to itself."""
    await db.execute("delete from merged_passage where lineage = any($1::bigint[])", list(lineages))
    if aligned.merged:
        into = [lineages[at] for at in aligned.merged.values()]
        await db.execute(MERGE, revision, list(aligned.merged), into)
