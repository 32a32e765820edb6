"""The changes between two revisions, passage by passage. Passages are paired by lineage, so that moves are found."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

import msgspec
from markupsafe import Markup
from rapidfuzz.distance import LCSseq

from parley.articles.lineage import EarlierPassage, align, headings
from parley.articles.merging import Conflict
from parley.articles.versions import StoredPassage
from parley.core.text.diff import marked
from parley.importing.passages import ImportedPassage

ChangeKind = Literal["same", "changed", "moved", "added", "removed"]


class PassageChange(msgspec.Struct, frozen=True):
    """How one passage changed. One that moved may have `changed` too."""

    what: ChangeKind
    kind: str
    html: Markup
    changed: bool = False
    # Its words are the same, so `html` is the passage as it is now, without marks.
    only_markup: bool = False


class ChangeRun(msgspec.Struct, frozen=True):
    """Neighbouring passages that all changed, or that all stayed the same."""

    is_same: bool
    changes: list[PassageChange]


def preview(old: Sequence[StoredPassage], made: Sequence[ImportedPassage]) -> list[StoredPassage]:
    """The passages `made` by an edit of `old`, with the lineages they would continue. New lineages are negative."""
    former = [EarlierPassage(one.lineage, one.text, one.kind == "heading") for one in old]
    aligned = align(former, [one.text for one in made], headings=headings(made))
    return [
        StoredPassage(-at if lineage is None else lineage, one.kind, one.level, one.html, one.text)
        for at, (lineage, one) in enumerate(zip(aligned.lineages, made, strict=True), start=1)
    ]


def compare(old: Sequence[StoredPassage], new: Sequence[StoredPassage]) -> list[ChangeRun]:
    """The passages of `new` in their order with their changes, and between them the removed passages of `old`."""
    changes = list(_changes(old, new))
    return [ChangeRun(same, list(some)) for same, some in groupby(changes, key=lambda one: one.what == "same")]


def count(runs: Sequence[ChangeRun]) -> int:
    """How many passages changed."""
    return sum(len(run.changes) for run in runs if not run.is_same)


class ConflictSides(msgspec.Struct, frozen=True):
    """Both texts of a conflict, with marks where they differ from the text before. None for a removed text."""

    here: Markup | None
    source: Markup | None


def both_sides(conflict: Conflict) -> ConflictSides:
    return ConflictSides(_side(conflict.before, conflict.ours), _side(conflict.before, conflict.theirs))


def _side(before: Sequence[ImportedPassage], after: Sequence[ImportedPassage]) -> Markup | None:
    old, new = (" ".join(one.text for one in some) for some in (before, after))
    if not after:
        return None
    if old == new:  # only the markup changed
        return Markup("".join(one.html for one in after))  # noqa: S704 sanitised on import
    return marked(old, new)


def _changes(old: Sequence[StoredPassage], new: Sequence[StoredPassage]) -> Iterator[PassageChange]:
    before, after = {one.lineage: one for one in old}, {one.lineage for one in new}
    for step in LCSseq.opcodes([one.lineage for one in old], [one.lineage for one in new]):
        if step.tag != "equal":
            gone = (one for one in old[step.src_start : step.src_end] if one.lineage not in after)
            yield from (PassageChange("removed", one.kind, one.markup) for one in gone)
        for one in new[step.dest_start : step.dest_end]:
            if one.lineage in before:
                yield _pair(before[one.lineage], one, "same" if step.tag == "equal" else "moved")
            else:
                yield PassageChange("added", one.kind, one.markup)


def _pair(old: StoredPassage, new: StoredPassage, what: ChangeKind) -> PassageChange:
    """A passage that is in both. If only its markup changed (a link, emphasis, a picture), it is shown as it is now."""
    if old.html == new.html and old.kind == new.kind:
        return PassageChange(what, new.kind, new.markup)
    what = "changed" if what == "same" else what
    if old.text == new.text:
        return PassageChange(what, new.kind, new.markup, changed=True, only_markup=True)
    return PassageChange(what, new.kind, marked(old.text, new.text), changed=True)
