"""Shows the changes between two texts word by word, with bounded cost."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from markupsafe import Markup
from rapidfuzz.distance import Indel

# Whitespace and the word or line after it; at the end, the trailing whitespace.
WORDS = re.compile(r"(\s*)(\S+|\Z)")
LINES = re.compile(r"(\s*)(\S[^\n]*|\Z)")
# Aligning two texts takes time and memory by the product of their lengths: 10 ms and 8 MB for this product.
# Texts with more words (8,000 each) are compared line by line. Texts with more lines are shown whole.
LARGEST = 64_000_000
# If a smaller share of the words is unchanged, both texts are shown whole: marking single words would not help.
LEAST_ALIKE = 0.4


Unit = tuple[str, str]  # whitespace, and the word or line after it


class DiffRun(NamedTuple):
    """Units that are unchanged, with the whitespace of each text, or removed units and those added in their place."""

    stays: bool
    gone: list[Unit]
    come: list[Unit]

    @property
    def length(self) -> int:
        return max(len(self.gone), len(self.come))


def marked(old: str, new: str) -> Markup:
    """Return `new` as escaped text, with `<ins>` around additions and `<del>` around removals."""
    runs = _merge_chance_matches(_runs(old, new))
    stays = sum(len(run.come) for run in runs if run.stays)
    if old and new and 2 * stays < LEAST_ALIKE * sum(len(run.gone) + len(run.come) for run in runs):
        return Markup("<del>{}</del> <ins>{}</ins>").format(old, new)
    parts = [part for run in runs for part in (_kept(run) if run.stays else _changed(run.gone, run.come))]
    return Markup("".join(parts))  # noqa: S704 both texts were escaped


def _runs(old: str, new: str) -> Iterator[DiffRun]:
    """Return unchanged and changed runs in turn; a single change if the texts are too long to align."""
    before = after = [("", "")]
    for unit in (WORDS, LINES):
        before, after = unit.findall(old), unit.findall(new)
        if len(before) * len(after) <= LARGEST:
            return _aligned(before, after)
    return iter([DiffRun(stays=False, gone=before, come=after)])


def _aligned(before: list[Unit], after: list[Unit]) -> Iterator[DiffRun]:
    steps = Indel.editops([text for _, text in before], [text for _, text in after])
    start = new_start = 0
    for at, new_at, size in steps.as_matching_blocks():
        if at > start or new_at > new_start:
            yield DiffRun(stays=False, gone=before[start:at], come=after[new_start:new_at])
        start, new_start = at + size, new_at + size
        if size:
            yield DiffRun(stays=True, gone=before[at:start], come=after[new_at:new_start])


def _merge_chance_matches(runs: Iterable[DiffRun]) -> list[DiffRun]:
    """Merge a short unchanged run between two longer changes into them: it probably matched by chance."""
    kept: list[DiffRun] = []
    for run in runs:
        if not run.stays and len(kept) > 1 and kept[-1].length <= min(kept[-2].length, run.length):
            chance = kept.pop()
            kept[-1].gone.extend(chance.gone + run.gone)
            kept[-1].come.extend(chance.come + run.come)
        else:
            kept.append(run)
    return kept


def _kept(run: DiffRun) -> Iterator[str]:
    if run.gone == run.come:
        yield escape(_text(run.come))
        return
    for (space, _), (now, text) in zip(run.gone, run.come, strict=True):
        yield escape(now) if space == now else _marks(space, now)
        yield escape(text)


def _changed(gone: list[Unit], come: list[Unit]) -> Iterator[str]:
    """Mark removals and additions; whitespace at the start of both is left unmarked."""
    space = gone[0][0] if gone and come and gone[0][0] == come[0][0] else ""
    yield escape(space)
    yield _marks(_text(gone)[len(space) :], _text(come)[len(space) :])


def _text(units: list[Unit]) -> str:
    return "".join(part for unit in units for part in unit)


def _marks(gone: str, come: str) -> str:
    return (f"<del>{escape(gone)}</del>" if gone else "") + (f"<ins>{escape(come)}</ins>" if come else "")
