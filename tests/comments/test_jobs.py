"""Stored HTML follows the renderer."""

import pytest
from litestar import Litestar

import make
from parley.comments.jobs import render_old
from parley.core import db

pytestmark = pytest.mark.anyio


async def test_comments_of_an_earlier_renderer_are_rendered_anew(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member(), "*well*")
    await db.execute("update comment set html = 'old', html_version = 0 where id = $1", comment)

    assert await render_old() == 1
    assert await db.value("select html from comment where id = $1", comment) == "<p><em>well</em></p>\n"
    assert await render_old() == 0
