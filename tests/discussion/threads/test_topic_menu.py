"""Of many topics the menu has those most used; a page and the lists have all."""

from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar

from parley.discussion.threads import topic_menu
from parley.discussion.threads.queries import TopicRow
from parley.platform import db
from parley.platform.http import environment
from tests import make

pytestmark = pytest.mark.anyio
MANY = "insert into topic (slug, name, position) select 'many' || n, 'Many ' || n, 90 + n from generate_series(1, 30) n"


@pytest.fixture(autouse=True)
def _globals(app: Litestar) -> Iterator[None]:
    """What other tests have in their menus."""
    kept = {name: environment.environment().globals[name] for name in ("topics", "menu_topics", "topic_options")}
    yield
    environment.set_globals(**kept)


async def test_the_menu_has_the_topics_most_used_and_leads_to_all(client: httpx.AsyncClient) -> None:
    await topic_menu.read()
    assert 'href="/topics"' not in (await client.get("/rules")).text
    await db.execute(MANY)
    await make.thread(topic="many29")

    await topic_menu.read()

    page, every = [(await client.get(path)).text for path in ("/rules", "/topics")]
    assert '"/?topic=many29"' in page and '"/?topic=many30"' not in page and 'href="/topics"' in page
    assert page.count('href="/?topic=') == topic_menu.MOST_IN_MENU
    assert '"/?topic=many30"' in every
    assert '<option value="many30" selected' in (await client.get("/search?q=a&topic=many30")).text


def test_a_list_offers_what_it_may_and_nothing_breaks_out_of_it() -> None:
    options = topic_menu.TopicOptions([TopicRow("a", "A & <b>", None), TopicRow("b", "B", None)])

    assert options("b") == (
        '<option value="a" dir="auto">A &amp; &lt;b&gt;</option><option value="b" selected dir="auto">B</option>'
    )
    assert options('a" onfocus="x', {"a"}) == '<option value="a" dir="auto">A &amp; &lt;b&gt;</option>'
    assert options(None, set()) == ""
