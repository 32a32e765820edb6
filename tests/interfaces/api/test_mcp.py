"""`parley mcp`: what its tools read and write through the API, and that a client of the protocol understands it."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.interfaces.api import tokens
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import CommandFailed
from parley.site.cli.api import SiteClient
from parley.site.cli.mcp import READING, Tools
from tests import make
from tests.ports import free_port
from tests.project.test_documents import ROOT

PACKAGES = ROOT / ".tools" / "mcp"
JUDGED = "insert into statement_verdict (comment, thread, verdict, since) values ($1, $2, $3, now())"
# As a program does that knows the newest version of the protocol, and that which every client knows.
CLIENT = """
import sys, anyio, json
from mcp import Client, StdioServerParameters

async def main(site):
    server = StdioServerParameters(command=sys.executable, args=["-m", "parley", "mcp", "--site", site], env=ENV)
    for mode in ("auto", "legacy"):
        async with Client(server, mode=mode) as client:
            tools = (await client.list_tools()).tools
            found = await client.call_tool("search", {"words": "x"})
            writes = [tool.name for tool in tools if not tool.annotations.read_only_hint]
            print(json.dumps([[tool.name for tool in tools], writes, found.is_error, found.content[0].text]))

import os
ENV = dict(os.environ)
anyio.run(main, sys.argv[1])
"""


class InProcess(httpx.BaseTransport):
    """Sends the requests of a thread to the site that runs in the loop."""

    def __init__(self, app: Litestar) -> None:
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
        self._client = httpx.AsyncClient(transport=transport, base_url="http://localhost")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return anyio.from_thread.run(self._ask, request)

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = await self._client.request(
            request.method, request.url.raw_path.decode(), content=request.read(), headers=dict(request.headers)
        )
        return httpx.Response(answer.status_code, content=answer.content)


async def used(app: Litestar, who: Viewer | None, use: Callable[[Tools], Any], *scopes: str) -> Any:
    token = await tokens.make(who, "a program", scopes, 7) if who else None
    return await anyio.to_thread.run_sync(use, Tools(SiteClient("http://localhost", token, InProcess(app))))


async def test_what_is_read_says_where_it_is(app: Litestar) -> None:
    thread = await make.thread()
    await make.thesis(thread, "It is so.")

    read = await used(app, None, lambda tools: tools.read_thread(thread))

    assert read["thesis"]["text"] == "It is so."
    assert all(one["url"] == f"{read['url']}?passage={one['lineage']}" for one in read["article"]["passages"])
    assert "html" not in msgspec.json.encode(read).decode()


async def test_common_ground_and_what_divides_is_cited(app: Litestar) -> None:
    thread, author = await make.thread(), await make.member()
    shared, parting, removed = [
        await make.comment(thread, author, statement=f"It is statement {number}.") for number in range(3)
    ]
    for comment, verdict in ((shared, "common-ground"), (parting, "dividing"), (removed, "common-ground")):
        await db.execute(JUDGED, comment, thread, verdict)
    await db.execute("update comment set state = 'removed' where id = $1", removed)

    common = await used(app, None, lambda tools: tools.read_common_ground(thread))
    disagreed = await used(app, None, lambda tools: tools.read_disagreements(thread))

    assert [(one["text"], one["url"]) for one in common["common-ground"]] == [
        ("It is statement 0.", f"http://localhost/c/{shared}")
    ]
    assert common["rejected"] == []
    assert [one["comment"] for one in disagreed["dividing"]] == [parting]


async def test_a_comment_of_a_program_is_marked_and_refused_without_the_scope(app: Litestar) -> None:
    thread, mira = await make.thread(), await make.member("mira")

    posted = await used(app, mira, lambda tools: tools.post_comment(thread, "Words."), "comment")
    assert (posted["author"]["name"], posted["assisted"]) == ("mira", True)
    other = await make.comment(thread, await make.member())
    await used(app, mira, lambda tools: tools.vote(other, "agreement", 1), "vote")
    assert await db.value("select value from vote where comment = $1 and member = $2", other, mira.id) == 1
    with pytest.raises(CommandFailed):
        await used(app, mira, lambda tools: tools.post_comment(thread, "Words."))


def test_a_client_of_the_protocol_finds_the_tools_and_reads_why_one_failed() -> None:
    if not PACKAGES.exists():
        pytest.skip("`make .tools/mcp.stamp` installs the client")
    site = f"http://127.0.0.1:{free_port()}"
    env = os.environ | {"PYTHONPATH": str(PACKAGES)}

    said = subprocess.run([sys.executable, "-c", CLIENT, site], env=env, capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stderr
    for line in said.stdout.splitlines():
        names, writes, is_error, text = msgspec.json.decode(line)
        assert (names, writes, is_error) == ([*READING], [], True)
        assert f"{site} does not answer" in text
    assert len(said.stdout.splitlines()) == 2
