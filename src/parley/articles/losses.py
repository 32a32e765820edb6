"""What a new text of an article would take away, and when that is too much to be taken without a person's decision."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from parley.articles.differences import foresee
from parley.articles.importing.passages import ImportedPassage
from parley.articles.versions import Kept
from parley.articles.words import WORD

# A last paragraph alone is often a note that went; two and more look like the beginning of a pay wall.
SHORTEST_TAIL = 2


class Loss(msgspec.Struct, frozen=True):
    """How many of the `total` words and of the passages go, and how many of these are all that stood at the end."""

    words: int
    total: int
    passages: int
    tail: int
    # The lineages of passages that go, and of those whose words change.
    gone: frozenset[int]
    changed: frozenset[int]

    @property
    def is_too_much(self) -> bool:
        """More than a fifth of the words, or everything after some point."""
        return self.words * 5 > self.total or self.tail >= SHORTEST_TAIL

    def __str__(self) -> str:
        words = f"{self.words:,} of {self.total:,} words"
        end = f", all of the last {self.tail:,} passages among them" if self.tail >= SHORTEST_TAIL else ""
        return f"{words} and {self.passages:,} passages{end}"


def loss(before: Sequence[Kept], after: Sequence[ImportedPassage]) -> Loss:
    """What of the text `before` is lost where `after` takes its place."""
    old, new = words(one.text for one in before), words(one.text for one in after)
    texts = {one.lineage: one.text for one in foresee(before, after)}
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
