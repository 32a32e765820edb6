"""What one host does keeps no neighbour out, and leaves everybody a way on."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.platform import db, ratelimit
from parley.platform.limit import Limit
from tests import make
from tests.people.accounts.test_attacks import challenge_in, solved

pytestmark = pytest.mark.anyio

RIGHTS = {
    "ground": "copyright",
    "wish": "remove",
    "text": "It is mine, from the first word to the last.",
    "name": "Ada",
    "email": "ada@example.org",
    "good_faith": "1",
}


async def ask(app: Litestar, address: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
    async with make.browser(app, address) as one:
        return await (one.get(path) if data is None else one.post(path, data=data))


async def statuses(app: Litestar, times: int, address: str, path: str, data: dict[str, str] | None = None) -> set[int]:
    return {(await ask(app, address, path, data)).status_code for _ in range(times)}


async def until_refused(app: Litestar, address: str, path: str) -> httpx.Response:
    """The first refusal. A slow machine gets some more answers than the limit, since each second adds one."""
    for _ in range(600):
        if (answer := await ask(app, address, path)).status_code == 429:
            return answer
    raise AssertionError


@pytest.mark.parametrize(
    ("path", "way_on"),
    [("/search?q=wind", "Sign in to go on"), ("/api/v1/threads", "use a token"), ("/t/{thread}/export.md", "Sign in")],
)
async def test_sixty_readings_of_one_host_leave_its_neighbours_theirs(app: Litestar, path: str, way_on: str) -> None:
    """After 61 searches from one address, its 255 neighbours were refused, too."""
    path = path.format(thread=await make.thread())
    refused = await until_refused(app, "127.0.0.1", path)
    assert way_on in refused.text
    assert await statuses(app, 5, "127.0.0.2", path) == {200}


async def test_a_member_is_not_refused_for_what_visitors_behind_their_address_read(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    thread = await make.thread()
    await until_refused(app, "127.0.0.1", f"/t/{thread}/export.md")
    await make.sign_in(client, await make.member())
    for path in (f"/t/{thread}/export.md", "/search?q=wind"):
        assert (await client.get(path)).status_code == 200


async def test_ten_requests_about_rights_leave_the_neighbours_theirs(app: Litestar) -> None:
    """Ten requests kept everybody else of the network out for three hours."""
    path = f"/t/{await make.thread()}/rights"
    assert await statuses(app, 10, "127.0.0.1", path, RIGHTS) == {303}
    assert await statuses(app, 1, "127.0.0.1", path, RIGHTS) == {429}
    assert await statuses(app, 2, "127.0.0.2", path, RIGHTS) == {303}


async def _report_path() -> tuple[str, dict[str, str]]:
    ground = await db.value("select code from guideline where illegal and not retired limit 1")
    comment = await make.comment(await make.thread(), await make.member())
    report = {
        "reason": ground,
        "text": "It is against the law.",
        "name": "A",
        "email": "a@example.org",
        "good_faith": "1",
    }
    return f"/c/{comment}/report", report


@pytest.mark.parametrize("kind", ["rights", "report"])
async def test_above_the_limit_of_a_host_a_visitor_does_a_proof_of_work(app: Litestar, kind: str) -> None:
    limit: Limit = (ratelimit.RIGHTS_VISITORS if kind == "rights" else ratelimit.REPORT_VISITORS)[0]
    path, data = (f"/t/{await make.thread()}/rights", RIGHTS) if kind == "rights" else await _report_path()
    await ratelimit.take(limit, "127.0.0.1", limit.most)

    asked = await ask(app, "127.0.0.1", path, data)
    assert asked.status_code == 429
    assert data["text"] in asked.text and re.search(r'src="[^"]*proof[^"]*\.js"', asked.text)
    answer = solved(challenge_in(asked))

    assert (await ask(app, "127.0.0.1", path, data | {"answer": answer})).status_code == 303
    assert (await ask(app, "127.0.0.1", path, data | {"answer": answer})).status_code == 429, "it counts once"


async def test_fifty_reports_of_one_host_leave_its_neighbours_theirs(app: Litestar) -> None:
    path, report = await _report_path()
    limit = ratelimit.REPORT_VISITORS[0]
    await ratelimit.take(limit, "127.0.0.1", limit.most)
    assert await statuses(app, 1, "127.0.0.1", path, report) == {429}
    assert await statuses(app, 2, "127.0.0.2", path, report) == {303}


async def test_sign_ups_of_one_host_leave_its_neighbours_theirs(app: Litestar) -> None:
    async def sign_up(address: str, number: int) -> int:
        data = {"name": f"ada{number}", "email": f"ada{number}@example.org", "password": "four unrelated green words"}
        return (await ask(app, address, "/signup", data)).status_code

    first = [await sign_up("127.0.0.1", number) for number in range(31)]
    assert first[-1] == 429
    # The next one would be a rush, in which everybody's browser does a proof of work (people/accounts/queries.py).
    assert await sign_up("127.0.0.2", 40) == 303
