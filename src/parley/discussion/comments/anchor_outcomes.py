"""What a new text of an article would do to the comments on it, and placing comments by hand."""

from collections.abc import Iterator, Mapping

import msgspec

from parley.articles import anchoring
from parley.articles.anchoring import DocumentBlock, Resolution, RevisionText
from parley.articles.articles import queries as articles
from parley.articles.revisions.revising import NextText
from parley.discussion.comments import anchors, queries
from parley.discussion.comments.anchor_moves import MARK_PLACED
from parley.discussion.comments.counts import update_counts
from parley.discussion.threads.comment_outcomes import AnchorOutcome, CommentOutcome, Misplaced
from parley.discussion.threads.tables import Thread
from parley.platform import db
from parley.platform.concurrency import in_thread
from parley.platform.text.messages import N_

PLACE_BY_HAND = """
update comment set by_hand = true, confidence = 1, passage = $3, passage_end = nullif($4::bigint, $3),
    words = case when quote <> $5 then $5 end,
    anchor = case when quote is null or quote = $5 then 'moved' else 'changed' end
where id = $1 and thread = $2 and parent is null and passage is not null
"""


async def outcomes_of(thread: int, revision: int, new: NextText, placed: Mapping[int, str]) -> list[CommentOutcome]:
    """Return what becomes of the visible comments on the passages of a thread's article."""
    merged = {
        lineage: new.merged.get(into, into) for lineage, into in (await articles.merged_lineages(thread)).items()
    } | new.merged
    resolutions = await anchors.locate(thread, revision, new.passages, merged)
    rows = await queries.by_ids(list(resolutions))
    # Comments on whole passages have no words of their own.
    without_words = any(row.passage is not None and not (row.words or row.quote) for row in rows.values())
    now = await articles.text(thread, revision) if without_words else []
    texts = {passage.lineage: passage.text for passage in now}
    blocks = [DocumentBlock(passage.lineage, passage.text) for passage in new.passages]
    return await in_thread(lambda: list(_outcomes(rows, resolutions, texts, blocks, placed)))


def _outcomes(
    rows: Mapping[int, queries.CommentRow],
    resolutions: Mapping[int, Resolution],
    texts: Mapping[int, str],
    blocks: list[DocumentBlock],
    placed: Mapping[int, str],
) -> Iterator[CommentOutcome]:
    now, document = {block.lineage: block.text for block in blocks}, RevisionText(blocks)
    for comment, place in resolutions.items():
        row = rows.get(comment)
        if row is None or row.state != "visible" or row.passage is None:
            continue
        before = anchors.shorten_quote(row.words or row.quote or texts.get(row.passage, ""))
        after = anchors.shorten_quote(place.quote or now[place.lineage]) if place.is_found else ""
        outcome = CommentOutcome(comment, row.author, _outcome(row.anchor, place, before, after), before, after)
        words = placed.get(comment)
        yield _placed_by_hand(outcome, anchoring.select_near(document, row.passage, words)) if words else outcome


def _placed_by_hand(outcome: CommentOutcome, selector: anchoring.Selector | None) -> CommentOutcome:
    """The outcome for a comment that is placed on words of the new text; without them, it is as if nobody placed it."""
    if selector is None:
        return msgspec.structs.replace(outcome, by_hand=True, is_missing=True)
    return msgspec.structs.replace(
        outcome, outcome="changes", words=anchors.shorten_quote(selector.quote), by_hand=True
    )


def _outcome(former: str | None, place: Resolution, before: str, after: str) -> AnchorOutcome:
    if place.is_found:
        return "stays" if after == before else "changes"
    if former in {place.state, "lost"}:  # it was gone before
        return "stays"
    return "loses-words" if place.state == "kept" else "loses-passage"


async def place(thread: int, placed: Mapping[int, str]) -> None:
    """Place comments on words of the present text. The caller has locked the thread's row.

    Raises Misplaced if the text does not have the words.
    """
    revision = await db.value(Thread.select(Thread.revision).where(Thread.id == thread))
    blocks = [DocumentBlock(passage.lineage, passage.text) for passage in await articles.text(thread, revision)]
    rows = await queries.by_ids(list(placed))
    passages = {comment: row.passage or 0 for comment, row in rows.items()}
    found = await in_thread(_find_placed, blocks, passages, placed)
    async with update_counts(*passages):
        for comment, quote, place in found:
            await db.execute(PLACE_BY_HAND, comment, thread, place.lineage, place.last, quote)
    await db.execute(MARK_PLACED, thread, list(passages))


def _find_placed(
    blocks: list[DocumentBlock], passages: Mapping[int, int], placed: Mapping[int, str]
) -> list[tuple[int, str, Resolution]]:
    """Return the words on which each comment is placed, and where they are; `passages` are where the comments were."""
    document = RevisionText(blocks)
    selectors = [anchoring.select_near(document, passage, placed[comment]) for comment, passage in passages.items()]
    if None in selectors:
        raise Misplaced(N_("The text does not have the words on which you placed a comment. Nothing was saved."))
    known = [selector for selector in selectors if selector is not None]
    quotes = [anchors.shorten_quote(selector.quote) for selector in known]
    return list(zip(passages, quotes, anchoring.resolve(known, blocks, blocks, {}), strict=True))
