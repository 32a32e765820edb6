"""Anchoring imported comments: finds the words that a comment quoted elsewhere in the article here."""

from collections.abc import Iterable, Mapping

from parley.articles.articles import queries as articles
from parley.discussion.comments import anchors
from parley.platform import db
from parley.platform.errors import Refused

# The comment is about the version in which its words were found.
SET_REVISION = """
update comment c set revision = t.revision from thread t where t.id = c.thread and c.id = $1 and c.revision is null
"""


async def lineages_of_quotes(thread: int, quotes: Iterable[str]) -> dict[str, int]:
    """Return for each quote the lineage of the first passage that has it; quotes that none has are left out."""
    wanted = {" ".join(quote.split()) for quote in quotes} - {""}
    if not wanted:
        return {}
    revision: int | None = await db.value("select revision from thread where id = $1", thread)
    passages = [
        (passage.lineage, " ".join(passage.text.split())) for passage in await articles.text(thread, revision or 1)
    ]
    by_quote = {}
    for quote in wanted:
        lineage = next((lineage for lineage, text in passages if quote in text), None)
        if lineage is not None:
            by_quote[quote] = lineage
    return by_quote


async def attach(thread: int, comments: Mapping[int, str], lineages: Mapping[str, int]) -> None:
    """Anchor comments that were just written, each with its quote. The caller has locked the thread's row."""
    for comment, quote in comments.items():
        words = " ".join(quote.split())
        try:
            anchor = await anchors.find(thread, lineages[words], words, "")
        except Refused:
            # The words cannot be an anchor of the passage, so the comment stays one on the whole article.
            continue
        await db.execute(SET_REVISION, comment)
        await anchors.attach(comment, anchor)
