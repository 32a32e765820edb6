"""What a member's profile shows of their comments."""

import httpx
import pytest
from litestar import Litestar

from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio


async def test_collapsed_comments_are_not_shown_without_asking(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    await make.comment(thread, jon, "A thought.")
    insult = await make.comment(thread, jon, "An insult.")
    await db.execute("update comment set collapsed = 'It insults somebody.' where id = $1", insult)

    page = (await client.get("/u/jon")).text

    assert "A thought." in page
    assert "An insult." not in page
