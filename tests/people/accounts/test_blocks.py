"""Muting and blocking: over HTTP, on every page that shows comments, and in replies."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.interfaces.live import render as live
from parley.interfaces.live.broadcast import Broadcaster
from parley.interfaces.live.stream import Stream
from parley.people.accounts import blocks, sessions, tokens
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.conftest import forget_caches

pytestmark = pytest.mark.anyio

STUB = "You blocked this member."
FOLD = '<details class="muted"><summary>Written by somebody you muted.'


async def kind(viewer: Viewer, other: Viewer) -> str | None:
    found: str | None = await db.value("select kind from block where member = $1 and other = $2", viewer.id, other.id)
    return found


@pytest.mark.parametrize("how", ["mute", "block"])
async def test_a_member_is_shut_out_and_let_in_again(client: httpx.AsyncClient, how: str) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    await make.sign_in(client, mira)

    answer = await client.post(f"/u/jonas/{how}", data={"on": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/u/jonas")
    assert await kind(mira, jonas) == how
    assert f"You {how.removesuffix('e')}ed <bdi>jonas</bdi>" in (await client.get("/u/jonas")).text
    assert "jonas" in (await client.get("/settings/mail")).text

    back = await client.post(f"/u/jonas/{how}", data={"on": "0", "next": "/settings/mail#muted"})
    assert back.headers["location"] == "/settings/mail#muted"
    assert await kind(mira, jonas) is None
    assert "/u/jonas" not in (await client.get("/settings/mail")).text


async def test_muting_a_blocked_member_leaves_the_block(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    await make.sign_in(client, mira)

    await client.post("/u/jonas/mute", data={"on": "1"})
    await client.post("/u/jonas/block", data={"on": "1"})
    await client.post("/u/jonas/mute", data={"on": "1"})
    await client.post("/u/jonas/mute", data={"on": "0"})

    assert await kind(mira, jonas) == "block"


async def test_there_is_a_limit_but_a_muted_member_can_still_be_blocked(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "MOST_BLOCKED", 1)
    mira, jonas, other = await make.member("mira"), await make.member("jonas"), await make.member("other")
    await make.sign_in(client, mira)
    await client.post("/u/jonas/mute", data={"on": "1"})

    refused = await client.post("/u/other/mute", data={"on": "1"})
    answer = await client.post("/u/jonas/block", data={"on": "1"})

    assert refused.status_code == 422 and "the limit" in refused.text
    assert answer.status_code == 303
    assert (await kind(mira, jonas), await kind(mira, other)) == ("block", None)


async def test_nobody_mutes_themselves_and_staff_can_be_muted_but_not_blocked(client: httpx.AsyncClient) -> None:
    mira, mo = await make.member("mira"), await make.member("mo", role="moderator")
    await make.sign_in(client, mira)

    assert (await client.post("/u/mira/mute", data={"on": "1"})).status_code == 422
    assert "cannot be blocked" in (await client.post("/u/mo/block", data={"on": "1"})).text
    assert (await client.post("/u/mo/mute", data={"on": "1"})).status_code == 303
    assert await kind(mira, mo) == "mute"
    assert 'action="/u/mo/block"' not in (await client.get("/u/mo")).text


@pytest.mark.parametrize("name", ["nobody", "uma", "a%00b"])
async def test_a_member_without_a_page_cannot_be_muted(client: httpx.AsyncClient, name: str) -> None:
    await make.member("uma", state="unverified")
    await make.sign_in(client, await make.member())

    assert (await client.post(f"/u/{name}/mute", data={"on": "1"})).status_code == 404


async def test_a_profile_offers_it_to_members_and_not_on_their_own(client: httpx.AsyncClient) -> None:
    mira, _ = await make.member("mira"), await make.member("jonas")
    assert '/mute"' not in (await client.get("/u/jonas")).text

    await make.sign_in(client, mira)

    assert 'action="/u/jonas/mute"' in (await client.get("/u/jonas")).text
    assert '/mute"' not in (await client.get("/u/mira")).text


@pytest.mark.parametrize(("how", "sign"), [("mute", FOLD), ("block", STUB)])
async def test_their_comments_are_collapsed_or_hidden_everywhere(
    client: httpx.AsyncClient, how: str, sign: str
) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    passage = (await make.lineages(thread))[0]
    root = await make.comment(thread, jonas, "A root.", passage=passage)
    reply = await make.comment(thread, await make.member(), "A reply.", parent=root)
    below = await make.comment(thread, jonas, "Below.", parent=reply)
    await make.vote(mira, root)
    await make.block(mira, jonas, how)
    address = await make.address(thread)

    for path in (
        address,
        f"{address}?view=all",
        f"{address}?view=passage",
        f"{address}?passage={passage}",
        f"{address}?focus={below}",
        f"/t/{thread}/comments",
        f"/t/{thread}/comments?branch={root}",
    ):
        await make.sign_in(client, mira)
        hers = (await client.get(path)).text
        shown = set(re.findall(r'id="c(\d+)"(?:(?!<article)[^\0])*?' + re.escape(sign), hers))
        his = {str(root), str(below)} & set(re.findall(r'<article [^>]*id="c(\d+)"', hers))
        assert his and shown == his, path
        assert f'id="c{reply}"' in hers and "A reply." in hers, path
        assert ("A root." in hers or "Below." in hers) == (how == "mute"), path
        client.cookies.clear()
        assert sign not in (await client.get(path)).text, path
        await make.sign_in(client, jonas)
        assert sign not in (await client.get(path)).text, path


async def test_a_hidden_comment_links_to_the_blocked_member_and_offers_no_reply(
    client: httpx.AsyncClient,
) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    comment = await make.comment(await make.thread(), jonas, "His words.")
    await make.block(mira, jonas)
    await make.sign_in(client, mira)

    page = (await client.get(f"/c/{comment}", follow_redirects=True)).text
    form = (await client.get(f"/c/{comment}/reply?quote=1")).text
    versions = await client.get(f"/c/{comment}/history")
    report = await client.get(f"/c/{comment}/report")

    assert f'id="c{comment}"' in page and 'href="/settings/mail#muted"' in page
    assert f"/c/{comment}/reply" not in page and "jonas" not in page.partition("<main")[2]
    assert "neither of you can reply to the other" in form and "<textarea" not in form
    assert (versions.status_code, report.status_code) == (404, 200)
    assert not any("His words." in text for text in (page, form, versions.text, report.text))


async def test_their_page_shows_no_comments_to_a_member_who_blocked_them(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    await make.comment(await make.thread(), jonas, "His words.")
    await db.execute("update member set bio = 'His life.' where id = $1", jonas.id)
    await make.block(mira, jonas)
    await make.sign_in(client, mira)

    page = (await client.get("/u/jonas")).text

    assert "His words." not in page and "His life." not in page
    assert "what they write is not shown to you" in page and "Unblock" in page


async def test_a_member_who_blocked_them_gets_no_notification_of_their_comments(client: httpx.AsyncClient) -> None:
    mira, jonas, ben = await make.member("mira"), await make.member("jonas"), await make.member("ben")
    thread = await make.thread()
    await make.block(mira, jonas)
    await db.execute(
        "insert into visit (member, thread, seen_at, read_until) "
        "values ($1, $2, now() - interval '1 hour', now() - interval '1 hour')",
        mira.id,
        thread,
    )
    await make.comment(thread, jonas)
    await make.sign_in(client, mira)
    before = [(await client.get(path)).text for path in ("/", await make.address(thread))]
    heard = await make.comment(thread, ben)
    after = [(await client.get(path)).text for path in ("/", await make.address(thread))]

    assert not any(re.search(r"\d+ unread", page) for page in before)
    assert all("1 unread" in page for page in after)
    assert after[1].count("comment is-new") == 1 and f'href="#c{heard}"' in after[1]


async def test_a_page_costs_the_same_however_much_of_it_is_hidden(
    client: httpx.AsyncClient, queries: list[str]
) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    await make.sign_in(client, mira)
    costs = []
    for blocked in (False, True):
        if blocked:
            await make.block(mira, jonas)
        for written in (1, 12):
            thread = await make.thread()
            for _ in range(written):
                await make.comment(thread, jonas)
            # Whoever blocks counts their notifications again, once their session is read again.
            forget_caches()
            await client.get(await make.address(thread))
            forget_caches()
            queries.clear()
            await client.get(await make.address(thread))
            costs.append(len(queries))

    assert len(set(costs)) == 1, costs


async def test_members_with_the_same_relation_share_a_piece(app: Litestar) -> None:
    from parley.discussion.comment_tree import fragments
    from parley.discussion.comments import queries as comments_queries

    comment = await make.comment(await make.thread(), await make.member("jonas"))
    row = (await comments_queries.by_ids([comment]))[comment]

    assert fragments.fragment_of(row, fragments.ViewerState(muted=True)) is fragments.fragment_of(
        row, fragments.ViewerState(muted=True)
    )


async def test_an_imported_name_is_not_the_member_of_that_name(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    comment = await make.comment(thread, jonas, "Imported words.")
    await db.execute("update comment set author = null, imported_author = 'jonas' where id = $1", comment)
    await make.block(mira, jonas, "mute")
    await make.sign_in(client, mira)

    page = (await client.get(await make.address(thread))).text

    assert "Imported words." in page and FOLD not in page


async def test_the_page_names_them_for_what_arrives_live(client: httpx.AsyncClient) -> None:
    mira = await make.member("mira")
    for name in ("jonas", "ben"):
        await make.block(mira, await make.member(name), "mute")
    await make.sign_in(client, mira)
    assert 'data-muted="ben jonas"' in (await client.get("/")).text
    client.cookies.clear()
    assert "data-muted" not in (await client.get("/")).text


@pytest.mark.committed
async def test_a_member_who_blocks_them_gets_none_of_their_live_events_from_then_on(app: Litestar) -> None:
    broadcaster: Broadcaster = app.state.broadcaster
    mira, jonas, thread = await make.member("mira"), await make.member("jonas"), await make.thread()
    token = await sessions.start(mira.id, "member", agent="a test", address="127.0.0.1")
    session = await db.value("select id from session where token_hash = $1", tokens.digest(token))
    streams = [Stream(thread, "hers", session, mira.id), Stream(thread, "a visitor's", None)]
    for stream in streams:
        await broadcaster.join(stream, None)
    root = await make.comment(thread, jonas, "Before the block.")
    await heard(streams, "Before the block.")

    await make.block(mira, jonas)
    await editing.edit_comment(viewer=jonas, comment_id=root, body="Edited after.")
    await make.comment(thread, jonas, "Written after.")
    await make.comment(thread, await make.member(), "Written by ben.")
    hers, visitors = await heard(streams, "Written by ben.")

    assert "Edited after." in visitors and "Written after." in visitors
    assert "Edited after." not in hers and "Written after." not in hers and "jonas" not in hers.split("Blocked")[-1]
    for stream in streams:
        broadcaster.leave(stream)


@pytest.mark.committed
@pytest.mark.parametrize("joins_late", [False, True])
async def test_a_member_who_blocks_or_joins_during_rendering_gets_none_of_their_live_events(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, *, joins_late: bool
) -> None:
    broadcaster: Broadcaster = app.state.broadcaster
    mira, jonas, thread = await make.member("mira"), await make.member("jonas"), await make.thread()
    hers, visitors = Stream(thread, "hers", None, mira.id), Stream(thread, "a visitor's", None)
    for stream in [visitors] if joins_late else [visitors, hers]:
        await broadcaster.join(stream, None)
    render, rendered, go_on = live.events, asyncio.Event(), asyncio.Event()

    async def slowly(rows: Any) -> Any:
        found = await render(rows)
        rendered.set()
        await go_on.wait()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(live, "events", slowly)
        await make.comment(thread, jonas, "Written meanwhile.")
        await rendered.wait()
    await make.block(mira, jonas)
    if joins_late:
        # The page that it comes from was made before the comment.
        await broadcaster.join(hers, broadcaster.channels[thread].seq)
    go_on.set()
    await make.comment(thread, await make.member(), "Written by ben.")
    await heard([hers, visitors], "Written by ben.")

    assert b"Written meanwhile." in b"".join(visitors._queue)
    assert b"Written meanwhile." not in b"".join(hers._queue)
    for stream in (hers, visitors):
        broadcaster.leave(stream)


async def heard(streams: list[Stream], words: str) -> list[str]:
    """What each stream has queued, once all have `words`."""
    async with asyncio.timeout(60):
        while not all(words.encode() in b"".join(stream._queue) for stream in streams):
            await asyncio.sleep(0)
    return [b"".join(stream._queue).decode() for stream in streams]


async def test_a_block_is_in_force_on_the_next_page(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    await make.comment(thread, jonas)
    await make.sign_in(client, mira)
    address = await make.address(thread)
    assert FOLD not in (await client.get(address)).text

    async with db.atomic():
        await client.post("/u/jonas/mute", data={"on": "1"})

    assert FOLD in (await client.get(address)).text


async def test_after_a_block_neither_of_the_two_can_reply_to_the_other(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    hers, his = await make.comment(thread, mira), await make.comment(thread, jonas)
    await make.block(mira, jonas)

    await make.sign_in(client, jonas)
    refused = await client.post(f"/t/{thread}/comments", data={"body": "My answer.", "parent": str(hers)})
    assert refused.status_code == 422
    assert "You cannot reply to this member. Your text is kept." in refused.text and "My answer." in refused.text
    with pytest.raises(Refused, match="You have blocked this member"):
        await make.comment(thread, mira, "Hers.", parent=his)
    assert await db.value("select count(*) from comment where thread = $1", thread) == 2


async def test_a_mute_or_another_members_block_stops_no_reply(app: Litestar) -> None:
    mira, jonas, ben = await make.member("mira"), await make.member("jonas"), await make.member("ben")
    thread = await make.thread()
    root = await make.comment(thread, mira)
    await make.block(mira, jonas, "mute")
    await make.block(mira, ben)

    assert await make.comment(thread, jonas, "An answer.", parent=root)
    assert await make.comment(thread, ben, "In the thread.")


@pytest.mark.committed
async def test_a_block_while_a_reply_is_posted_leaves_it_whole_or_out(app: Litestar) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    root = await make.comment(thread, mira)

    done = await asyncio.gather(
        *(make.comment(thread, jonas, f"Answer {number}.", parent=root) for number in range(5)),
        make.block(mira, jonas),
        *(make.comment(thread, jonas, f"Later {number}.", parent=root) for number in range(5)),
        return_exceptions=True,
    )

    assert all(isinstance(one, int | Refused) or one is None for one in done)
    made = sum(isinstance(one, int) for one in done)
    assert await db.value("select reply_count from comment where id = $1", root) == made
    forget_caches()
