"""What people are told by mail: why something was decided, and until when."""

import pytest
from litestar import Litestar

from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio

LETTER = "select text from mail where kind = $1 and recipient = $2"


@pytest.mark.parametrize(
    ("action", "days", "words"),
    [
        ("silence", 3, "you cannot write or vote, until {}."),
        ("silence", None, "you cannot write or vote, permanently."),
        ("suspend", 3, "has suspended your account, until {}."),
    ],
)
async def test_a_sanction_says_until_when(app: Litestar, action: str, days: int | None, words: str) -> None:
    decision = await decided(
        await reported(await make.member("jonas")), await make.member(role="moderator"), action, days=days
    )
    moment = """select to_char(until at time zone 'UTC', 'FMDD FMMonth YYYY, HH24:MI') || ' UTC' from decision"""

    letter = await db.value(LETTER, f"decision.{decision}", "jonas@example.org")

    assert words.format(await db.value(moment)) in letter
