"""Muting and blocking: over HTTP, on every page that shows comments, and when one answers the other."""

import asyncio
import re

import httpx
import pytest
from litestar import Litestar

import make
from conftest import forget_caches
from parley.core import db
from parley.core.access import Viewer
from parley.core.errors import Refused

pytestmark = pytest.mark.anyio

FOLD = '<details class="muted"><summary>Written by somebody you muted.'


async def shut(viewer: Viewer, other: Viewer, kind: str = "mute") -> None:
    await db.execute(
        "insert into block (member, other, kind, created_at) values ($1, $2, $3, now())", viewer.id, other.id, kind
    )


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
    assert f"You {how.removesuffix('e')}ed jonas" in (await client.get("/u/jonas")).text
    assert "jonas" in (await client.get("/settings/muted")).text

    back = await client.post(f"/u/jonas/{how}", data={"on": "0", "next": "/settings/muted"})
    assert back.headers["location"] == "/settings/muted"
    assert await kind(mira, jonas) is None
    assert "Nobody is muted" in (await client.get("/settings/muted")).text


async def test_muting_whoever_is_blocked_leaves_the_block(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    await make.sign_in(client, mira)

    await client.post("/u/jonas/mute", data={"on": "1"})
    await client.post("/u/jonas/block", data={"on": "1"})
    await client.post("/u/jonas/mute", data={"on": "1"})
    await client.post("/u/jonas/mute", data={"on": "0"})

    assert await kind(mira, jonas) == "block"


async def test_nobody_mutes_themselves_and_staff_is_muted_but_not_blocked(client: httpx.AsyncClient) -> None:
    mira, mo = await make.member("mira"), await make.member("mo", role="moderator")
    await make.sign_in(client, mira)

    assert (await client.post("/u/mira/mute", data={"on": "1"})).status_code == 422
    assert "cannot be blocked" in (await client.post("/u/mo/block", data={"on": "1"})).text
    assert (await client.post("/u/mo/mute", data={"on": "1"})).status_code == 303
    assert await kind(mira, mo) == "mute"
    assert 'action="/u/mo/block"' not in (await client.get("/u/mo")).text


@pytest.mark.parametrize("name", ["nobody", "uma", "a%00b"])
async def test_whoever_has_no_page_cannot_be_muted(client: httpx.AsyncClient, name: str) -> None:
    await make.member("uma", state="unverified")
    await make.sign_in(client, await make.member())

    assert (await client.post(f"/u/{name}/mute", data={"on": "1"})).status_code == 404


async def test_a_profile_offers_it_to_members_and_not_on_their_own(client: httpx.AsyncClient) -> None:
    mira, _ = await make.member("mira"), await make.member("jonas")
    assert "/mute" not in (await client.get("/u/jonas")).text

    await make.sign_in(client, mira)

    assert 'action="/u/jonas/mute"' in (await client.get("/u/jonas")).text
    assert "/mute" not in (await client.get("/u/mira")).text


@pytest.mark.parametrize("how", ["mute", "block"])
async def test_what_they_write_is_folded_wherever_comments_are(client: httpx.AsyncClient, how: str) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    passage = (await make.lineages(thread))[0]
    root = await make.comment(thread, jonas, "A root.", passage=passage)
    reply = await make.comment(thread, await make.member(), "A reply.", parent=root)
    below = await make.comment(thread, jonas, "Below.", parent=reply)
    await make.vote(mira, root)
    await shut(mira, jonas, how)
    address = await make.address(thread)

    for path in (
        address,
        f"{address}?view=whole",
        f"{address}?view=passage",
        f"{address}?passage={passage}",
        f"{address}?focus={below}",
        f"/t/{thread}/comments",
        f"/t/{thread}/comments?branch={root}",
    ):
        await make.sign_in(client, mira)
        folded = (await client.get(path)).text
        shown = set(re.findall(r'id="c(\d+)" [^>]*>\n<details class="muted">', folded))
        own = {str(root), str(below)} & set(re.findall(r'<article [^>]*id="c(\d+)"', folded))
        assert own and shown == own, path
        assert f'id="c{reply}"' in folded and "A reply." in folded, path
        client.cookies.clear()
        assert FOLD not in (await client.get(path)).text, path
        await make.sign_in(client, jonas)
        assert FOLD not in (await client.get(path)).text, path


async def test_members_with_the_same_relation_share_a_piece(app: Litestar) -> None:
    from parley.comments import pieces, queries

    comment = await make.comment(await make.thread(), await make.member("jonas"))
    row = (await queries.by_ids([comment]))[comment]

    assert pieces.piece(row, pieces.Mine(muted=True)) is pieces.piece(row, pieces.Mine(muted=True))


async def test_an_imported_name_is_not_the_member_of_that_name(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    comment = await make.comment(thread, jonas, "Imported words.")
    await db.execute("update comment set author = null, imported_author = 'jonas' where id = $1", comment)
    await shut(mira, jonas)
    await make.sign_in(client, mira)

    page = (await client.get(await make.address(thread))).text

    assert "Imported words." in page and FOLD not in page


async def test_their_voices_are_not_on_the_home_page(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    comment = await make.comment(thread, jonas, "A strong voice.", stance="challenges")
    await db.execute("insert into standing (thread, strongest, refreshed_at) values ($1, $2, now()) on conflict "
                     "(thread) do update set strongest = excluded.strongest", thread, [comment])  # fmt: skip
    assert "A strong voice." in (await client.get("/")).text
    await shut(mira, jonas)
    await make.sign_in(client, mira)

    assert "A strong voice." not in (await client.get("/")).text


async def test_the_page_names_them_for_what_arrives_live(client: httpx.AsyncClient) -> None:
    mira = await make.member("mira")
    for name in ("jonas", "ben"):
        await shut(mira, await make.member(name))
    await make.sign_in(client, mira)
    assert 'data-muted="ben jonas"' in (await client.get("/")).text
    client.cookies.clear()
    assert "data-muted" not in (await client.get("/")).text


async def test_it_is_in_force_on_the_next_page(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    await make.comment(thread, jonas)
    await make.sign_in(client, mira)
    address = await make.address(thread)
    assert FOLD not in (await client.get(address)).text

    async with db.atomic():
        await client.post("/u/jonas/mute", data={"on": "1"})

    assert FOLD in (await client.get(address)).text


async def test_neither_of_two_answers_the_other_after_a_block(client: httpx.AsyncClient) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    hers, his = await make.comment(thread, mira), await make.comment(thread, jonas)
    await shut(mira, jonas, "block")

    await make.sign_in(client, jonas)
    refused = await client.post(f"/t/{thread}/comments", data={"body": "My answer.", "parent": str(hers)})
    assert refused.status_code == 422
    assert "does not wish to be answered by you. Your text is kept." in refused.text and "My answer." in refused.text
    with pytest.raises(Refused, match="You have blocked this member"):
        await make.comment(thread, mira, "Hers.", parent=his)
    assert await db.value("select count(*) from comment where thread = $1", thread) == 2


async def test_a_mute_or_somebody_elses_block_stops_no_answer(app: Litestar) -> None:
    mira, jonas, ben = await make.member("mira"), await make.member("jonas"), await make.member("ben")
    thread = await make.thread()
    root = await make.comment(thread, mira)
    await shut(mira, jonas, "mute")
    await shut(mira, ben, "block")

    assert await make.comment(thread, jonas, "An answer.", parent=root)
    assert await make.comment(thread, ben, "In the thread.")


@pytest.mark.committed
async def test_a_block_during_an_answer_leaves_it_whole_or_out(app: Litestar) -> None:
    mira, jonas = await make.member("mira"), await make.member("jonas")
    thread = await make.thread()
    root = await make.comment(thread, mira)

    done = await asyncio.gather(
        *(make.comment(thread, jonas, f"Answer {number}.", parent=root) for number in range(5)),
        shut(mira, jonas, "block"),
        *(make.comment(thread, jonas, f"Later {number}.", parent=root) for number in range(5)),
        return_exceptions=True,
    )

    assert all(isinstance(one, int | Refused) or one is None for one in done)
    made = sum(isinstance(one, int) for one in done)
    assert await db.value("select reply_count from comment where id = $1", root) == made
    forget_caches()
