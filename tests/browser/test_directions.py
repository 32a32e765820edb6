"""Where members write from right to left, every word of theirs has a direction of its own."""

import httpx
import pytest

from browser.mirror import mirror
from browser.pages import by_viewer
from browser.site import Site
from hebrew import undirected
from parley.demo import PASSWORD

__all__ = ["mirror"]

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_members_words_have_their_own_direction_on_every_page(mirror: Site) -> None:
    found: set[str] = set()
    for viewer, pages in by_viewer(mirror.made["pages"]).items():
        async with httpx.AsyncClient(base_url=mirror.address, headers={"Sec-Fetch-Site": "same-origin"}) as client:
            if viewer:
                answer = await client.post("/login", data={"login": viewer, "password": PASSWORD})
                assert answer.status_code == 303
            for page in pages:
                answer = await client.get(page.path, timeout=60)
                assert answer.status_code == page.status, page
                found |= {f"{page.name}: {fault}" for fault in undirected(answer.text)}

    assert sorted(found) == []
