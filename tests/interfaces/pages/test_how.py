"""The page that explains how Parley works."""

import re

import httpx
import pytest

pytestmark = pytest.mark.anyio

WORDS_A_MINUTE = 200


async def test_every_page_links_to_it_and_it_is_read_in_under_two_minutes(client: httpx.AsyncClient) -> None:
    assert (await client.get("/rules")).text.count('href="/how"') == 2

    page = (await client.get("/how")).text

    main = page[page.index("<main") : page.index("</main>")]
    words = re.sub(r"<[^>]+>", " ", main).split()
    assert 150 < len(words) < 2 * WORDS_A_MINUTE


async def test_every_picture_has_an_alternative_text(client: httpx.AsyncClient) -> None:
    pictures = re.findall(r"<svg[^>]*>", (await client.get("/how")).text)

    assert len(pictures) == 6
    assert all(re.search(r'role="img" aria-label="[^"]{20,}"', one) for one in pictures)
