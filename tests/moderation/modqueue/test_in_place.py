"""Deciding about comments, articles and members where one sees them, without a report and without JavaScript."""

import httpx
import pytest

from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modlog.replay import differences

pytestmark = pytest.mark.anyio

REMOVAL = {"action": "remove", "rule": "civility", "reason": "It insults somebody."}
WARNING = REMOVAL | {"action": "warn"}
LETTERS = "select split_part(kind, '.', 1) || ' ' || state from mail where kind like '%.' || ($1::bigint) order by id"


async def a_moderator(client: httpx.AsyncClient) -> Viewer:
    moderator = await make.member(role="moderator")
    await make.sign_in(client, moderator)
    return moderator


async def a_comment() -> int:
    return await make.comment(await make.thread(), await make.member(), "You are a fool.")


async def state(comment: int) -> str:
    found: str = await db.value("select state from comment where id = $1", comment)
    return found


async def test_a_comment_is_removed_from_its_page_and_brought_back(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    comment = await a_comment()
    thread = await client.get(f"/c/{comment}", follow_redirects=True)
    form = await client.get(f"/c/{comment}/moderate")
    answer = await client.post(f"/c/{comment}/moderate", data=REMOVAL)

    assert f'href="/c/{comment}/moderate"' in thread.text
    assert "You are a fool." in form.text
    assert answer.status_code == 303 and await state(comment) == "removed"
    done = await client.get(answer.headers["location"])
    undone = await client.post(f"/c/{comment}/moderate", data={"undo": make.hidden(done, "undo")})
    assert "Undone" in undone.text and await state(comment) == "visible"
    assert await db.value("select count(*) from mail where kind like 'decision.%'") == 0


async def test_htmx_gets_the_form_alone_and_then_the_way_back(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    comment = await a_comment()
    form = await client.get(f"/c/{comment}/moderate", headers={"HX-Request": "true"})
    answer = await client.post(f"/c/{comment}/moderate", data=REMOVAL, headers={"HX-Request": "true"})

    assert "<html" not in form.text and 'id="moderate"' in form.text
    assert answer.status_code == 200 and 'name="undo"' in answer.text and "<html" not in answer.text


@pytest.mark.parametrize("wrong", [{"action": ""}, {"rule": ""}, {"reason": ""}, {"action": "restore"}])
async def test_missing_fields_are_named_and_the_rest_kept(client: httpx.AsyncClient, wrong: dict[str, str]) -> None:
    await a_moderator(client)
    comment = await a_comment()
    answer = await client.post(f"/c/{comment}/moderate", data=REMOVAL | {"quote": "a fool"} | wrong)

    assert answer.status_code == 422
    assert 'class="error' in answer.text and "a fool" in answer.text
    assert await state(comment) == "visible"


async def test_the_letter_is_shown_before_anything_is_done(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    comment = await a_comment()
    answer = await client.post(f"/c/{comment}/moderate", data=REMOVAL | {"preview": "1"})

    assert "It insults somebody." in answer.text and "letter-text" in answer.text
    assert await state(comment) == "visible"
    assert await db.value("select count(*) from queue_item") == 0


async def test_an_article_and_a_member_are_moderated_likewise(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    thread, jonas = await make.thread(starter=await make.member()), await make.member("jonas")
    pages = [await client.get(await make.address(thread)), await client.get("/u/jonas")]
    answers = [
        await client.post(f"/t/{thread}/moderate", data=REMOVAL | {"action": "excerpt"}),
        await client.post("/u/jonas/moderate", data=WARNING),
    ]

    assert all("/moderate" in one.text for one in pages)
    assert [one.status_code for one in answers] == [303, 303]
    assert await db.value("select count(*) from decision where member = $1", jonas.id) == 1
    assert await db.value("select count(*) from article where restricted = 'excerpt'") == 1


async def test_a_note_about_the_author_is_written_where_one_decides(client: httpx.AsyncClient) -> None:
    moderator = await a_moderator(client)
    comment = await make.comment(await make.thread(), await make.member("jonas"), "You are a fool.")
    form = await client.get(f"/c/{comment}/moderate")
    htmx = {"HX-Request": "true"}
    empty = await client.post("/mod/members/jonas/note", data={"text": " "}, headers=htmx)
    answer = await client.post("/mod/members/jonas/note", data={"text": "Warned by phone."}, headers=htmx)

    assert 'action="/mod/members/jonas/note"' in form.text
    assert empty.status_code == 422 and "f-note-error" in empty.text
    assert "Warned by phone." in answer.text and moderator.name in answer.text and "<html" not in answer.text
    assert "Warned by phone." in (await client.get(f"/c/{comment}/moderate")).text


async def test_the_preview_shows_the_letter_to_the_reporters(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    comment = await a_comment()
    await reports.report(ReportInput("comment", comment, "civility", "", await make.member()))

    answer = await client.post(f"/c/{comment}/moderate", data=REMOVAL | {"preview": "1"})

    assert "agreed and has acted" in answer.text


async def test_a_link_opens_the_form_for_moving(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    form = await client.get(f"/c/{await a_comment()}/moderate?action=move")

    assert 'value="move" checked' in form.text


async def test_it_answers_the_reports_that_wait(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    comment = await a_comment()
    await reports.report(ReportInput("comment", comment, "civility", "", await make.member()))
    await client.post(f"/c/{comment}/moderate", data=REMOVAL)

    assert await db.value("select outcome from report") == "upheld"


async def test_nobody_decides_about_themselves(client: httpx.AsyncClient) -> None:
    moderator = await a_moderator(client)
    comment = await make.comment(await make.thread(), moderator, "My own.")
    answer = await client.post(f"/c/{comment}/moderate", data=REMOVAL)

    assert answer.status_code == 403 and "This is about you" in answer.text
    assert await state(comment) == "visible"
    assert await db.value("select count(*) from queue_item") == 0


@pytest.mark.parametrize("role", [None, "member"])
async def test_members_do_not_find_it(client: httpx.AsyncClient, role: str | None) -> None:
    comment = await a_comment()
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert (await client.get(f"/c/{comment}/moderate")).status_code == 404
    assert (await client.post(f"/c/{comment}/moderate", data=REMOVAL)).status_code == 404
    assert "/moderate" not in (await client.get(f"/c/{comment}", follow_redirects=True)).text


async def test_what_does_not_exist_is_not_found(client: httpx.AsyncClient) -> None:
    await a_moderator(client)

    for address in ("/c/1/moderate", "/t/1/moderate", "/u/nobody/moderate"):
        assert (await client.get(address)).status_code == 404
        assert (await client.post(address, data=REMOVAL)).status_code == 404


async def test_the_only_moderator_decides_about_what_they_reported(client: httpx.AsyncClient) -> None:
    moderator, comment = await a_moderator(client), await a_comment()
    await reports.report(ReportInput("comment", comment, "civility", "", moderator))
    item = await db.value("select id from queue_item")

    assert (await client.get(f"/mod/item/{item}")).status_code == 200
    assert f"/mod/item/{item}" in (await client.get("/mod/queue")).text
    assert (await client.post(f"/c/{comment}/moderate", data=REMOVAL)).status_code == 303


async def test_with_other_moderators_one_of_them_decides_about_a_report(client: httpx.AsyncClient) -> None:
    moderator, comment = await a_moderator(client), await a_comment()
    await make.member(role="admin")
    await reports.report(ReportInput("comment", comment, "civility", "", moderator))
    item = await db.value("select id from queue_item")

    assert (await client.get(f"/mod/item/{item}")).status_code == 404
    assert (await client.post(f"/c/{comment}/moderate", data=REMOVAL)).status_code == 403


async def test_a_comment_is_removed_and_its_author_suspended_in_one_step_which_is_undone_whole(
    client: httpx.AsyncClient,
) -> None:
    await a_moderator(client)
    author = await make.member("jonas")
    comment = await make.comment(await make.thread(), author, "You are a fool.")
    also = REMOVAL | {"reason": "It insults somebody ({days}).", "also": "suspend", "until": "7"}
    preview = await client.post(f"/c/{comment}/moderate", data=also | {"preview": "1"})
    assert "Your comment was removed" in preview.text and "suspended" in preview.text.split("letter-text")[2]
    answer = await client.post(f"/c/{comment}/moderate", data=also)

    assert await decided_about() == ["remove comment 0", "suspend member 7"]
    assert await db.values("select distinct reason from decision") == ["It insults somebody (7 days)."]
    assert await state(comment) == "removed"
    done = await client.get(answer.headers["location"])
    assert "Removed. Author suspended." in done.text
    assert "jonas" in done.text
    undone = await client.post(f"/c/{comment}/moderate", data={"undo": make.hidden(done, "undo")})
    assert "jonas" in undone.text and "You are a fool." in undone.text
    assert await state(comment) == "visible"
    assert await db.value("select state from member where id = $1", author.id) == "active"
    assert await db.value("select count(*) from mail where kind like 'decision.%'") == 0
    assert await db.value("select count(*) from queue_item where state = 'open'") == 0


async def test_a_permanent_suspension_is_announced_as_a_proposal_where_another_moderator_has_to_approve_it(
    client: httpx.AsyncClient,
) -> None:
    await make.member(role="moderator")
    await a_moderator(client)
    comment = await make.comment(await make.thread(), await make.member("jonas"), "You are a fool.")
    also = REMOVAL | {"also": "suspend", "until": ""}
    preview = await client.post(f"/c/{comment}/moderate", data=also | {"preview": "1"})
    beside = await client.post(f"/c/{comment}/moderate", data=also, follow_redirects=True)
    alone = await client.post(
        "/u/jonas/moderate", data=REMOVAL | {"action": "suspend", "until": ""}, follow_redirects=True
    )
    log = await client.get("/mod/log")

    assert "once a second moderator approves it" in preview.text
    assert "Removed. Suspension proposed: a second moderator has to approve it." in beside.text
    assert "Suspension proposed" in alone.text and "Suspension proposed" in log.text
    assert not any("uspended." in page.text or "<b>Suspended" in page.text for page in (beside, alone, log))


async def decided_about() -> list[str]:
    return await db.values(
        "select action || ' ' || kind || ' ' || coalesce((until::date - created_at::date), 0) from decision order by id"
    )


async def test_where_the_author_cannot_be_sanctioned_nothing_is_done_at_all(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    comment = await make.comment(await make.thread(), await make.member(role="admin"), "You are a fool.")

    answer = await client.post(f"/c/{comment}/moderate", data=REMOVAL | {"also": "warn"})

    assert answer.status_code == 403 and "only an admin can decide about them" in answer.text
    assert await state(comment) == "visible" and await decided_about() == []


@pytest.mark.parametrize("action", ["warn", "escalate", "lock_branch"])
async def test_only_what_restricts_words_brings_a_sanction_with_it(client: httpx.AsyncClient, action: str) -> None:
    await a_moderator(client)
    comment = await a_comment()

    await client.post(f"/c/{comment}/moderate", data=REMOVAL | {"action": action, "also": "suspend"})

    assert [one.split()[0] for one in await decided_about()] == [action]


@pytest.mark.parametrize("action", ["remove", "collapse"])
async def test_a_decision_is_taken_back_later_by_another_moderator(client: httpx.AsyncClient, action: str) -> None:
    author = await make.member("jonas")
    comment = await make.comment(await make.thread(), author, "You are a fool.")
    await a_moderator(client)
    await client.post(f"/c/{comment}/moderate", data=REMOVAL | {"action": action})
    await an_hour_passes()
    await a_moderator(client)
    form = await client.get(f"/c/{comment}/moderate?action=restore")
    answer = await client.post(f"/c/{comment}/moderate", data={"action": "restore"})

    assert 'value="restore" checked' in form.text and 'value="collapse"' not in form.text
    assert await state(comment) == "visible"
    assert await db.value("select collapsed from comment where id = $1", comment) is None
    assert await db.values("select state from decision order by id") == ["ended", "in_force"]
    assert await differences() == []
    assert "A comment is shown again" in (await client.get("/log")).text

    done = await client.get(answer.headers["location"])
    await client.post(f"/c/{comment}/moderate", data={"undo": make.hidden(done, "undo")})
    assert await state(comment) == ("removed" if action == "remove" else "visible")
    assert await db.values("select state from decision order by id") == ["in_force", "undone"]


async def an_hour_passes() -> None:
    """A test is one transaction, in which now() is always the same moment."""
    await db.execute("update decision set created_at = created_at - interval '1 hour'")


async def test_the_author_is_told_that_a_comment_is_shown_again(client: httpx.AsyncClient) -> None:
    author = await make.member("jonas")
    comment = await make.comment(await make.thread(), author, "You are a fool.")
    await a_moderator(client)
    for action in ("remove", "restore"):
        await client.post(f"/c/{comment}/moderate", data=REMOVAL | {"action": action})
        await an_hour_passes()
    await make.sign_in(client, author)

    assert "Your comment is shown again." in (await client.get("/for-you?part=decisions")).text


async def test_a_removal_that_is_taken_back_before_its_letter_left_is_not_mailed(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    await reports.report(ReportInput("comment", comment, "civility", "", await make.member()))
    await a_moderator(client)
    await client.post(f"/c/{comment}/moderate", data=REMOVAL)
    removed = await db.value("select id from decision")
    answer = await client.post(f"/c/{comment}/moderate", data={"action": "restore"})
    after_restoring = await db.values(LETTERS, removed)
    done = await client.get(answer.headers["location"])
    await client.post(f"/c/{comment}/moderate", data={"undo": make.hidden(done, "undo")})

    assert after_restoring == ["decision stopped", "outcome planned"]
    assert await db.values(LETTERS, removed) == ["decision planned", "outcome planned"]


async def test_a_comment_that_no_decision_hides_cannot_be_restored(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    comment = await a_comment()

    form = await client.get(f"/c/{comment}/moderate")
    answer = await client.post(f"/c/{comment}/moderate", data={"action": "restore"})

    assert 'value="restore"' not in form.text
    assert answer.status_code == 422 and "shown already" in answer.text
