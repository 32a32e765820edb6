"""Cards of threads for the home page, with the two voices of its disagreement."""

import msgspec
from markupsafe import Markup

from parley.articles.articles.queries import WORDS_A_MINUTE
from parley.discussion.threads.queries import (
    PAGE,
    SPARKLINE_DAYS,
    CardRow,
    StanceCounts,
    cards,
)
from parley.discussion.threads.reading import unread_in
from parley.discussion.threads.voices import Voices, voices
from parley.people.accounts.viewer import Viewer
from parley.platform.cache import PAGE_SECONDS, Bounded, MicroCache, text_bytes
from parley.platform.http.pages import environment
from parley.platform.text.cleaning import as_id, shorten
from parley.platform.text.durations import ago
from parley.platform.text.messages import Message

# In characters: about three lines on a wide page.
EXCERPT_LENGTH = 220
CACHED, CACHED_BYTES = 2_000, 8 * 2**20
# The largest rank that is a time, in seconds: PostgreSQL knows no later ones.
HIGHEST_RANK = 1e11
# About what a card takes in the cache.
CARD_BYTES = 3_000


class Card(CardRow, frozen=True):
    """A thread as its card shows it; `rank` is 0, so that the same card in another order is equal."""

    voices: Voices | None
    # Comments by others since the viewer's last visit; 100 means more than 99.
    unread: int = 0

    @property
    def minutes(self) -> int:
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def sparkline(self) -> list[int]:
        return self.days or [0] * SPARKLINE_DAYS

    @property
    def balance(self) -> StanceCounts:
        return StanceCounts(*self.stances)

    @property
    def html(self) -> Markup:
        """The card as HTML: rendered once for all who see the same, until it changes."""
        key = (self.id, self.unread, self.voices is not None)
        age = ago(self.last_activity_at)
        cached = _rendered.get(key)
        if cached is None or cached.card != self or cached.age != age:
            html = environment().get_template("discussion/threads/_card.html").render(card=self)
            cached = RenderedCard(self, age, Markup(html))  # noqa: S704 our own template's output
            _rendered.put(key, cached)
        return cached.html


class RenderedCard(msgspec.Struct, frozen=True):
    card: Card
    age: Message
    html: Markup


# A card takes about twice the memory of its HTML, which has the same texts.
_rendered: Bounded[RenderedCard] = Bounded(CACHED, CACHED_BYTES, lambda cached: 2 * text_bytes(cached.html), "cards")


class Listing(msgspec.Struct, frozen=True):
    """One page of cards, the same for everybody, and the address of the next page when there is one."""

    cards: list[Card]
    next_url: str | None


_listings: MicroCache[Listing] = MicroCache(
    "listings", PAGE_SECONDS, size=lambda listing: CARD_BYTES * len(listing.cards)
)


async def make_cards(
    sort: str, topic: str | None, period: str, after: str, viewer: Viewer | None
) -> tuple[list[Card], str | None]:
    """One page of cards as `viewer` sees them, and the address of the next page when there is one."""
    if viewer is None:
        # The visitors' whole page is cached, so its cards are not: two caches would double their age. Members do not
        # share them: they may come from a replica that lacks what a member has just done.
        listing = await _listing(sort, topic, period, after)
        return listing.cards, listing.next_url
    key = (sort, topic, period, after)
    listing = await _listings.get(key, lambda: _listing(sort, topic, period, after), viewer.not_before)
    unread = await unread_in(viewer.id, [card.id for card in listing.cards])
    return [_seen_by(viewer, card, unread.get(card.id, 0)) for card in listing.cards], listing.next_url


async def _listing(sort: str, topic: str | None, period: str, after: str) -> Listing:
    rows = await cards(sort, topic, period, cursor(after))
    by_thread = await voices([row.id for row in rows[:PAGE]])
    shown = [_card(row, by_thread.get(row.id)) for row in rows[:PAGE]]
    if len(rows) <= PAGE:
        return Listing(shown, None)
    last = rows[PAGE - 1]
    extra = (f"&topic={topic}" if topic else "") + (f"&period={period}" if sort == "top" else "")
    return Listing(shown, f"/?sort={sort}{extra}&after={last.rank!r}_{last.id}")


def _seen_by(viewer: Viewer, card: Card, unread: int) -> Card:
    shown = None if card.voices is None or card.voices.hidden_from(viewer) else card.voices
    if not unread and shown is card.voices:
        return card
    return msgspec.structs.replace(card, unread=unread, voices=shown)


def cursor(after: str) -> tuple[float, int] | None:
    """Return the rank and the id in `after`, the last card of a page; None if it has another form."""
    raw, _, last = after.partition("_")
    number = as_id(last)
    try:
        rank = float(raw)
    except ValueError:
        return None
    return (rank, number) if number is not None and 0 <= rank <= HIGHEST_RANK else None


def _card(row: CardRow, found: Voices | None) -> Card:
    changes = {"first_words": shorten(row.first_words, EXCERPT_LENGTH), "rank": 0.0, "voices": found}
    return Card(**msgspec.structs.asdict(row) | changes)
