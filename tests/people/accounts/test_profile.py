import httpx
import pytest
from litestar import Litestar

from parley.platform import db
from tests.make import comment, member, put_state, sign_in, thread, vote

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
