"""What a new text of an article does to the comments on it, and comments that its editor places by hand."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, get_args

import msgspec
from markupsafe import Markup

from parley.articles.articles.queries import ArticleRow
from parley.articles.articles.text import ArticleText
from parley.articles.revisions import revising
from parley.articles.revisions.revising import NextText
from parley.platform.errors import Refused
from parley.platform.text.diff import mark_changes

# Comments of each outcome that are listed.
MOST_LISTED = 100

AnchorOutcome = Literal["stays", "changes", "loses-words", "loses-passage"]
NO_OUTCOMES: dict[str, Any] = {"outcomes": {}, "outcome_counts": {}}


class CommentOutcome(msgspec.Struct, frozen=True):
    """What becomes of a comment that is about `quote` now, and would be about `words`.

    `by_hand` says that the editor chose these words, `is_missing` that the new text does not have them.
    """

    comment: int
    author: str | None
    outcome: AnchorOutcome
    quote: str
    words: str
    by_hand: bool = False
    is_missing: bool = False

    @property
    def difference(self) -> Markup:
        """The words as they would read, with the changes marked."""
        return mark_changes(self.quote, self.words)


class Misplaced(Refused):
    """The new text does not have the words on which an editor placed a comment."""


# Hooks (parley/site/hooks.py), called with the thread, the number of its revision, the new text, and the words on which
# comments are placed by hand. Each returns what becomes of the thread's comments.
OutcomeHook = Callable[[int, int, NextText, Mapping[int, str]], Awaitable[list[CommentOutcome]]]
outcomes_of: list[OutcomeHook] = []

# Hooks in the transaction of a revision, called with the thread and the words on which comments are placed by hand.
# Raises Misplaced.
PlaceHook = Callable[[int, Mapping[int, str]], Awaitable[None]]
place_by_hand: list[PlaceHook] = []


async def summary(
    thread: int, article: ArticleRow, text: ArticleText, placed: Mapping[int, str] | None = None
) -> dict[str, Any]:
    """What a text would do to comments, for `articles/_comment_outcomes.html`."""
    new = await revising.plan_revision(article.id, text)
    outcomes = (
        [outcome for hook in outcomes_of for outcome in await hook(thread, article.revision, new, placed or {})]
        if new
        else []
    )
    by_outcome = {
        kind: [outcome for outcome in outcomes if outcome.outcome == kind] for kind in get_args(AnchorOutcome)
    }
    return {
        "outcomes": {kind: some[:MOST_LISTED] for kind, some in by_outcome.items()},
        "outcome_counts": {kind: len(some) for kind, some in by_outcome.items()},
    }
