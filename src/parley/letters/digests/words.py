"""The text of an issue: its sections and, for each item, a quotation and the reason why it is included."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import combinations, groupby
from zoneinfo import ZoneInfo

import msgspec

from parley.letters.digests.items import DigestItem
from parley.letters.news.selection import SECTION_INDEX, SECTIONS
from parley.letters.news.since import day_word
from parley.platform.settings import settings
from parley.platform.text.cleaning import one_line, shorten, shorten_to_clause
from parley.platform.text.formats import day, day_of_year, weekday
from parley.platform.text.messages import N_, Message, as_text, join, plural, translate, verbatim

EXCERPT_LENGTH = 260
PARENT_LENGTH = 90
CONTEXT_LENGTH = 140
PREHEADER_LENGTH = 110
# With fewer votes, the reason does not mention them.
FEWEST_UPS = 2
HEADINGS = {
    "you": N_("For you"),
    "new": N_("New since your last visit"),
    "revised": N_("Revised since you wrote"),
    "picked": N_("Moderators\N{RIGHT SINGLE QUOTATION MARK} pick"),
    "sides": N_("Where members disagree"),
    "best": N_("Worth reading"),
    "opened": N_("New articles"),
    "question": N_("Still without an answer"),
}
SECTION_NAMES = list(SECTIONS)
DISPUTED = N_("Readers disagree most about these words")
TWO_VIEWS = N_("Two views of the same words")
SUBJECT_LENGTH = 78
# Characters of the subject that a name may take.
NAME_LENGTH = 20
ABOUT_READER = {"reply": N_("{name} replies to you: {title}"), "mention": N_("{name} mentions you: {title}")}


class DigestQuotation(msgspec.Struct, frozen=True):
    """A quotation of a comment or article, with its author, what it answers, and why it is included."""

    excerpt: str
    author: str | None
    stance: str | None
    assisted: bool
    link: str
    reason: str
    answers: str = ""
    """To whom the comment replies, with the first words of that comment."""
    context: str = ""
    """What the comment is about: words of the article, how it begins, or that the parent is not shown."""


class DigestThread(msgspec.Struct, frozen=True):
    """One thread in a section, with its quotations.

    `reason` is set here if all have the same; so is `context` if there are several.
    """

    title: str
    topic: str
    link: str
    quotations: list[DigestQuotation]
    reason: str = ""
    context: str = ""
    thesis: str = ""
    """What a new article claims."""
    dispute: str = ""
    """Why two quotations stand side by side: they answer the same words."""

    @property
    def thesis_link(self) -> str:
        """Where readers agree or disagree with it."""
        return f"{self.link}#thesis"


class DigestSection(msgspec.Struct, frozen=True):
    name: str
    heading: str
    threads: list[DigestThread]


class IssueView(msgspec.Struct, frozen=True):
    subject: str
    preheader: str
    day: str
    sections: list[DigestSection]


def lay_out(items: Sequence[DigestItem], zone: str, at: datetime) -> IssueView:
    """Return the view of `items`, of which there is at least one, with dates relative to `at` in the reader's zone."""
    local = at.astimezone(ZoneInfo(zone))
    sections = [
        DigestSection(SECTION_NAMES[index], HEADINGS[SECTION_NAMES[index]], _threads(list(group), local))
        for index, group in groupby(items, key=lambda item: SECTION_INDEX[item.kind])
    ]
    return IssueView(subject(items), _preheader(items), f"{weekday(local)}{translate(', ')}{day(local)}", sections)


def date_and_time(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return translate(", ").join([weekday(local), day_of_year(local), f"{local:%H:%M}"])


def _threads(items: list[DigestItem], now: datetime) -> list[DigestThread]:
    threads: dict[int, list[DigestItem]] = {}
    for item in items:
        threads.setdefault(item.thread, []).append(item)
    return [_thread(thread, now) for thread in threads.values()]


def _thread(items: list[DigestItem], now: datetime) -> DigestThread:
    quotations = [_quotation(item, now) for item in items]
    reason = _common_text(quotation.reason for quotation in quotations)
    context = _common_text(quotation.context for quotation in quotations) if len(quotations) > 1 else ""
    first = items[0]
    thesis = first.thesis if first.comment is None and first.thesis else ""
    dispute = _dispute(items)
    return DigestThread(first.title, first.topic, _thread_link(first), quotations, reason, context, thesis, dispute)


def _dispute(items: Sequence[DigestItem]) -> str:
    pair = _pair(items) if len(items) == 2 else None  # noqa: PLR2004 two sides
    if pair is None:
        return ""
    return DISPUTED if pair[0].is_disputed else TWO_VIEWS


def _common_text(texts: Iterable[str]) -> str:
    first, *others = set(texts)
    return "" if others else first


def _quotation(item: DigestItem, now: datetime) -> DigestQuotation:
    words = shorten_to_clause(item.excerpt if item.comment else item.text, EXCERPT_LENGTH)
    link = f"{settings().base_url}/c/{item.comment}" if item.comment else _thread_link(item)
    quotation = (words, item.author, item.stance, item.assisted, link)
    return DigestQuotation(*quotation, reason(item, now), _answers(item), _context(item))


def _answers(item: DigestItem) -> str:
    """Return to whom the comment replies, with the first words of that comment."""
    if item.parent_author is None:
        return ""
    words = shorten_to_clause(item.parent_excerpt, PARENT_LENGTH)
    if item.parent_author == item.author:
        return N_("following up: {words}").format(words=words)
    if item.kind == "reply":
        return N_("to you: {words}").format(words=words)
    return N_("to {name}: {words}").format(name=item.parent_author, words=words)


def _context(item: DigestItem) -> str:
    """Return the passage that a comment is about, or how the article begins; nothing if the parent comment is shown."""
    if item.parent_author is not None:
        return ""
    if item.quote:
        return N_("On: “{words}”").format(words=_line(item.quote))
    if item.is_reply:
        return N_("In reply to a hidden comment")
    if not item.opening:
        return ""
    return N_("On the whole article, which begins: “{words}”").format(words=_line(item.opening))


def _line(text: str) -> str:
    return shorten_to_clause(" ".join(text.split()), CONTEXT_LENGTH)


def _thread_link(item: DigestItem) -> str:
    return f"{settings().base_url}/t/{item.thread}/{item.slug}"


def reason(item: DigestItem, now: datetime) -> Message:
    """Return why this item is included, in a few words."""
    written = day_word(item.at, now)
    liked = plural("{count} reader found this worth reading", "{count} readers found this worth reading", item.ups)
    best = liked if item.ups >= FEWEST_UPS else N_("Written {day}").format(day=written)
    return {
        "reply": N_("Replies to you, {day}"),
        "mention": N_("Mentions you, {day}"),
        "followed": N_("You follow this thread: {unread}"),
        "read": N_("You read this thread: {unread}"),
        "revised": N_("You commented on this passage; it was revised {day}"),
        "side": best,
        "best": best,
        "elsewhere": N_("{best}; a topic you rarely read"),
        "picked": N_("Picked for all readers"),
        "opened": N_("Added {day}"),
        "question": N_("Asked {day}; nobody has answered yet"),
    }[item.kind].format(day=written, unread=_unread(item, now), best=best)


def _unread(item: DigestItem, now: datetime) -> Message:
    since = day_word(item.since or item.at, now)
    if not item.unread:
        return N_("many new comments since {day}").format(day=since)
    return plural("{count} new since {day}", "{count} new since {day}", item.unread, day=since)


def _preheader(items: Sequence[DigestItem]) -> Message:
    """Return the preview text of the mail: the first quotation, and how many more items there are."""
    first, more = items[0], len(items) - 1
    words = cut(first.excerpt if first.comment else first.text, PREHEADER_LENGTH)
    quotation = N_("{author}: {words}").format(author=first.author, words=words) if first.author else verbatim(words)
    return join(" ", [quotation, plural("And {count} more.", "And {count} more.", more)]) if more else quotation


def subject(items: Sequence[DigestItem]) -> str:
    """Return one line of at most 78 characters (RFC 5322, 2.1.1).

    It names two who disagree about the same words, and quotes these, unless the first item is about the reader; else
    the first item.
    """
    first = items[0]
    pair = None if first.kind in ABOUT_READER else _pair(items)
    words = _shared_words(pair) if pair else ""
    pair = pair if words else None
    names = {"name": _name(first)}
    about = ABOUT_READER.get(first.kind, N_("{title}"))
    if pair is not None:
        names = {"name": _name(pair[0]), "other": _name(pair[1])}
        about = N_('{name} and {other} disagree on "{title}"')
    rest = len(items) - (2 if pair else 1)

    def written(title: str) -> str:
        line = about.format(**names, title=title)
        return as_text(
            plural("{line}, and {count} more", "{line}, and {count} more", rest, line=line) if rest else line
        )

    return written(cut(words if pair else first.title, SUBJECT_LENGTH - len(written(""))))


def cut(text: str, most: int) -> str:
    """Return `text` in one line of at most `most` characters."""
    plain = one_line(text)
    return plain if len(plain) <= most else shorten(plain, most - 2).rstrip("…") + "..."


def _pair(items: Sequence[DigestItem]) -> tuple[DigestItem, DigestItem] | None:
    for first, other in combinations(items, 2):
        if {first.comment, other.comment} == set(first.disagreement) and first.author and other.author:
            return first, other
    return None


def _shared_words(pair: tuple[DigestItem, DigestItem]) -> str:
    """Return the words that both quote, or the title if both are on the whole article; "" if they quote other words."""
    shorter, longer = sorted((one_line(item.quote or "") for item in pair), key=len)
    if not longer:
        return pair[0].title
    return shorter if shorter in longer else ""


def _name(item: DigestItem) -> str:
    return cut(item.author or as_text(N_("Somebody")), NAME_LENGTH)
