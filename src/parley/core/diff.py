"""Showing what changed between two texts, word by word."""

import re
from difflib import SequenceMatcher
from html import escape
from typing import NamedTuple

from markupsafe import Markup

WORDS = re.compile(r"\s+|[^\s]+")
# Below this likeness (difflib's ratio of words) word-by-word marks are salad: the two texts are shown whole.
LEAST_ALIKE = 0.4


def marked(old: str, new: str) -> Markup:
    """`new` as escaped text with `<ins>` around what was added and `<del>` around what was taken away."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    if old and new and SequenceMatcher(None, old.split(), new.split(), autojunk=False).ratio() < LEAST_ALIKE:
        return Markup("<del>{}</del> <ins>{}</ins>").format(old, new)
    parts: list[str] = []
    for run in _runs(before, after):
        gone, come = escape("".join(run.gone)), escape("".join(run.come))
        if run.stays:
            parts.append(come)
            continue
        parts += [f"<del>{gone}</del>"] if gone else []
        parts += [f"<ins>{come}</ins>"] if come else []
    return Markup("".join(parts))  # noqa: S704 both texts were escaped above


class Run(NamedTuple):
    """Words and spaces that stay, or those that went and those that came in their place."""

    stays: bool
    gone: list[str]
    come: list[str]

    @property
    def words(self) -> int:
        return max(sum(not part.isspace() for part in side) for side in (self.gone, self.come))


def _runs(before: list[str], after: list[str]) -> list[Run]:
    """By turns what stays and what changes. The few words that two rewritings share by chance change with them."""
    runs: list[Run] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        run = Run(kind == "equal", before[a:b], after[c:d])
        if not run.stays and len(runs) > 1 and runs[-1].words <= min(runs[-2].words, run.words):
            kept, last = runs.pop(), runs.pop()
            run = Run(stays=False, gone=last.gone + kept.gone + run.gone, come=last.come + kept.come + run.come)
        runs.append(run)
    return runs
