"""The subject of an issue: its first thread, and how many more items there are."""

from collections.abc import Sequence
from itertools import combinations

from parley.letters.digest_selection.selection import SIDES
from parley.letters.digests.items import DigestItem
from parley.platform.text.cleaning import one_line, shorten
from parley.platform.text.messages import N_, as_text, plural

SUBJECT_LENGTH = 78
# Characters of the subject that a name may take.
NAME_LENGTH = 20
ABOUT_READER = {"reply": N_("{name} replies to you: {title}"), "mention": N_("{name} mentions you: {title}")}


def subject(items: Sequence[DigestItem]) -> str:
    """Return one line of at most 78 characters (RFC 5322, 2.1.1).

    It names the first item if that is about the reader, else the first two that disagree, else the first item.
    """
    first = items[0]
    pair = None if first.kind in ABOUT_READER else _pair(items)
    names = {"name": _name(first)}
    about = ABOUT_READER.get(first.kind, N_("{title}"))
    if pair is not None:
        names = {"name": _name(pair[0]), "other": _name(pair[1])}
        about = N_('{name} and {other} disagree on "{title}"')
    rest = len(items) - (2 if pair else 1)

    def written(title: str) -> str:
        line = about.format(**names, title=title)
        return as_text(
            plural("{line}, and {count} more", "{line}, and {count} more", rest, line=line) if rest else line
        )

    return written(cut((pair or items)[0].title, SUBJECT_LENGTH - len(written(""))))


def cut(text: str, most: int) -> str:
    """Return `text` in one line of at most `most` characters."""
    plain = one_line(text)
    return plain if len(plain) <= most else shorten(plain, most - 2).rstrip("…") + "..."


def _pair(items: Sequence[DigestItem]) -> tuple[DigestItem, DigestItem] | None:
    for first, other in combinations(items, 2):
        if (
            first.thread == other.thread
            and {first.stance, other.stance} == set(SIDES)
            and first.author
            and other.author
        ):
            return first, other
    return None


def _name(item: DigestItem) -> str:
    return cut(item.author or as_text(N_("Somebody")), NAME_LENGTH)
