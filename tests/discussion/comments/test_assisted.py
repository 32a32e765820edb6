import httpx
import pytest

from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

LABEL = '<span class="aside assisted">with AI assistance</span>'


async def test_a_declaration_of_assistance_is_shown_until_its_author_withdraws_it(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    await make.sign_in(client, await make.member())
    await client.post(f"/t/{thread}/comments", data={"body": "Two of us wrote this.", "assisted": "1"})
    comment = await db.value("select id from comment where thread = $1", thread)

    assert LABEL in (await client.get(f"/t/{thread}/x")).text
    assert 'name="assisted" value="1" checked' in (await client.get(f"/c/{comment}/edit")).text
    await client.post(f"/c/{comment}/edit", data={"body": "Two of us wrote this."})
    assert LABEL not in (await client.get(f"/t/{thread}/x")).text


async def test_a_removed_comment_does_not_say_how_it_was_written(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    await make.sign_in(client, await make.member())
    await client.post(f"/t/{thread}/comments", data={"body": "Two of us wrote this.", "assisted": "1"})
    comment = await db.value("select id from comment where thread = $1", thread)
    await client.post(f"/c/{comment}/delete")

    assert LABEL not in (await client.get(f"/t/{thread}/x")).text
