"""The excerpt of a comment is made once, when its words are written, and goes with them."""

import asyncpg
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments.jobs import render_old
from parley.discussion.comments.queries import one
from parley.discussion.comments.rules import NO_WORDS
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.platform import db
from parley.platform.text import markdown
from tests import make

pytestmark = pytest.mark.anyio

BODY = '> It thinks.\n\nNo, *it* does not: 1 < 2 & "so".'
WORDS = 'No, it does not: 1 < 2 & "so".'
# As the previous version writes it, which knows no excerpts.
FORGET = "update comment set html_version = html_version - 1, excerpt = 'other words' where id = $1"


async def excerpt(comment: int) -> str:
    row = await one(comment)
    assert row is not None
    return row.excerpt


async def test_writing_and_editing_store_the_first_of_the_authors_own_words(app: Litestar) -> None:
    who = await make.member()
    comment = await make.comment(await make.thread(), who, BODY)
    stored = "select excerpt from comment where id = $1"

    assert await db.value(stored, comment) == WORDS
    await editing.edit_comment(viewer=who, comment_id=comment, body="Other *words*.")
    assert await db.value(stored, comment) == await excerpt(comment) == "Other words."


async def test_an_imported_comment_has_an_excerpt(app: Litestar) -> None:
    await import_discussion(await make.thread(), [ImportLine("a", body=BODY, author="somebody")], lambda _: None)

    assert await db.values("select excerpt from comment") == [WORDS]


async def test_until_the_worker_has_made_it_an_excerpt_is_made_of_the_beginning(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member(), BODY)
    await db.execute(FORGET, comment)

    assert await excerpt(comment) == f"It thinks. {WORDS}"
    assert await render_old() == 1
    assert await excerpt(comment) == WORDS


async def test_the_beginning_of_the_longest_comment_has_no_more_than_an_excerpt(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member(), "[" * 4_001 + "'" * 35_000)
    await db.execute(FORGET, comment)

    assert await excerpt(comment) == "[" * markdown.STORED_EXCERPT


async def test_no_words_are_taken_away_without_the_excerpt(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member(), BODY)

    with pytest.raises(asyncpg.CheckViolationError):
        async with db.atomic():
            await db.execute("update comment set body = '', html = '' where id = $1", comment)

    await db.execute(f"update comment set {NO_WORDS} where id = $1", comment)
    assert await db.value("select excerpt from comment where id = $1", comment) == ""
