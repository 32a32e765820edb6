"""A digest's subject names nobody whose comment was removed after the issue was built."""

import pytest
from litestar import Litestar

from parley.platform import db
from tests.letters.digests.issuing import issue_for, reader, reviewed, thread_with_sides

pytestmark = pytest.mark.anyio

AUTHOR = "select m.name from comment c join member m on m.id = c.author where c.id = $1"


async def test_a_subject_drops_a_name_whose_comment_was_removed(app: Litestar) -> None:
    mira = await reader("mira")
    _, supports, _ = await thread_with_sides()
    issue = await issue_for(mira)
    name = await db.value(AUTHOR, supports)
    before = await reviewed(issue)
    assert before is not None
    assert name in before.subject

    await db.execute("update comment set state = 'removed' where id = $1", supports)

    after = await reviewed(issue)
    assert after is not None
    assert name not in after.subject
    assert name not in after.text
