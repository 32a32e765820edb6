"""The slug of a thread is never the last word of another address."""

import pytest
from litestar import Litestar

from parley.articles.articles.restricting import Restriction
from parley.discussion.threads import queries
from parley.discussion.threads.edit_ops import restrict_article
from parley.discussion.threads.opening import slugify
from tests import make

THREAD = "/t/{thread:str}/"


@pytest.mark.parametrize(
    ("title", "slug"), [("What is thought?", "what-is-thought"), ("思考", "thread"), ("Report!", "report-thread")]
)
def test_a_title_becomes_a_slug(title: str, slug: str) -> None:
    assert slugify(title) == slug


def test_no_title_leads_to_another_page_of_the_thread(app: Litestar) -> None:
    words = {route.path.removeprefix(THREAD) for route in app.routes if route.path.startswith(THREAD)}
    words = {word for word in words if word.replace("-", "").isalpha()}

    assert len(words) > 20
    assert [word for word in words if slugify(word) == word] == []


@pytest.mark.anyio
async def test_the_address_of_a_thread_loses_the_words_of_a_title_that_was_removed(app: Litestar) -> None:
    thread = await make.thread(make.text(title="The secret affair"))
    assert await queries.address(thread) == f"/t/{thread}/the-secret-affair"

    await restrict_article(thread, Restriction(untitled=True), None)

    assert await queries.address(thread) == f"/t/{thread}/removed-article"
