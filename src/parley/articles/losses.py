"""What a new text of an article would remove, and when that is so much that a person has to decide."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from parley.articles.differences import preview
from parley.articles.importing.passages import ImportedPassage
from parley.articles.versions import StoredPassage
from parley.articles.words import WORD

# One removed last paragraph is often a note. Two or more look like a paywall.
SHORTEST_TAIL = 2


class Loss(msgspec.Struct, frozen=True):
    """How many of the `total` words are removed, how many passages, and how many of these in a row at the end."""

    words: int
    total: int
    passages: int
    tail: int
    # The lineages of the removed passages, and of those whose words change.
    gone: frozenset[int]
    changed: frozenset[int]

    @property
    def is_too_much(self) -> bool:
        """Whether more than a fifth of the words are removed, or the end of the text."""
        return self.words * 5 > self.total or self.tail >= SHORTEST_TAIL

    def __str__(self) -> str:
        words = f"{self.words:,} of {self.total:,} words"
        end = f", all of the last {self.tail:,} passages among them" if self.tail >= SHORTEST_TAIL else ""
        return f"{words} and {self.passages:,} passages{end}"


def loss(before: Sequence[StoredPassage], after: Sequence[ImportedPassage]) -> Loss:
    """What the text `before` loses when `after` replaces it."""
    old, new = words(one.text for one in before), words(one.text for one in after)
    texts = {one.lineage: one.text for one in preview(before, after)}
    gone = [one.lineage not in texts for one in before]
    return Loss(
        words=(Counter(old) - Counter(new)).total(),
        total=len(old),
        passages=sum(gone),
        tail=len(gone) - max((at for at, is_gone in enumerate(gone, start=1) if not is_gone), default=0),
        gone=frozenset(one.lineage for one in before if one.lineage not in texts),
        changed=frozenset(one.lineage for one in before if texts.get(one.lineage, one.text) != one.text),
    )


def words(texts: Iterable[str]) -> list[str]:
    """The words of some texts, in small letters."""
    return [word for text in texts for word in WORD.findall(text.lower())]
