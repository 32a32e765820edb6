"""What a search finds: hits of each kind with their number, and another spelling."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from parley.discussion.threads.queries import topics
from parley.interfaces.search import queries, sources, spelling, view
from parley.interfaces.search.documents import filter_words
from parley.interfaces.search.forms import PAGE, Query, SearchForm, Term, parse
from parley.interfaces.search.queries import Search
from parley.interfaces.search.sources import MemberHit
from parley.interfaces.search.tables import Kind
from parley.interfaces.search.terms import text_query
from parley.interfaces.search.view import Hit
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.platform.text.messages import N_

# A program may ask for so many hits.
MOST_HITS = 100
# Of PAGE hits of all kinds, those of each kind.
FIRST = {"article": 3, "passage": 3, "comment": 10, "member": 3}
KINDS = {"article": Kind.ARTICLE, "passage": Kind.PASSAGE, "comment": Kind.COMMENT}
# With fewer hits, the words may be misspelt.
FEW = 3
# Readers remember what a text says, but few of its words. Texts may lack one word; then they need three of the rarest,
# then two. More than eight would become too many ways to choose three.
AT_LEAST = (3, 2)
RAREST = 8
EVER = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


class Section(msgspec.Struct, frozen=True):
    """Hits of one kind: `count` on all pages, or more with `has_more`. `more` says whether there is a next page.

    Members are not counted.
    """

    kind: str
    hits: list[Hit] | list[MemberHit]
    count: int | None
    more: bool
    has_more: bool = False
    only_newest: bool = False
    # Whether these are only what comes closest.
    is_near: bool = False


class Results(msgspec.Struct, frozen=True):
    sections: list[Section] = []
    # What comes closest to the query, if almost nothing has all of its words.
    closest: list[Section] = []
    # What may have been meant, if almost nothing was found.
    spelling: str | None = None
    # Whether all words are too common to be in the index.
    is_common: bool = False

    @property
    def all(self) -> list[Section]:
        return [*self.sections, *self.closest]

    @property
    def with_hits(self) -> list[Section]:
        return [section for section in self.all if section.hits]

    @property
    def only_newest(self) -> bool:
        return any(section.only_newest for section in self.all)


async def find(form: SearchForm, viewer: Viewer | None) -> Results:
    """Return what a valid form asks for. Adds an error to the form if it names an unknown topic or member."""
    search = await prepare(form, viewer)
    if search is None:
        return Results()
    sections = await _sections(form, search)
    if _are_enough(form, sections):
        return Results(sections)
    if not search.text.exact:
        return Results(sections, is_common=bool(form.query.wanted))

    async def is_written(term: Term) -> bool:
        return await _count(msgspec.structs.replace(search, text=await text_query(Query((term,)), form.lang))) > 0

    corrections = await spelling.corrections(form.query, search.text.configurations, is_written)
    found = sum(section.count or 0 for section in sections)
    better = await _spelling(form, search, corrections, found)
    return Results(sections, await _closest(form, search, corrections), better)


def _are_enough(form: SearchForm, sections: Sequence[Section]) -> bool:
    """Whether nothing else needs to be shown. Before a later page, there were enough hits on the first."""
    return sum(len(section.hits) for section in sections if section.kind != "member") >= (FEW if form.page == 1 else 1)


async def _closest(form: SearchForm, search: Search, corrections: Mapping[int, str]) -> list[Section]:
    """Return the hits that come closest: those of the first looser search that finds enough.

    After a search that took too long, no other is tried: it would take as long.
    """
    sections: list[Section] = []
    terms = [*form.query.terms, *(Term(word) for word in corrections.values())]
    for other in await _looser_searches(search, form, corrections):
        sections = await _sections(form, other, Query(tuple(terms)))
        if _are_enough(form, sections) or any(section.only_newest for section in sections):
            break
    return sections


async def _looser_searches(search: Search, form: SearchForm, corrections: Mapping[int, str]) -> list[Search]:
    """Return searches for texts that `search` does not find, each looser than the one before.

    Texts with rarer words come first.
    """
    text = await text_query(form.query, form.lang, corrections) if corrections else search.text
    rarity = await spelling.rarity(form.query)
    rarest = sorted(text.wanted, key=lambda place: -rarity[place])
    all_but_one = len(rarest) - 1
    texts = [text] if corrections else []
    texts += [text.with_any(all_but_one, rarest)] if all_but_one else []
    texts += [text.with_any(count, rarest[:RAREST]) for count in AT_LEAST if count < all_but_one]
    parts, weights = tuple(text.wanted.values()), tuple(rarity[place] for place in text.wanted)
    return [
        msgspec.structs.replace(search, text=looser.other_than(search.text.exact), parts=parts, weights=weights)
        for looser in texts
    ]


async def _sections(form: SearchForm, search: Search, query: Query | None = None) -> list[Section]:
    """Return hits of each kind that the form asks for; with another `query` than the form's, no members."""
    kinds = [form.kind] if form.kind else list(FIRST)
    chosen = [kind for kind in kinds if _has(form, kind) and (query is None or kind != "member")]
    return [await _section(form, search, kind, query) for kind in chosen]


async def prepare(form: SearchForm, viewer: Viewer | None) -> Search | None:
    """Return the search that a form asks for; None, with an error in the form, for an unknown topic or member."""
    if form.topic and form.topic not in {topic.slug for topic in await topics()}:
        form.errors["topic"] = N_("There is no topic of this name.")
        return None
    author = await accounts.by_name(form.by.removeprefix("@")) if form.by else None
    if form.by and author is None:
        form.errors["by"] = N_("There is no member with this name.")
        return None
    filters = filter_words(form.thread, form.topic, form.lang, author.id if author else None, form.stance)
    text = await text_query(form.query, form.lang)
    after, before = form.after or EVER[0], form.before or EVER[1]
    return Search(text, tuple(filters), after, before, viewer.id if viewer else None, form.sort)


def _has(form: SearchForm, kind: str) -> bool:
    """Whether hits of this kind may pass the filters."""
    if kind == "member":
        return not any((form.thread, form.topic, form.stance, form.lang, form.by, form.after, form.before))
    return kind == "comment" or not form.stance


async def _section(form: SearchForm, search: Search, kind: str, query: Query | None) -> Section:
    limit = form.limit if form.kind else min(form.limit, FIRST[kind] * max(1, form.limit // PAGE))
    offset = (form.page - 1) * limit if form.kind else 0
    if kind == "member":
        members = await sources.members(form.query, search.viewer, offset=offset, limit=limit + 1)
        return Section(kind, members[:limit], None, len(members) > limit)
    hits = await queries.hits(search, KINDS[kind], offset=offset, limit=limit + 1)
    more = len(hits.refs) > limit
    wanted = [form.query.terms[place].text for place in search.text.wanted]
    missing = {ref: tuple(wanted[place] for place in places) for ref, places in hits.missing.items()}
    shown = await view.show(hits.refs[:limit], KINDS[kind], query or form.query, search.text, missing)
    return Section(kind, shown, hits.count, more, hits.has_more, hits.only_newest, is_near=query is not None)


async def _spelling(form: SearchForm, search: Search, corrections: Mapping[int, str], found: int) -> str | None:
    """Return the words in another spelling, if that finds more than the `found` hits that this viewer may see."""
    if not corrections:
        return None
    better = form.q
    for place, word in corrections.items():
        better = better.replace(form.query.terms[place].text, word, 1)
    text = await text_query(parse(better), form.lang)
    return better if await _count(msgspec.structs.replace(search, text=text)) > found else None


async def _count(search: Search) -> int:
    """Return how many articles, passages and comments a search finds."""
    return sum([(await queries.hits(search, kind, offset=0, limit=1)).count for kind in KINDS.values()])
