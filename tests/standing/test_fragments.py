"""The same address answers a page, or the part of it that htmx asks for; and nothing twice."""

import re

import httpx
import pytest

from tests import make
from tests.standing.world import ROLES, World

pytestmark = pytest.mark.anyio

HTMX = {"hx-request": "true"}


def plain(html: str) -> str:
    """Without a form's own key, and the address to come back to, of which a cached page knows only the path."""
    return re.sub(r'(name="submission" value="|next=)[^"]*', r"\1", html).strip()


def parts(world: World) -> list[str]:
    thread, comment = world.parts["{thread:str}"], world.parts["{comment:str}"]
    return [
        f"/t/{thread}/any",
        f"/t/{thread}/any?sort=new",
        f"/t/{thread}/any?focus={comment}",
        f"/t/{thread}/comments",
        f"/t/{thread}/comments?sort=old&branch={comment}",
        f"/c/{comment}/reply",
        f"/c/{comment}/reply?quote=1",
        "/?sort=new",
        "/u/mira",
    ]


def members_parts(world: World) -> list[str]:
    return [f"/c/{world.parts['{comment:str}']}/edit"]


@pytest.mark.parametrize("role", ROLES)
async def test_a_fragment_is_a_part_of_its_page(client: httpx.AsyncClient, world: World, role: str) -> None:
    await world.sign_in(client, role)
    for address in parts(world) + (members_parts(world) if role == "member" else []):
        page = await client.get(address)
        part = await client.get(address, headers=HTMX)

        assert page.text.lstrip().startswith("<!doctype html>"), address
        assert "<html" not in part.text, address
        assert plain(part.text), address
        assert plain(part.text) in plain(page.text), address
        assert "HX-Request" in part.headers["vary"]


@pytest.mark.parametrize(
    "header", [{"hx-boosted": "true"}, {"hx-history-restore-request": "true"}, {"hx-request-type": "full"}], ids=str
)
async def test_a_boosted_link_gets_the_whole_page(
    client: httpx.AsyncClient, world: World, header: dict[str, str]
) -> None:
    for address in parts(world):
        answer = await client.get(address, headers=HTMX | header)
        assert answer.text.lstrip().startswith("<!doctype html>"), address


@pytest.mark.parametrize("role", ["visitor", "member"])
async def test_a_page_that_did_not_change_is_not_sent_again(client: httpx.AsyncClient, world: World, role: str) -> None:
    await world.sign_in(client, role)
    # A form's own key makes a member's page with a form another page each time.
    for address in ["/", "/u/mira", f"/c/{world.parts['{comment:str}']}/history"]:
        first = await client.get(address)
        again = await client.get(address, headers={"if-none-match": first.headers["etag"]})

        assert (again.status_code, again.content) == (304, b""), address
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["vary"] == first.headers["vary"]


async def test_a_visitors_thread_is_not_sent_again_until_somebody_writes(
    client: httpx.AsyncClient, world: World
) -> None:
    thread = int(world.parts["{thread:str}"])
    first = await client.get(f"/t/{thread}/any")
    same = await client.get(f"/t/{thread}/any", headers={"if-none-match": first.headers["etag"]})

    await make.comment(thread, world.people["admin"], "News.")
    await _a_second_later()
    other = await client.get(f"/t/{thread}/any", headers={"if-none-match": first.headers["etag"]})

    assert (same.status_code, other.status_code) == (304, 200)
    assert "News." in other.text


async def _a_second_later() -> None:
    from tests.conftest import forget_caches

    forget_caches()


@pytest.mark.parametrize(("accepted", "chosen"), [("gzip, deflate", "gzip"), ("gzip, deflate, br, zstd", "zstd")])
async def test_pages_are_compressed_for_those_who_can_read_it(
    client: httpx.AsyncClient, world: World, accepted: str, chosen: str
) -> None:
    for address in ["/", f"/t/{world.parts['{thread:str}']}/any"]:
        packed = await client.get(address, headers={"accept-encoding": accepted})
        raw = await client.get(address, headers={"accept-encoding": "identity"})

        assert packed.headers["content-encoding"] == chosen
        assert "content-encoding" not in raw.headers
        assert packed.text == raw.text
        assert "Accept-Encoding" in raw.headers["vary"]
