"""Showing what changed between two texts, word by word."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape

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
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = escape("".join(before[a:b])), escape("".join(after[c:d]))
        if kind == "equal":
            parts.append(come)
            continue
        parts += [f"<del>{gone}</del>"] if gone else []
        parts += [f"<ins>{come}</ins>"] if come else []
    return Markup("".join(parts))  # noqa: S704 both texts were escaped above


def marked_paragraphs(old: Sequence[str], new: Sequence[str]) -> Markup:
    """The paragraphs of `new`, with those that changed marked word by word; long unchanged stretches are left out."""
    parts: list[Markup] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts += [Markup("<p>{}</p>").format(text) for text in new[c:d][-1:]]
            continue
        pairs = max(b - a, d - c)
        before = [*old[a:b], *[""] * pairs][:pairs]
        after = [*new[c:d], *[""] * pairs][:pairs]
        parts += [Markup("<p>{}</p>").format(marked(*pair)) for pair in zip(before, after, strict=True)]
    return Markup("\n").join(parts)
