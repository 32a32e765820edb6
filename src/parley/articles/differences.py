"""What changed between two revisions, passage by passage, paired by lineage: what moved is not gone and new."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

import msgspec
from markupsafe import Markup
from rapidfuzz.distance import LCSseq

from parley.articles.importing.passages import ImportedPassage
from parley.articles.lineage import EarlierPassage, align
from parley.articles.merging import Conflict
from parley.articles.versions import Kept
from parley.core.text.diff import marked

What = Literal["same", "changed", "moved", "added", "removed"]


class Change(msgspec.Struct, frozen=True):
    """What became of one passage: `moved` ones may have changed too."""

    what: What
    kind: str
    html: Markup
    changed: bool = False
    # Only its looks changed: `html` is the passage as it is now, and not its words with marks.
    looks: bool = False


class ChangeRun(msgspec.Struct, frozen=True):
    """Changes that stand together; unchanged passages are one run."""

    is_same: bool
    changes: list[Change]


def foresee(old: Sequence[Kept], made: Sequence[ImportedPassage]) -> list[Kept]:
    """The passages `made` from an edit of `old`, with the lineages that they would continue; new ones are negative."""
    aligned = align([EarlierPassage(one.lineage, one.text) for one in old], [one.text for one in made])
    return [
        Kept(-at if lineage is None else lineage, one.kind, one.level, one.html, one.text)
        for at, (lineage, one) in enumerate(zip(aligned.lineages, made, strict=True), start=1)
    ]


def compare(old: Sequence[Kept], new: Sequence[Kept]) -> list[ChangeRun]:
    """The passages of `new` in their order, each with what became of it, and those of `old` that are gone between."""
    changes = list(_changes(old, new))
    return [ChangeRun(same, list(some)) for same, some in groupby(changes, key=lambda one: one.what == "same")]


def count(runs: Sequence[ChangeRun]) -> int:
    """How many passages are not as they were."""
    return sum(len(run.changes) for run in runs if not run.is_same)


class Beside(msgspec.Struct, frozen=True):
    """Both texts of a conflict, marked where they differ from what stood there before; None where one was removed."""

    here: Markup | None
    source: Markup | None


def beside(conflict: Conflict) -> Beside:
    return Beside(_side(conflict.before, conflict.ours), _side(conflict.before, conflict.theirs))


def _side(before: Sequence[ImportedPassage], after: Sequence[ImportedPassage]) -> Markup | None:
    old, new = (" ".join(one.text for one in some) for some in (before, after))
    if not after:
        return None
    if old == new:  # only its looks changed
        return Markup("".join(one.html for one in after))  # noqa: S704 sanitised when it was cut
    return marked(old, new)


def _changes(old: Sequence[Kept], new: Sequence[Kept]) -> Iterator[Change]:
    before, after = {one.lineage: one for one in old}, {one.lineage for one in new}
    for step in LCSseq.opcodes([one.lineage for one in old], [one.lineage for one in new]):
        if step.tag != "equal":
            gone = (one for one in old[step.src_start : step.src_end] if one.lineage not in after)
            yield from (Change("removed", one.kind, one.markup) for one in gone)
        for one in new[step.dest_start : step.dest_end]:
            if one.lineage in before:
                yield _pair(before[one.lineage], one, "same" if step.tag == "equal" else "moved")
            else:
                yield Change("added", one.kind, one.markup)


def _pair(old: Kept, new: Kept, what: What) -> Change:
    """A passage that is in both; one whose looks alone changed (a link, emphasis, a picture) is shown as it is now."""
    if old.html == new.html and old.kind == new.kind:
        return Change(what, new.kind, new.markup)
    what = "changed" if what == "same" else what
    if old.text == new.text:
        return Change(what, new.kind, new.markup, changed=True, looks=True)
    return Change(what, new.kind, marked(old.text, new.text), changed=True)
