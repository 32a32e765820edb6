"""What the home page tells a member as new."""

import httpx
import pytest

from parley.discussion.threads import reading
from parley.letters.news import home
from parley.letters.notifications import jobs as notifications
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]


async def time_passes() -> None:
    """Else all that happens in a test happens in the same moment."""
    for table in ("comment", "thread", "thesis", "statement_verdict"):
        column = "since" if table == "statement_verdict" else "created_at"
        await db.execute(f"update {table} set {column} = {column} - interval '1 hour'")
    await db.execute(
        "update visit set seen_at = seen_at - interval '1 hour', read_until = read_until - interval '1 hour'"
    )


async def cells(viewer: Viewer, threads: list[int] | None = None) -> list[tuple[str, int | None]]:
    home._choices.clear()
    home._shared.clear()
    return [(cell.kind, cell.comment) for cell in (await home.news_for(viewer, threads or [])).cells]


async def test_a_reply_is_told_until_it_was_read(mira: Viewer, client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    own = await make.comment(thread, mira)
    await time_passes()
    reply = await make.comment(thread, await make.member("jon"), "Because of what it costs.", parent=own)
    await notifications.handle_events()

    await make.sign_in(client, mira)
    page = (await client.get("/")).text

    assert await cells(mira) == [("reply", reply)]
    assert "replied to you" in page
    assert page.count("Because of what it costs.") == 1
    await reading.mark_read(mira.id, thread, [reply])
    assert await cells(mira) == []


@pytest.fixture
async def mira() -> Viewer:
    return await make.member("mira")
