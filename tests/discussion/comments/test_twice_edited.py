"""Two tabs edit one comment: the second to save sees both texts, and nothing is overwritten unnoticed."""

import asyncio
import re

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

HTMX = {"hx-request": "true"}
BODY = "select body from comment where id = $1"


@pytest.fixture
async def mira(app: Litestar, client: httpx.AsyncClient) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


@pytest.fixture
async def comment(mira: Viewer) -> int:
    return await make.comment(await make.thread(), mira, "The old words.")


async def version(client: httpx.AsyncClient, comment: int) -> str:
    """The number that the edit form carries now."""
    return number_in((await client.get(f"/c/{comment}/edit", headers=HTMX)).text)


def number_in(form: str) -> str:
    return re.findall(r'name="version" value="(\d*)"', form)[0]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
async def test_the_second_to_save_sees_both_texts_and_can_save_again(
    client: httpx.AsyncClient, comment: int, headers: dict[str, str]
) -> None:
    address, begun = f"/c/{comment}/edit", await version(client, comment)
    await client.post(address, data={"body": "The *first* tab's words.", "version": begun})

    typed = {"body": "The second tab's.", "stance": "asks", "assisted": "1", "version": begun}
    answer = await client.post(address, data=typed, headers=headers)

    assert answer.status_code == 409
    assert ("<html" in answer.text) is not bool(headers)
    assert "The <em>first</em> tab" in answer.text
    assert "The second tab&#39;s.</textarea>" in answer.text
    assert 'value="asks" checked' in answer.text and 'name="assisted" value="1" checked' in answer.text
    assert await db.value(BODY, comment) == "The *first* tab's words."

    again = await client.post(address, data=typed | {"version": number_in(answer.text)}, headers=headers)

    assert again.status_code == (200 if headers else 303)
    assert await db.value(BODY, comment) == "The second tab's."
    former = "select body from comment_version where comment = $1 order by number"
    assert await db.values(former, comment) == ["The old words.", "The *first* tab's words."]


@pytest.mark.committed
async def test_of_many_simultaneous_edits_one_is_saved(client: httpx.AsyncClient, comment: int) -> None:
    begun = await version(client, comment)

    answers = await asyncio.gather(
        *(client.post(f"/c/{comment}/edit", data={"body": f"Tab {number}.", "version": begun}) for number in range(5))
    )

    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409, 409]
    assert await db.value("select version from comment where id = $1", comment) == 2


async def test_an_edit_sent_twice_is_one(client: httpx.AsyncClient, comment: int) -> None:
    fields = {"body": "The new words.", "version": await version(client, comment)}

    answers = [await client.post(f"/c/{comment}/edit", data=fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert await db.value("select version from comment where id = $1", comment) == 2


@pytest.mark.parametrize("fields", [{}, {"version": ""}], ids=["absent", "empty"])
async def test_an_edit_without_a_version_is_accepted(
    client: httpx.AsyncClient, comment: int, fields: dict[str, str]
) -> None:
    for body in ("The new words.", "The newest words."):
        assert (await client.post(f"/c/{comment}/edit", data={"body": body} | fields)).status_code == 303

    assert await db.value(BODY, comment) == "The newest words."


async def test_an_invalid_version_is_refused_and_the_text_kept(client: httpx.AsyncClient, comment: int) -> None:
    answer = await client.post(f"/c/{comment}/edit", data={"body": "kept words", "version": "x"})

    assert answer.status_code == 422
    assert "This is not a valid number" in answer.text and "kept words</textarea>" in answer.text


async def test_a_preview_and_an_error_keep_the_version_that_the_edit_began_with(
    client: httpx.AsyncClient, mira: Viewer, comment: int
) -> None:
    fields = {"comment": str(comment), "version": await version(client, comment)}
    await editing.edit_comment(viewer=mira, comment_id=comment, body="Another tab's.")

    previewed = await client.post("/preview", data=fields | {"body": "Mine."})
    mistaken = await client.post(f"/c/{comment}/edit", data=fields | {"body": " "})

    assert (number_in(previewed.text), number_in(mistaken.text)) == ("1", "1")


async def test_nobody_else_is_shown_the_present_text(client: httpx.AsyncClient, comment: int) -> None:
    await make.sign_in(client, await make.member())

    answer = await client.post(f"/c/{comment}/edit", data={"body": "Mine.", "version": "9"})

    assert answer.status_code == 403
    assert "The old words." not in answer.text
