"""Leaving: deactivating, erasing with the name or with the words, coming back, and what stays."""

from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import states
from parley.letters.notifications import ops as notifications
from parley.letters.notifications import queries
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.own_data.erasure import jobs, ledger, ops
from parley.own_data.erasure.ledger import Ledger
from parley.own_data.erasure.rules import Scope
from parley.people import mail
from parley.people.account_settings import renaming, signup_ops
from parley.people.accounts import names, sessions
from parley.people.accounts.states import REACTIVATE_MEMBER
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in import removed_names
from parley.platform import db
from parley.platform.settings import settings
from tests import make
from tests.moderation.modqueue.reported import INSULT, decided, reported, state_of_target
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio

DATA = "/settings/data"
NAME = "canarybird"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    changed = msgspec.structs.replace(settings(), data=tmp_path)
    monkeypatch.setattr(ledger, "settings", lambda: changed)
    return tmp_path


@pytest.fixture
async def bird(app: Litestar) -> Viewer:
    number, _ = await signup_ops.add_member(name=NAME, email=f"{NAME}@example.org", password=PASSWORD)
    return Viewer(id=number, name=NAME, role="member", verified=True, session=0)


async def sign_in(client: httpx.AsyncClient) -> httpx.Response:
    client.cookies.clear()
    return await Person(0, NAME).sign_in(client)


async def state(who: Viewer) -> str:
    found: str = await db.value("select state from member where id = $1", who.id)
    return found


async def time_passes(who: Viewer) -> None:
    over = "update member set erase_at = now() - interval '1 minute' where id = $1 and erase_at is not null"
    await db.execute(over, who.id)
    while await jobs.erase_due():
        pass


async def ask(client: httpx.AsyncClient, words: str) -> None:
    await sign_in(client)
    answer = await client.post(f"{DATA}/erase", data={"words": words})
    assert (answer.status_code, answer.headers["location"]) == (303, "/left?erased")


async def where(needle: str) -> set[str]:
    """The columns of text, JSON and bytes that hold `needle`, in any table."""
    columns = """
    select table_name::text || ' ' || column_name::text from information_schema.columns
    where table_schema = 'public' and data_type in ('text', 'character varying', 'jsonb', 'bytea', 'ARRAY', 'tsvector')
    """
    found = set()
    for one in await db.values(columns):
        table, column = one.split()
        kind = f"encode({column}, 'escape')" if await _is_bytea(table, column) else f"{column}::text"
        if await db.value(f"select exists (select from {table} where {kind} ilike $1)", f"%{needle}%"):
            found.add(f"{table}.{column}")
    return found


async def _is_bytea(table: str, column: str) -> bool:
    sql = "select data_type = 'bytea' from information_schema.columns where table_name = $1 and column_name = $2"
    return bool(await db.value(sql, table, column))


async def lived(bird: Viewer) -> tuple[int, int]:
    """What a member does here, and others about them. Returns their comment, and one that mentions them."""
    jon, mo = await make.member("jon"), await make.member("mo", role="moderator")
    thread = await make.thread(make.text("Most words are short."), starter=bird)
    own = await make.comment(thread, bird, "My canarysong, first.", statement="A canarysong it is.")
    await editing.edit_comment(viewer=bird, comment_id=own, body="My canarysong, second https://canarysong.example.")
    other = await make.comment(thread, jon, f"As @{NAME} says, and @{NAME}.x does not.", parent=own)
    await make.vote(bird, other)
    await make.vote(bird, other, "agreement", 1)
    await make.block(jon, bird, "mute")
    await db.execute("insert into follow (member, thread, since) values ($1, $2, now())", bird.id, thread)
    await db.execute("update member set bio = 'canarysong', title = 'canarysong' where id = $1", bird.id)
    await db.execute("insert into note (member, author, text) values ($1, $2, 'canarybird again')", bird.id, mo.id)
    second = await make.comment(thread, bird, "Another one.")
    await reports.report(ReportInput("comment", second, "civility", "An insult.", jon))
    item = await db.value("select id from queue_item")
    await decided(item, mo, "warn")
    await db.execute("update decision set reason = 'We told Canarybird so.'")
    return own, other


async def test_a_deactivated_account_is_hidden_and_comes_back_at_sign_in(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    await sign_in(client)
    answer = await client.post(f"{DATA}/deactivate")
    assert (answer.status_code, answer.headers["location"]) == (303, "/left")
    assert (await client.get("/settings/security")).status_code == 303
    assert (await client.get(f"/u/{NAME}")).status_code == 404
    assert await state(bird) == "deactivated"
    assert await db.value("select subject from mail where kind = 'leaving'") == "Your account on Parley is deactivated"
    assert "Sign in whenever you like" in (await client.get("/left")).text

    assert (await sign_in(client)).status_code == 303

    assert (await client.get(f"/u/{NAME}")).status_code == 200
    assert await state(bird) == "active"


async def test_a_silence_goes_on_after_coming_back(client: httpx.AsyncClient, bird: Viewer) -> None:
    await db.execute("update member set state = 'silenced' where id = $1", bird.id)
    await sign_in(client)
    await client.post(f"{DATA}/deactivate")
    await sign_in(client)
    assert await state(bird) == "silenced"


async def test_leaving_asks_for_proof_and_for_a_sign_in(client: httpx.AsyncClient, bird: Viewer) -> None:
    for path in ("deactivate", "erase"):
        client.cookies.clear()
        assert (await client.post(f"{DATA}/{path}")).status_code == 401
        await make.sign_in(client, bird)
        assert (await client.post(f"{DATA}/{path}")).headers["location"] == f"/prove?next={DATA}%23leave"
    assert await state(bird) == "active"


async def test_a_member_who_signs_in_within_14_days_is_not_erased(client: httpx.AsyncClient, bird: Viewer) -> None:
    await ask(client, "1")
    assert await jobs.erase_due() == 0
    await sign_in(client)
    await time_passes(bird)
    assert (await state(bird), await db.value("select name from member where id = $1", bird.id)) == ("active", NAME)


async def test_nobody_comes_back_once_the_erasure_may_have_begun(client: httpx.AsyncClient, bird: Viewer) -> None:
    await ask(client, "0")
    await db.execute("update member set erase_at = now() where id = $1", bird.id)
    assert "This account was closed" in (await sign_in(client)).text
    await db.execute(REACTIVATE_MEMBER, bird.id)
    assert await state(bird) == "deactivated"
    await time_passes(bird)
    assert await state(bird) == "anonymised"


async def test_a_suspended_member_cannot_cancel_an_erasure_that_may_have_begun(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    await db.execute("update member set state = 'suspended', erase_at = now() where id = $1", bird.id)
    link = await ops.leave_address(bird.id)
    assert (await client.post(link, data={"cancel": "1"})).status_code == 410
    assert (await client.post(link, data={"words": "1"})).status_code == 410
    await ops.cancel(bird.id)
    assert await jobs.erase_due() == 1


async def test_a_member_who_just_came_back_is_neither_erased_nor_listed(
    client: httpx.AsyncClient, bird: Viewer, data: Path
) -> None:
    own, other = await lived(bird)
    texts = "select body from comment where id = any($1::bigint[]) order by id"
    before = await db.values(texts, [own, other])

    await jobs.erase(
        jobs.DueErasure(bird.id, NAME, erase_words=True, erase_articles=False, erase_quotes=False, mentioned_as=[])
    )

    assert (await db.values(texts, [own, other]), ledger.read(data)) == (before, None)
    assert await db.value("select state from comment where id = $1", own) == "visible"


async def test_the_only_admin_cannot_leave(client: httpx.AsyncClient, bird: Viewer) -> None:
    await db.execute("update member set role = 'admin' where id = $1", bird.id)
    await sign_in(client)
    assert (await client.post(f"{DATA}/erase")).status_code == 422
    await make.member("second", role="admin")
    assert (await client.post(f"{DATA}/erase")).status_code == 303


async def test_erasing_without_the_words_keeps_the_comments(client: httpx.AsyncClient, bird: Viewer) -> None:
    own, other = await lived(bird)
    await ask(client, "0")
    await time_passes(bird)

    assert await state(bird) == "anonymised"
    found = {"comment.body", "comment.html", "comment.excerpt"}
    assert await where(NAME) == found, "only the other name that begins alike"
    assert await db.value("select body from comment where id = $1", other) == (
        f"As @former-member says, and @{NAME}.x does not."
    )
    page = (await client.get(f"/c/{own}", follow_redirects=True)).text
    assert f"<bdi>former member {bird.id}</bdi>" in page
    assert f"/u/former%20member%20{bird.id}" not in page
    assert "canarysong, second" in page
    assert await db.value("select ups + base_ups from comment where id = $1", other) == 1
    assert await db.value("select agrees from comment where id = $1", other) == 0
    assert await db.value("select count(*) from vote where member = $1", bird.id) == 0
    assert await db.value("select count(*) from decision where member = $1", bird.id) == 1
    assert (await sign_in(client)).status_code == 422


async def test_votes_are_erased_a_few_at_a_time(
    client: httpx.AsyncClient, bird: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could vote or reply for seconds on what somebody with ten thousand votes had voted on."""
    monkeypatch.setattr(jobs, "MOST_VOTES", 2)
    thread, jon = await make.thread(), await make.member()
    comments = [await make.comment(thread, jon) for _ in range(5)]
    for comment in comments:
        await make.vote(bird, comment)
        await make.vote(bird, comment, "agreement", -1)
    assert await db.value(jobs.DELETE_VOTES, bird.id, jobs.MOST_VOTES) == 2

    await ask(client, "0")
    await time_passes(bird)

    left = "select sum(base_ups) || ' ' || sum(ups) || ' ' || sum(disagrees) from comment where thread = $1"
    assert await db.value(left, thread) == "5 0 0"
    assert await db.value("select count(*) from vote where member = $1", bird.id) == 0


async def test_an_erased_members_decided_suggestion_stays_and_a_waiting_one_goes(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    ada = await make.member("ada")
    for state_, draft in (("declined", None), ("waiting", b"[]")):
        number = await db.value(
            """insert into suggested_update (thread, member, state, draft, decided_at)
               values ($1, $2, $3, $4, now()) returning id""",
            await make.thread(starter=ada),
            bird.id,
            state_,
            draft,
        )
        await notifications.notify_suggested(number)
    await db.execute(
        """insert into notification (member, kind, suggestion, thread)
           select $1, 'update', id, thread from suggested_update where state = 'declined'""",
        ada.id,
    )
    await ask(client, "0")
    await time_passes(bird)

    rows = await queries.list_page(ada.id)
    assert [(row.suggestion_state, row.suggested_by) for row in rows] == [("declined", "member")]
    await make.sign_in(client, ada)
    page = await client.get(f"/t/{rows[0].thread}/updates/{rows[0].suggestion}")
    assert "a former member" in page.text


async def test_erasing_with_the_words_leaves_none_of_them(client: httpx.AsyncClient, bird: Viewer) -> None:
    own, _ = await lived(bird)
    await ask(client, "1")
    await time_passes(bird)

    assert await where("canarysong") - {"search_document.words"} == set()
    assert await db.value("select state from comment where id = $1", own) == "deleted_by_author"
    assert "canarysong" not in (await client.get(f"/c/{own}", follow_redirects=True)).text
    assert await db.value("select count(*) from comment_signature where hosts <> '{}'") == 0


async def test_words_in_the_moderation_queue_stay_until_moderators_decide(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    thread = await make.thread(make.text("Most words are short."))
    reported = await make.comment(thread, bird, "My canarysong, reported.")
    await reports.report(ReportInput("comment", reported, "civility", "An insult.", await make.member("jon")))
    await ask(client, "1")
    await time_passes(bird)
    assert await where("canarysong") - {"search_document.words"} == {"comment.body", "comment.html", "comment.excerpt"}
    assert await db.value("select state from comment where id = $1", reported) == "deleted_by_author"


@pytest.mark.parametrize(("words", "state_after"), [("1", "deleted_by_author"), ("0", "visible")])
async def test_a_removed_comment_that_is_shown_after_the_erasure_has_no_words(
    client: httpx.AsyncClient, bird: Viewer, words: str, state_after: str
) -> None:
    item = await reported(bird)
    mo = await make.member("mo", role="moderator")
    await decided(item, mo)
    await ask(client, words)
    await time_passes(bird)

    async with db.atomic():
        comment = await states.lock_comment(await db.value("select target from queue_item where id = $1", item))
        await states.transition(comment, "visible", actor=mo.id)

    assert await state_of_target(item) == state_after
    assert (INSULT in (await client.get(f"/c/{comment.id}", follow_redirects=True)).text) == (words == "0")


async def test_a_suspended_member_is_erased_by_the_link_of_the_sign_in_page(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    await db.execute("update member set state = 'suspended' where id = $1", bird.id)
    page = await sign_in(client)
    link = page.text.split('href="/leave/')[1].split('"')[0]
    assert "suspended" in (await client.get(f"/leave/{link}")).text
    await client.post(f"/leave/{link}", data={"words": "0"})
    assert "Do not erase it" in (await client.get(f"/leave/{link}")).text
    await client.post(f"/leave/{link}", data={"cancel": "1"})
    assert await db.value("select erase_at from member where id = $1", bird.id) is None
    await client.post(f"/leave/{link}", data={"words": "0"})
    await time_passes(bird)
    assert await state(bird) == "anonymised"


async def test_an_erasure_that_was_asked_for_goes_on_after_the_suspension_has_ended(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    await db.execute("update member set erase_at = now() + interval '1 day' where id = $1", bird.id)
    await time_passes(bird)
    assert await state(bird) == "anonymised"


async def test_a_name_within_a_word_is_not_the_member(client: httpx.AsyncClient, bird: Viewer) -> None:
    mo = await make.member("mo", role="moderator")
    await reports.report(
        ReportInput("comment", await make.comment(await make.thread(), bird, "Words."), "civility", "", mo)
    )
    await decided(await db.value("select id from queue_item"), await make.member(role="moderator"), "warn")
    await db.execute("update decision set reason = 'Two canarybirds.'")
    await mail.send("test", "jon@example.org", "Two canarybirds.", "Words.", None)
    await mail.send("test", "jon@example.org", "Words.", "A canarybird.", None)
    await db.execute("update mail set state = 'sent'")
    await ask(client, "0")
    await time_passes(bird)
    assert await db.value("select reason from decision") == "Two canarybirds."
    assert await db.values("select subject from mail where recipient = 'jon@example.org' order by id") == [
        "Two canarybirds.",
        "",
    ]


async def test_a_member_whose_name_changed_long_ago_is_erased_under_both_names(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    thread, jon = await make.thread(), await make.member()
    await renaming.rename(bird, "phoenix")
    comment = await make.comment(thread, jon, f"As @{NAME} said.")
    await db.execute("update former_name set changed_at = now() - interval '366 days'")

    await jobs.rewrite_mentions()

    assert await db.value("select body from comment where id = $1", comment) == "As @phoenix said."
    await db.execute("update member set erase_at = now(), state = 'deactivated' where id = $1", bird.id)
    await time_passes(bird)
    assert await db.value("select body from comment where id = $1", comment) == "As @former-member said."
    assert await where(NAME) == await where("phoenix") == set()


async def test_a_name_that_is_still_to_be_rewritten_is_erased_too(client: httpx.AsyncClient, bird: Viewer) -> None:
    comment = await make.comment(await make.thread(), await make.member(), f"As @{NAME} said.")
    await removed_names.replace(bird.id, "phoenix")
    await db.execute("update member set erase_at = now(), state = 'deactivated' where id = $1", bird.id)

    await time_passes(bird)

    assert await db.value("select body from comment where id = $1", comment) == "As @former-member said."


@pytest.mark.parametrize("token", ["x", "1.2.3", "9.99999999999.0", "é"])
async def test_a_link_to_leave_cannot_be_forged(client: httpx.AsyncClient, bird: Viewer, token: str) -> None:
    assert (await client.get(f"/leave/{token}")).status_code == 410
    assert (await client.post(f"/leave/{token}")).status_code == 410


async def test_only_suspended_members_use_that_link(client: httpx.AsyncClient, bird: Viewer) -> None:
    assert (await client.get(await ops.leave_address(bird.id))).status_code == 410


async def test_the_list_of_erasures_knows_its_own_members(client: httpx.AsyncClient, bird: Viewer, data: Path) -> None:
    await ask(client, "1")
    await time_passes(bird)
    [line] = (ledger.read(data) or Ledger()).erased
    assert (line.member, line.scope) == (bird.id, Scope(words=True))
    assert line.digest == ledger.digest(settings().secret, names.key(NAME))
    assert line.digest != ledger.digest("another secret", names.key(NAME))
    assert NAME not in (data / ledger.NAME).read_text()


async def test_no_session_outlives_its_member(client: httpx.AsyncClient, bird: Viewer) -> None:
    await sign_in(client)
    token = client.cookies[sessions.cookie_name()]
    await client.post(f"{DATA}/erase")
    client.cookies.set(sessions.cookie_name(), token)
    assert (await client.get(DATA)).status_code == 303


async def test_moderators_decide_about_a_comment_of_a_former_member_without_a_letter(app: Litestar) -> None:
    """The address is gone; what is left in its place is none."""
    leaver, item = (author := await make.member()), await reported(author)
    await db.execute("update member set state = 'deactivated', erase_at = now() where id = $1", leaver.id)
    await jobs.erase_due()

    await decided(item, await make.member(role="moderator"))

    assert await db.value("select state from member where id = $1", leaver.id) == "anonymised"
    assert await state_of_target(item) == "removed"
    assert await db.values("select recipient from mail where recipient like 'erased%'") == []
