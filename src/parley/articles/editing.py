"""Editing an article: its text as one piece of Markdown, and the passages that an edited text says."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from types import ModuleType

from parley.articles.blocks import MarkdownBlock, blocks, join
from parley.articles.importing.passages import MOST_PASSAGES, ImportedPassage
from parley.articles.pictures import ours
from parley.articles.versions import Kept
from parley.core.errors import Refused
from parley.core.text.markdown import MARKS

# Parsing costs by the mark (core/text/markdown.py): so many take about half a second, and no real edit has them.
MOST_MARKS = 25_000


def as_markdown(passages: Sequence[Kept], base_url: str | None) -> str:
    """The text of an article as its editors see it."""
    return join(_sources(tuple(passages), base_url))


def read_markdown(text: str, passages: Sequence[Kept], base_url: str | None) -> list[ImportedPassage]:
    """The passages that `text` says, which is `as_markdown(passages)` after an edit.

    One whose source was not touched, wherever it stands now, is the one that is kept, byte for byte.
    Raises Refused when more was written than can be read at once.
    """
    pictures = ours([one.passage for one in passages])
    kept: dict[str, list[Kept]] = defaultdict(list)
    for one, block in reversed(list(zip(passages, _sources(tuple(passages), base_url), strict=True))):
        kept[_key(block)].append(one)
    made: list[ImportedPassage] = []
    marks = 0
    said = blocks(text)
    if len(said) > MOST_PASSAGES:
        raise Refused(f"This has more than {MOST_PASSAGES:,} paragraphs. Please make it several articles.")
    for block in said:
        if known := kept.get(_key(block)):
            made.append(known.pop().passage)
            continue
        marks += len(MARKS.findall(block.source))
        if marks > MOST_MARKS:
            raise Refused("This changes too much to be compared at once. Please save it in two or three steps.")
        made += _sources_module().render(block, base_url, pictures)
    return made


# Asked for with the form, again with each preview and when it is saved; it costs a millisecond a passage.
@lru_cache(maxsize=8)
def _sources(passages: tuple[Kept, ...], base_url: str | None) -> list[MarkdownBlock]:
    pictures = ours([one.passage for one in passages])
    return [_sources_module().source(one, base_url, pictures) for one in passages]


def _sources_module() -> ModuleType:
    """What turns passages into Markdown and back."""
    from parley.articles import sources  # noqa: PLC0415 its 3 MB are not for processes in which nobody edits

    return sources


def _key(block: MarkdownBlock) -> str:
    """What a form may change of a source on its way there and back must not count as an edit."""
    return unicodedata.normalize("NFC", block.source).strip()
