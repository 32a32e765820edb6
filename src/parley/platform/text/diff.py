"""Shows the changes between two texts word by word, with bounded cost."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from markupsafe import Markup
from rapidfuzz.distance import Indel

# Whitespace and the word or line after it; at the end, the trailing whitespace.
WORD_UNITS = re.compile(r"(\s*)(\S+|\Z)")
LINE_UNITS = re.compile(r"(\s*)(\S[^\n]*|\Z)")
# Aligning two texts takes time and memory by the product of their lengths: 10 ms and 8 MB for this product.
# Texts with more words (8,000 each) are compared line by line. Texts with more lines are shown whole.
LARGEST = 64_000_000
# If a smaller share of the words is unchanged, both texts are shown whole: marking single words would not help.
LEAST_ALIKE = 0.4


Unit = tuple[str, str]  # whitespace, and the word or line after it


class DiffRun(NamedTuple):
    """Units that are unchanged, with the whitespace of each text, or removed units and those added in their place."""

    is_unchanged: bool
    removed: list[Unit]
    added: list[Unit]

    @property
    def length(self) -> int:
        return max(len(self.removed), len(self.added))


def mark_changes(old: str, new: str) -> Markup:
    """Return `new` as escaped text, with `<ins>` around additions and `<del>` around removals."""
    runs = _merge_chance_matches(_runs(old, new))
    unchanged = sum(len(run.added) for run in runs if run.is_unchanged)
    if old and new and 2 * unchanged < LEAST_ALIKE * sum(len(run.removed) + len(run.added) for run in runs):
        return Markup("<del>{}</del> <ins>{}</ins>").format(old, new)
    parts = [
        part
        for run in runs
        for part in (_mark_kept(run) if run.is_unchanged else _mark_changed(run.removed, run.added))
    ]
    return Markup("".join(parts))  # noqa: S704 both texts were escaped


def _runs(old: str, new: str) -> Iterator[DiffRun]:
    """Return unchanged and changed runs in turn; a single change if the texts are too long to align."""
    before = after = [("", "")]
    for unit in (WORD_UNITS, LINE_UNITS):
        before, after = unit.findall(old), unit.findall(new)
        if len(before) * len(after) <= LARGEST:
            return _align(before, after)
    return iter([DiffRun(is_unchanged=False, removed=before, added=after)])


def _align(before: list[Unit], after: list[Unit]) -> Iterator[DiffRun]:
    steps = Indel.editops([text for _, text in before], [text for _, text in after])
    start = new_start = 0
    for at, new_at, size in steps.as_matching_blocks():
        if at > start or new_at > new_start:
            yield DiffRun(is_unchanged=False, removed=before[start:at], added=after[new_start:new_at])
        start, new_start = at + size, new_at + size
        if size:
            yield DiffRun(is_unchanged=True, removed=before[at:start], added=after[new_at:new_start])


def _merge_chance_matches(runs: Iterable[DiffRun]) -> list[DiffRun]:
    """Merge a short unchanged run between two longer changes into them: it probably matched by chance."""
    kept: list[DiffRun] = []
    for run in runs:
        if not run.is_unchanged and len(kept) > 1 and kept[-1].length <= min(kept[-2].length, run.length):
            chance = kept.pop()
            kept[-1].removed.extend(chance.removed + run.removed)
            kept[-1].added.extend(chance.added + run.added)
        else:
            kept.append(run)
    return kept


def _mark_kept(run: DiffRun) -> Iterator[str]:
    if run.removed == run.added:
        yield escape(_text(run.added))
        return
    for (space, _), (now, text) in zip(run.removed, run.added, strict=True):
        yield escape(now) if space == now else _marks(space, now)
        yield escape(text)


def _mark_changed(removed: list[Unit], added: list[Unit]) -> Iterator[str]:
    """Mark removals and additions; whitespace at the start of both is left unmarked."""
    space = removed[0][0] if removed and added and removed[0][0] == added[0][0] else ""
    yield escape(space)
    yield _marks(_text(removed)[len(space) :], _text(added)[len(space) :])


def _text(units: list[Unit]) -> str:
    return "".join(part for unit in units for part in unit)


def _marks(removed: str, added: str) -> str:
    return (f"<del>{escape(removed)}</del>" if removed else "") + (f"<ins>{escape(added)}</ins>" if added else "")
