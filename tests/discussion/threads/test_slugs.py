"""The slug of a thread is never the last word of another address."""

from urllib.parse import quote, unquote

import httpx
import pytest
from litestar import Litestar

from parley.articles.articles.restricting import Restriction
from parley.discussion.threads import queries
from parley.discussion.threads.edit_ops import restrict_article
from parley.discussion.threads.opening import slugify
from parley.platform.settings import settings
from tests import make

THREAD = "/t/{thread:str}/"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("What is thought?", "what-is-thought"),
        ("Report!", "report-thread"),
        ("Élan vital & Übermut", "elan-vital-ubermut"),
        ("思考とは何か？", "思考とは何か"),
        ("ما هو الذكاء؟", "ما-هو-الذكاء"),
        ("हिन्दी में", "हिन्दी-में"),
        ("인공지능", "인공지능"),
        ("?!", "thread"),
    ],
)
def test_a_title_becomes_a_slug(title: str, slug: str) -> None:
    assert slugify(title) == quote(slug)


def test_a_long_title_becomes_a_slug_that_can_be_stored() -> None:
    assert unquote(slugify("思" * 300)) == "思" * 26
    assert len(slugify("word " * 60)) <= 80


def test_no_title_leads_to_another_page_of_the_thread(app: Litestar) -> None:
    words = {route.path.removeprefix(THREAD) for route in app.routes if route.path.startswith(THREAD)}
    words = {word for word in words if word.replace("-", "").isalpha()}

    assert len(words) > 20
    assert [word for word in words if slugify(word) == word] == []


@pytest.mark.anyio
async def test_the_address_of_a_japanese_thread_is_ascii_and_leads_to_it(client: httpx.AsyncClient) -> None:
    thread = await make.thread(make.text(title="思考とは何か"))
    address = await queries.address(thread)

    shown = await client.get(address)

    assert shown.status_code == 200
    assert f'<link rel="canonical" href="{settings().base_url}{address}"' in shown.text


@pytest.mark.anyio
async def test_the_address_of_a_thread_loses_the_words_of_a_title_that_was_removed(app: Litestar) -> None:
    thread = await make.thread(make.text(title="The secret affair"))
    assert await queries.address(thread) == f"/t/{thread}/the-secret-affair"

    await restrict_article(thread, Restriction(untitled=True), None)

    assert await queries.address(thread) == f"/t/{thread}/removed-article"
