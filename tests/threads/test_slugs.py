"""The slug of a thread is never the last word of another address."""

import pytest
from litestar import Litestar

from parley.threads.opening import slugify

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
