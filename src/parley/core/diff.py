"""Showing what changed between two texts, word by word."""

import re
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
