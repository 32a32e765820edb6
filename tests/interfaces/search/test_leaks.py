"""Nothing that is hidden is found, counted, suggested or offered as a spelling, even while the worker is stopped."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.discussion.comments import states
from parley.interfaces.search import jobs, terms
from parley.platform import db
from tests import make
from tests.restricting import decide

pytestmark = pytest.mark.anyio

WAYS = {
    "hidden": ["hidden"],
    "removed": ["removed"],
    "deleted_by_author": ["deleted_by_author"],
}
HELD = ("pending", "rejected", "expired", "withdrawn")
STATES = [*WAYS, *HELD, "collapsed"]
VIEWERS = ("visitor", "member", "author", "moderator")
COUNTED = re.compile(r'<h2 id="(?:found|closest)-(\w+)">\w+ <span class="soft">([^<]*)</span>')


@pytest.fixture(autouse=True)
def no_cache() -> None:
    terms._languages.clear()


async def put(comment: int, state: str) -> None:
    if state == "collapsed":
        await db.execute("update comment set collapsed = 'Off the subject.' where id = $1", comment)
        return
    if state in HELD:
        await make.put_state("comment", comment, state)
        return
    for step in WAYS[state]:
        async with db.atomic():
            await states.transition(await states.lock_comment(comment), step, actor=None)


async def addresses() -> list[str]:
    queries = ("canary", '"canary sings"', "canray", "canary+kind:comment", "by:cora", "stance:adds", "canary+sort:new")
    # Nothing has all of these words, so what comes closest is shown.
    queries += ("canary+sings+zeppelin", "canray+sings", "canary+hidden+zeppelin+balloon")
    return [f"/search?q={query}" for query in queries] + ["/search/suggest?q=canary", "/search?q=sings&sort=new"]


async def counts(client: httpx.AsyncClient) -> dict[str, str]:
    return dict(COUNTED.findall((await client.get("/search?q=canary")).text))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", VIEWERS)
async def test_a_hidden_comment_is_neither_found_nor_counted(
    app: Litestar, client: httpx.AsyncClient, role: str, state: str
) -> None:
    cora = await make.member("cora")
    people = {"member": await make.member(), "author": cora, "moderator": await make.member("mo", role="moderator")}
    thread = await make.thread()
    one = await make.comment(
        thread, cora, "The canary sings hidden.", stance="adds", statement="A canary is secretive."
    )
    for _ in range(2):
        await make.comment(thread, await make.member(), "Another canary sings.")
    await jobs.check()
    if role in people:
        await make.sign_in(client, people[role])
    assert await counts(client) == {"comment": "3"}
    assert "hidden" in (await client.get("/search?q=canary")).text

    await put(one, state)

    assert await counts(client) == {"comment": "2"}
    for address in await addresses():
        text = (await client.get(address)).text
        assert f"/c/{one}" not in text and "hidden." not in text and "secretive" not in text, address


@pytest.mark.parametrize("kind", ["block", "mute"])
async def test_a_viewer_does_not_find_comments_of_members_they_blocked(
    app: Litestar, client: httpx.AsyncClient, kind: str
) -> None:
    cora, viewer, thread = await make.member("cora"), await make.member(), await make.thread()
    one = await make.comment(thread, cora, "The canary sings hidden.", stance="adds")
    await jobs.check()
    await make.block(viewer, cora, kind)
    await make.sign_in(client, viewer)

    assert await counts(client) == {}
    for address in await addresses():
        text = (await client.get(address)).text
        assert f"/c/{one}" not in text and "hidden." not in text, address


# What stays to be found of an article: its title, its beginning, and its end beyond the excerpt.
LEFT = {"excerpt": {"titled", "early"}, "text": {"titled"}, "title": {"early", "late"}, "remove": set[str]()}


@pytest.mark.parametrize("action", LEFT)
@pytest.mark.parametrize("role", ["visitor", "moderator"])
async def test_withheld_parts_of_an_article_are_not_found(
    app: Litestar, client: httpx.AsyncClient, role: str, action: str
) -> None:
    staff, cora = await make.member("mo", role="moderator"), await make.member("cora")
    thread = await make.thread(
        make.text("The early canary.", "Filler. " * 60, "The late canary.", title="The titled canary"), starter=cora
    )
    lineages = await make.lineages(thread)
    one = await make.comment(thread, cora, "On its end.", passage=lineages[2], quote="late canary", stance="adds")
    await jobs.index_events()
    if role == "moderator":
        await make.sign_in(client, staff)
    assert await found(client, thread, one) == {"titled", "early", "late", "quote"}

    await decide(staff, thread, action)

    assert await found(client, thread, one) <= LEFT[action] | ({"quote"} if "late" in LEFT[action] else set())
    await jobs.index_events()
    quote = {"quote"} if "late" in LEFT[action] else set()
    assert await found(client, thread, one) == LEFT[action] | quote
    assert f"/c/{one}" in (await client.get("/search?q=end")).text


async def found(client: httpx.AsyncClient, thread: int, comment: int) -> set[str]:
    """Which words find the article or a passage of it, and whether quoted words find the comment."""
    words = set()
    for word in ("titled", "early", "late"):
        text = (await client.get(f"/search?q=%22{word}+canary%22")).text
        assert (f'href="/t/{thread}/' in text) >= (f"<mark>{word}</mark>" in text)
        words |= {word} if re.search(rf'<h3[^>]*><a href="/t/{thread}/|href="/t/{thread}/[^"]*#p', text) else set()
    if f"/c/{comment}" in (await client.get("/search?q=%22late+canary%22")).text:
        words.add("quote")
    return words


async def test_members_who_may_not_be_seen_are_not_found(app: Litestar, client: httpx.AsyncClient) -> None:
    for state in ("unverified", "suspended", "deactivated", "anonymised"):
        await make.member(f"canary-{state}"[:20], state=state)
    blocked = await make.member("canary-blocked")
    viewer = await make.member()
    await make.block(viewer, blocked)
    await make.sign_in(client, viewer)

    assert "/u/canary" not in (await client.get("/search?q=canary")).text


async def test_a_removed_comment_is_taken_out_of_the_index(app: Litestar, client: httpx.AsyncClient) -> None:
    one = await make.comment(await make.thread(), await make.member(), "The canary sings.")
    await jobs.index_events()
    await put(one, "removed")

    await jobs.index_events()

    assert await db.value("select count(*) from search_document where words @@ 'canari'") == 0
