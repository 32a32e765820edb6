"""A rule can hold everything in a thread or by a member, whatever it says, and after each edit too."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice
from parley.moderation.matching.conditions import Members, Threads
from parley.people.account_settings import renaming
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.automod.rows import backtested, established, put_rule, state_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

ITEM = "select id from queue_item where kind = 'comment' and target = $1"


async def approve(comment: int) -> None:
    item = await db.value(ITEM, comment)
    version = await db.value("select version from queue_item where id = $1", item)
    await decisions.decide(await make.member(role="moderator"), Choice(item, version, "approve"))


async def edit(author: Viewer, comment: int, body: str) -> None:
    await editing.edit_comment(viewer=author, comment_id=comment, body=body, stance=None)


async def test_comments_in_the_thread_wait_even_those_by_established_members(app: Litestar) -> None:
    author, thread = await established(), await make.thread()
    await put_rule(Threads([thread]), action="hold")

    comments = [await make.comment(one, author, "I see it otherwise.") for one in (thread, await make.thread())]

    assert [await state_of(one) for one in comments] == ["pending", "visible"]


async def test_comments_by_the_member_wait_even_under_another_name(app: Litestar) -> None:
    author, thread = await make.member("olga"), await make.thread()
    await put_rule(Members(["Olga"]), action="hold")
    await renaming.rename(author, "helga")

    comments = [await make.comment(thread, one, "I see it otherwise.") for one in (author, await make.member())]

    assert [await state_of(one) for one in comments] == ["pending", "visible"]


async def test_an_approved_text_cannot_become_another_one(app: Litestar) -> None:
    author, thread = await make.member(), await make.thread()
    await put_rule(Threads([thread]), action="hold")
    comment = await make.comment(thread, author, "I see it otherwise.")
    await edit(author, comment, "I see it quite otherwise.")
    assert await state_of(comment) == "pending"
    await approve(comment)

    with pytest.raises(Refused, match="an edit cannot be held"):
        await edit(author, comment, "You fool!")

    assert await state_of(comment) == "visible"


async def test_a_link_of_the_thread_and_of_the_member_fills_in_the_rule(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="moderator"))
    thread, _ = await make.thread(), await make.member("olga")
    page = await client.get(await make.address(thread))
    filled = await client.get(f"/mod/rules/new?does=hold&kind-0=threads&threads-0={thread}&name=Read+first")
    made = await client.post(
        "/mod/rules/new",
        data={"name": "Read first", "does": "hold", "rule": "civility", "kind-0": "threads",
              "threads-0": f"http://localhost/t/{thread}/x"},
    )  # fmt: skip
    wrong = await client.post("/mod/rules/new", data={"name": "x", "kind-0": "threads", "threads-0": "nowhere"})

    assert f"kind-0=threads&amp;threads-0={thread}" in page.text
    assert "kind-0=members&amp;names-0=olga" in (await client.get("/mod/members/olga")).text
    assert f">\n{thread}</textarea>" in filled.text.replace(" ", "") and 'value="Read first"' in filled.text
    assert made.status_code == 303 and wrong.status_code == 422
    assert f"it is in thread {thread}" in (await client.get(made.headers["location"])).text


async def test_its_back_test_finds_all_of_them(app: Litestar) -> None:
    author, thread = await make.member("olga"), await make.thread()
    for one in (author, await make.member()):
        await make.comment(thread, one, "I see it otherwise.")

    assert (await backtested(await put_rule(Threads([thread])))).hits == 2
    assert (await backtested(await put_rule(Members(["olga"])))).hits == 1
