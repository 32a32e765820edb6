"""Cards of threads for the home page: what the article claims, and what is best said about it."""

from collections.abc import Collection

import msgspec
from markupsafe import Markup

from parley.articles.articles.queries import WORDS_A_MINUTE
from parley.discussion.thesis.display import ThesisBox, thesis_box
from parley.discussion.thesis.queries import ViewerThesis, of_threads
from parley.discussion.threads.queries import PAGE, CardRow, cards
from parley.discussion.threads.voices import Voice, Voices, best_voices, voices
from parley.letters.news.home import ThreadState
from parley.people.accounts.viewer import Viewer
from parley.platform.cache import PAGE_SECONDS, Bounded, MicroCache, text_bytes
from parley.platform.http.environment import environment
from parley.platform.text.cleaning import as_id, shorten_to_clause
from parley.platform.text.durations import ago
from parley.platform.text.languages import spoken
from parley.platform.text.messages import Message

# In characters: about three lines on a wide page.
EXCERPT_LENGTH = 220
CACHED, CACHED_BYTES = 2_000, 8 * 2**20
# The largest rank that is a time, in seconds: PostgreSQL knows no later ones.
HIGHEST_RANK = 1e11
# About what a card takes in the cache.
CARD_BYTES = 3_000


class Card(CardRow, frozen=True):
    """A thread as its card shows it; `rank` is 0, so that the same card in another order is equal.

    `best` is the best response, shown where there are no two voices.
    """

    voices: Voices | None = None
    best: Voice | None = None
    thesis: ThesisBox | None = None
    # Whether an answer to the thesis replaces the box, rather than leading to signing in.
    for_member: bool = False
    # Comments by others that the viewer has not read; 100 means more than 99.
    unread: int = 0

    @property
    def minutes(self) -> int:
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def sides(self) -> set[int]:
        """The comments that it sets against each other."""
        return {voice.id for voice in self.voices.both} if self.voices else set()

    @property
    def html(self) -> Markup:
        """The card as HTML: rendered once for all who see the same, until it changes."""
        answer = self.thesis.value if self.thesis else None
        key = (spoken().code, self.id, self.for_member, self.unread, self.voices is None, self.best is None, answer)
        age = ago(self.last_activity_at)
        cached = _rendered.get(key)
        if cached is None or (cached.card is not self and cached.card != self) or cached.age != age:
            html = environment().get_template("interfaces/pages/_card.html").render(card=self)
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


async def listing_for(sort: str, topic: str | None, period: str, after: str, viewer: Viewer | None) -> Listing:
    """One page of cards as everybody sees them."""
    if viewer is None:
        # The visitors' whole page is cached, so its cards are not: two caches would double their age. Members do not
        # share them: they may come from a replica that lacks what a member has just done.
        return await _listing(sort, topic, period, after)
    key = (sort, topic, period, after)
    return await _listings.get(key, lambda: _listing(sort, topic, period, after, for_member=True), viewer.not_before)


async def _listing(sort: str, topic: str | None, period: str, after: str, *, for_member: bool = False) -> Listing:
    rows = await cards(sort, topic, period, cursor(after))
    ids = [row.id for row in rows[:PAGE]]
    pairs, theses = await voices(ids), await of_threads(ids)
    best = await best_voices([thread for thread in ids if thread not in pairs])
    shown = [
        Card(
            **msgspec.structs.asdict(row)
            | {"first_words": shorten_to_clause(row.first_words, EXCERPT_LENGTH), "rank": 0.0},
            voices=pairs.get(row.id),
            best=best.get(row.id),
            thesis=thesis_box(theses.get(row.id), thread_state=row.state),
            for_member=for_member,
        )
        for row in rows[:PAGE]
    ]
    if len(rows) <= PAGE:
        return Listing(shown, None)
    last = rows[PAGE - 1]
    extra = (f"&topic={topic}" if topic else "") + (f"&period={period}" if sort == "top" else "")
    return Listing(shown, f"/?sort={sort}{extra}&after={last.rank!r}_{last.id}")


def seen_by(viewer: Viewer, card: Card, state: ThreadState | None, told: Collection[int]) -> Card:
    """Return a card as a member sees it; the comments `told` are elsewhere on the page."""
    changes: dict[str, object] = {}
    if card.voices is not None and (card.voices.hidden_from(viewer) or card.sides.intersection(told)):
        changes["voices"] = None
    if card.best is not None and (card.best.hidden_from(viewer) or card.best.id in told):
        changes["best"] = None
    if state is not None and state.unread:
        changes["unread"] = state.unread
    if state is not None and card.thesis is not None and state.answer is not None:
        changes["thesis"] = thesis_box(card.thesis.row, ViewerThesis(state.answer), thread_state=card.state)
    return msgspec.structs.replace(card, **changes) if changes else card


def cursor(after: str) -> tuple[float, int] | None:
    """Return the rank and the id in `after`, the last card of a page; None if it has another form."""
    raw, _, last = after.partition("_")
    number = as_id(last)
    try:
        rank = float(raw)
    except ValueError:
        return None
    return (rank, number) if number is not None and 0 <= rank <= HIGHEST_RANK else None
