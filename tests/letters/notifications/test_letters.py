"""Immediate mails: one per thread and ten minutes, with what is unread and readable when it is sent."""

from pathlib import Path

import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.letters.notifications import counts, jobs, mailing, ops, queries
from parley.people import mail
from parley.people.accounts.viewer import Viewer
from parley.people.mail.links import Unsubscription, off_token
from parley.people.mail.sending import deliver_due
from parley.platform import db
from tests import make
from tests.hebrew import hebrew, undirected
from tests.letters.notifications.test_making import shut_out

pytestmark = pytest.mark.anyio

DUE = "update mail set due_at = now() - interval '1 second' where list = 'replies'"


@pytest.fixture
async def mira(app: Litestar) -> Viewer:
    return await make.member("mira")


@pytest.fixture
async def jon(app: Litestar) -> Viewer:
    return await make.member("jon")


@pytest.fixture
async def root(mira: Viewer) -> int:
    return await make.comment(await make.thread(make.text(title="The wager")), mira, "I see it *otherwise*.")


async def answer(jon: Viewer, root: int, body: str = "Well, **no**, @mira.") -> int:
    thread = await db.value("select thread from comment where id = $1", root)
    comment = await make.comment(thread, jon, body, parent=root)
    await jobs.handle_events()
    return comment


async def reviewed() -> mail.Letter | None:
    """The newest letter as it would go out now."""
    number = await db.value("select max(id) from mail where list = 'replies'")
    async with db.atomic():
        return await mailing.render(number)


async def going_out() -> mail.Letter:
    """That letter, where there is something to tell."""
    letter = await reviewed()
    assert letter is not None
    return letter


async def letters() -> list[str]:
    return await db.values("select text from mail where list = 'replies' order by id")


async def test_a_reply_is_mailed_once_after_ten_minutes_with_its_text(mira: Viewer, jon: Viewer, root: int) -> None:
    reply = await answer(jon, root)
    await jobs.handle_events()

    assert len(await letters()) == 1
    text = (await going_out()).text
    assert "jon replied:\n\n  Well, **no**, @mira." in text
    assert "You wrote:\n\n  I see it otherwise." in text
    assert f"/c/{reply}" in text
    wait = await db.value("select extract(epoch from due_at - created_at)::int from mail where list = 'replies'")
    assert wait == 600


@pytest.mark.parametrize("title", ["A\u2028Bcc: all@example.org", "A\x85Bcc: all@example.org", "A\u202e Bcc: x@y.org"])
async def test_a_letter_about_a_hostile_title_leaves_with_one_line_of_subject(
    mira: Viewer, jon: Viewer, title: str, files: Path
) -> None:
    # As an import from a web page may have stored it.
    thread = await make.thread(make.text(title=title))
    await answer(jon, await make.comment(thread, mira))
    await db.execute(DUE)

    await deliver_due()

    [letter] = files.glob("*.eml")
    headers = letter.read_bytes().partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc" not in headers
    assert (await going_out()).subject.startswith("Re: A Bcc: ")


async def test_the_queue_contains_no_comments(mira: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root, "A secret.")

    assert await db.value("select count(*) from mail m where m::text like '%secret%'") == 0
    assert "A secret." in (await going_out()).text


async def test_the_letter_takes_its_place_in_the_conversation(mira: Viewer, jon: Viewer, root: int) -> None:
    reply = await answer(jon, root)
    thread = await db.value("select thread from comment where id = $1", reply)

    letter = await reviewed()

    assert letter is not None
    assert letter.key == f"post.{reply}.{mira.id}"
    assert letter.answers == f"post.{root}.{mira.id}"
    assert letter.references == (f"thread.{thread}.{mira.id}", f"post.{root}.{mira.id}")
    assert (letter.subject, letter.to, letter.argument) == ("Re: The wager", "mira@example.org", str(thread))


async def test_notifications_within_ten_minutes_share_a_letter(mira: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root, "First.")
    await answer(jon, root, "Second.")

    assert len(await letters()) == 1
    letter = await reviewed()
    assert letter is not None
    assert "First." in letter.text
    assert "Second." in letter.text
    assert letter.html is not None
    assert "First." in letter.html
    assert "Second." in letter.html


async def test_each_thread_has_its_own_letter(mira: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root)
    await answer(jon, await make.comment(await make.thread(), mira))

    assert len(await letters()) == 2


async def test_what_was_read_meanwhile_is_not_mailed(mira: Viewer, jon: Viewer, root: int) -> None:
    first, second = await answer(jon, root, "First."), await answer(jon, root, "Second.")
    thread = await db.value("select thread from comment where id = $1", root)
    await ops.mark_read_about(mira.id, thread, [first])
    letter = await reviewed()
    assert letter is not None
    assert "First." not in letter.text

    await ops.mark_read_about(mira.id, thread, [second])

    assert await reviewed() is None


async def test_removed_collapsed_and_blocked_comments_are_not_mailed(mira: Viewer, jon: Viewer, root: int) -> None:
    ada = await make.member("ada")
    removed, collapsed = await answer(jon, root, "Removed."), await answer(jon, root, "Collapsed.")
    await answer(ada, root, "Shut out.")
    await editing.delete_comment(viewer=jon, comment_id=removed)
    await db.execute("update comment set collapsed = 'An insult' where id = $1", collapsed)
    await shut_out(mira, ada, "mute")

    assert await reviewed() is None


async def test_notifications_after_a_letter_get_another_letter(
    mira: Viewer, jon: Viewer, root: int, files: Path
) -> None:
    await answer(jon, root, "First.")
    await db.execute(DUE)
    await deliver_due()
    await answer(jon, root, "Second.")
    await db.execute(DUE)
    await deliver_due()

    first, second = (path.read_text() for path in sorted(files.iterdir()))
    assert "First." in first
    assert "Second." in second
    assert "First." not in second
    assert "References: <thread." in second


@pytest.mark.parametrize("outcome", ["failed", "expired", "unknown"])
async def test_notifications_that_could_not_be_mailed_come_in_the_digest(
    mira: Viewer, jon: Viewer, root: int, outcome: str
) -> None:
    reply = await answer(jon, root)
    assert await queries.unread_for_digest([mira.id], make.LONG_AGO) == []
    await reviewed()
    number = await db.value("select max(id) from mail")
    await db.execute("update mail set state = $2 where id = $1", number, outcome)

    await mailing.settled(number, outcome)

    await jobs.handle_events()
    assert [row.comment for row in await queries.unread_for_digest([mira.id], make.LONG_AGO)] == [reply]
    assert len(await letters()) == 1


async def test_what_was_mailed_is_in_no_digest(mira: Viewer, jon: Viewer, root: int, files: Path) -> None:
    await answer(jon, root)
    await db.execute(DUE)
    await deliver_due()

    assert await queries.unread_for_digest([mira.id], make.LONG_AGO) == []


async def test_one_click_stops_all_letters_and_those_that_wait(
    mira: Viewer, jon: Viewer, root: int, files: Path
) -> None:
    await answer(jon, root)
    thread = await db.value("select thread from comment where id = $1", root)
    await ops.set_channel(mira.id, thread, "mail")

    await mailing.stop(mira.id, "")

    assert not await mailing.wanted(mira.id, "")
    assert not await mailing.wanted(mira.id, str(thread))
    await db.execute(DUE)
    await deliver_due()
    await answer(jon, root, "Unheard.")
    assert not files.exists()
    assert len(await letters()) == 1
    assert await counts.unread(mira.id) == 2
    await mailing.start(mira.id, "")
    assert await mailing.wanted(mira.id, "")


async def test_one_click_stops_one_threads_letters_only(mira: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root)
    thread = await db.value("select thread from comment where id = $1", root)

    await mailing.stop(mira.id, str(thread))

    assert await reviewed() is None
    assert not await mailing.wanted(mira.id, str(thread))
    assert await mailing.wanted(mira.id, "")
    assert await mailing.about(str(thread)) == "The wager"
    await mailing.start(mira.id, str(thread))
    assert await mailing.wanted(mira.id, str(thread))


async def test_the_links_of_the_letter_stop_it(mira: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root)
    letter = await reviewed()
    assert letter is not None

    for argument in ("", letter.argument):
        link = off_token(Unsubscription(mira.id, "replies", argument))
        assert link in letter.text
        assert link in (letter.html or "")


async def test_every_comment_of_a_thread_is_mailed_to_a_member_who_chose_that(mira: Viewer, jon: Viewer) -> None:
    thread = await make.thread()
    await ops.follow_thread(mira.id, thread, "follow", "mail")
    await make.comment(thread, jon, "News.")
    await jobs.handle_events()

    letter = await reviewed()

    assert letter is not None
    assert "jon wrote:\n\n  News." in letter.text


@pytest.mark.parametrize("state", ["suspended", "deactivated"])
async def test_a_member_who_cannot_sign_in_gets_no_letter(mira: Viewer, jon: Viewer, root: int, state: str) -> None:
    await make.put_state("member", mira.id, state)

    await answer(jon, root)

    assert await letters() == []


async def test_a_long_comment_is_cut_with_a_link_to_the_rest(mira: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root, "Many words. " * 600)

    letter = await reviewed()

    assert letter is not None
    assert len(letter.text) < 6_000
    assert "Read on and reply" in (letter.html or "")
    assert len(letter.html or "") < 80_000


async def test_links_in_a_mailed_comment_are_absolute(mira: Viewer, jon: Viewer, root: int) -> None:
    await answer(jon, root, "See @jon and [that](/t/1).")

    letter = await reviewed()

    assert letter is not None
    assert 'href="http://localhost/u/jon"' in (letter.html or "")
    assert 'href="/' not in (letter.html or "")


async def test_members_words_have_their_own_direction_in_a_letter(app: Litestar) -> None:
    who, other = [await make.member(hebrew(name)) for name in ("mira", "jon")]
    thread = await make.thread(make.text(title=hebrew("The wager")))
    root = await make.comment(thread, who, hebrew("I see it *otherwise*."))
    for body in ("Well, **no**.", "Many words. " * 600):
        await answer(other, root, hebrew(body))

    assert undirected((await going_out()).html or "") == []
