"""Pages about the site: what we ship says what the software does, and admins write their own."""

import httpx
import pytest

from parley.site.retention import RULES
from tests import make

pytestmark = pytest.mark.anyio


async def written(client: httpx.AsyncClient, page: str, text: str, version: int = 0) -> httpx.Response:
    return await client.post(f"/mod/site/{page}", data={"text": text, "version": str(version)})


async def test_privacy_says_of_everything_that_is_deleted_after_how_long(client: httpx.AsyncClient) -> None:
    answer = await client.get("/privacy")

    assert answer.status_code == 200
    missing = [
        rule.what
        for rule in RULES
        if rule.what.replace("`", "") not in answer.text.replace("<code>", "").replace("</code>", "")
    ]
    assert missing == []
    assert "after 90 days" in answer.text and "{" not in answer.text.partition("<main")[2].partition("</main>")[0]


async def test_a_page_exists_and_stands_in_the_foot_once_an_admin_wrote_it(client: httpx.AsyncClient) -> None:
    assert (await client.get("/imprint")).status_code == 404
    assert 'href="/privacy"' in (await client.get("/rules")).text
    await make.sign_in(client, await make.member(role="admin"))

    assert (await written(client, "imprint", "Ada Example, *Some Street 1*")).status_code == 303
    client.cookies.clear()

    assert "<em>Some Street 1</em>" in (await client.get("/imprint")).text
    assert 'href="/imprint"' in (await client.get("/rules")).text


async def test_earlier_versions_can_be_read_and_an_empty_text_brings_ours_back(client: httpx.AsyncClient) -> None:
    ours = (await client.get("/about")).text
    await make.sign_in(client, await make.member(role="admin"))
    await written(client, "about", "First.")
    first = int((await client.get("/mod/site/about")).text.partition('name="version" value="')[2].partition('"')[0])
    await written(client, "about", "Second.", first)
    assert "Second." in (await client.get("/about")).text
    assert "First." in (await client.get(f"/about?version={first}")).text
    assert (await client.get("/privacy?version=1")).status_code == 404

    second = int((await client.get("/mod/site/about")).text.partition('name="version" value="')[2].partition('"')[0])
    await written(client, "about", "", second)
    client.cookies.clear()

    assert "is a place to argue about articles" in ours
    assert "is a place to argue about articles" in (await client.get("/about")).text


async def test_another_admins_text_is_not_replaced_unseen(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="admin"))
    await written(client, "contact", "Write to Ada.")

    refused = await written(client, "contact", "Write to Bob.")

    assert refused.status_code == 409 and "Write to Bob." in refused.text
    assert "Write to Ada." in (await client.get("/contact")).text


async def test_only_admins_write_and_set_up(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="moderator"))

    assert (await client.get("/mod/site")).status_code == 404
    assert (await written(client, "about", "Mine.")).status_code == 404


async def test_the_page_of_the_site_says_what_is_left_and_what_does_not_work(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="admin"))
    before = (await client.get("/mod/site")).text
    await written(client, "contact", "Write to Ada.")
    await make.thread()

    after = (await client.get("/mod/site?check=1")).text

    assert "parley doctor" in before
    assert after.count(">done<") == before.count(">done<") + 2
    assert "It does not run, or hangs: no mail is sent" in after and "PARLEY_SECRET" not in before
