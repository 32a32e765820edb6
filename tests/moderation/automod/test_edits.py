"""Rules also judge edits, so that nobody evades them by posting something else first."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.moderation.matching import budget
from parley.moderation.matching.conditions import Age, FirstComments, Links, Rate, Similar, WordList
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.automod.rows import established, mailed, newcomer, put_rule, state_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

LINK = "Look at https://shop.example now."
BODY = "select body from comment where id = $1"
ITEM = "select state from queue_item where kind = 'comment' and target = $1"


async def edit(author: Viewer, comment: int, body: str, *, stance: str | None = None) -> None:
    await editing.edit_comment(viewer=author, comment_id=comment, body=body, stance=stance)


async def test_words_that_would_be_held_cannot_be_written_in_and_the_text_is_kept(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    await put_rule(Links(1), Age(7), action="hold")
    author = await newcomer()
    comment = await make.comment(await make.thread(), author, "Nothing to see.")
    await make.sign_in(client, author)

    answer = await client.post(f"/c/{comment}/edit", data={"body": LINK})

    assert answer.status_code == 422
    assert "an edit cannot be held" in answer.text and f"{LINK}</textarea>" in answer.text
    assert (await db.value(BODY, comment), await state_of(comment)) == ("Nothing to see.", "visible")
    assert await db.value("select count(*) from hit") == 0
    await edit(author, comment, "Nothing to see here.")


async def test_an_edit_is_flagged_or_collapsed_once(app: Litestar) -> None:
    await put_rule(WordList(["fool"]))
    await put_rule(WordList(["fool"]), action="collapse")
    author = await make.member()
    comment = await make.comment(await make.thread(), author, "You there!")
    assert await db.value(ITEM, comment) is None

    for body in ("You fool!", "You fool, I say!"):
        await edit(author, comment, body)

    assert await db.value(ITEM, comment) == "open"
    assert await db.value("select collapsed from comment where id = $1", comment)
    assert await db.value("select count(*) from hit where comment = $1", comment) == 2
    assert await mailed(author) == ["Your comment was collapsed"]


async def test_a_comment_that_moderators_approved_can_be_corrected(app: Litestar) -> None:
    await put_rule(Links(1), Age(7), action="hold")
    author = await newcomer()
    comment = await make.comment(await make.thread(), author, LINK)
    await make.put_state("comment", comment, "visible")

    await edit(author, comment, f"{LINK} It is cheap.")

    assert "cheap" in await db.value(BODY, comment)


async def test_another_stance_is_not_judged_as_a_new_text(app: Litestar) -> None:
    author = await newcomer()
    comment = await make.comment(await make.thread(), author, LINK)
    await put_rule(Links(1), action="hold")

    await edit(author, comment, LINK, stance="asks")

    assert await db.value("select stance from comment where id = $1", comment) == "asks"


async def test_a_comment_is_not_held_against_itself(app: Litestar) -> None:
    await put_rule(Similar(0.9), action="hold")
    await put_rule(Rate(1, 5), action="hold")
    await put_rule(FirstComments(1), WordList(["again"]), action="hold")
    author, thread = await make.member(), await make.thread()
    await make.comment(thread, author, "A first word, of which nothing is to be said.")
    await db.execute("update comment set created_at = now() - interval '2 hours'")
    comment = await make.comment(thread, author, "What remains is the habit of asking a machine first.")

    await edit(author, comment, "What remains is the habit of asking a machine first, again.")

    assert await state_of(comment) == "visible"


async def test_edits_by_staff_are_not_judged(app: Litestar) -> None:
    await put_rule(WordList(["fool"]), action="hold")
    mo = await make.member(role="moderator")
    comment = await make.comment(await make.thread(), mo, "Please do not.")

    await edit(mo, comment, "Please do not call anybody a fool.")

    assert await db.value("select count(*) from hit") == 0


async def test_only_newcomers_cannot_edit_while_the_rules_fail(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("broken")

    known, new, thread = await established(), await newcomer(), await make.thread()
    theirs, of_new = await make.comment(thread, known), await make.comment(thread, new)
    monkeypatch.setattr(budget, "evaluate_timed", broken)

    await edit(known, theirs, "Mended.")
    with pytest.raises(Refused, match="cannot be held"):
        await edit(new, of_new, "Mended.")

    assert (await db.value(BODY, theirs), await db.value(BODY, of_new)) == ("Mended.", "I see it otherwise.")
