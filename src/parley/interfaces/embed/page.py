"""What the script in a publisher's page asks for: the passages of the article, with their numbers of comments.

The script recognises passages by fingerprints. `static/js/interfaces/embed/matching.js` computes the same from the
words of the page, and must agree in every bit.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence

import msgspec

from parley.articles.articles.queries import PassageRow
from parley.articles.articles.rules import HIDDEN
from parley.discussion.comment_tree import view as views
from parley.interfaces.embed import queries
from parley.interfaces.embed.queries import EmbeddedThread
from parley.platform.cache import by_text
from parley.platform.settings import settings
from parley.platform.text.messages import N_, as_text, plural
from parley.platform.text.normal_forms import normalize

# Shorter passages are too similar to be told apart.
FEWEST_CHARACTERS = 20
MOST_QUOTES = 5
# Characters of the beginning and of the end of a passage.
END = 40
NOT_WORDS = re.compile(r"[\W_]+")
_MASK = 0xFFFFFFFF


class Fingerprint(msgspec.Struct, frozen=True):
    """What identifies a passage: a hash of its words, their beginning and their end."""

    hash: str
    start: str
    end: str


class MarkedPassage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A passage: its fingerprint, and the number and label of its marker. `quoted` are words that comments quote."""

    lineage: int
    hash: str
    start: str
    end: str
    count: int = 0
    label: str = ""
    quoted: list[str] = []


class EmbedPage(msgspec.Struct, frozen=True):
    """An article for the script: the addresses of its panel and its thread, its passages, and the script's labels."""

    panel: str
    link: str
    count: int
    passages: list[MarkedPassage]
    words: dict[str, str]


async def page(url: str) -> EmbedPage:
    """Return the article at `url`. Without a thread it has only the panel that opens one."""
    thread = (await queries.threads_at([url])).get(url)
    number = thread.comment_count if thread else 0
    base = settings().base_url
    return EmbedPage(
        panel=f"{base}/embed/t/{thread.id}" if thread else f"{base}/embed/new",
        link=f"{base}/t/{thread.id}/{thread.slug}" if thread else "",
        count=number,
        passages=await _passages(thread) if thread else [],
        words={
            "title": as_text(N_("Discussion of this article")),
            "open": as_text(_open_label(number)),
            "respond": as_text(N_("Respond to this passage")),
            "quote": as_text(N_("Respond to this")),
            "close": as_text(N_("Close the discussion")),
        },
    )


def _open_label(number: int) -> str:
    if not number:
        return N_("Discuss this article")
    return plural("{count} comment on this article", "{count} comments on this article", number)


async def _passages(thread: EmbeddedThread) -> list[MarkedPassage]:
    shown = await views.thread_view(views.DiscussionQuery(thread.id), fresh=False)
    # In a thread: the fingerprints of a long article take a tenth of a second.
    return await asyncio.to_thread(lambda: list(_marked_passages(shown.rows)))


def _marked_passages(rows: Sequence[PassageRow]) -> Iterator[MarkedPassage]:
    for row in rows:
        known, count = fingerprint(row.text), row.comment_count
        if row.kind == HIDDEN or len(known.start) < FEWEST_CHARACTERS:
            continue
        label = plural("{count} comment on this passage", "{count} comments on this passage", count)
        yield MarkedPassage(
            row.lineage,
            known.hash,
            known.start,
            known.end,
            count,
            as_text(label) if count else "",
            (row.quoted or [])[:MOST_QUOTES],
        )


def fingerprint(text: str) -> Fingerprint:
    """Return the fingerprint of a passage's text."""
    plain = plain_words(text)
    return Fingerprint(digest(plain), plain[:END], plain[-END:])


def plain_words(text: str) -> str:
    """Return only the letters and digits of a text, in lower case, with one space between words."""
    return NOT_WORDS.sub(" ", normalize("NFKC", text).lower()).strip()


# Cached, since it takes a microsecond a letter, and each spelling of an article's address needs it again.
@by_text("digests", most_bytes=8 * 2**20)
def digest(text: str) -> str:
    """Return a hash of 64 bits as 16 hexadecimal digits: two FNV-1a hashes, since pages over http have no SHA."""
    first, second = 0x811C9DC5, 0x9DC5811C
    for byte in text.encode("utf-16-le", "surrogatepass"):
        first = (first ^ byte) * 0x01000193 & _MASK
        second = (second ^ byte) * 0x010001B3 & _MASK
    return f"{first:08x}{second:08x}"
