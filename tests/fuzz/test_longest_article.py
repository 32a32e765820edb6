"""The longest article costs its readers little. In a file of its own: rows of the others stay for a whole file."""

import pytest
from litestar import Litestar

from tests.fuzz import costly
from tests.fuzz.test_pages import measure, too_costly

pytestmark = [pytest.mark.anyio]


@pytest.mark.committed
async def test_no_page_of_the_longest_article_takes_the_event_loop_long(app: Litestar) -> None:
    assert too_costly(await measure(app, 2, costly.BODIES[:1], is_long=True)) == []
