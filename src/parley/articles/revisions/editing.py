"""Editing an article as Markdown: its passages as one text, and the passages of an edited text."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from types import ModuleType

from parley.articles.articles.pictures import stored_pictures
from parley.articles.articles.versions import StoredPassage
from parley.articles.revisions.markdown_blocks import MarkdownBlock, blocks, join
from parley.extraction.html.passages import MOST_PASSAGES, ImportedPassage
from parley.extraction.notes.linking import link_notes
from parley.platform.errors import Refused
from parley.platform.text.markdown import MARKS
from parley.platform.text.messages import N_
from parley.platform.text.normal_forms import normalize

# Parsing time grows with the Markdown characters (text/markdown.py). So many take about half a second, more than
# any real edit has.
MOST_MARKS = 25_000


def as_markdown(passages: Sequence[StoredPassage], base_url: str | None) -> str:
    """The text of an article as Markdown."""
    return join(_sources(tuple(passages), base_url))


def read_markdown(text: str, passages: Sequence[StoredPassage], base_url: str | None) -> list[ImportedPassage]:
    """Return the passages of `text`, which is `as_markdown(passages)` after an edit.

    A block that was not edited, even if it was moved, returns the same passage byte for byte.
    Raises Refused when the text has too many passages or changes.
    """
    pictures = stored_pictures([stored.passage for stored in passages])
    unedited: dict[str, list[StoredPassage]] = defaultdict(list)
    for stored, block in reversed(list(zip(passages, _sources(tuple(passages), base_url), strict=True))):
        unedited[_key(block)].append(stored)
    made: list[ImportedPassage] = []
    marks = 0
    edited = blocks(text)
    if len(edited) > MOST_PASSAGES:
        raise Refused(
            N_("This has more than {most_passages} paragraphs. Please make it several articles."),
            most_passages=MOST_PASSAGES,
        )
    for block in edited:
        if known := unedited.get(_key(block)):
            made.append(known.pop().passage)
            continue
        marks += len(MARKS.findall(block.source))
        if marks > MOST_MARKS:
            raise Refused(N_("This changes too much to be compared at once. Please save it in two or three steps."))
        made += _markdown_module().render(block, base_url, pictures)
    return link_notes(made)


# Needed for the form, each preview and saving. It takes a millisecond for each passage.
@lru_cache(maxsize=8)
def _sources(passages: tuple[StoredPassage, ...], base_url: str | None) -> list[MarkdownBlock]:
    pictures = stored_pictures([stored.passage for stored in passages])
    return [_markdown_module().source(stored, base_url, pictures) for stored in passages]


def _markdown_module() -> ModuleType:
    """The module that turns passages into Markdown and back."""
    from parley.articles.revisions import passage_markdown  # noqa: PLC0415 3 MB that few processes need

    return passage_markdown


def _key(block: MarkdownBlock) -> str:
    """Normalise what forms may change: it does not count as an edit."""
    return normalize("NFC", block.source).strip()
