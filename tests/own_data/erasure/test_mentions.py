"""Changing a member's name where others mention it."""

import asyncio

import asyncpg
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import rules
from parley.own_data.erasure import mentions
from parley.people import mail
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided, reported
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.anyio

NAME = "canarybird"


async def body(comment: int) -> str:
    found: str = await db.value("select body from comment where id = $1", comment)
    return found


async def rename_while(lock: str, change: str, row: int) -> None:
    """Rename, and make a change to a row that was locked before."""
    other = await asyncpg.connect(db.DB.config["dsn"])
    try:
        async with other.transaction():
            await other.execute(lock, row)
            renaming = asyncio.create_task(mentions.rename(NAME, "phoenix"))
            await until_somebody_waits(other)
            await other.execute(change, row)
        await renaming
    finally:
        await other.close()


@pytest.mark.committed
async def test_a_comment_that_is_edited_meanwhile_keeps_its_new_words(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member(), f"As @{NAME} said.", statement="It is so.")
    await rename_while(
        "select from thread where id = (select thread from comment where id = $1) for no key update",
        f"update comment set body = 'Now @{NAME} says more.', statement = null where id = $1",
        comment,
    )
    assert await body(comment) == "Now @phoenix says more."
    assert await db.value("select statement from comment where id = $1", comment) is None


@pytest.mark.committed
async def test_a_statement_that_is_removed_meanwhile_does_not_come_back_in_an_earlier_version(app: Litestar) -> None:
    jon = await make.member()
    comment = await make.comment(await make.thread(), jon, f"As @{NAME} said.", statement="It is so.")
    await editing.edit_comment(viewer=jon, comment_id=comment, body="As one said.")
    version = await db.value("select id from comment_version")
    await rename_while(
        "select from comment_version where id = $1 for update",
        "update comment_version set statement = null where id = $1",
        version,
    )
    assert await db.values("select body from comment_version") == ["As @phoenix said."]
    assert await db.value("select statement from comment_version where id = $1", version) is None


async def test_an_imported_comment_mentions_people_of_another_site(app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member(), f"As @{NAME} said.")
    await db.execute("update comment set author = null, imported_author = 'jon' where id = $1", comment)
    await db.execute(
        """insert into comment_version (comment, number, body, written_at)
           select id, 0, body, now() from comment where id = $1""",
        comment,
    )
    await mentions.rename(NAME, "phoenix")
    assert await body(comment) == f"As @{NAME} said."
    assert await db.values("select body from comment_version") == [f"As @{NAME} said."]


async def test_a_comment_with_more_links_than_are_allowed_now_is_still_rendered(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = f"As @{NAME} said: [one](https://one.example), [two](https://two.example)."
    comment = await make.comment(await make.thread(), await make.member(), words)
    monkeypatch.setattr(rules, "MOST_LINKS", 1)
    await mentions.rename(NAME, "phoenix")
    html = await db.value("select html from comment where id = $1", comment)
    assert "As @phoenix said" in html
    assert "https://two.example" in html


@pytest.mark.parametrize(
    "words", [f"https://press.example/@{NAME}/x", f"jon@{NAME}", f"[it](https://a.example/@{NAME})"]
)
async def test_an_address_with_the_name_is_not_a_mention(app: Litestar, words: str) -> None:
    comment = await make.comment(await make.thread(), await make.member(), f"{words} (@{NAME})")
    await mentions.rename(NAME, "phoenix")
    assert await body(comment) == f"{words} (@phoenix)"


async def test_a_name_that_is_a_usual_word_goes_only_from_texts_about_the_member(app: Litestar) -> None:
    will, mo = await make.member("will"), await make.member(role="moderator")
    for author in (will, await make.member()):
        await decided(await reported(author), mo, "warn", reason="Will you stop? As @will knows.")
    for to in ("jon", "ann"):
        await mail.send("test", f"{to}@example.org", "Words.", "You Will see." if to == "jon" else "Ask will.", None)
    await db.execute("update mail set state = 'sent'")

    await mentions.erase(will.id, will.name)

    assert await db.values("select reason from decision order by id") == [
        "former-member you stop? As @former-member knows.",
        "Will you stop? As @former-member knows.",
    ]
    assert await db.values("select text from mail where kind = 'test' order by id") == ["You Will see.", ""]


async def test_the_record_forgets_a_name_alone_only_about_the_member(app: Litestar) -> None:
    will, mo = await make.member("will"), await make.member(role="moderator")
    for author in (will, await make.member()):
        await decided(await reported(author), mo, "warn", reason="Will you stop?")
    await mentions.erase(will.id, will.name)
    assert await db.values("select reason from mod_action where action = 'warn' order by id") == ["", "Will you stop?"]


async def test_every_text_about_the_member_loses_the_name(app: Litestar) -> None:
    will = await make.member("will")
    thread = await make.thread(starter=will)
    await db.execute("update thread set state_reason = 'will again' where id = $1", thread)
    await db.execute("update revision set reason = 'for will'")
    await db.execute(
        "insert into suggested_update (thread, state, reason, answer) values ($1, 'declined', 'will', 'ask will')",
        thread,
    )
    item = await reported(will)
    await db.execute("update report set text = 'It was will.' where item = $1", item)

    await mentions.erase(will.id, will.name)

    assert await db.value("select state_reason from thread where id = $1", thread) == "former-member again"
    assert "for former-member" in await db.values("select reason from revision")
    assert await db.values("select reason || ' ' || answer from suggested_update") == [
        "former-member ask former-member"
    ]
    assert await db.value("select text from report where item = $1", item) == "It was former-member."


async def test_a_text_of_the_longest_length_is_cut_after_the_longer_name(app: Litestar) -> None:
    jon = await make.member("jo")
    thread = await make.thread(starter=jon)
    statement, reason = "It is so, @jo.".rjust(140, "x"), "It is so, @jo.".rjust(300, "x")
    comment = await make.comment(thread, await make.member(), "Words.", statement=statement)
    await db.execute("insert into suggested_update (thread, state, reason) values ($1, 'declined', $2)", thread, reason)
    await mentions.erase(jon.id, jon.name)
    assert await db.value("select statement from comment where id = $1", comment) == f"{statement[:-4]}@for"
    assert await db.value("select reason from suggested_update") == f"{reason[:-4]}@for"
