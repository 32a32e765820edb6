"""Issues as they are planned, built, reviewed and settled, in a real database."""

import pytest
from litestar import Litestar

from digests.edition import (
    issue_for,
    reader,
    reviewed,
    state,
    thread_with_sides,
    told,
)

pytestmark = pytest.mark.anyio


async def test_an_issue_tells_one_voice_of_each_side(app: Litestar) -> None:
    mira = await reader()
    _, supports, challenges = await thread_with_sides()

    number = await issue_for(mira)

    assert await told(number) == [supports, challenges]
    assert await state(number) == "posted"
    letter = await reviewed(number)
    assert letter is not None
    assert "It is right, and here is why." in letter.text
    assert "It is wrong, and here is why." in (letter.html or "")
