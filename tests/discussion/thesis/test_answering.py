"""Answering what an article claims: privately, in published steps, and only while the thread takes answers."""

import re
from time import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import time_machine
from litestar import Litestar

from parley.discussion.thesis import ops, queries
from parley.discussion.votes import jobs
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

COUNTERS = "select array[agrees, disagrees, unsure] from thesis where thread = $1 and ended_at is null"
OF_MEMBER = "select array[value, seen::int] from thesis_answer where member = $1"
TWELVE = (1,) * 5 + (-1,) * 4 + (0,) * 3


@pytest.fixture
async def thread(app: Litestar) -> int:
    thread = await make.thread()
    await make.thesis(thread)
    return thread


@pytest.fixture
async def mira(client: httpx.AsyncClient, app: Litestar) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


def box(page: httpx.Response) -> str:
    """The words of the box, with single spaces."""
    found = re.search(r'<section class="thesis".*?</section>', page.text, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def pressed(page: httpx.Response) -> list[str]:
    return re.findall(r'value="(-?\d)" aria-pressed="true"', page.text)


async def give(client: httpx.AsyncClient, thread: int, value: str, **headers: str) -> httpx.Response:
    return await client.post(f"/t/{thread}/thesis/answer", data={"value": value}, headers=headers)


@pytest.mark.parametrize(
    ("presses", "after"),
    [("1", [1, 0, 0]), ("-1", [0, 1, 0]), ("0", [0, 0, 1]), ("1 -1", [0, 1, 0]), ("1 1", [1, 0, 0])],
)
async def test_answers_are_given_and_changed(
    client: httpx.AsyncClient, thread: int, mira: Viewer, presses: str, after: list[int]
) -> None:
    for value in presses.split():
        response = await give(client, thread, value)
        assert response.status_code == 303
        assert response.headers["location"] == f"{await make.address(thread)}#thesis"

    assert await db.value(COUNTERS, thread) == after
    assert await ops.recount() == []


async def test_an_answer_is_taken_back(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    await give(client, thread, "1")
    page = await client.get(await make.address(thread))
    assert pressed(page) == ["1"]
    assert "You agree. Take it back" in box(page)

    await give(client, thread, "")

    assert await db.value(COUNTERS, thread) == [0, 0, 0]
    assert pressed(await client.get(await make.address(thread))) == []


async def test_htmx_gets_the_box(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    response = await give(client, thread, "-1", **{"HX-Request": "true"})

    assert response.status_code == 200
    assert response.text.strip().startswith('<section class="thesis" id="thesis"')
    assert response.headers["cache-control"] == "no-store"
    assert "You disagree." in box(response)


async def test_nothing_is_shown_below_ten_answers(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    await make.thesis_answers(thread, 1, 1, -1, 0, 1, -1, -1, 1)
    await give(client, thread, "1")

    page = await client.get(f"{await make.address(thread)}?see=thesis")

    assert "%" not in box(page)
    assert "Results once 10 people answer" in box(page)


async def test_shares_are_shown_after_answering_rounded_and_of_a_published_step(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    await make.thesis_answers(thread, *TWELVE)
    before = await client.get(await make.address(thread))
    assert "About 10 people answered. See results" in box(before)
    assert "Others see only totals." in box(before)
    assert "%" not in box(before)

    await give(client, thread, "1")

    # Of the first ten answers: the next step is at twenty.
    assert "Agree 50% Disagree 40% Unsure 10%" in box(await client.get(await make.address(thread)))


async def test_a_single_further_answer_never_changes_what_is_shown(client: httpx.AsyncClient, thread: int) -> None:
    await make.thesis_answers(thread, *TWELVE)
    shown = box(await client.get(f"{await make.address(thread)}?see=thesis"))

    await make.thesis_answers(thread, -1)

    assert box(await client.get(f"{await make.address(thread)}?see=thesis")) == shown


async def test_a_visitor_looks_without_answering(client: httpx.AsyncClient, thread: int) -> None:
    await make.thesis_answers(thread, *TWELVE)

    response = await client.get(f"/t/{thread}/thesis/answer?see=1")
    page = await client.get(response.headers["location"])

    assert "Agree 50% Disagree 40% Unsure 10%" in box(page)
    assert "Hide results" in box(page)
    assert "%" not in box(await client.get(await make.address(thread)))


async def test_a_members_look_is_a_form_since_reading_changes_nothing(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    await make.thesis_answers(thread, *TWELVE)
    assert "%" not in box(await client.get(f"{await make.address(thread)}?see=thesis"))

    response = await client.post(f"/t/{thread}/thesis/answer", data={"see": "1"})

    assert response.headers["location"] == f"{await make.address(thread)}?see=thesis#thesis"
    assert "Agree 50% Disagree 40% Unsure 10%" in box(await client.get(response.headers["location"]))
    assert pressed(await client.get(response.headers["location"])) == []


async def test_an_answer_given_after_looking_is_marked(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    await make.thesis_answers(thread, *TWELVE)
    address = f"/t/{thread}/thesis/answer"
    looked = await client.post(address, data={"see": "1"}, headers={"HX-Request": "true"})
    assert "Agree 50% Disagree 40% Unsure 10%" in box(looked)
    assert "%" not in box(await client.get(address, headers={"HX-Request": "true"}))

    await give(client, thread, "1")

    assert await db.value(OF_MEMBER, mira.id) == [1, 1]
    assert (await db.value(COUNTERS, thread))[0] == 6


@pytest.mark.parametrize("presses", [("1", "-1"), ("1", "", "-1"), ("1", "", "1")])
async def test_an_answer_that_is_changed_after_the_shares_were_shown_is_marked(
    client: httpx.AsyncClient, thread: int, mira: Viewer, presses: tuple[str, ...]
) -> None:
    await make.thesis_answers(thread, *TWELVE)

    for value in presses:
        await give(client, thread, value)

    assert await db.value(OF_MEMBER, mira.id) == [int(presses[-1]), 1]


async def test_the_first_answer_is_not_marked_nor_is_the_same_one_again(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    await make.thesis_answers(thread, *TWELVE)
    await give(client, thread, "1")
    await give(client, thread, "1")
    await client.get(f"{await make.address(thread)}?see=thesis")

    assert await db.value(OF_MEMBER, mira.id) == [1, 0]


async def test_answers_count_once_their_member_confirms_their_address(client: httpx.AsyncClient, thread: int) -> None:
    newcomer = await make.member("newcomer", state="unverified")
    await make.sign_in(client, newcomer)
    await give(client, thread, "-1")
    assert await db.value(COUNTERS, thread) == [0, 0, 0]
    assert pressed(await client.get(await make.address(thread))) == ["-1"]

    await db.execute("update member set state = 'active' where id = $1", newcomer.id)
    await jobs.count_remaining_votes()

    assert await db.value(COUNTERS, thread) == [0, 1, 0]
    assert await ops.recount() == []


@pytest.mark.parametrize(
    ("state", "why"), [("locked", "This thread is locked"), ("archived", "This thread is archived")]
)
async def test_a_closed_thread_takes_no_answers(
    client: httpx.AsyncClient, thread: int, mira: Viewer, state: str, why: str
) -> None:
    await db.execute("update thread set state = $2, state_reason = 'Done.' where id = $1", thread, state)

    response = await give(client, thread, "1")

    assert response.status_code == 422
    assert f"{why}, so nothing was saved." in box(response)
    assert await db.value(COUNTERS, thread) == [0, 0, 0]
    page = await client.get(await make.address(thread))
    assert why in box(page)
    assert page.text.count('aria-pressed="false" disabled>') >= 3


async def test_a_closed_thread_shows_the_balance_to_all(client: httpx.AsyncClient, thread: int) -> None:
    await make.thesis_answers(thread, *TWELVE)
    await db.execute("update thread set state = 'locked' where id = $1", thread)
    assert "Agree 50% Disagree 40% Unsure 10%" in box(await client.get(await make.address(thread)))

    await make.sign_in(client, await make.member())

    assert "Agree 50% Disagree 40% Unsure 10%" in box(await client.get(await make.address(thread)))


async def test_words_that_changed_meanwhile_are_not_answered(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    await make.thesis(thread, "Prediction is understanding.")

    response = await client.post(f"/t/{thread}/thesis/answer", data={"value": "1", "version": "1"})

    assert response.status_code == 422
    assert "The words changed since you read them." in box(response)
    assert "Prediction is understanding." in box(response)
    assert await db.value(COUNTERS, thread) == [0, 0, 0]


async def test_a_thread_without_a_thesis_has_no_row_and_takes_no_answer(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread = await make.thread()

    assert (await give(client, thread, "1")).status_code == 404
    page = await client.get(await make.address(thread))
    assert 'class="thesis"' not in page.text
    assert "main point" not in page.text


@pytest.mark.parametrize("value", ["2", "yes"])
async def test_another_value_is_refused(client: httpx.AsyncClient, thread: int, mira: Viewer, value: str) -> None:
    assert (await give(client, thread, value)).status_code == 422


async def test_a_silenced_member_cannot_answer(client: httpx.AsyncClient, thread: int) -> None:
    await make.sign_in(client, await make.member(state="silenced"))

    assert (await give(client, thread, "1")).status_code == 403
    assert "You cannot answer now" in box(await client.get(await make.address(thread)))


async def press_signed_out(client: httpx.AsyncClient, thread: int, value: str = "-1") -> str:
    """The address to which a visitor returns after signing in."""
    version = make.hidden(await client.get(await make.address(thread)), "version")
    response = await client.post(f"/t/{thread}/thesis/answer", data={"value": value, "version": version})
    assert response.status_code == 303
    url = urlsplit(response.headers["location"])
    assert url.path == "/login"
    return parse_qs(url.query)["next"][0]


async def test_a_visitor_signs_in_and_comes_back_with_the_answer_given(client: httpx.AsyncClient, thread: int) -> None:
    back = await press_signed_out(client, thread)
    await make.sign_in(client, await make.member())

    response = await client.get(back)

    assert response.headers["location"] == f"{await make.address(thread)}#thesis"
    assert pressed(await client.get(response.headers["location"])) == ["-1"]
    assert await db.value(COUNTERS, thread) == [0, 1, 0]


async def test_somebody_elses_link_answers_for_nobody_who_was_signed_in(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    await db.execute("update session set created_at = now() - interval '1 day'")
    cookies = dict(client.cookies)
    client.cookies.clear()
    back = await press_signed_out(client, thread)
    client.cookies.update(cookies)

    response = await client.get(back)

    assert response.status_code == 303
    assert await db.value(COUNTERS, thread) == [0, 0, 0]


@pytest.mark.parametrize(("old", "new"), [("value=-1", "value=1"), ("given=", "given=9"), ("version=1", "version=2")])
async def test_a_changed_link_gives_no_answer(client: httpx.AsyncClient, thread: int, old: str, new: str) -> None:
    back = await press_signed_out(client, thread)
    await make.sign_in(client, await make.member())

    await client.get(back.replace(old, new))

    assert await db.value(COUNTERS, thread) == [0, 0, 0]


async def test_a_link_from_before_another_answer_keeps_that_one(client: httpx.AsyncClient, thread: int) -> None:
    back = await press_signed_out(client, thread)
    await make.sign_in(client, await make.member())
    await give(client, thread, "1")

    await client.get(back)

    assert await db.value(COUNTERS, thread) == [1, 0, 0]


async def test_an_answer_that_waited_longer_than_an_hour_is_not_given(client: httpx.AsyncClient, thread: int) -> None:
    with time_machine.travel(0, tick=False):
        back = await press_signed_out(client, thread)
    await make.sign_in(client, await make.member())

    await client.get(back)

    assert await db.value(COUNTERS, thread) == [0, 0, 0]


async def test_a_link_that_somebody_made_and_sent_gives_no_answer(
    app: Litestar, client: httpx.AsyncClient, thread: int
) -> None:
    """Neither one from another host, nor one from this host that was kept until somebody signed in."""
    sent = await press_signed_out(make.browser(app, "203.0.113.9"), thread)
    kept = await press_signed_out(client, thread)
    await make.sign_in(client, await make.member())

    await client.get(sent)
    with time_machine.travel(time() + 3_660):
        await client.get(kept)

    assert await db.value(COUNTERS, thread) == [0, 0, 0]


async def test_only_the_member_sees_their_answer(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    await give(client, thread, "1")

    await make.sign_in(client, await make.member("ola", role="moderator"))

    assert pressed(await client.get(await make.address(thread))) == []
    assert pressed(await client.get(f"/t/{thread}/thesis")) == []
    assert (await queries.of_member(mira.id, thread)).value == 1
