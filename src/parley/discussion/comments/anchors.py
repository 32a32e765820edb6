"""Anchors in the database: created when a comment is posted, and searched for in other texts of the article."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter

import msgspec

from parley.articles import anchoring
from parley.articles.anchoring import DocumentBlock, Resolution, Selector
from parley.articles.articles import queries as articles
from parley.articles.articles.rules import HIDDEN, READABLE
from parley.articles.revisions.budget import Budget, for_anchors
from parley.discussion.comments import rules
from parley.discussion.comments.counts import update_counts
from parley.platform import db
from parley.platform.concurrency import in_thread
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

ATTACH_TO_REVISION = """
update comment set made_on = $2, passage = $2, passage_end = nullif($3::bigint, $2), quote = nullif($4, ''),
                   prefix = $5, suffix = $6, anchor = 'same', confidence = 1
where id = $1 and made_on is null
"""
# Reading one revision of the longest article takes up to a tenth of a second.
MOST_REVISIONS = 10
SELECT_ANCHORED = """
select id, revision, made_on, coalesce(quote, '') as quote, coalesce(prefix, '') as prefix,
       coalesce(suffix, '') as suffix, passage, words, by_hand
from comment where thread = $1 and parent is null and passage is not null order by revision desc, id
"""


class FoundAnchor(msgspec.Struct, frozen=True):
    """A passage, or words that begin in it and end in the passage `last`."""

    selector: Selector
    last: int


async def find(thread: int, passage: int, quote: str, prefix: str, *, most: int = rules.LONGEST_QUOTE) -> FoundAnchor:
    """Return the anchor of `quote` in the present text of a thread's article; without a quote, of the whole passage.

    A quote longer than `most` is shortened. Raises Refused if the article has no such passage, or the passage does not
    have these words.
    """
    blocks = _blocks(await articles.from_passage(thread, passage))
    if not blocks:
        raise Refused(
            N_("This passage is no longer in the article. Your text is kept: you can respond to the whole article.")
        )
    # In a passage of a whole book this takes a fifteenth of a second.
    anchor = await in_thread(_find, blocks, passage, quote, prefix, most)
    if anchor is None:
        raise Refused(N_("These words are no longer in the passage. Your text is kept: please select them again."))
    return anchor


def _find(blocks: Sequence[DocumentBlock], passage: int, quote: str, prefix: str, most: int) -> FoundAnchor | None:
    selector = anchoring.select(blocks, passage, " ".join(quote.split()), prefix)
    if selector is None:
        return None
    if len(selector.quote) > most:
        selector = anchoring.select(blocks, passage, shorten_quote(selector.quote, most), selector.prefix) or selector
    [resolution] = anchoring.resolve([selector], blocks, blocks, {})
    return FoundAnchor(selector, resolution.last)


def shorten_quote(quote: str, most: int = rules.LONGEST_QUOTE) -> str:
    """Return the first words of a long quote."""
    if len(quote) <= most:
        return quote
    head, space, _ = quote[:most].rpartition(" ")
    return head if space else quote[:most]


async def attach(comment: int, anchor: FoundAnchor) -> None:
    """Anchor a comment that was just written. The caller has locked the thread's row."""
    at = anchor.selector
    async with update_counts(comment):
        await db.execute(ATTACH_TO_REVISION, comment, at.lineage, anchor.last, at.quote, at.prefix, at.suffix)


class Anchored(msgspec.Struct, frozen=True):
    """A comment's anchor as it was created on `revision`, and where it was found last."""

    id: int
    revision: int
    made_on: int
    quote: str
    prefix: str
    suffix: str
    passage: int
    words: str | None
    by_hand: bool

    @property
    def made(self) -> Selector:
        return Selector(self.made_on, self.quote, self.prefix, self.suffix)

    @property
    def last_found(self) -> Selector:
        """The words on which it was found last."""
        return Selector(self.passage, self.words or self.quote)


async def locate(
    thread: int,
    former: int,
    new: Iterable[articles.PassageText],
    merged: Mapping[int, int],
    anchored: Sequence[Anchored] | None = None,
) -> dict[int, Resolution]:
    """Return where every anchor of a thread is in a `new` text, by comment.

    Those of its comments, unless others are given as `anchored`, the newest revision first.

    An anchor is first searched for with its original words and the revision they are from, so that restoring an old
    revision restores its anchors. If that fails, an anchor that was found on changed words in the `former` revision is
    searched for with those. So is one that was created on none of the newest MOST_REVISIONS revisions with comments,
    and one that an editor placed.
    """
    anchored = await db.fetch(Anchored, SELECT_ANCHORED, thread) if anchored is None else anchored
    text = _blocks(new)
    resolutions: dict[int, Resolution] = {}
    budget = for_anchors(len(anchored))
    by_author = (anchor for anchor in anchored if not anchor.by_hand)
    for revision, some in islice(groupby(by_author, attrgetter("revision")), MOST_REVISIONS):
        made = list(some)
        before = _blocks(await articles.text(thread, revision))
        resolutions |= await _resolve(made, [anchor.made for anchor in made], before, text, merged, budget)
    left = [
        anchor
        for anchor in anchored
        if anchor.id not in resolutions or (anchor.words and not resolutions[anchor.id].is_found)
    ]
    if left:
        before = _blocks(await articles.text(thread, former))
        again = await _resolve(left, [anchor.last_found for anchor in left], before, text, merged, budget)
        improved = [anchor for anchor in left if anchor.id not in resolutions or again[anchor.id].is_found]
        resolutions |= {
            anchor.id: _as_changed(again[anchor.id]) if anchor.words else again[anchor.id] for anchor in improved
        }
    return resolutions


def _blocks(passages: Iterable[articles.PassageText]) -> list[DocumentBlock]:
    return [DocumentBlock(passage.lineage, passage.text) for passage in passages]


async def _resolve(
    anchored: Iterable[Anchored],
    selectors: Sequence[Selector],
    before: Sequence[DocumentBlock],
    text: Sequence[DocumentBlock],
    merged: Mapping[int, int],
    budget: Budget,
) -> dict[int, Resolution]:
    resolved = await in_thread(anchoring.resolve, selectors, before, text, merged, budget)
    return {anchor.id: resolution for anchor, resolution in zip(anchored, resolved, strict=True)}


def _as_changed(resolution: Resolution) -> Resolution:
    """Return a resolution that was found by changed words: these differ from the original, wherever they are."""
    return msgspec.structs.replace(resolution, state="changed") if resolution.is_found else resolution


SELECT_PASSAGES = f"""
select c.id as comment, p.text
from comment c join thread t on t.id = c.thread join article a on a.id = t.article
join revision r on r.article = a.id and r.number = t.revision cross join {READABLE} p
where c.id = any($1::bigint[]) and c.passage is not null and c.anchor <> 'lost' and p.lineage = c.passage
  and p.kind <> '{HIDDEN}'
"""  # noqa: S608 constants only


class PassageWords(msgspec.Struct, frozen=True):
    comment: int
    text: str


async def passage_texts(comments: Sequence[int]) -> dict[int, str]:
    """Return the text of the present passage that each of these comments is about, if it is about one."""
    return {row.comment: row.text for row in await db.fetch(PassageWords, SELECT_PASSAGES, list(comments))}
