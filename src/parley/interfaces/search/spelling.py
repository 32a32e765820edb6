"""Words that a misspelt query may have meant."""

from collections.abc import Awaitable, Callable, Sequence
from math import log

import msgspec
from rapidfuzz.distance import DamerauLevenshtein

from parley.discussion.comments.rules import IS_VISIBLE
from parley.interfaces.search.forms import Query, Term
from parley.interfaces.search.tables import SearchWord
from parley.interfaces.search.words import fold
from parley.people.accounts import queries as accounts
from parley.platform import db

SHORTEST = 4
# A word of so many comments may have been meant where a few texts have the typed one.
FREQUENT = 10
# Words of at least so many letters may differ in two of them: among shorter ones, that is mostly another word.
LONG = 9
# The words of the newest comments. Words that fewer comments have, or one author, would repeat what one person wrote.
NEWEST = 100_000
INSERT_WORDS = f"""
insert into search_word (word, comments)
select word, count(*) from (
    select coalesce(c.author::text, c.imported_author) as author,
           unnest(tsvector_to_array(to_tsvector('simple', c.body))) as word
    from (select * from comment c where {IS_VISIBLE} and c.collapsed is null order by c.id desc limit {NEWEST}) c
) said
where length(word) between {SHORTEST} and 30 and word !~ '[0-9/.:@_%-]'
group by word having count(*) >= 3 and min(author) <> max(author)
"""  # noqa: S608 constants only
# Misspelt words seldom begin with another letter.
SELECT_SIMILAR = """
select word, comments from search_word
where word collate "C" >= $1 and word collate "C" < $1 || chr(1114111) and length(word) between $2 and $3
"""
# Whether two words have the same stem in one of the configurations.
HAS_SAME_STEM = """
select exists (select from unnest($3::text[]) c
               where to_tsvector(c::regconfig, $1::text) = to_tsvector(c::regconfig, $2::text))
"""
SELECT_KNOWN = "select word, comments from search_word where word = any($1::text[])"


class KnownWord(msgspec.Struct, frozen=True):
    word: str
    comments: int


async def collect() -> None:
    """Collect the words of comments that everybody can read."""
    async with db.atomic():
        await SearchWord.delete(force=True)
        await db.execute(INSERT_WORDS)


async def collect_first() -> int:
    """Collect the words if there are none yet, so that a new installation need not wait for the night."""
    if not await SearchWord.exists():
        await collect()
    return 0


async def corrections(
    query: Query, configurations: Sequence[str], is_written: Callable[[Term], Awaitable[bool]]
) -> dict[int, str]:
    """Return what the misspelt words of a query may have meant, by the places of their terms.

    The name of a member is not misspelt, such as "theo" where others write "they". Of words that some text has
    (`is_written`), only those are that differ from a frequent word as slips of the fingers do.
    """
    words = [(place, term) for place, term in enumerate(query.terms) if not (term.is_excluded or term.is_phrase)]
    members = await accounts.of_names([term.text.removeprefix("@") for _, term in words])
    unknown = [(place, term) for place, term in words if term.text.removeprefix("@") not in members]
    meant = {place: await _likely_word(term, configurations) for place, term in unknown}
    return {
        place: likely.word
        for place, term in unknown
        if (likely := meant[place]) and (_is_slip(term, likely) or not await is_written(term))
    }


def _is_slip(term: Term, likely: KnownWord) -> bool:
    """Whether two neighbours changed places, or a letter is doubled or missing, in a word that many texts have."""
    typed, word = fold(term.text), fold(likely.word)
    is_moved = sorted(typed) == sorted(word)
    return likely.comments >= FREQUENT and (is_moved or _once(typed) == _once(word))


def _once(word: str) -> str:
    """Return a word without doubled letters."""
    return "".join(letter for letter, before in zip(word, f" {word}", strict=False) if letter != before)


async def rarity(query: Query) -> dict[int, float]:
    """Return how much the terms of a query tell about a text, by their places. Rarer words tell more."""
    words = {place: fold(term.text) for place, term in enumerate(query.terms) if not term.is_excluded}
    known = {row.word: row.comments for row in await db.fetch(KnownWord, SELECT_KNOWN, list(words.values()))}
    return {place: log(2 * NEWEST / (1 + known.get(word, 1))) for place, word in words.items()}


async def _likely_word(term: Term, configurations: Sequence[str]) -> KnownWord | None:
    typed = fold(term.text)
    if len(typed) < SHORTEST or not typed.isalpha():
        return None
    most = 2 if len(typed) >= LONG else 1
    known = await db.fetch(KnownWord, SELECT_SIMILAR, typed[0], len(typed) - most, len(typed) + most)
    distances = [(DamerauLevenshtein.distance(typed, fold(row.word), score_cutoff=most), row) for row in known]
    near = [(distance, -row.comments, row.word, row) for distance, row in distances if distance <= most]
    if not near or min(near)[0] == 0:
        return None
    likely = min(near)[3]
    # Another form of a known word is not misspelt, such as "papers" where others write "paper".
    is_form = await db.value(HAS_SAME_STEM, typed, fold(likely.word), list(configurations))
    return None if is_form else likely
