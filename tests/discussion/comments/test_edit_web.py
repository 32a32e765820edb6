"""What authors do with their own comments, and what nobody else can."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided

pytestmark = pytest.mark.anyio

STATE = "select state from comment where id = $1"


@pytest.fixture
async def thread(app: Litestar) -> int:
    return await make.thread()


@pytest.fixture
async def mira(client: httpx.AsyncClient, thread: int) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


@pytest.fixture
async def comment(thread: int, mira: Viewer) -> int:
    return await make.comment(thread, mira, "The old words.", stance="adds")


async def page(client: httpx.AsyncClient, thread: int) -> str:
    return (await client.get(await make.address(thread))).text


async def test_an_edit_changes_the_text_and_keeps_the_history(
    client: httpx.AsyncClient, thread: int, comment: int
) -> None:
    await client.post(f"/c/{comment}/edit", data={"body": "The new words.", "stance": "asks"})
    await client.post(f"/c/{comment}/edit", data={"body": "The newest words.", "stance": "asks"})

    shown, history = await page(client, thread), await client.get(f"/c/{comment}/history")

    assert "The newest words." in shown
    assert "The old words." not in shown
    assert f'href="/c/{comment}/history">edited' in shown
    assert [history.text.count(f"Version {number} ") for number in (1, 2, 3)] == [1, 1, 1]
    assert "<del>old</del>" in history.text
    assert "<ins>newest</ins>" in history.text
    assert await db.value("select stance from comment where id = $1", comment) == "asks"


async def test_an_invalid_edit_keeps_the_typed_text_and_changes_nothing(
    client: httpx.AsyncClient, comment: int
) -> None:
    answer = await client.post(f"/c/{comment}/edit", data={"body": "kept \x07 words"})

    assert answer.status_code == 422
    assert "cannot be stored" in answer.text
    assert "kept " in answer.text
    assert await db.value("select version from comment where id = $1", comment) == 1


async def test_an_invalid_edit_keeps_the_chosen_stance_too(client: httpx.AsyncClient, comment: int) -> None:
    answer = await client.post(f"/c/{comment}/edit", data={"body": " ", "stance": "asks", "assisted": "1"})

    assert answer.status_code == 422
    assert 'name="stance" value="asks" checked' in answer.text
    assert 'name="assisted" value="1" checked' in answer.text


async def test_only_edits_by_the_author_are_numbered(client: httpx.AsyncClient, mira: Viewer, comment: int) -> None:
    flag = ReportInput("comment", comment, "civility", "It insults me.", await make.member())
    await reports.report(flag)
    item = await db.value("select id from queue_item where target = $1", comment)
    await decided(item, await make.member(role="moderator"), "collapse")
    await editing.edit_comment(viewer=mira, comment_id=comment, body="Other words.")

    history = (await client.get(f"/c/{comment}/history")).text

    assert re.findall(r"Version \d+", history) == ["Version 2", "Version 1"]


async def test_an_edit_without_a_change_makes_no_version(client: httpx.AsyncClient, comment: int) -> None:
    await client.post(f"/c/{comment}/edit", data={"body": "The old words.", "stance": "adds"})

    assert await db.value("select count(*) from comment_version") == 0
    assert await db.value("select edited_at from comment where id = $1", comment) is None


async def test_a_deleted_comment_leaves_its_place_and_its_replies(
    client: httpx.AsyncClient, thread: int, mira: Viewer, comment: int
) -> None:
    reply = await make.comment(thread, await make.member("jon"), "Still here.", parent=comment)

    answer = await client.post(f"/c/{comment}/delete")

    shown = await page(client, thread)
    assert answer.status_code == 303
    assert "The old words." not in shown
    assert "This comment was deleted by its author." in shown
    assert "Still here." in shown
    assert f'id="c{reply}" data-parent="{comment}" data-depth="1"' in shown
    assert 'href="/u/mira"' not in shown.partition(f'id="c{comment}"')[2].partition(f'id="c{reply}"')[0]


async def test_nobody_reads_the_history_of_a_deleted_comment(
    client: httpx.AsyncClient, mira: Viewer, comment: int
) -> None:
    await editing.edit_comment(viewer=mira, comment_id=comment, body="Other words.")
    await editing.delete_comment(viewer=mira, comment_id=comment)
    client.cookies.clear()

    paths = [f"/c/{comment}/history", f"/c/{comment}/reply?quote=1", f"/t/1/comments?branch={comment}", "/u/mira", "/"]
    answers = [await client.get(path) for path in paths]

    assert answers[0].status_code == 404
    assert not any("old words" in answer.text or "Other words" in answer.text for answer in answers)


async def test_an_author_restores_a_comment_within_a_day(client: httpx.AsyncClient, thread: int, comment: int) -> None:
    await client.post(f"/c/{comment}/delete")
    answer = await client.post(f"/c/{comment}/restore")

    assert answer.status_code == 303
    assert "The old words." in await page(client, thread)
    kinds = await db.values("select kind from event where comment = $1 order by seq", comment)
    assert kinds == ["comment.posted", "comment.deleted", "comment.restored"]


async def test_after_a_day_a_deleted_comment_stays_deleted(client: httpx.AsyncClient, comment: int) -> None:
    await client.post(f"/c/{comment}/delete")
    await db.execute("update comment set deleted_at = now() - interval '24 hours 1 second' where id = $1", comment)

    answer = await client.post(f"/c/{comment}/restore")

    assert answer.status_code == 422
    assert "That time has passed" in answer.text
    assert await db.value(STATE, comment) == "deleted_by_author"


async def test_an_author_cannot_restore_what_a_moderator_removed(
    client: httpx.AsyncClient, thread: int, comment: int
) -> None:
    await db.execute("update comment set state = 'removed' where id = $1", comment)

    answer = await client.post(f"/c/{comment}/restore")

    assert answer.status_code == 422
    assert "This comment was removed by a moderator." in await page(client, thread)


@pytest.mark.parametrize("action", ["edit", "delete", "restore"])
@pytest.mark.parametrize("role", ["member", "moderator", "admin"])
async def test_nobody_else_can_change_a_comment(
    client: httpx.AsyncClient, comment: int, action: str, role: str
) -> None:
    await make.sign_in(client, await make.member(role=role))

    answer = await client.post(f"/c/{comment}/{action}", data={"body": "kept words"})

    assert answer.status_code == 403
    assert await db.value("select state || body from comment where id = $1", comment) == "visibleThe old words."
    assert action != "edit" or "kept words" in answer.text


@pytest.mark.parametrize("action", ["edit", "delete", "restore"])
async def test_a_comment_that_does_not_exist_is_not_found(client: httpx.AsyncClient, mira: Viewer, action: str) -> None:
    for comment in ("999999999", "x", "0"):
        assert (await client.post(f"/c/{comment}/{action}", data={"body": "words"})).status_code == 404


@pytest.mark.parametrize("action", ["edit", "delete"])
async def test_a_deleted_comment_cannot_be_changed(client: httpx.AsyncClient, comment: int, action: str) -> None:
    await client.post(f"/c/{comment}/delete")

    answer = await client.post(f"/c/{comment}/{action}", data={"body": "kept words"})

    assert answer.status_code == 422


async def test_htmx_gets_the_parts_that_changed(client: httpx.AsyncClient, comment: int) -> None:
    answer = await client.post(f"/c/{comment}/edit", data={"body": "New words."}, headers={"hx-request": "true"})

    assert answer.status_code == 200
    assert "New words." in answer.text
    assert f"#c{comment}-body" in answer.text
    assert "<html" not in answer.text


async def test_a_long_history_comes_in_pages_of_a_bounded_size(client: httpx.AsyncClient) -> None:
    """An hour of edits of 40,000 characters made a page of 5 MB, whose differences took a second."""
    thread = await make.thread()
    comment = await make.comment(thread, await make.member("mira"), "The words of today.")
    await db.execute(
        """insert into comment_version (comment, number, body, written_at)
           select $1, n, 'Version ' || n || repeat(' abc', 9999), now() from generate_series(1, 40) n""",
        comment,
    )
    await db.execute("update comment set version = 41, edited_at = now() where id = $1", comment)

    seen: list[int] = []
    address: str | None = f"/c/{comment}/history"
    while address is not None:
        page = (await client.get(address)).text
        assert len(page) < 500_000
        seen += map(int, re.findall(r"<h2>Version (\d+)", page))
        older = re.search(r'href="(/c/\d+/history\?before=\d+)"', page)
        address = older[1] if older else None

    assert seen == list(range(41, 0, -1))
    assert (await client.get(f"/c/{comment}/history?before=1")).status_code == 404
    assert (await client.get(f"/c/{comment}/history?before=x")).status_code == 200
