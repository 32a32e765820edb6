"""Stored HTML is rendered again after the renderer changed."""

import pytest
from litestar import Litestar

from parley.discussion.comments.jobs import render_old
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio


async def test_comments_of_an_earlier_renderer_are_rendered_again(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member(), "*well*")
    await db.execute("update comment set html = 'old', html_version = 0 where id = $1", comment)

    assert await render_old() == 1
    assert await db.value("select html from comment where id = $1", comment) == "<p><em>well</em></p>\n"
    assert await render_old() == 0


async def test_mentions_are_linked_again_except_in_imported_comments(app: Litestar) -> None:
    await make.member("mira")
    thread = await make.thread()
    here = await make.comment(thread, await make.member(), "Hello @mira.")
    await import_discussion(thread, [ImportLine("a", body="Hello @mira.", author="somebody")], lambda _: None)
    await db.execute("update comment set html = 'old', html_version = 0")

    assert await render_old() == 2

    linked = await db.values("select id from comment where html like '%href=\"/u/mira\"%'")
    assert linked == [here]
