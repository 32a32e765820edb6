"""The demo fills a new installation, and no other."""

import pytest
from litestar import Litestar

from parley.platform import db
from parley.platform.errors import Refused
from parley.site.demo.fill import fill
from tests import make

pytestmark = pytest.mark.anyio


async def test_an_installation_with_members_of_its_own_gets_no_demo(app: Litestar) -> None:
    await make.thread(starter=await make.member("ada"))

    with pytest.raises(Refused, match="members or articles of its own"):
        await fill()

    assert await db.values("select name from member") == ["ada"]
