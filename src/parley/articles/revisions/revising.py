"""Writing a new revision of an article, whose passages continue the lineages of the former ones."""

from collections.abc import Sequence

import msgspec

from parley.articles.articles.display import excerpt
from parley.articles.articles.ops import write_passages, write_revision
from parley.articles.articles.originals import as_licensed
from parley.articles.articles.queries import PassageText
from parley.articles.articles.tables import Revision
from parley.articles.articles.text import ArticleText
from parley.articles.articles.versions import StoredPassage, all_passages
from parley.articles.revisions.lineage import Alignment, EarlierPassage, align, headings
from parley.extraction.html.passages import ImportedPassage
from parley.platform import db
from parley.platform.concurrency import in_thread

SELECT_CURRENT = """
select r.id as revision, r.number, r.text_hash, r.byline, a.display, a.licence from article a
join lateral (select * from revision where article = a.id order by number desc limit 1) r on true
where a.id = $1
"""
EARLIER_REVISIONS, MOST_EARLIER = 100, 20_000
SELECT_SAME_TEXT = """
select p.lineage from passage p
where p.revision = (select id from revision where article = $1 and text_hash = $2 order by number desc limit 1)
order by p.position
"""
# What passages are aligned by, without their markup.
SELECT_FORMER = (
    "select lineage, text, kind = 'heading' as is_heading from passage where revision = $1 order by position"
)
# The newest text of each lineage that is missing from the newest revision, in the last hundred revisions. Restoring an
# older revision finds its lineages by SELECT_SAME_TEXT.
SELECT_EARLIER = """
select lineage, text, is_heading from (
    select distinct on (p.lineage) p.lineage, p.text, p.kind = 'heading' as is_heading, r.number
    from revision r join passage p on p.revision = r.id
    where r.article = $1 and r.number > $3
      and not exists (select 1 from passage n where n.revision = $2 and n.lineage = p.lineage)
    order by p.lineage, r.number desc
) e order by number desc, lineage limit $4
"""
KEEP_ORIGINAL = """
update revision set original = (select original from revision where article = $1 and number = $3) where id = $2
"""
INSERT_MERGED = """
insert into merged_passage (lineage, "into", revision)
select l, i, $1 from unnest($2::bigint[], $3::bigint[]) as m(l, i)
on conflict (lineage) do update set "into" = excluded."into", revision = excluded.revision
"""


class RevisionNote(msgspec.Struct, frozen=True):
    """Who made a revision here, why, and the number of the earlier revision that it restores.

    It is `approved` if somebody who may remove any part of the text saw what it changes.
    """

    editor: int | None = None
    reason: str = ""
    restores: int | None = None
    approved: bool = True


class RevisionResult(msgspec.Struct, frozen=True):
    """A new revision's number, and how many passages were added, removed or changed."""

    number: int
    changed: int


class CurrentArticle(msgspec.Struct, frozen=True):
    """An article with its newest revision."""

    revision: int
    number: int
    text_hash: bytes
    byline: str | None
    display: str
    licence: str | None


class NextText(msgspec.Struct, frozen=True):
    """A text as the revision that it would become. Passages that are new have negative lineages.

    `merged` maps each lineage that was merged into another passage to that passage's lineage.
    """

    passages: list[PassageText]
    merged: dict[int, int]


async def revise_article(article: int, text: ArticleText, edit: RevisionNote | None = None) -> RevisionResult | None:
    """Write `text` as the next revision. Return None when nothing changed. The caller has locked the thread's row."""
    async with db.atomic():
        current = await db.fetch_one(CurrentArticle, SELECT_CURRENT, article)
        text = excerpt(text) if current is not None and current.display == "excerpt" else text
        if current is None or (current.text_hash, current.byline) == (text.digest, text.byline):
            return None
        old = await all_passages(current.revision)
        former = [EarlierPassage(passage.lineage, passage.text, passage.kind == "heading") for passage in old]
        text, aligned = as_licensed(text, current.licence), await _align(article, current, former, text)
        number, changed = current.number + 1, _count_changed(old, aligned.lineages, text)
        revision = await write_revision(article, number, changed, text)
        if edit is not None:
            await Revision.update(**msgspec.structs.asdict(edit)).where(Revision.id == revision)
        if text.original is None:
            await db.execute(KEEP_ORIGINAL, article, revision, (edit and edit.restores) or current.number)
        lineages = await write_passages(revision, aligned.lineages, _with_pages(old, aligned.lineages, text.passages))
        await _record_merges(revision, lineages, aligned)
    return RevisionResult(number, changed)


async def plan_revision(article: int, text: ArticleText) -> NextText | None:
    """Return what `revise_article` would write, or None if there is no such article."""
    current = await db.fetch_one(CurrentArticle, SELECT_CURRENT, article)
    if current is None:
        return None
    text = excerpt(text) if current.display == "excerpt" else text
    former = await db.fetch(EarlierPassage, SELECT_FORMER, current.revision)
    aligned = await _align(article, current, former, text)
    lineages = [-at if lineage is None else lineage for at, lineage in enumerate(aligned.lineages, start=1)]
    passages = [PassageText(lineage, passage.text) for lineage, passage in zip(lineages, text.passages, strict=True)]
    return NextText(passages, {lineage: lineages[at] for lineage, at in aligned.merged.items()})


async def _align(
    article: int, current: CurrentArticle, former: Sequence[EarlierPassage], text: ArticleText
) -> Alignment:
    """Align a text with the newest revision. One that equals an earlier revision gets the lineages of that revision."""
    restored = await db.values(SELECT_SAME_TEXT, article, await in_thread(lambda: text.digest))
    earlier = await db.fetch(
        EarlierPassage, SELECT_EARLIER, article, current.revision, current.number - EARLIER_REVISIONS, MOST_EARLIER
    )
    new = [passage.text for passage in text.passages]
    aligned = await in_thread(align, former, new, earlier, headings(text.passages))
    if not restored:
        return aligned
    # Lineages that came since count as merged into where their words are.
    others = aligned.merged | {lineage: at for at, lineage in enumerate(aligned.lineages) if lineage is not None}
    return Alignment(list(restored), {lineage: at for lineage, at in others.items() if lineage not in restored}, {})


def _with_pages(
    old: Sequence[StoredPassage], aligned: Sequence[int | None], passages: Sequence[ImportedPassage]
) -> list[ImportedPassage]:
    """The passages of an edit, with their pages and places in the PDF as they were before."""
    known = {passage.lineage: passage for passage in old}
    both = ((passage, known.get(lineage or 0)) for lineage, passage in zip(aligned, passages, strict=True))
    return [
        passage
        if passage.page or before is None
        else msgspec.structs.replace(passage, page=before.page, boxes=before.boxes)
        for passage, before in both
    ]


def _count_changed(old: Sequence[StoredPassage], aligned: Sequence[int | None], text: ArticleText) -> int:
    before = {passage.lineage: passage.html for passage in old}
    edited = sum(
        before.get(lineage) != passage.html if lineage is not None else True
        for lineage, passage in zip(aligned, text.passages, strict=True)
    )
    return edited + len(before.keys() - set(aligned))


async def _record_merges(revision: int, lineages: Sequence[int], aligned: Alignment) -> None:
    """Record the merged passages of a revision. A lineage that has a passage again is merged no more."""
    await db.execute("delete from merged_passage where lineage = any($1::bigint[])", list(lineages))
    if aligned.merged:
        into = [lineages[at] for at in aligned.merged.values()]
        await db.execute(INSERT_MERGED, revision, list(aligned.merged), into)
