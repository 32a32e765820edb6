"""A removed comment disappears from every page and stream within a second."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from parley.discussion.commenting import editing
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.events.event_log import emit
from tests import make
from tests.interfaces.live.forum import Forum, Web, browser_of, cookie_of
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio

CANARY = "Kanarienvogel"
IN_FORCE_SECONDS = 1.0


async def remove(comment: int, thread: int, author: Viewer) -> None:
    """Change the state and write its event in one transaction, as a moderator's decision does."""
    async with db.atomic():
        await db.execute("update comment set state = 'removed' where id = $1", comment)
        await emit("comment.removed", thread=thread, comment=comment, actor=author.id)


async def delete(comment: int, _thread: int, author: Viewer) -> None:
    await editing.delete_comment(viewer=author, comment_id=comment)


@pytest.fixture
async def browsers(forum: Forum) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A visitor and a member."""
    cookie = await cookie_of(await make.member())
    async with browser_of() as visitor, browser_of(cookie) as member:
        yield {"visitor": visitor, "member": member}


@pytest.mark.parametrize(
    ("redis", "take_away"),
    [("up", delete), ("up", remove), ("frozen", remove), pytest.param("frozen", delete, marks=pytest.mark.slow)],
)
async def test_a_removal_is_in_force_on_every_path_within_a_second(
    forum: Forum, web: Web, browsers: dict[str, httpx.AsyncClient], take_away: object, redis: str
) -> None:
    ada = await make.member()
    thread = await make.thread()
    about = {"passage": (await make.lineages(thread))[0], "quote": make.WORDS[0]}
    comment = await make.comment(thread, ada, f"A {CANARY} sings.", stance="supports", **about)  # type: ignore[arg-type]
    await editing.edit_comment(viewer=ada, comment_id=comment, body=f"The {CANARY} sings.", stance="supports")
    await make.comment(thread, ada, "A reply that stays.", parent=comment)
    words = "Birds do not sing."
    other = await make.comment(thread, await make.member(), words, stance="challenges", **about)  # type: ignore[arg-type]
    # Two views of the same words, which the home page shows.
    await db.execute("update comment set base_ups = 2 where id = any($1::bigint[])", [comment, other])
    await db.execute(
        "update thread_stats set disagreement = array[$2, $3]::bigint[] where thread = $1", thread, comment, other
    )
    paths = [
        await make.address(thread),
        f"{await make.address(thread)}?sort=new",
        f"{await make.address(thread)}?focus={comment}",
        f"/t/{thread}/comments",
        f"/t/{thread}/comments?branch={comment}",
        f"/c/{comment}/history",
        f"/c/{comment}/reply?quote=1",
        f"/u/{ada.name}",
        "/?sort=new",
    ]
    # Lists that an earlier test read may still be cached.
    await asyncio.sleep(IN_FORCE_SECONDS)
    first = await everything(web, browsers, paths)
    assert [path for path in paths if "branch" not in path and CANARY not in first["member", path]] == []
    if redis == "frozen":
        forum.freeze("valkey")
    try:
        await take_away(comment, thread, ada)  # type: ignore[operator]
        await asyncio.sleep(IN_FORCE_SECONDS)
        found = await everything(web, browsers, paths)
        assert [key for key, text in found.items() if CANARY in text] == []
        async with Reader([web.address], thread, last=0) as reader:
            await reader.until(lambda one: len(one.comments) == 3)
            assert CANARY not in reader.raw
    finally:
        forum.thaw("valkey")


async def everything(web: Web, browsers: dict[str, httpx.AsyncClient], paths: list[str]) -> dict[tuple[str, str], str]:
    """What each browser gets at each address, as a page and as the part that htmx asks for."""

    async def read(name: str, path: str, **headers: str) -> str:
        answer = await browsers[name].get(web.address + path, headers=headers)
        assert answer.status_code in (200, 404), (path, answer.status_code)
        return answer.text

    found = {}
    for name in browsers:
        for path in paths:
            found[name, path] = await read(name, path)
            found[name, f"{path} fragment"] = await read(name, path, **{"HX-Request": "true"})
    return found


async def test_a_removal_reaches_an_open_page_at_once(forum: Forum, nudged: Web, thread: int) -> None:
    ada = await make.member()
    comment = await make.comment(thread, ada, CANARY)
    async with Reader([nudged.address], thread, last=0) as reader:
        await reader.until(lambda one: comment in one.comments)
        await remove(comment, thread, ada)
        await reader.until(lambda one: "removed" in one.comments[comment].body)
