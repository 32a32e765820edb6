"""Anchors in the database: made when a comment is posted, found again when the article is revised."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter

import msgspec

from parley.articles import queries as articles
from parley.articles.budget import Budget, for_anchors
from parley.comments import anchoring, rules
from parley.comments.anchoring import DocumentBlock, Resolution, Selector
from parley.comments.counts import counted, recount
from parley.core import db
from parley.core.errors import Refused


class Anchor(msgspec.Struct, frozen=True):
    """What a comment is about: a passage, or words that begin in it and end in the passage `last`."""

    selector: Selector
    last: int


async def find(thread: int, passage: int, quote: str, prefix: str) -> Anchor:
    """The anchor of words of a thread's article as it now reads; without a quote, of the whole passage.

    Raises Refused when the passage, or the words in it, are not there.
    """
    blocks = _blocks(await articles.from_passage(thread, passage))
    if not blocks:
        raise Refused(
            "This passage is no longer in the article. Your text is kept: you can respond to the whole article."
        )
    selector = anchoring.select(blocks, passage, " ".join(quote.split()), prefix)
    if selector is None:
        raise Refused("These words are no longer in the passage. Your text is kept: please select them again.")
    if len(selector.quote) > rules.LONGEST_QUOTE:
        selector = anchoring.select(blocks, passage, shortened(selector.quote), selector.prefix) or selector
    [place] = anchoring.resolve([selector], blocks, blocks, {})
    return Anchor(selector, place.last)


def shortened(quote: str) -> str:
    """The first words of a long quote."""
    if len(quote) <= rules.LONGEST_QUOTE:
        return quote
    head, space, _ = quote[: rules.LONGEST_QUOTE].rpartition(" ")
    return head if space else quote[: rules.LONGEST_QUOTE]


ATTACH = """
update comment set made_on = $2, passage = $2, passage_end = nullif($3::bigint, $2), quote = nullif($4, ''),
                   prefix = $5, suffix = $6, anchor = 'same', confidence = 1
where id = $1 and made_on is null
"""


async def attach(comment: int, anchor: Anchor) -> None:
    """Anchor a comment that was just written. The caller holds its thread's row, in a transaction."""
    at = anchor.selector
    async with counted(comment):
        await db.execute(ATTACH, comment, at.lineage, anchor.last, at.quote, at.prefix, at.suffix)


class Anchored(msgspec.Struct, frozen=True):
    """A comment's anchor as it was made on `revision`, and where it was found last."""

    id: int
    revision: int
    made_on: int
    quote: str
    prefix: str
    suffix: str
    passage: int
    words: str | None

    @property
    def made(self) -> Selector:
        return Selector(self.made_on, self.quote, self.prefix, self.suffix)

    @property
    def found(self) -> Selector:
        """The words it was found on last."""
        return Selector(self.passage, self.words or self.quote)


# To read one revision of the longest article takes up to a tenth of a second.
MOST_REVISIONS = 10
ANCHORED = """
select id, revision, made_on, coalesce(quote, '') as quote, coalesce(prefix, '') as prefix,
       coalesce(suffix, '') as suffix, passage, words
from comment where thread = $1 and parent is null and passage is not null order by revision desc, id
"""


async def find_again(thread: int, former: int, new: int) -> list[int]:
    """Find every anchor of a thread in revision number `new` of its article, and return the comments whose changed.

    Each is looked for as it was made, on the text it was made on, so that bringing an old revision back brings its
    anchors back. One that is lost so, but was found on changed words in the `former` revision, is looked for by them;
    so is one that was made on none of the last revisions with comments. The caller holds the thread's row.
    """
    anchored = await db.fetch(Anchored, ANCHORED, thread)
    if not anchored:
        return []
    text, merged = _blocks(await articles.text(thread, new)), await articles.merged(thread)
    places: dict[int, Resolution] = {}
    budget = for_anchors(len(anchored))
    for revision, some in islice(groupby(anchored, attrgetter("revision")), MOST_REVISIONS):
        made = list(some)
        before = _blocks(await articles.text(thread, revision))
        places |= await _resolve(made, [one.made for one in made], before, text, merged, budget)
    lost = [one for one in anchored if one.id not in places or (one.words and places[one.id].state == "lost")]
    if lost:
        before = _blocks(await articles.text(thread, former))
        again = await _resolve(lost, [one.found for one in lost], before, text, merged, budget)
        found = [one for one in lost if one.id not in places or again[one.id].state != "lost"]
        places |= {one.id: _changed(again[one.id]) if one.words else again[one.id] for one in found}
    moved = await _move(places)
    await recount(thread)
    return moved


def _blocks(passages: Iterable[articles.PassageText]) -> list[DocumentBlock]:
    return [DocumentBlock(one.lineage, one.text) for one in passages]


async def _resolve(
    anchored: Iterable[Anchored],
    selectors: Sequence[Selector],
    before: Sequence[DocumentBlock],
    text: Sequence[DocumentBlock],
    merged: Mapping[int, int],
    budget: Budget,
) -> dict[int, Resolution]:
    found = await asyncio.to_thread(anchoring.resolve, selectors, before, text, merged, budget)
    return {one.id: place for one, place in zip(anchored, found, strict=True)}


def _changed(place: Resolution) -> Resolution:
    """Found by words that had changed already: these are not the words it was made on, wherever they stand."""
    return place if place.state == "lost" else msgspec.structs.replace(place, state="changed")


MOVE = """
update comment c set anchor = n.anchor, passage = n.passage, passage_end = nullif(n.last, n.passage),
                     words = nullif(n.words, ''), confidence = n.confidence
from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::float8[])
     as n(id, anchor, passage, last, words, confidence)
where c.id = n.id
  and (c.anchor, c.passage, coalesce(c.words, '')) is distinct from (n.anchor, n.passage, n.words)
returning c.id
"""


async def _move(places: Mapping[int, Resolution]) -> list[int]:
    found = list(places.values())
    return await db.values(
        MOVE,
        list(places),
        [one.state for one in found],
        [one.lineage for one in found],
        [one.last for one in found],
        [shortened(one.quote) if one.state == "changed" else "" for one in found],
        [one.confidence for one in found],
    )
