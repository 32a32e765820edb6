"""A locked branch: nobody replies in it; the rest of the thread goes on; opened again, and undone."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting.drafts import Draft
from parley.discussion.commenting.posting import post_comment
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice
from parley.moderation.modqueue import in_place
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.modlog.replay import differences
from tests.moderation.scenarios.promises import everything

pytestmark = pytest.mark.anyio

LOCKED = "select id from comment where locked_branch is not null order by id"


class Branch:
    """A root with a reply and a reply to that, and another root."""

    def __init__(self, thread: int, comments: list[int]) -> None:
        self.thread = thread
        self.root, self.reply, self.deep, self.other = comments


async def branch(author: Viewer) -> Branch:
    thread = await make.thread()
    root = await make.comment(thread, author, "A root.")
    reply = await make.comment(thread, author, "A reply.", parent=root)
    deep = await make.comment(thread, author, "A deep reply.", parent=reply)
    return Branch(thread, [root, reply, deep, await make.comment(thread, author, "Another root.")])


async def lock(mo: Viewer, comment: int, thread: int, action: str = "lock_branch") -> int:
    return await in_place.decide_on(mo, "comment", comment, thread, Choice(0, 0, action))


async def test_nobody_replies_in_it_and_the_rest_goes_on(app: Litestar) -> None:
    author, mo = await make.member(), await make.member(role="moderator")
    one = await branch(author)

    await lock(mo, one.reply, one.thread)

    for parent in (one.reply, one.deep):
        with pytest.raises(Refused, match="locked this branch"):
            await post_comment(Draft(one.thread, author, "Too late.", parent=parent))
    await make.comment(one.thread, author, "Beside it.", parent=one.root)
    assert await db.values(LOCKED) == [one.reply, one.deep]
    assert await differences() == []


async def test_undo_and_opening_it_again_allow_replies(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "UNDO_SECONDS", 3_600)
    author, mo = await make.member(), await make.member(role="moderator")
    one = await branch(author)
    before = await everything(lasting=True)

    await undoing.undo(mo, await lock(mo, one.root, one.thread))
    after = await everything(lasting=True)
    await lock(mo, one.root, one.thread)
    await lock(mo, one.root, one.thread, "unlock_branch")

    assert {**after, "queue_item": ""} == {**before, "queue_item": ""} and await db.values(LOCKED) == []
    await make.comment(one.thread, author, "Again.", parent=one.deep)
    assert await differences() == []


async def test_a_part_that_was_locked_before_stays_locked(app: Litestar) -> None:
    mo = await make.member(role="moderator")
    one = await branch(await make.member())

    await lock(mo, one.deep, one.thread)
    await lock(mo, one.root, one.thread)
    await lock(mo, one.root, one.thread, "unlock_branch")

    assert await db.values(LOCKED) == [one.deep]


async def test_the_page_says_so_and_offers_no_reply(client: httpx.AsyncClient) -> None:
    author, mo = await make.member(), await make.member(role="moderator")
    one = await branch(author)
    await make.sign_in(client, mo)

    offered = (await client.get(f"/c/{one.reply}/moderate")).text
    done = await client.post(f"/c/{one.reply}/moderate", data={"action": "lock_branch"})
    now_offered = (await client.get(f"/c/{one.reply}/moderate")).text
    await make.sign_in(client, author)
    page = (await client.get(f"/t/{one.thread}?view=all", follow_redirects=True)).text
    form = await client.get(f"/c/{one.deep}/reply")
    sent = await client.post(f"/t/{one.thread}/comments", data={"body": "My words.", "parent": str(one.deep)})

    assert 'value="lock_branch"' in offered and 'value="unlock_branch"' not in offered
    assert done.status_code == 303 and 'value="unlock_branch"' in now_offered
    assert "branch locked by a moderator" in page
    assert f'href="/c/{one.root}/reply"' in page and f'href="/c/{one.deep}/reply"' not in page
    assert form.status_code == 422 and sent.status_code == 422
    assert "locked this branch" in sent.text and "My words." in sent.text
    assert "A branch of a discussion was locked" in (await client.get("/log")).text
