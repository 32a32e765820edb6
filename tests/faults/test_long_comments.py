"""Whoever reads very long comments, in all threads and in every way, leaves a web process small."""

import secrets

import pytest

from parley.platform import db
from tests import make
from tests.interfaces.live.forum import Forum, browser_of

pytestmark = pytest.mark.anyio

THREADS, COMMENTS, LETTERS = 48, 60, 9_800
MOST_BYTES = 250_000_000
PAGES = ("", "?view=all&sort=new", "?view=passage", "?view=passage&sort=old", "/comments?sort=new")
FILL = """
insert into comment (thread, depth, author, body, html, html_version, revision, submission, state, created_at)
select $1, 0, $2, $3 || n, '<p>' || $3 || n || '</p>', 9, 1, gen_random_uuid(), 'visible', now() - n * interval '1 s'
from generate_series(1, $4::int) n
"""


async def test_reading_threads_of_very_long_comments_leaves_a_web_process_small(forum: Forum) -> None:
    ana = await make.member()
    threads = [await make.thread() for _ in range(THREADS)]
    for thread in threads:
        await db.execute(FILL, thread, ana.id, secrets.token_hex(LETTERS // 2), COMMENTS)
        await db.execute("update thread set comment_count = $2 where id = $1", thread, COMMENTS)
    web = forum.web(PARLEY_LIMITS="off")

    async with browser_of() as stranger:
        for page in PAGES:
            for thread in threads:
                answer = await stranger.get(f"{web.address}/t/{thread}{page}", follow_redirects=True)
                assert answer.is_success
                assert len(answer.text) > LETTERS

    assert web.memory() < MOST_BYTES
    web.end()
