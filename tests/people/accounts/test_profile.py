import httpx
import pytest
from litestar import Litestar

from parley.platform import db
from tests.make import comment, member, put_state, sign_in, text, thesis, thread, vote

pytestmark = pytest.mark.anyio


async def test_a_profile_shows_what_one_wrote_the_newest_first(client: httpx.AsyncClient, app: Litestar) -> None:
    ada = await member("ada")
    place = await thread()
    for number in range(3):
        await comment(place, ada, f"thought number {number}")
    page = (await client.get("/u/ada")).text
    assert [page.index(f"thought number {number}") for number in (2, 1, 0)] == sorted(
        page.index(f"thought number {number}") for number in range(3)
    )
    assert "3 comments" in page and "Rated worth reading" not in page


async def test_a_profile_says_how_often_one_was_found_worth_reading(client: httpx.AsyncClient) -> None:
    written = await comment(await thread(), await member("ada"), "a thought")
    await vote(await member(), written)

    assert "Rated worth reading 1 time<" in (await client.get("/u/ada")).text


@pytest.mark.parametrize("state", ["removed", "hidden", "pending", "deleted_by_author", "rejected"])
async def test_only_what_is_visible_is_shown_and_counted(client: httpx.AsyncClient, app: Litestar, state: str) -> None:
    ada = await member("ada")
    place = await thread()
    await comment(place, ada, "this one stays")
    gone = await comment(place, ada, "canary words")
    await put_state("comment", gone, state)
    for viewer in (None, ada, await member("staff", role="admin")):
        if viewer:
            await sign_in(client, viewer)
        page = (await client.get("/u/ada")).text
        assert "this one stays" in page
        assert "canary" not in page
        assert "1 comment" in page


@pytest.mark.usefixtures("no_hourly_limit")
async def test_a_long_history_comes_in_pages_without_gaps_or_repeats(client: httpx.AsyncClient, app: Litestar) -> None:
    ada = await member("ada")
    place = await thread()
    written = [await comment(place, ada, f"thought {number}") for number in range(65)]
    # Comments of one moment are the hard case for paging.
    await db.execute("update comment set created_at = now()")
    seen: list[int] = []
    path = "/u/ada"
    while path:
        page = (await client.get(path)).text
        seen += [int(part.split('"')[0]) for part in page.split('href="/c/')[1:]]
        path = "/u/ada" + page.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in page else ""
    assert seen == sorted(written, reverse=True)


@pytest.mark.usefixtures("no_hourly_limit")
async def test_comments_are_under_their_article_with_its_thesis_and_the_members_stances(
    client: httpx.AsyncClient,
) -> None:
    ada, reader = await member("ada"), await member("reader")
    first, second = await thread(text(title="The wager")), await thread(text(title="The chair"))
    await thesis(first, "Bets pay.")
    await comment(first, ada, "For it.", stance="supports")
    on_second = await comment(second, ada, "A question.", stance="asks")
    await comment(first, ada, "Against a part.", stance="challenges")
    await comment(first, reader, "Somebody else's.", stance="adds")
    await vote(reader, on_second, "agreement")

    page = " ".join((await client.get("/u/ada")).text.split())

    wager, chair = page.index(">The wager<"), page.index(">The chair<")
    assert wager < page.index('The article claims: <b dir="auto">Bets pay.</b>') < chair
    assert wager < page.index("Responses: 1 in support, 1 challenge<") < page.index("Against a part.") < chair
    assert page.index("For it.") < chair < page.index("Responses: 1 question<") < page.index("A question.")
    assert page.count(">The wager<") == 1 and "addition" not in page


@pytest.mark.usefixtures("no_hourly_limit")
async def test_what_is_most_worth_reading_is_on_top_and_nowhere_else(client: httpx.AsyncClient) -> None:
    ada, place = await member("ada"), await thread()
    written = [await comment(place, ada, f"thought {number}") for number in range(9)]
    for one, votes in ((written[2], 2), (written[5], 3), (written[0], 1), (written[7], 1)):
        for _ in range(votes):
            await vote(await member(), one)
    hidden = await comment(place, ada, "canary")
    await vote(await member(), hidden)
    await put_state("comment", hidden, "removed")

    page = (await client.get("/u/ada")).text

    shown = [int(part.split('"')[0]) for part in page.split('href="/c/')[1:]]
    assert shown[:3] == [written[5], written[2], written[0]]
    assert sorted(shown) == written
    assert page.index("Most worth reading") < page.index("thought 5") < page.index(">By article<")


async def test_what_is_new_or_changed_since_the_last_visit_is_said_to_others_alone(client: httpx.AsyncClient) -> None:
    ada, reader, place = await member("ada"), await member("reader"), await thread()
    old = await comment(place, ada, "old")
    await comment(place, ada, "new")
    await db.execute("update comment set created_at = now() - interval '9 days' where id = $1", old)
    await db.execute("update comment set edited_at = now() where id = $1", old)
    assert "since your last visit" not in (await client.get("/u/ada")).text
    for viewer, times in ((ada, 0), (reader, 1)):
        await sign_in(client, viewer)
        await db.execute("update member set visited_at = now() - interval '5 days' where id = $1", viewer.id)
        page = (await client.get("/u/ada")).text
        assert (page.count("New since your"), page.count("Changed since your")) == (times, times)


async def test_comments_of_a_muted_member_open_on_request(client: httpx.AsyncClient) -> None:
    ada, reader = await member("ada"), await member("reader")
    await comment(await thread(), ada, "some words")
    await sign_in(client, reader)
    await client.post("/u/ada/mute", data={"on": "1"})

    page = (await client.get("/u/ada")).text

    assert "some words" in page.partition("<summary>Their comments</summary>")[2].partition("</details>")[0]


async def test_a_name_is_found_in_any_case_and_never_by_a_look_alike(client: httpx.AsyncClient, app: Litestar) -> None:
    await member("mira")
    assert (await client.get("/u/MIRA")).status_code == 200
    for name in ("mlra", "m1ra", "mirа", "nobody", "%00", "x" * 3000, "__class__"):
        assert (await client.get(f"/u/{name}")).status_code in {404, 400, 414}, name


async def test_an_unverified_member_has_a_page_for_themselves_only(client: httpx.AsyncClient, app: Litestar) -> None:
    newcomer = await member("newcomer", state="unverified")
    assert (await client.get("/u/newcomer")).status_code == 404
    await sign_in(client, newcomer)
    assert (await client.get("/u/newcomer")).status_code == 200


async def test_an_anonymised_member_has_no_page(client: httpx.AsyncClient, app: Litestar) -> None:
    await member("gone", state="anonymised")
    assert (await client.get("/u/gone")).status_code == 404


async def test_a_member_cannot_take_a_title_of_staff(client: httpx.AsyncClient) -> None:
    await sign_in(client, await member("mallory"))
    for title in ("Moderator", "Parley team", "site admin1"):
        refused = await client.post("/settings/profile", data={"title": title, "bio": "What I typed."})
        assert refused.status_code == 403
        assert "Only moderators and admins" in refused.text
        assert "What I typed." in refused.text
    assert (await client.post("/settings/profile", data={"title": "Physicist", "bio": ""})).status_code == 303


async def test_staff_say_what_they_are(client: httpx.AsyncClient) -> None:
    await sign_in(client, await member("sam", role="moderator"))
    assert (await client.post("/settings/profile", data={"title": "Moderator", "bio": ""})).status_code == 303
