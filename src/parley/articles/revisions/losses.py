"""What a new text of an article would remove, and when that is so much that a person has to decide."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from parley.articles.articles.text import ArticleText
from parley.articles.articles.versions import StoredPassage, last_approved
from parley.articles.revisions.differences import preview
from parley.extraction.errors import CannotImport
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.text.words import WORD
from parley.platform.concurrency import in_thread
from parley.platform.text.messages import N_, Message, plural

# One removed last paragraph is often a note. Two or more look like a paywall.
SHORTEST_TAIL = 2


class Loss(msgspec.Struct, frozen=True):
    """How many of the `total` words are removed, how many passages, and how many of these in a row at the end."""

    words: int
    total: int
    passages: int
    tail: int

    @property
    def is_too_much(self) -> bool:
        """Whether more than a fifth of the words are removed, or the end of the text."""
        return self.words * 5 > self.total or self.tail >= SHORTEST_TAIL

    @property
    def message(self) -> Message:
        """What is lost, for use after "lost"."""
        words = plural("{count} of {total} words", "{count} of {total} words", self.words, total=self.total)
        passages = plural("{count} passage", "{count} passages", self.passages)
        if self.tail < SHORTEST_TAIL:
            return N_("{words} and {passages}").format(words=words, passages=passages)
        whole = N_("{words} and {passages}, all of the last {tail} passages among them")
        return whole.format(words=words, passages=passages, tail=self.tail)


def loss(before: Sequence[StoredPassage], after: Sequence[ImportedPassage]) -> Loss:
    old, new = words(passage.text for passage in before), words(passage.text for passage in after)
    kept = {passage.lineage for passage in preview(before, after)}
    gone = [passage.lineage not in kept for passage in before]
    return Loss(
        words=_count_lost(old, new),
        total=len(old),
        passages=sum(gone),
        tail=len(gone) - max((at for at, is_gone in enumerate(gone, start=1) if not is_gone), default=0),
    )


async def refuse_gradual_loss(article: int, after: ArticleText) -> None:
    """Raise CannotImport if a text lacks too much of the last approved version, which several updates shortened."""
    lost = await in_thread(loss, await last_approved(article), after.passages)
    if lost.is_too_much:
        raise CannotImport(
            N_(
                "Little by little, the page lost {lost}. To take its text nevertheless, add its address again and "
                "suggest an update."
            ),
            lost=lost.message,
        )


def _count_lost(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words of `old` are not in `new`, or have neither of their neighbours there.

    Any text of that length has many of the single words, for example "the" and "of".
    """
    missing = (Counter(old) - Counter(new)).total()
    left = Counter(pairwise([None, *new]))
    together = []
    for pair in pairwise([None, *old]):
        together.append(left[pair] > 0)
        left[pair] -= 1
    alone = sum(not (before or after) for before, after in zip(together, [*together[1:], False], strict=True))
    return max(missing, alone)


def words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in WORD.findall(text.lower())]
