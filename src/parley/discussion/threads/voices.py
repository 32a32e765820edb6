"""The two voices of a thread's disagreement, as its page, its card, the API and letters show them."""

import re
from collections.abc import Sequence

import msgspec

from parley.articles.articles.rules import READABLE
from parley.discussion.threads.disagreement import overlap
from parley.people.accounts.muted_words import muted_word
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.text.cleaning import shorten_to_clause
from parley.platform.text.markdown import excerpt_of

# In characters: three lines of half a column, and one line of a whole one.
WORDS_LENGTH, QUOTE_LENGTH = 140, 90
BREAK = re.compile(r"[.!?][\"'\u201d\u2019)]*\s+")
# Read when it is shown: what was removed, collapsed or changed since it was chosen is missing.
VOICE_COLUMNS = f"""
c.thread, {{is_disputed}} as is_disputed, c.id, coalesce(c.stance, '') as stance,
coalesce(m.name, c.imported_author) as author, c.author as author_id,
c.author is not null as is_member, c.assisted, coalesce(c.statement, {excerpt_of("c")}) as words, c.passage,
coalesce(left(p.text, {2 * QUOTE_LENGTH}), '') as passage_text,
coalesce(left(coalesce(c.words, c.quote), {2 * QUOTE_LENGTH}), '') as quote,
coalesce(substr(p.text, greatest(strpos(p.text, coalesce(c.words, c.quote)) - {QUOTE_LENGTH}, 1), {4 * QUOTE_LENGTH}),
         '') as around,
coalesce(strpos(p.text, coalesce(c.words, c.quote)), 0) - 1 as place,
coalesce(length(coalesce(c.words, c.quote)), 0) as length
"""
JOIN_PASSAGE = f"""
left join member m on m.id = c.author
join thread t on t.id = c.thread join article a on a.id = t.article
left join lateral (select id from revision where article = a.id order by number desc limit 1) r on true
left join {READABLE} p on p.lineage = c.passage
"""  # noqa: S608 constants only
IS_SHOWN = "c.parent is null and c.state = 'visible' and c.collapsed is null"
SELECT_VOICES = f"""
select {VOICE_COLUMNS.format(is_disputed="s.is_disputed")}
from thread_stats s cross join lateral unnest(s.disagreement) with ordinality as chosen(id, side)
join comment c on c.id = chosen.id {JOIN_PASSAGE}
where s.thread = any($1::bigint[]) and c.thread = s.thread and {IS_SHOWN}
  and c.stance = case chosen.side when 1 then 'supports' else 'challenges' end
  and (c.statement is not null or not s.is_disputed)
order by s.thread, chosen.side
"""  # noqa: S608 constants only
# The response that most find worth reading, if anybody does.
SELECT_BEST = f"""
select {VOICE_COLUMNS.format(is_disputed="false")}
from unnest($1::bigint[]) one(thread) cross join lateral (
    select * from comment c where c.thread = one.thread and {IS_SHOWN} order by c.best desc, c.id limit 1
) c {JOIN_PASSAGE}
where c.base_ups + c.ups > c.base_downs + c.downs
"""  # noqa: S608 constants only
QUESTION_MARKS = frozenset("?\uff1f\u061f")


class Voice(msgspec.Struct, frozen=True):
    """One side: `words` are its statement or, without one, its beginning."""

    thread: int
    is_disputed: bool
    id: int
    # Empty for none.
    stance: str
    author: str | None
    author_id: int | None
    is_member: bool
    assisted: bool
    words: str
    passage: int | None
    passage_text: str
    quote: str
    # The passage from QUOTE_LENGTH characters before the quote on.
    around: str
    # Where the quote is in what readers may see of its passage, -1 for nowhere; and its length.
    place: int
    length: int

    @property
    def shown_stance(self) -> str:
        """Its stance. That it asks is said only where its words are a question."""
        return "" if self.stance == "asks" and QUESTION_MARKS.isdisjoint(self.words) else self.stance

    @property
    def sentence(self) -> str:
        """The sentence of the quote, if it fits, or its beginning with the quote: they tell who its "they" are."""
        at = self.around.find(self.quote)
        if at < 0:
            return shorten_to_clause(self.quote, QUOTE_LENGTH)
        before = [one.end() for one in BREAK.finditer(self.around, 0, at)]
        start = before[-1] if before else 0 if self.place < QUOTE_LENGTH else at
        end = BREAK.search(self.around, at + len(self.quote) - 1)
        begun = self.around[start : at + len(self.quote)]
        whole = self.around[start : end.end() if end else None].strip()
        if len(whole) <= QUOTE_LENGTH:
            return whole
        return f"{begun}…" if start < at and len(begun) < QUOTE_LENGTH else shorten_to_clause(self.quote, QUOTE_LENGTH)

    def hidden_from(self, viewer: Viewer | None) -> bool:
        """Whether the viewer blocked or muted its author, or muted a word in it."""
        return viewer is not None and (
            self.author_id in viewer.blocked
            or (self.is_member and self.author in viewer.muted)
            or muted_word(viewer.muted_words, self.words) is not None
        )


class Voices(msgspec.Struct, frozen=True):
    """Two responses to the same words, the supporting one first.

    `is_disputed`: those who agree with one mostly reject the other. `about` is what both are about: `sentence`, where
    their quotes overlap, `passage` or `article`; `quote` is its words, empty for the whole article, and for a passage
    that readers may not see.
    """

    both: list[Voice]
    is_disputed: bool
    about: str
    passage: int | None
    quote: str

    def hidden_from(self, viewer: Viewer | None) -> bool:
        """Whether one of the two is hidden from the viewer. The other alone would be no disagreement."""
        return any(voice.hidden_from(viewer) for voice in self.both)


async def voices(threads: Sequence[int]) -> dict[int, Voices]:
    """Return the two voices of each of these threads that has a disagreement."""
    by_thread: dict[int, list[Voice]] = {}
    for row in await db.fetch(Voice, SELECT_VOICES, list(threads)):
        by_thread.setdefault(row.thread, []).append(row)
    return {thread: _voices(both) for thread, both in by_thread.items() if len(both) > 1}


async def best_voices(threads: Sequence[int]) -> dict[int, Voice]:
    """Return the response of each of these threads that most readers find worth reading."""
    return {
        row.thread: msgspec.structs.replace(
            row, words=shorten_to_clause(row.words, WORDS_LENGTH), quote=shorten_to_clause(row.quote, QUOTE_LENGTH)
        )
        for row in await db.fetch(Voice, SELECT_BEST, list(threads))
    }


def _voices(both: list[Voice]) -> Voices:
    first, other = both
    if overlap((first.place, first.length), (other.place, other.length)):
        about, quote = "sentence", min(both, key=lambda voice: len(voice.quote)).sentence
    else:
        about = "article" if first.passage is None else "passage"
        quote = shorten_to_clause(first.passage_text, QUOTE_LENGTH)
    shown = [msgspec.structs.replace(voice, words=shorten_to_clause(voice.words, WORDS_LENGTH)) for voice in both]
    return Voices(shown, first.is_disputed, about, first.passage, quote)
