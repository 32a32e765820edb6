"""Comments without an address are claimed by an author's page elsewhere, which a moderator looks at."""

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments.counts import find_drifted
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.discussion.statements.ops import set_statement
from parley.moderation.modlog import ops as modlog
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

PAGE, STAFF, QUEUE = "/settings/imported", "/mod/imported", "/mod/queue?kind=imported"
ABOUT = "https://news.ycombinator.com/user?id=pg"
LINES = [
    ImportLine("hackernews:1", author="pg", created_utc=1_400_000_000, body="First words."),
    ImportLine("hackernews:2", "hackernews:1", "pg", 1_400_000_001, "Second words."),
    ImportLine("hackernews:3", "hackernews:1", "other", 1_400_000_002, "Words of another."),
    ImportLine("reddit1", author="pg", created_utc=1_400_000_003, body="The same name elsewhere."),
    ImportLine("hackernews:4", author="pg", created_utc=1_400_000_004, body="With an address.", email="pg@example.org"),
]
NAMES = """
select coalesce(m.name, c.imported_author) as name from comment c left join member m on m.id = c.author
order by c.imported_id
"""
BEFORE = ["pg", "pg", "other", "pg", "pg"]
ID = "select id from comment where imported_id = $1"


class Act(msgspec.Struct, frozen=True):
    action: str
    actor: int
    target: int


@pytest.fixture
async def ada(app: Litestar) -> Viewer:
    await import_discussion(await make.thread(), LINES, lambda _: None)
    return await make.member("ada")


async def claim(client: httpx.AsyncClient, member: Viewer, comment: str = "hackernews:1") -> httpx.Response:
    await make.sign_in(client, member)
    number = await db.value(ID, comment)
    return await client.post(f"{PAGE}/claims", data={"comment": f"/t/1/a?focus={number}#c{number}", "page": ABOUT})


async def moderator(client: httpx.AsyncClient, name: str = "mod") -> Viewer:
    found = await make.member(name, role="moderator")
    await make.sign_in(client, found)
    return found


async def test_a_moderator_confirms_and_undoes_a_claim(client: httpx.AsyncClient, ada: Viewer) -> None:
    await make.vote(ada, await db.value(ID, "hackernews:1"))
    assert (await claim(client, ada)).status_code == 303
    token = await db.value("select token from imported_claim")
    own = await client.get("/settings/data")
    assert token in own.text and "2 comments" in own.text and await db.values(NAMES) == BEFORE

    mod = await moderator(client)
    assert token in (page := await client.get(QUEUE)).text and 'rel="nofollow noopener noreferrer"' in page.text
    number = await db.value("select id from imported_claim")
    assert (await client.post(f"{STAFF}/{number}", data={"confirm": "1"})).headers["location"] == QUEUE
    # Neither the same name at another site nor what has an address.
    assert await db.values(NAMES) == ["ada", "ada", "other", "pg", "pg"]
    assert await db.value("select ups from comment where imported_id = 'hackernews:1'") == 0
    assert "you are pg" in await db.value("select text from mail where kind = 'imported-decided'")
    assert (await client.post(f"{STAFF}/{number}", data={"confirm": "0"})).status_code == 422

    assert (await client.post(f"{STAFF}/{number}/undo")).headers["location"] == QUEUE
    assert await db.values(NAMES) == BEFORE
    assert (await client.post(f"{STAFF}/{number}/undo")).status_code == 422
    record = await db.fetch(Act, "select action, actor, target from mod_action order by id")
    assert record == [Act("import.confirm", mod.id, ada.id), Act("import.undo", mod.id, ada.id)]
    assert "pg" not in str(await db.values("select after::text from mod_action"))
    assert (await modlog.verify()).broken is None
    # Nobody asks again at once.
    assert "after a month" in (await claim(client, ada)).text


async def test_undoing_shows_again_what_the_member_deleted(client: httpx.AsyncClient, ada: Viewer) -> None:
    await claim(client, ada)
    await moderator(client)
    number = await db.value("select id from imported_claim")
    await client.post(f"{STAFF}/{number}", data={"confirm": "1"})
    first, second = await db.value(ID, "hackernews:1"), await db.value(ID, "hackernews:2")
    await editing.delete_comment(viewer=ada, comment_id=first)
    await editing.delete_comment(viewer=ada, comment_id=second)
    await db.execute("update comment set body = '', html = '', excerpt = '' where id = $1", second)

    await client.post(f"{STAFF}/{number}/undo")

    states = await db.values("select state from comment where id = any($1::bigint[]) order by id", [first, second])
    assert states == ["visible", "deleted_by_author"]
    assert await db.values(NAMES) == BEFORE
    assert "First words." in (await client.get(f"/c/{first}", follow_redirects=True)).text


async def test_undoing_gives_the_author_their_words_again(client: httpx.AsyncClient, ada: Viewer) -> None:
    await claim(client, ada)
    await moderator(client)
    number = await db.value("select id from imported_claim")
    await client.post(f"{STAFF}/{number}", data={"confirm": "1"})
    first = await db.value(ID, "hackernews:1")
    await set_statement(ada, first, "The earth is flat.")
    await editing.edit_comment(viewer=ada, comment_id=first, body="Words that pg never wrote.")

    await client.post(f"{STAFF}/{number}/undo")
    page = (await client.get(f"/c/{first}", follow_redirects=True)).text
    history = (await client.get(f"/c/{first}/history")).text

    assert "First words." in page and "First words." in history
    assert not any(words in page + history for words in ("Words that pg never wrote", "The earth is flat"))
    assert await find_drifted(0, 2**40) == []


async def test_what_is_imported_later_is_theirs_too(client: httpx.AsyncClient, ada: Viewer) -> None:
    await claim(client, ada)
    await moderator(client)
    await client.post(f"{STAFF}/{await db.value('select id from imported_claim')}", data={"confirm": "1"})
    later = ImportLine("hackernews:9", author="pg", created_utc=1_500_000_000, body="Later.")
    await import_discussion(await make.thread(), [later], lambda _: None)
    again = await claim(client, ada, "hackernews:9")
    assert "confirmed you as this author already. The comments are ready to claim above." in again.text
    assert "1 comment · <bdi>pg</bdi>" in again.text
    other = await claim(client, await make.member("eve"), "hackernews:9")
    assert "confirmed somebody as this author already" in other.text
    await make.sign_in(client, ada)
    assert (await client.post(PAGE)).headers["location"] == "/settings/data?claimed=1#imported"


async def test_a_moderator_refuses_and_nobody_decides_about_themselves(client: httpx.AsyncClient, ada: Viewer) -> None:
    await claim(client, ada)
    number = await db.value("select id from imported_claim")
    await make.sign_in(client, ada)
    assert (await client.get(QUEUE)).status_code == (await client.post(f"{STAFF}/{number}")).status_code == 404
    await moderator(client)
    await client.post(f"{STAFF}/{number}", data={"confirm": "0"})
    assert await db.value("select state from imported_claim") == "refused" and await db.values(NAMES) == BEFORE

    own = await make.member("staff", role="moderator")
    await claim(client, own)
    number = await db.value("select max(id) from imported_claim")
    assert (await client.post(f"{STAFF}/{number}", data={"confirm": "1"})).status_code == 403
    assert (await client.post(f"{STAFF}/999", data={"confirm": "1"})).status_code == 404


@pytest.mark.parametrize(
    ("comment", "page", "message"),
    [
        ("no number", ABOUT, "copy the address"),
        ("/c/999999", ABOUT, "not an imported comment"),
        ("{addressed}", ABOUT, "confirmed the e-mail address"),
        ("{first}", "javascript:alert(1)", "not a web address"),
    ],
)
async def test_a_mistake_is_explained_and_what_was_typed_stays(
    client: httpx.AsyncClient, ada: Viewer, comment: str, page: str, message: str
) -> None:
    await make.sign_in(client, ada)
    typed = comment.format(first=await db.value(ID, "hackernews:1"), addressed=await db.value(ID, "hackernews:4"))
    answer = await client.post(f"{PAGE}/claims", data={"comment": typed, "page": page})
    assert (answer.status_code, message in answer.text, f'value="{typed}"' in answer.text) == (422, True, True)
    assert await db.value("select count(*) from imported_claim") == 0


async def test_a_claim_that_waits_is_withdrawn_by_its_member_alone(client: httpx.AsyncClient, ada: Viewer) -> None:
    await claim(client, ada)
    path = f"{PAGE}/claims/{await db.value('select id from imported_claim')}/withdraw"
    await make.sign_in(client, await make.member("eve"))
    assert (await client.post(path)).status_code == 404
    client.cookies.clear()
    assert (await client.post(path)).status_code == 401
    await make.sign_in(client, ada)
    assert (await client.post(path)).status_code == 303
    assert await db.value("select count(*) from imported_claim") == 0
