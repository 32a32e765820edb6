"""A comment gets a statement: from its author, or from a moderator whose proposal the author confirms."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments.statement import as_statement
from parley.discussion.statements import ops, queries
from parley.moderation.statements.ops import propose
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make

pytestmark = pytest.mark.anyio

SAID = "Machines answer before they have understood."


@pytest.fixture
async def mira(client: httpx.AsyncClient, app: Litestar) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def statement_of(comment: int) -> str | None:
    found: str | None = await db.value("select statement from comment where id = $1", comment)
    return found


@pytest.mark.parametrize(
    "text",
    [
        SAID,
        "E.g. the U.S. army asked first.",
        "Dr. Who is right.",
        "“It is so” is no argument",
        "3.5 % is a lot",
        "好",
        "Je to tak",
    ],
)
def test_one_sentence_is_a_statement(text: str) -> None:
    assert as_statement(f"  {text} \n") == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x" * 141, "at most 140"),
        ("It is true. He said so.", "one sentence"),
        ("这是真的。你好", "one sentence"),
        ("I voted for it", "cannot be about you"),
        ("I'm sure of it", "cannot be about you"),
        ("I\u2019ve seen it", "cannot be about you"),
        ("As a nurse, I know it", "cannot be about you"),
        ("My view differs", "cannot be about you"),
        ("Ich war dafür", "cannot be about you"),
        ("Я за это", "cannot be about you"),
        ("Is it true?", "question"),
        ("See https://example.org", "no links"),
        ("It is\x00so", "cannot be stored"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        as_statement(text)


async def test_a_comment_is_posted_with_its_statement(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()

    answer = await client.post(f"/t/{thread}/comments", data={"body": "Long words.", "statement": SAID})

    assert answer.status_code == 303
    page = await client.get(await make.address(thread))
    assert f'<p class="statement" dir="auto">{SAID}</p>' in page.text


async def test_a_wrong_statement_comes_back_with_all_that_was_typed(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()

    answer = await client.post(f"/t/{thread}/comments", data={"body": "Long words.", "statement": "I think so"})

    assert answer.status_code == 422
    assert "cannot be about you" in answer.text
    assert 'value="I think so"' in answer.text and "Long words." in answer.text
    assert '<details class="help say" open>' in answer.text


async def test_a_preview_keeps_the_statement(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()

    answer = await client.post("/preview", data={"body": "Words.", "statement": SAID, "thread": str(thread)})

    assert f'value="{SAID}"' in answer.text


async def test_an_author_gives_changes_and_removes_it(client: httpx.AsyncClient, mira: Viewer) -> None:
    comment = await make.comment(await make.thread(), mira)
    form = await client.get(f"/c/{comment}/statement")
    assert "Your point in one sentence" in form.text

    for text, stored in [(SAID, SAID), ("They answer first.", "They answer first."), ("", None)]:
        answer = await client.post(f"/c/{comment}/statement", data={"text": text})
        assert answer.status_code == 303
        assert await statement_of(comment) == stored

    history = await client.get(f"/c/{comment}/history")
    assert SAID in history.text


async def test_each_wording_starts_without_answers(app: Litestar) -> None:
    author, voter = await make.member(), await make.member()
    comment = await make.comment(await make.thread(), author)
    counted = "select agrees + disagrees + unsure from comment where id = $1"
    for text in (SAID, "They answer first.", None):
        await make.vote(voter, comment, "agreement", 1)
        assert await db.value(counted, comment) == 1
        await ops.set_statement(author, comment, text)
        assert await db.value(counted, comment) == 0


async def test_the_same_statement_again_keeps_the_answers(app: Litestar) -> None:
    author = await make.member()
    comment = await make.comment(await make.thread(), author, statement=SAID)
    await make.vote(await make.member(), comment, "agreement", 1)

    await ops.set_statement(author, comment, SAID)

    assert await db.value("select agrees from comment where id = $1", comment) == 1
    assert await db.value("select version from comment where id = $1", comment) == 1


async def test_a_refused_statement_keeps_what_was_typed(client: httpx.AsyncClient, mira: Viewer) -> None:
    comment = await make.comment(await make.thread(), mira)

    answer = await client.post(f"/c/{comment}/statement", data={"text": "My own view"})

    assert answer.status_code == 422
    assert "cannot be about you" in answer.text and 'value="My own view"' in answer.text
    assert await statement_of(comment) is None


async def test_nobody_else_gives_it(client: httpx.AsyncClient, mira: Viewer) -> None:
    comment = await make.comment(await make.thread(), await make.member())

    assert (await client.get(f"/c/{comment}/statement")).status_code == 403
    answer = await client.post(f"/c/{comment}/statement", data={"text": SAID})

    assert answer.status_code == 403
    assert await statement_of(comment) is None
    client.cookies.clear()
    assert (await client.post(f"/c/{comment}/statement", data={"text": SAID})).status_code == 401


async def test_a_removed_comment_takes_its_statement_along(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    comment = await make.comment(thread, mira, statement=SAID)
    assert [one.comment for one in await queries.deck(thread)] == [comment]

    await editing.delete_comment(viewer=mira, comment_id=comment)

    assert await queries.deck(thread) == []
    assert SAID not in (await client.get(await make.address(thread))).text
    assert (await client.post(f"/c/{comment}/statement", data={"text": "They answer."})).status_code == 422


async def test_a_moderator_proposes_and_the_author_confirms(client: httpx.AsyncClient, mira: Viewer) -> None:
    ada = await make.member("ada", role="moderator")
    comment = await make.comment(await make.thread(), mira)
    await make.sign_in(client, ada)

    assert (await client.post(f"/c/{comment}/statement", data={"text": SAID})).status_code == 303
    assert await statement_of(comment) is None

    await make.sign_in(client, mira)
    notifications = await client.get("/for-you?part=you")
    assert "proposes a statement" in notifications.text and f"/c/{comment}/statement" in notifications.text
    page = await client.get(f"/c/{comment}/statement")
    assert "ada" in page.text and f'value="{SAID}"' in page.text
    answer = await client.post(
        f"/c/{comment}/statement", data={"text": SAID, "proposal": make.hidden(page, "proposal")}
    )
    assert answer.status_code == 303
    assert await statement_of(comment) == SAID


async def test_the_author_declines_a_proposal(client: httpx.AsyncClient, mira: Viewer) -> None:
    comment = await make.comment(await make.thread(), mira)
    await propose(await make.member(role="moderator"), comment, SAID)
    page = await client.get(f"/c/{comment}/statement")
    fields = {"text": SAID, "proposal": make.hidden(page, "proposal"), "decline": "1"}

    assert (await client.post(f"/c/{comment}/statement", data=fields)).status_code == 303

    assert await statement_of(comment) is None
    again = await client.post(f"/c/{comment}/statement", data=fields)
    assert again.status_code == 422 and "changed in the meantime" in again.text


async def test_a_proposal_is_not_confirmed_with_an_empty_field(client: httpx.AsyncClient, mira: Viewer) -> None:
    comment = await make.comment(await make.thread(), mira, statement="They answer first.")
    await propose(await make.member(role="moderator"), comment, SAID)
    page = await client.get(f"/c/{comment}/statement")

    fields = {"text": " ", "proposal": make.hidden(page, "proposal")}
    answer = await client.post(f"/c/{comment}/statement", data=fields)

    assert answer.status_code == 422 and "Please write a sentence, or decline it." in answer.text
    assert await statement_of(comment) == "They answer first."
    assert await db.value("select state from statement_proposal") == "waiting"
