"""The documents of this version, for staff on the site and by `parley docs`."""

import re

import httpx
import pytest
from click.testing import CliRunner

from parley.site.administration import manual
from parley.site.cli.docs import docs
from tests import make

pytestmark = pytest.mark.anyio
HREF = re.compile(r'<a href="([^"]+)"')


async def test_staff_read_each_document_and_its_links_lead_somewhere(client: httpx.AsyncClient) -> None:
    assert (await client.get("/docs/operating")).status_code == 404
    await make.sign_in(client, await make.member(role="moderator"))
    listed = (await client.get("/docs")).text
    assert all(f'href="/docs/{name}"' in listed for name in manual.documents())
    assert {*manual.FIRST, "CHANGELOG"} <= manual.documents().keys()
    assert (await client.get("/docs/none")).status_code == 404

    pages = {
        name: (await client.get(f"/docs/{name}")).text.partition('<div class="prose"')[2].partition("</main>")[0]
        for name in manual.documents()
    }
    assert '<h2 id="back-up-and-restore">Back up and restore</h2>' in pages["operating"]
    broken = []
    for name, text in pages.items():
        for link in HREF.findall(text):
            path, _, anchor = link.partition("#")
            target = path.removeprefix("/docs/") or name
            there = link.startswith("https:") or (target in pages and (not anchor or f'id="{anchor}"' in pages[target]))
            broken += [] if there else [(name, link)]
    assert broken == []


def test_the_command_lists_and_prints_them() -> None:
    assert "operating            Operating Parley\n" in CliRunner().invoke(docs).output
    assert CliRunner().invoke(docs, ["upgrading"]).output.startswith("# Upgrading\n")
    wrong = CliRunner().invoke(docs, ["none"])
    assert (wrong.exit_code, "There is no document none" in wrong.output) == (1, True)
