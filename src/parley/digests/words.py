"""How an issue reads: its sections, and for each item what it quotes and why it is told."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import msgspec

from parley.core.cache import by_text
from parley.core.http.pages import plural
from parley.core.settings import settings
from parley.core.text import markdown
from parley.core.text.cleaning import shortened
from parley.digests.items import DigestItem
from parley.digests.selection import ORDER, SECTIONS
from parley.digests.subjects import cut, subject

EXCERPT = 260
ANSWERED = 90
QUOTED = 140
PREHEADER = 110
# Fewer readers are no recommendation.
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

# What stands in a comment and is not its author's own sentences: quotations, code, tables; the innermost first.
NOT_SAID = re.compile(r"<(blockquote|pre|table)\b[^>]*>(?:(?!<\1\b).)*?</\1>", re.DOTALL)


@by_text("excerpts", most_bytes=16 * 2**20)
def excerpt(html: str, length: int) -> str:
    """The first words that somebody says in a comment; of one that holds nothing else, those that it quotes.

    Kept, since many readers are told the same.
    """
    said, former = html, None
    while said != former:
        said, former = NOT_SAID.sub(" ", said), said
    return markdown.excerpt(said, length) or markdown.excerpt(html, length)


class DigestVoice(msgspec.Struct, frozen=True):
    """The literal words of one comment or article, whose they are, what they answer, and why they stand here."""

    excerpt: str
    author: str | None
    stance: str | None
    assisted: bool
    link: str
    reason: str
    answers: str = ""
    """What a reply answers, in its first words."""
    context: str = ""
    """The words of the article that a comment is about, so that it can be understood without the page."""


class DigestThread(msgspec.Struct, frozen=True):
    """One thread in a section, with one voice or one of each side.

    `reason` and `context` stand here where they are the same for both.
    """

    title: str
    topic: str
    link: str
    voices: list[DigestVoice]
    reason: str = ""
    context: str = ""


class Section(msgspec.Struct, frozen=True):
    name: str
    heading: str
    stories: list[DigestThread]


class IssueView(msgspec.Struct, frozen=True):
    """An issue ready to be laid out, in a letter or on a page."""

    subject: str
    preheader: str
    day: str
    sections: list[Section]


def lay_out(items: Sequence[DigestItem], zone: str, at: datetime) -> IssueView:
    """Put `items` into words, as on the day of `at` in the reader's zone. There is at least one."""
    local = at.astimezone(ZoneInfo(zone))
    sections = [
        Section(NAMES[place], HEADINGS[NAMES[place]], _stories(list(found), local))
        for place, found in groupby(items, key=lambda item: ORDER[item.kind])
    ]
    return IssueView(subject(items), _preheader(items), f"{local:%A}, {local.day} {local:%B %Y}", sections)


def day_word(moment: datetime, now: datetime) -> str:
    """The day of `moment` as one says it on the day of `now`, whose zone holds: "today", "Tuesday", "5 November"."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()) / timedelta(days=1)
    if days < 1:
        return "today"
    if days < 2:  # noqa: PLR2004
        return "yesterday"
    return f"{local:%A}" if days < 7 else f"{local.day} {local:%B}"  # noqa: PLR2004 a week has that many


def hour_word(moment: datetime, zone: str) -> str:
    """Day and hour as the clocks of `zone` show them."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A}, {local.day} {local:%B}, {local:%H:%M}"


def _stories(items: list[DigestItem], now: datetime) -> list[DigestThread]:
    """The threads of a section in order, each with its items."""
    threads: dict[int, list[DigestItem]] = {}
    for item in items:
        threads.setdefault(item.thread, []).append(item)
    return [_story(found, now) for found in threads.values()]


def _story(items: list[DigestItem], now: datetime) -> DigestThread:
    voices = [_voice(one, now) for one in items]
    reason = _shared(voice.reason for voice in voices)
    context = _shared(voice.context for voice in voices) if len(voices) > 1 else ""
    return DigestThread(items[0].title, items[0].topic, _thread_link(items[0]), voices, reason, context)


def _shared(said: Iterable[str]) -> str:
    """What all of them say; nothing where they differ."""
    first, *others = set(said)
    return "" if others else first


def _voice(item: DigestItem, now: datetime) -> DigestVoice:
    words = excerpt(item.html, EXCERPT) if item.comment else shortened(item.text, EXCERPT)
    link = f"{settings().base_url}/c/{item.comment}" if item.comment else _thread_link(item)
    said = (words, item.author, item.stance, item.assisted, link)
    return DigestVoice(*said, reason(item, now), _answers(item), _context(item))


def _answers(item: DigestItem) -> str:
    """What a comment answers, in its first words."""
    if item.answered is None:
        return ""
    words = excerpt(item.answered_html, ANSWERED)
    if item.answered == item.author:
        return f"following up: {words}"
    return f"to {'you' if item.kind == 'reply' else item.answered}: {words}"


def _context(item: DigestItem) -> str:
    """What a comment is about, where what it replies to does not say so: its passage, or how the article begins."""
    if item.answered is not None:
        return ""
    if item.quote:
        return f"On: “{_line(item.quote)}”"
    if item.is_reply:
        return "Answers a comment that is not shown here"
    return f"On the whole article, which begins: “{_line(item.opening)}”" if item.opening else ""


def _line(text: str) -> str:
    return shortened(" ".join(text.split()), QUOTED)


def _thread_link(item: DigestItem) -> str:
    return f"{settings().base_url}/t/{item.thread}/{item.slug}"


def reason(item: DigestItem, now: datetime) -> str:
    """Why this item is told, in a few words; its topic stands beside them."""
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
    """One sentence beside the subject: the first voice, and how much more there is."""
    first = items[0]
    words = cut(excerpt(first.html, EXCERPT) if first.comment else first.text, PREHEADER)
    more = f" And {len(items) - 1} more." if len(items) > 1 else ""
    return f"{first.author}: {words}{more}" if first.author else f"{words}{more}"
