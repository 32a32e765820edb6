"""A discussion at a glance, and the replies that are collapsed: what they show, and whom they never name."""

import httpx
import pytest

from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

VOTES = "update comment set base_ups = $2 where id = $1"


async def perspective(thread: int, stance: str, words: str, ups: int = 5) -> int:
    comment = await make.comment(thread, await make.member(), words, stance=stance)
    await db.execute(VOTES, comment, ups)
    return comment


async def glance_of(client: httpx.AsyncClient, thread: int) -> str:
    page = (await client.get(await make.address(thread))).text
    return page.partition('<section class="glance"')[2].partition("</section>")[0]


async def test_a_glance_shows_the_strongest_of_each_side(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    await perspective(thread, "supports", "A weak support.", 2)
    best = await perspective(thread, "supports", "The strongest support.", 9)
    await perspective(thread, "challenges", "The only challenge.")
    shown = await glance_of(client, thread)
    assert "All 3 <span>perspectives</span>" in shown
    assert "<span>Supports</span></span> 2</a>" in shown
    assert "<span>Challenges</span></span> 1</a>" in shown
    assert "The strongest support." in shown
    assert "The only challenge." in shown
    assert "A weak support." not in shown
    assert f'href="#c{best}"' in shown


async def test_a_comment_with_a_statement_is_shown_by_it(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    strongest = await perspective(thread, "supports", "No relation to the author, though I have that tablecloth.")
    await db.execute("update comment set statement = 'Robots lack touch.' where id = $1", strongest)

    shown = await glance_of(client, thread)

    assert "Robots lack touch." in shown
    assert "tablecloth" not in shown


async def test_a_glance_shows_nothing_that_was_removed_collapsed_or_outvoted(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    removed = await perspective(thread, "supports", "Removed words.")
    collapsed = await perspective(thread, "challenges", "Collapsed words.")
    await perspective(thread, "challenges", "Unwanted words.", 0)
    await db.execute("update comment set state = 'removed' where id = $1", removed)
    await db.execute("update comment set collapsed = 'Civility' where id = $1", collapsed)
    shown = await glance_of(client, thread)
    assert "words." not in shown


async def test_the_head_of_an_article_says_how_its_discussion_stands(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    await perspective(thread, "supports", "A support.")
    for view in ("", "?view=perspectives"):
        page = (await client.get(f"{await make.address(thread)}{view}")).text
        assert '<a class="sides" href="#discussion">1 in support<svg' in page
    empty = await client.get(await make.address(await make.thread()))
    assert 'class="sides"' not in empty.text


async def test_no_glance_stands_above_a_discussion_without_perspectives(client: httpx.AsyncClient) -> None:
    assert await glance_of(client, await make.thread()) == ""


async def test_a_glance_hides_members_whom_the_viewer_blocked(client: httpx.AsyncClient) -> None:
    thread, mira, jonas = await make.thread(), await make.member("mira"), await make.member("jonas")
    comment = await make.comment(thread, jonas, "Blocked words.", stance="supports")
    await db.execute(VOTES, comment, 9)
    await make.sign_in(client, mira)
    assert "Blocked words." in await glance_of(client, thread)
    await make.block(mira, jonas)
    await make.sign_in(client, mira)
    assert "Blocked words." not in await glance_of(client, thread)


async def replied(*names: str) -> tuple[int, int]:
    """A thread with a perspective that each of `names` replied to, and that perspective."""
    thread = await make.thread()
    top = await make.comment(thread, await make.member())
    for name in names:
        await make.comment(thread, await make.member(name), f"Words of {name}.", parent=top)
    return thread, top


async def test_replies_after_the_second_are_collapsed_behind_number_and_authors(
    client: httpx.AsyncClient,
) -> None:
    thread, _ = await replied("ada", "ben", "cleo", "dora", "emil")
    page = (await client.get(await make.address(thread))).text
    shown, _, collapsed = page.partition('<details class="rest">')
    assert "Words of ben." in shown
    assert "Words of cleo." not in shown
    assert "Words of emil." in collapsed
    assert "3 more replies" in collapsed
    assert '<span class="who">: <bdi>cleo</bdi>, <bdi>dora</bdi>, 1 more</span>' in collapsed


async def test_replies_that_are_new_to_the_reader_are_not_collapsed(client: httpx.AsyncClient) -> None:
    thread, top = await replied("ada", "ben", "cleo")
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    await client.post(f"/t/{thread}/seen", data={"seq": "99"})
    await db.execute("update visit set seen_at = now() - interval '1 hour'")
    await db.execute("update comment set created_at = now() - interval '2 hours' where thread = $1", thread)
    assert '<details class="rest"><' in (await client.get(await make.address(thread))).text
    await make.comment(thread, await make.member("emil"), "New words.", parent=top)
    assert '<details class="rest" open><' in (await client.get(await make.address(thread))).text


async def test_no_summary_names_members_whom_the_viewer_blocked(client: httpx.AsyncClient) -> None:
    thread, _ = await replied("ada", "ben", "cleo", "dora")
    mira = await make.member("mira")
    blocked = await db.value("select id from member where name = 'cleo'")
    await make.sign_in(client, mira)
    assert "<bdi>cleo</bdi>" in (await client.get(await make.address(thread))).text
    await db.execute(
        "insert into block (member, other, kind, created_at) values ($1, $2, 'block', now())", mira.id, blocked
    )
    await make.sign_in(client, mira)
    assert "<bdi>cleo</bdi>" not in (await client.get(await make.address(thread))).text


async def test_a_link_to_a_reply_finds_nothing_collapsed(client: httpx.AsyncClient) -> None:
    thread, top = await replied("ada", "ben", "cleo", "dora")
    page = (await client.get(f"{await make.address(thread)}?focus={top}")).text
    assert 'class="rest"' not in page


async def test_a_choice_of_display_is_kept_in_a_cookie_and_leads_back(client: httpx.AsyncClient) -> None:
    thread = await make.address(await make.thread())
    assert "data-density" not in (await client.get(thread)).text
    answer = await client.post("/reading", data={"density": "compact", "next": f"{thread}#discussion"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{thread}#discussion")
    await client.post("/reading", data={"legend": "0"})
    page = (await client.get(thread)).text
    assert 'data-density="compact"' in page
    assert 'class="legend"' not in page


async def test_a_members_choice_of_display_is_kept_in_the_account(client: httpx.AsyncClient) -> None:
    thread, mira = await make.address(await make.thread()), await make.member("mira")
    await make.sign_in(client, mira)
    answer = await client.post("/reading", data={"density": "compact", "legend": "0", "next": thread})
    assert "parley-display" not in answer.headers.get("set-cookie", "")
    client.cookies.clear()
    await make.sign_in(client, mira)
    page = (await client.get(thread)).text
    assert 'data-density="compact"' in page
    assert 'class="legend"' not in page
    client.cookies.clear()
    assert "data-density" not in (await client.get(thread)).text


@pytest.mark.parametrize("form", [{"density": "huge"}, {"next": "https://evil.example/"}, {}])
async def test_an_invalid_choice_of_display_changes_nothing(client: httpx.AsyncClient, form: dict[str, str]) -> None:
    answer = await client.post("/reading", data=form)
    assert answer.headers["location"] == "/"
    page = (await client.get(await make.address(await make.thread()))).text
    assert "data-density" not in page
    assert 'class="legend"' in page
