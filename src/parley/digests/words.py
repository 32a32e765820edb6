"""The text of an issue: its sections and, for each item, a quotation and the reason why it is included."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from parley.core.cache import by_text
from parley.core.http.pages import plural
from parley.core.settings import settings
from parley.core.text import markdown
from parley.core.text.cleaning import shortened
from parley.core.text.sentences import NOTHING, Sentence
from parley.digests.items import DigestItem
from parley.digests.selection import ORDER, SECTIONS
from parley.digests.subjects import cut, subject

EXCERPT = 260
ANSWERED = 90
QUOTED = 140
PREHEADER = 110
# With fewer votes, the reason does not mention them.
FEWEST_UPS = 2
MOST_COUNTED = 99
HEADINGS = {
    "you": "For you",
    "moved": "New since your last visit",
    "revised": "Revised since you wrote",
    "picked": "The editors' pick",
    "best": "Worth reading",
    "opened": "New articles",
    "question": "Still without an answer",
}
NAMES = list(SECTIONS)
Text = TypeVar("Text", str, Sentence)

# Parts of a comment that are not its author's own sentences: quotations, code, tables; the innermost first.
NOT_OWN_WORDS = re.compile(r"<(blockquote|pre|table)\b[^>]*>(?:(?!<\1\b).)*?</\1>", re.DOTALL)


@by_text("excerpts", most_bytes=16 * 2**20)
def excerpt(html: str, length: int) -> str:
    """Return the first of the author's own words; if there are none, the first words that the comment quotes.

    Cached, since many readers get the same items.
    """
    own, former = html, None
    while own != former:
        own, former = NOT_OWN_WORDS.sub(" ", own), own
    return markdown.excerpt(own, length) or markdown.excerpt(html, length)


class DigestVoice(msgspec.Struct, frozen=True):
    """A quotation of a comment or article, with its author, what it answers, and why it is included."""

    excerpt: str
    author: str | None
    stance: str | None
    assisted: bool
    link: str
    reason: str
    answers: Sentence = NOTHING
    """The first words of the parent comment."""
    context: Sentence = NOTHING
    """The words of the article that a comment is about."""


class DigestThread(msgspec.Struct, frozen=True):
    """One thread in a section, with one voice or one of each side.

    `reason` and `context` are set here if they are the same for both.
    """

    title: str
    topic: str
    link: str
    voices: list[DigestVoice]
    reason: str = ""
    context: Sentence = NOTHING


class Section(msgspec.Struct, frozen=True):
    name: str
    heading: str
    stories: list[DigestThread]


class IssueView(msgspec.Struct, frozen=True):
    """An issue as templates show it, in a letter or on a page."""

    subject: str
    preheader: str
    day: str
    sections: list[Section]


def lay_out(items: Sequence[DigestItem], zone: str, at: datetime) -> IssueView:
    """Return the view of `items`, of which there is at least one, with dates relative to `at` in the reader's zone."""
    local = at.astimezone(ZoneInfo(zone))
    sections = [
        Section(NAMES[index], HEADINGS[NAMES[index]], _stories(list(found), local))
        for index, found in groupby(items, key=lambda item: ORDER[item.kind])
    ]
    return IssueView(subject(items), _preheader(items), f"{local:%A}, {local.day} {local:%B %Y}", sections)


def day_word(moment: datetime, now: datetime) -> str:
    """Return the day of `moment` relative to `now`, in its zone: "today", "Tuesday", "5 November"."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()) / timedelta(days=1)
    if days < 1:
        return "today"
    if days < 2:  # noqa: PLR2004
        return "yesterday"
    return f"{local:%A}" if days < 7 else f"{local.day} {local:%B}"  # noqa: PLR2004 a week has that many


def hour_word(moment: datetime, zone: str) -> str:
    """Return day and hour in `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A}, {local.day} {local:%B}, {local:%H:%M}"


def _stories(items: list[DigestItem], now: datetime) -> list[DigestThread]:
    """Return the threads of a section in order, each with its items."""
    threads: dict[int, list[DigestItem]] = {}
    for item in items:
        threads.setdefault(item.thread, []).append(item)
    return [_story(found, now) for found in threads.values()]


def _story(items: list[DigestItem], now: datetime) -> DigestThread:
    voices = [_voice(one, now) for one in items]
    reason = _shared((voice.reason for voice in voices), "")
    context = _shared((voice.context for voice in voices), NOTHING) if len(voices) > 1 else NOTHING
    return DigestThread(items[0].title, items[0].topic, _thread_link(items[0]), voices, reason, context)


def _shared(texts: Iterable[Text], nothing: Text) -> Text:
    """Return the text that all have in common, or `nothing` if they differ."""
    first, *others = set(texts)
    return nothing if others else first


def _voice(item: DigestItem, now: datetime) -> DigestVoice:
    words = excerpt(item.html, EXCERPT) if item.comment else shortened(item.text, EXCERPT)
    link = f"{settings().base_url}/c/{item.comment}" if item.comment else _thread_link(item)
    quotation = (words, item.author, item.stance, item.assisted, link)
    return DigestVoice(*quotation, reason(item, now), _answers(item), _context(item))


def _answers(item: DigestItem) -> Sentence:
    """Return the first words of the parent comment."""
    if item.answered is None:
        return NOTHING
    words = excerpt(item.answered_html, ANSWERED)
    if item.answered == item.author:
        return Sentence("following up: {}", (words,))
    if item.kind == "reply":
        return Sentence("to you: {}", (words,))
    return Sentence("to {}: {}", (item.answered, words))


def _context(item: DigestItem) -> Sentence:
    """Return the passage that a comment is about, or how the article begins; nothing if the parent comment is shown."""
    if item.answered is not None:
        return NOTHING
    if item.quote:
        return Sentence("On: “{}”", (_line(item.quote),))
    if item.is_reply:
        return Sentence("Answers a comment that is not shown here")
    return Sentence("On the whole article, which begins: “{}”", (_line(item.opening),)) if item.opening else NOTHING


def _line(text: str) -> str:
    return shortened(" ".join(text.split()), QUOTED)


def _thread_link(item: DigestItem) -> str:
    return f"{settings().base_url}/t/{item.thread}/{item.slug}"


def reason(item: DigestItem, now: datetime) -> str:
    """Return why this item is included, in a few words."""
    day = day_word(item.at, now)
    liked = f"{plural(item.ups, 'reader', 'readers')} found this worth reading"
    best = liked if item.ups >= FEWEST_UPS else f"Written {day}"
    return {
        "reply": f"Replies to you, {day}",
        "mention": f"Mentions you, {day}",
        "followed": f"You follow this thread: {_unread(item, now)}",
        "read": f"You read this thread: {_unread(item, now)}",
        "revised": f"You commented on this passage; it was revised {day}",
        "best": best,
        "elsewhere": f"{best}; a topic you rarely read",
        "picked": "Picked for all readers",
        "opened": f"Added {day}",
        "question": f"Asked {day}; nobody has answered yet",
    }[item.kind]


def _unread(item: DigestItem, now: datetime) -> str:
    new = f"{MOST_COUNTED}+" if item.unread > MOST_COUNTED else str(item.unread or "much is")
    return f"{new} new since {day_word(item.since or item.at, now)}"


def _preheader(items: Sequence[DigestItem]) -> str:
    """Return the preview text of the mail: the first voice, and how many more items there are."""
    first = items[0]
    words = cut(excerpt(first.html, EXCERPT) if first.comment else first.text, PREHEADER)
    more = f" And {len(items) - 1} more." if len(items) > 1 else ""
    return f"{first.author}: {words}{more}" if first.author else f"{words}{more}"
