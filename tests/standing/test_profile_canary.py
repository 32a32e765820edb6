"""No path of the whole site shows a bio, a title or a name that was removed (I4)."""

import asyncio

import httpx
import pytest
from litestar import Litestar

from parley.interfaces.search import jobs as search
from parley.letters.notifications import jobs as notifications
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.sign_in import ops as accounts
from parley.platform import db
from tests import make
from tests.standing.test_article_canary import IN_FORCE_SECONDS, LETTERS, STAFF
from tests.standing.world import World, gets, walk

pytestmark = pytest.mark.anyio

SONGS = {"bio": "canarybiosings", "title": "canarytitlesings", "name": "canarynamesings"}


@pytest.mark.parametrize("role", ["visitor", pytest.param("moderator", marks=pytest.mark.slow)])
async def test_nobody_reads_where_readers_are_what_was_removed_from_a_profile(
    app: Litestar, client: httpx.AsyncClient, world: World, role: str
) -> None:
    bird, thread = await make.member(SONGS["name"]), int(world.parts["{thread:str}"])
    await accounts.set_profile(bird, title=SONGS["title"], bio=SONGS["bio"])
    comment = await make.comment(thread, bird, "On the whole, @mira.", stance="adds")
    await reports.report(ReportInput("member", bird.id, "civility", "Look at it.", world.people["member"]))
    await notifications.handle_events()
    await search.index_events()
    own = {f"/c/{comment}", f"/t/{thread}/any", f"/t/{thread}/any?view=all", f"/t/{thread}/feed.atom"}
    of_member = {f"/u/{SONGS['name']}", f"/u/{SONGS['name']}/feed.atom", f"/search?q={SONGS['name']}", "/for-you"}
    await world.sign_in(client, role)
    before = "".join([text async for _, text in walk(client, own | of_member)])
    assert all(song in before for song in SONGS.values())

    item = await db.value("select id from queue_item where kind = 'member' and target = $1", bird.id)
    for field in SONGS:
        version = await db.value("update queue_item set state = 'open' where id = $1 returning version", item)
        choice = Choice(item, version, field, "civility", "It is not for here.")
        await decisions.decide(world.people["admin"], choice)
    await asyncio.sleep(IN_FORCE_SECONDS)

    # The test mailbox has the letter that greets the member by the name.
    everywhere = [one for one in await gets(app, world) if one != "/dev/mail"]
    addresses = {*everywhere, *own, *of_member, f"/u/member-{bird.id}"}
    where = {
        (field, address)
        async for address, text in walk(client, addresses)
        for field, song in SONGS.items()
        # Whoever asks for a name reads it in the field and the address of the answer.
        if song in text.replace(f"q={song}", "").replace(f'value="{song}"', "") and song not in address
    }
    assert {one for one in where if role not in STAFF or not one[1].startswith(("/mod", "/decision"))} == set()
    assert not any(song in one for one in await db.values(LETTERS) for song in (SONGS["bio"], SONGS["title"]))
