"""Blanking a member's words where others quote them in the same discussion.

A quotation is a block of lines that begin with `>`, or words in quotation marks. It is the member's if its letters and
digits stand in what they wrote there, however it is set.
"""

import asyncio
import html
import re
from collections.abc import Iterable
from functools import lru_cache, partial

import msgspec

from parley.own_data.erasure import rewriting
from parley.platform import db

BLANK = "[…]"
# Fewer letters may be anybody's words, unless they are all of a text.
SHORTEST = 12
LINE = re.compile(r"^(?P<mark> {0,3}>[ >]*)(?P<words>[^\n]*)$", re.MULTILINE)
# Straight and curly, German, French, Chinese and Japanese marks, each with those that end a quotation.
PAIRS = {
    '"': '"',
    "\u201c": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u2018": "\u2019",
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
}
MARKED = re.compile("|".join(f"{opens}[^{opens}{ends}\\n]+[{ends}]" for opens, ends in PAIRS.items()))
SENTENCE = re.compile("[^.!?…。\uff01\uff1f]+[.!?…。\uff01\uff1f]*")
TAG = re.compile(r"<[^>]*>")

# Where member $1 wrote comments, or pasted an article that goes.
SELECT_THREADS = """
select distinct thread from comment where author = $1 and body <> ''
union select t.id from thread t join article a on a.id = t.article where t.starter = $1 and a.url is null
"""
# In comments as they were typed and as they are read; the second has no addresses of links.
SELECT_WORDS = """
select body || E'\\n' || coalesce(statement, '') from comment where thread = $1 and author = $2
union all select html from comment where thread = $1 and author = $2
union all select v.body from comment_version v join comment c on c.id = v.comment where c.thread = $1 and c.author = $2
"""
SELECT_PASSAGES = """
select p.text from thread t join article a on a.id = t.article join member m on m.id = t.starter
join revision r on r.article = a.id join passage p on p.revision = r.id
where t.id = $1 and t.starter = $2 and a.url is null and m.erase_articles
"""
HAS_QUOTES = f"concat({{0}}.body, {{0}}.statement) ~ '(^|\\n) {{{{0,3}}}}>|[{''.join(PAIRS)}]'"
OTHERS = "c.thread = $1 and c.author is distinct from $2"
SELECT_COMMENTS = f"select c.id from comment c where {OTHERS} and {HAS_QUOTES.format('c')} order by c.id"  # noqa: S608 constants only
SELECT_VERSIONS = f"""
select v.id from comment_version v join comment c on c.id = v.comment
where {OTHERS} and {HAS_QUOTES.format("v")} order by v.id
"""  # noqa: S608 constants only


class Said(msgspec.Struct, frozen=True):
    """The letters and digits of what a member wrote: of all texts, and of each."""

    letters: str
    texts: frozenset[str]


async def blank(member: int) -> None:
    """Blank what others quote of a member's words, while these are still there. Doing it again changes nothing."""
    for thread in sorted(await db.values(SELECT_THREADS, member)):
        words = [*await db.values(SELECT_WORDS, thread, member), *await db.values(SELECT_PASSAGES, thread, member)]
        said = await asyncio.to_thread(said_in, words)
        # Both the search and the change under the lock use the cached text, so that nobody waits for the search.
        change = lru_cache(maxsize=4)(partial(without, said=said))
        for comment in await db.values(SELECT_COMMENTS, thread, member):
            if await _is_quoting("comment", comment, change):
                await rewriting.comment(comment, change)
        for version in await db.values(SELECT_VERSIONS, thread, member):
            if await _is_quoting("comment_version", version, change):
                await rewriting.version(version, change)


async def _is_quoting(table: str, number: int, change: rewriting.Change) -> bool:
    sql = f"select body, statement from {table} where id = $1"  # noqa: S608 one of two names
    read = await db.fetch(rewriting.Words, sql, number)
    return any([await asyncio.to_thread(words.changed, change) != words for words in read])


def said_in(texts: Iterable[str]) -> Said:
    letters = [_letters(html.unescape(TAG.sub(" ", text))) for text in texts]
    return Said("\n".join(letters), frozenset(letters))


def without(text: str, said: Said) -> str:
    """Return a Markdown text in which quotations of what somebody said are blank."""
    return MARKED.sub(lambda found: _marked(found[0], said), LINE.sub(lambda found: _line(found, said), text))


def _line(found: re.Match[str], said: Said) -> str:
    """A line of a quotation: blank if all of it was said, or else without the sentences that were."""
    words = found["words"]
    if _was_said(words, said):
        return f"{found['mark']}{BLANK}"
    return found["mark"] + SENTENCE.sub(lambda part: BLANK if _was_said(part[0], said) else part[0], words)


def _marked(quoted: str, said: Said) -> str:
    return f"{quoted[0]}{BLANK}{quoted[-1]}" if _was_said(quoted, said) else quoted


def _was_said(words: str, said: Said) -> bool:
    letters = _letters(words)
    return letters in said.letters if len(letters) >= SHORTEST else bool(letters) and letters in said.texts


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
