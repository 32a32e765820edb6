"""The two voices of a thread's disagreement, as its page, its card, the API and letters show them."""

from collections.abc import Sequence

import msgspec

from parley.discussion.threads.disagreement import overlap
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.text.cleaning import shorten
from parley.platform.text.markdown import excerpt_of

# In characters: three lines of half a column, and one line of a whole one.
WORDS_LENGTH, QUOTE_LENGTH = 140, 90
# Read when it is shown: what was removed, collapsed or changed since it was chosen is missing.
SELECT_VOICES = f"""
select s.thread, s.is_disputed, c.id, c.stance, coalesce(m.name, c.imported_author) as author, c.author as author_id,
       c.author is not null as is_member, c.assisted, coalesce(c.statement, {excerpt_of("c")}) as words, c.passage,
       coalesce(c.words, c.quote) as quote, c.base_ups + c.ups as worth,
       (select p.text from passage p where p.lineage = c.passage order by p.revision desc limit 1) as passage_text
from thread_stats s cross join lateral unnest(s.disagreement) with ordinality as chosen(id, side)
join comment c on c.id = chosen.id left join member m on m.id = c.author
where s.thread = any($1::bigint[]) and c.thread = s.thread
  and c.parent is null and c.state = 'visible' and c.collapsed is null
  and c.stance = case chosen.side when 1 then 'supports' else 'challenges' end
  and (c.statement is not null or not s.is_disputed)
order by s.thread, chosen.side
"""  # noqa: S608 constants only


class Voice(msgspec.Struct, frozen=True):
    """One side: `words` are its statement or, without one, its beginning."""

    thread: int
    is_disputed: bool
    id: int
    stance: str
    author: str | None
    author_id: int | None
    is_member: bool
    assisted: bool
    words: str
    passage: int | None
    quote: str | None
    worth: int
    passage_text: str | None


class Voices(msgspec.Struct, frozen=True):
    """Two responses to the same words, the supporting one first.

    `is_disputed`: those who agree with one mostly reject the other. `about` is what both are about: `sentence`, where
    their quotes overlap, `passage` or `article`; `quote` is its words, empty for the whole article.
    """

    both: list[Voice]
    is_disputed: bool
    about: str
    passage: int | None
    quote: str

    def hidden_from(self, viewer: Viewer | None) -> bool:
        """Whether the viewer blocked or muted one of the two. The other alone would be no disagreement."""
        return viewer is not None and any(
            voice.author_id in viewer.blocked or (voice.is_member and voice.author in viewer.muted)
            for voice in self.both
        )


async def voices(threads: Sequence[int]) -> dict[int, Voices]:
    """Return the two voices of each of these threads that has a disagreement."""
    by_thread: dict[int, list[Voice]] = {}
    for row in await db.fetch(Voice, SELECT_VOICES, list(threads)):
        by_thread.setdefault(row.thread, []).append(row)
    return {thread: _voices(both) for thread, both in by_thread.items() if len(both) > 1}


def _without_texts(row: Voice) -> Voice:
    return msgspec.structs.replace(row, words=shorten(row.words, WORDS_LENGTH), passage_text=None)


def _voices(both: list[Voice]) -> Voices:
    first, other = both
    text, quotes = first.passage_text or "", (first.quote or "", other.quote or "")
    if text and overlap(*((text.find(quote) if quote else -1, len(quote)) for quote in quotes)):
        about, quote = "sentence", min(quotes, key=len)
    else:
        about, quote = ("passage" if text else "article"), text
    return Voices(
        [_without_texts(voice) for voice in both], first.is_disputed, about, first.passage, shorten(quote, QUOTE_LENGTH)
    )
