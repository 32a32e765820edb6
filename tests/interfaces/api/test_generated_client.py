"""A client as docs/api.md has it generated from the description: it searches, reads a thread and posts."""

import asyncio
import re
from pathlib import Path

import pytest

from parley.interfaces.api import tokens
from parley.interfaces.search import jobs
from parley.platform import db
from tests import make
from tests.conftest import ROOT
from tests.interfaces.live.forum import forum, writing
from tests.platform.local_servers.test_wheel import UV, run

# Slow: it starts a web process, and installs the generator where the package registry can be reached.
pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TOOL = (UV, "tool", "run", "--quiet", "--from", "openapi-python-client")
GENERATE = re.compile(r"^uvx (openapi-python-client generate .+)$", re.MULTILINE)
EXAMPLE = re.compile(r"^```python\n(from os import environ\n.+?)^```$", re.MULTILINE | re.DOTALL)
SITE = "https://parley.example"


async def test_the_generated_client_does_what_the_document_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = (ROOT / "docs" / "api.md").read_text()
    ((generate,), (example,)) = GENERATE.findall(document), EXAMPLE.findall(document)
    monkeypatch.chdir(tmp_path)
    with forum(tmp_path / "data") as one:
        async with writing(one):
            mira = await make.member("mira")
            thread = await make.thread(make.text(title="The interpreters"))
            await jobs.index_at_a_pace()
            token = await tokens.make(mira, "a test", ["comment"], 7)
            web = await asyncio.to_thread(one.web)
            await asyncio.to_thread(run, *TOOL, *generate.replace(SITE, web.address).split())
            Path("example.py").write_text(example.replace(SITE, web.address))
            monkeypatch.setenv("PARLEY_TOKEN", token)
            said = await asyncio.to_thread(run, *TOOL, "python", "example.py")
            comments = await db.values("select body from comment where thread = $1", thread)
    title, posted = said.splitlines()
    assert title.startswith("The interpreters ")
    assert comments == ["Who pays for it?"]
    assert posted.startswith(web.address)
