"""The changes between two revisions, passage by passage. Passages are paired by lineage, so that moves are found."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

import msgspec
from markupsafe import Markup
from rapidfuzz.distance import LCSseq

from parley.articles.articles.versions import StoredPassage
from parley.articles.revisions.lineage import EarlierPassage, align, headings
from parley.articles.revisions.merging import Conflict
from parley.extraction.html.passages import ImportedPassage
from parley.platform.http.environment import environment
from parley.platform.http.pages import Prepared
from parley.platform.text.diff import mark_changes

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
    former = [EarlierPassage(passage.lineage, passage.text, passage.kind == "heading") for passage in old]
    aligned = align(former, [passage.text for passage in made], headings=headings(made))
    return [
        StoredPassage(-at if lineage is None else lineage, passage.kind, passage.level, passage.html, passage.text)
        for at, (lineage, passage) in enumerate(zip(aligned.lineages, made, strict=True), start=1)
    ]


def compare(old: Sequence[StoredPassage], new: Sequence[StoredPassage]) -> list[ChangeRun]:
    """The passages of `new` in their order with their changes, and between them the removed passages of `old`."""
    changes = list(_changes(old, new))
    return [ChangeRun(same, list(some)) for same, some in groupby(changes, key=lambda change: change.what == "same")]


def count(runs: Sequence[ChangeRun]) -> int:
    return sum(len(run.changes) for run in runs if not run.is_same)


class Difference(msgspec.Struct, frozen=True):
    """How many passages changed, and the HTML that shows it; None where there are none."""

    changes: int
    html: Prepared | None


def difference(old: Sequence[StoredPassage], new: Sequence[StoredPassage]) -> Difference:
    """Compare two versions. To be called in a thread: there may be 10,000 passages in each."""
    runs = compare(old, new)
    html = environment().get_template("articles/_difference.html").render(runs=runs).encode()
    return Difference(count(runs), Prepared([html]) if runs else None)


class ConflictSides(msgspec.Struct, frozen=True):
    """Both texts of a conflict, with marks where they differ from the text before. None for a removed text."""

    here: Markup | None
    source: Markup | None


def both_sides(conflict: Conflict) -> ConflictSides:
    return ConflictSides(_side(conflict.before, conflict.ours), _side(conflict.before, conflict.theirs))


def _side(before: Sequence[ImportedPassage], after: Sequence[ImportedPassage]) -> Markup | None:
    old, new = (" ".join(passage.text for passage in some) for some in (before, after))
    if not after:
        return None
    if old == new:  # only the markup changed
        return Markup("".join(passage.html for passage in after))  # noqa: S704 sanitised on import
    return mark_changes(old, new)


def _changes(old: Sequence[StoredPassage], new: Sequence[StoredPassage]) -> Iterator[PassageChange]:
    before, after = {passage.lineage: passage for passage in old}, {passage.lineage for passage in new}
    for step in LCSseq.opcodes([passage.lineage for passage in old], [passage.lineage for passage in new]):
        if step.tag != "equal":
            gone = (passage for passage in old[step.src_start : step.src_end] if passage.lineage not in after)
            yield from (PassageChange("removed", passage.kind, passage.markup) for passage in gone)
        for passage in new[step.dest_start : step.dest_end]:
            if passage.lineage in before:
                yield _pair(before[passage.lineage], passage, "same" if step.tag == "equal" else "moved")
            else:
                yield PassageChange("added", passage.kind, passage.markup)


def _pair(old: StoredPassage, new: StoredPassage, what: ChangeKind) -> PassageChange:
    """A passage that is in both. If only its markup changed (a link, emphasis, a picture), it is shown as it is now."""
    if old.html == new.html and old.kind == new.kind:
        return PassageChange(what, new.kind, new.markup)
    what = "changed" if what == "same" else what
    if old.text == new.text:
        return PassageChange(what, new.kind, new.markup, changed=True, only_markup=True)
    return PassageChange(what, new.kind, mark_changes(old.text, new.text), changed=True)
