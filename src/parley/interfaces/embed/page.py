"""What the script in a publisher's page asks for: the passages of the article, with their numbers of comments."""

import asyncio
from collections.abc import Sequence

import msgspec

from parley.articles.articles.queries import PassageRow
from parley.articles.articles.rules import WITHHELD
from parley.discussion.comment_tree import view as views
from parley.interfaces.embed import queries
from parley.interfaces.embed.fingerprints import fingerprint
from parley.interfaces.embed.queries import EmbeddedThread
from parley.platform.settings import settings
from parley.platform.text.messages import N_, as_text, plural

# Shorter passages are too alike to be told apart.
FEWEST_CHARACTERS = 20
MOST_QUOTES = 5


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
            "close": as_text(N_("Close the discussion")),
        },
    )


def _open_label(number: int) -> str:
    if not number:
        return N_("Discuss this article")
    return plural("{count} comment on this article", "{count} comments on this article", number)


async def _passages(thread: EmbeddedThread) -> list[MarkedPassage]:
    """Return the passages. The fingerprints of a long article take a tenth of a second, so a thread computes them."""
    shown_thread = await views.thread_view(views.DiscussionQuery(thread.id), fresh=False)
    return await asyncio.to_thread(_marked_passages, shown_thread.rows)


def _marked_passages(rows: Sequence[PassageRow]) -> list[MarkedPassage]:
    return [passage for row in rows if (passage := _marked_passage(row)) is not None]


def _marked_passage(row: PassageRow) -> MarkedPassage | None:
    known = fingerprint(row.text)
    if row.kind == WITHHELD or len(known.start) < FEWEST_CHARACTERS:
        return None
    count = row.comment_count
    label = (
        as_text(plural("{count} comment on this passage", "{count} comments on this passage", count)) if count else ""
    )
    return MarkedPassage(
        row.lineage, known.hash, known.start, known.end, count, label, (row.quoted or [])[:MOST_QUOTES]
    )
