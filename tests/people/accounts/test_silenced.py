"""A silenced member only reads, and a suspended one cannot sign in, until exactly the end of the sanction (I12)."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from parley.people.accounts import viewer_cache
from parley.people.accounts.states import STATE_NOW
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in import passwords
from parley.platform import db
from parley.platform.http.access import MEMBER, MODERATOR
from tests import make

pytestmark = pytest.mark.anyio

PUT = "update member set state = $2, state_until = now() + $3::interval, state_reason = 'It insults.' where id = $1"
WEEK, OVER = timedelta(days=7), timedelta(seconds=-1)


async def sanctioned(state: str, lasts: timedelta | None = WEEK, *, role: str = "member") -> Viewer:
    member = await make.member("jonas", role=role)
    await db.execute(PUT, member.id, state, lasts)
    return member


async def test_a_silenced_member_reads_and_cannot_write(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    comment = await make.comment(thread, await make.member())
    await make.sign_in(client, await sanctioned("silenced"))

    page = await client.get(await make.address(thread))
    answers = {
        path: await client.post(path, data=data)
        for path, data in {
            f"/t/{thread}/comments": {"body": "But I say."},
            f"/c/{comment}/vote": {"axis": "quality", "value": "1"},
            "/new": {"source": "text", "text": "words"},
            "/settings/profile": {"bio": "You are all fools."},
        }.items()
    }

    assert "You cannot write or vote until" in page.text and "It insults." in page.text
    assert 'href="/settings/data#decisions"' in page.text and 'name="body"' not in page.text
    assert {path: one.status_code for path, one in answers.items()} == dict.fromkeys(answers, 403)
    assert "But I say." in answers[f"/t/{thread}/comments"].text and "It insults." in answers["/new"].text
    assert "You are all fools." in answers["/settings/profile"].text
    assert await db.value("select count(*) from vote") == 0


async def test_a_silence_ends_at_its_time_by_itself(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    await make.sign_in(client, await sanctioned("silenced", OVER))

    page = await client.get(await make.address(thread))
    answer = await client.post(f"/t/{thread}/comments", data={"body": "I am back."})

    assert 'name="body"' in page.text and answer.status_code == 303


@pytest.mark.parametrize(("lasts", "state"), [(timedelta(microseconds=1), "silenced"), (timedelta(), "active")])
async def test_it_is_over_at_the_very_microsecond_of_its_end(app: Litestar, lasts: timedelta, state: str) -> None:
    member = await sanctioned("silenced", lasts)

    assert await db.value(f"select {STATE_NOW} from member where id = $1", member.id) == state


def test_a_viewer_who_is_believed_writes_from_that_moment_on() -> None:
    now = datetime.now(UTC)
    there = Viewer(id=1, name="jonas", role="moderator", verified=True, session=1, state="silenced")

    until = [Viewer(**{**_fields(there), "until": now + lasts}) for lasts in (WEEK, OVER)]

    assert [one.access for one in (there, *until)] == [MEMBER, MEMBER, MODERATOR]


def _fields(viewer: Viewer) -> dict[str, object]:
    return {name: getattr(viewer, name) for name in viewer.__struct_fields__}


async def test_a_silenced_moderator_is_no_moderator_meanwhile(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await sanctioned("silenced", role="moderator"))

    assert (await client.get("/mod/queue")).status_code == 404


@pytest.mark.parametrize(("lasts", "status"), [(None, 403), (WEEK, 403), (OVER, 303)])
async def test_a_suspended_member_signs_in_when_the_suspension_is_over(
    client: httpx.AsyncClient, lasts: timedelta | None, status: int
) -> None:
    member = await sanctioned("suspended", lasts)
    await db.execute(
        "update member set password_hash = $2 where id = $1",
        member.id,
        await passwords.hash_password("four green words"),
    )

    answer = await client.post("/login", data={"login": "jonas", "password": "four green words"})

    assert answer.status_code == status
    assert status == 303 or "It insults." in answer.text


async def test_a_session_of_a_suspended_member_is_valid_again_at_the_end(client: httpx.AsyncClient) -> None:
    member = await sanctioned("suspended")
    await make.sign_in(client, member)
    assert (await client.get("/settings/profile")).status_code == 303

    await db.execute(PUT, member.id, "suspended", OVER)
    viewer_cache.clear()

    assert (await client.get("/settings/profile")).status_code == 200
