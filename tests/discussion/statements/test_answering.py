"""Answering: one statement at a time, and only what we asked counts as asked."""

import html
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import msgspec
import pytest
import time_machine
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.statements import ops
from parley.discussion.statements.rules import MOST_ASKED, MOST_SKIPPED, SITTING
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

VOTES = "select value, asked from vote where axis = 'agreement' order by id"


@pytest.fixture
async def mira(client: httpx.AsyncClient, app: Litestar) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


@pytest.fixture
async def thread(app: Litestar) -> int:
    return await thread_of(3)


async def thread_of(statements: int) -> int:
    thread = await make.thread()
    for number in range(statements):
        await make.comment(thread, await make.member(), statement=f"It is statement {number}.")
    return thread


def fields(page: httpx.Response, **more: str) -> dict[str, str]:
    """The hidden fields of the card on a page."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in found} | more


def asked(page: httpx.Response) -> str | None:
    found = re.search(r'class="asked-statement"[^>]*>([^<]*)<', page.text)
    return found[1] if found else None


class Vote(msgspec.Struct):
    value: int
    asked: bool


async def votes() -> list[tuple[int, bool]]:
    return [(vote.value, vote.asked) for vote in await db.fetch(Vote, VOTES)]


async def test_a_sitting_asks_each_statement_once(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    page = await client.get(f"/t/{thread}/answer")
    seen = []
    for number, value in enumerate(["1", "-1", "0"], 1):
        assert f"{number} of 3" in page.text
        seen.append(asked(page))
        answer = await client.post(f"/t/{thread}/answer", data=fields(page, value=value))
        assert answer.status_code == 303
        page = await client.get(answer.headers["location"])

    assert len(set(seen)) == 3
    assert "You have answered everything here" in page.text
    assert await votes() == [(1, True), (-1, True), (0, True)]


async def test_a_sitting_ends_after_ten(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await thread_of(SITTING + 2)
    page = await client.get(f"/t/{thread}/answer")
    for _ in range(SITTING):
        answer = await client.post(f"/t/{thread}/answer", data=fields(page, value="1"))
        page = await client.get(answer.headers["location"])

    assert asked(page) is None
    assert "2 more are waiting" in page.text


async def test_skipping_stores_nothing_and_asks_another(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    page = await client.get(f"/t/{thread}/answer")
    seen = set()
    for _ in range(3):
        seen.add(asked(page))
        answer = await client.post(f"/t/{thread}/answer", data=fields(page, value=""))
        page = await client.get(answer.headers["location"])

    assert len(seen) == 3
    assert await votes() == []
    assert asked(page) is None and "3 statements are waiting for your answer" in page.text


async def test_loading_the_page_again_asks_the_same(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await thread_of(30)

    pages = [await client.get(f"/t/{thread}/answer") for _ in range(4)]

    assert len({asked(page) for page in pages}) == 1


async def test_a_sitting_can_be_stopped_at_any_time(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    page = await client.get(f"/t/{thread}/answer?stop=1")

    assert asked(page) is None and "No answers yet" in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_without_our_offer_an_answer_is_not_asked(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    page = await client.get(f"/t/{thread}/answer")
    given = fields(page, value="1")
    forged = given["offer"].replace("random", "chosen")

    for offer in ("", "random.1.99999999999.aa", forged, given["offer"][:-1] + "z"):
        await client.post(f"/t/{thread}/answer", data=given | {"offer": offer})
        assert await votes() == [(1, False)]
    # A used statement does not become asked afterwards.
    await client.post(f"/t/{thread}/answer", data=given)
    assert await votes() == [(1, False)]


async def test_an_offer_is_for_one_member_and_one_statement(
    client: httpx.AsyncClient, mira: Viewer, thread: int
) -> None:
    page = await client.get(f"/t/{thread}/answer")
    given = fields(page, value="1")
    await make.sign_in(client, await make.member("ben"))
    other = str(await db.value("select min(id) from comment where id <> $1", int(given["comment"])))

    await client.post(f"/t/{thread}/answer", data=given)
    await client.post(f"/t/{thread}/answer", data=given | {"comment": other})

    assert await votes() == [(1, False), (1, False)]


async def test_an_offer_expires_after_an_hour(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    page = await client.get(f"/t/{thread}/answer")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        await client.post(f"/t/{thread}/answer", data=fields(page, value="1"))

    assert await votes() == [(1, False)]


async def test_an_asked_answer_that_is_changed_elsewhere_is_not_asked(
    client: httpx.AsyncClient, mira: Viewer, thread: int
) -> None:
    page = await client.get(f"/t/{thread}/answer")
    given = fields(page, value="1")
    await client.post(f"/t/{thread}/answer", data=given)
    await client.post(f"/t/{thread}/answer", data=given | {"value": "-1"})
    assert await votes() == [(-1, True)]

    await make.vote(mira, int(given["comment"]), "agreement", 1)

    assert await votes() == [(1, False)]


async def test_twenty_asked_answers_a_day_count(client: httpx.AsyncClient, mira: Viewer) -> None:
    threads = [await thread_of(11), await thread_of(11)]
    for thread in threads:
        for _ in range(11):
            page = await client.get(f"/t/{thread}/answer")
            await client.post(f"/t/{thread}/answer", data=fields(page, value="1"))

    given = await votes()

    assert len(given) == 22
    assert sum(asked for _, asked in given) == MOST_ASKED


async def test_no_link_makes_us_ask_a_chosen_statement(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await thread_of(30)
    usual = asked(await client.get(f"/t/{thread}/answer"))
    page = await client.get(f"/t/{thread}/answer")
    skipped = await client.post(f"/t/{thread}/answer", data=fields(page, value=""))
    link = skipped.headers["location"]
    assert asked(await client.get(link)) != usual

    await make.sign_in(client, await make.member())
    others = asked(await client.get(f"/t/{thread}/answer"))

    assert asked(await client.get(link)) == others
    assert asked(await client.get(link.replace("sitting=2", "sitting=4"))) == others


async def test_after_many_skips_an_answer_is_not_asked(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await thread_of(9)
    page = await client.get(f"/t/{thread}/answer")
    for _ in range(MOST_SKIPPED + 1):
        assert fields(page)["offer"].startswith("random.")
        answer = await client.post(f"/t/{thread}/answer", data=fields(page, value=""))
        page = await client.get(answer.headers["location"])

    await client.post(f"/t/{thread}/answer", data=fields(page, value="1"))

    assert await votes() == [(1, False)]


async def test_a_link_to_a_statement_is_not_asked(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    comment = await db.value("select max(id) from comment")
    page = await client.get(f"/t/{thread}/answer?comment={comment}&value=1")
    assert asked(page) == "It is statement 2."
    assert 'aria-pressed="true">Agree' in page.text

    await client.post(f"/t/{thread}/answer", data=fields(page, value="1"))

    assert await votes() == [(1, False)]


async def test_visitors_see_the_first_statement_and_keep_their_choice(
    client: httpx.AsyncClient, app: Litestar, thread: int
) -> None:
    page = await client.get(f"/t/{thread}/answer")
    assert "once you sign in" in page.text

    comment = fields(page)["comment"]
    back = f"/t/{thread}/answer?comment={comment}&value=-1"
    assert f'href="/login?next={quote(back)}"' in page.text
    assert (await client.post(f"/t/{thread}/answer", data=fields(page, value="-1"))).status_code == 401
    await make.sign_in(client, await make.member())
    assert 'aria-pressed="true">Disagree' in (await client.get(back)).text


async def test_nobody_is_asked_their_own_statements_or_those_of_blocked_members(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread, ben, eve = await make.thread(), await make.member(), await make.member()
    for author in (mira, ben, eve):
        await make.comment(thread, author, statement=f"It is {author.name}.")
    await make.block(mira, ben)
    await make.block(mira, eve, "mute")

    page = await client.get(f"/t/{thread}/answer")

    assert asked(page) is None


async def test_a_removed_or_changed_statement_cannot_be_answered(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread, author = await make.thread(), await make.member()
    comment = await make.comment(thread, author, statement="It is so.")
    page = await client.get(f"/t/{thread}/answer")
    await ops.set_statement(author, comment, "It is otherwise.")

    changed = await client.post(f"/t/{thread}/answer", data=fields(page, value="1"))

    assert changed.status_code == 422 and "has changed the wording of this comment" in changed.text
    assert asked(changed) == "It is otherwise."
    await editing.delete_comment(viewer=author, comment_id=comment)
    gone = await client.post(f"/t/{thread}/answer", data=fields(changed, value="1"))
    assert gone.status_code == 422 and "withdrawn or removed" in gone.text
    assert await votes() == []


async def test_htmx_gets_the_next_card(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    page = await client.get(f"/t/{thread}/answer")

    answer = await client.post(f"/t/{thread}/answer", data=fields(page, value="1"), headers={"hx-request": "true"})

    assert answer.status_code in {200, 201}
    assert "2 of 3" in answer.text and "<html" not in answer.text


async def test_no_tallies_are_shown(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    for comment in await db.values("select id from comment"):
        for _ in range(3):
            await make.vote(await make.member(), comment, "agreement", 1)

    page = await client.get(f"/t/{thread}/answer")

    card = page.text.partition('id="answer"')[2].partition("</main>")[0]
    assert "meter" not in card
    assert set(re.findall(r">[^<]*\d[^<]*<", card)) <= {">1 of 3<", f">{asked(page)}<"}


async def test_answers_of_a_thread_without_statements(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    plain = await make.comment(thread, await make.member())

    page = await client.get(f"/t/{thread}/answer")
    answer = await client.post(f"/t/{thread}/answer", data={"comment": str(plain), "value": "1"})

    assert "no statements here yet" in page.text
    assert answer.status_code == 422
    assert (await client.get("/t/999999/answer")).status_code == 404


async def test_the_passage_is_quoted(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    first = (await make.lineages(thread))[0]
    await make.comment(thread, await make.member(), passage=first, quote="has understood", statement="It is so.")

    page = await client.get(f"/t/{thread}/answer")

    assert "has understood</blockquote>" in page.text


async def test_an_archived_thread_asks_nothing(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    await db.execute("update thread set state = 'archived' where id = $1", thread)

    page = await client.get(f"/t/{thread}/answer")

    assert asked(page) is None and "archived" in page.text


async def test_a_thread_with_statements_invites_to_answer(client: httpx.AsyncClient, app: Litestar) -> None:
    with_statements, without = await thread_of(1), await make.thread()

    link = f'href="/t/{with_statements}/answer"'
    stand = "?view=stand"
    assert link in (await client.get(await make.address(with_statements) + stand)).text
    assert "/answer" not in (await client.get(await make.address(without) + stand)).text
