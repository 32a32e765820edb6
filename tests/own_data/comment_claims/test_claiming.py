"""Imported comments are claimed by the confirmed address with which they were written, and by nothing else."""

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.other_sites.formats import FORMATS
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.interfaces.search import jobs as search
from parley.own_data.comment_claims import ops
from parley.platform import db
from parley.platform.db import Transaction
from parley.platform.errors import Forbidden
from tests import make

pytestmark = pytest.mark.anyio

PAGE, SECTION = "/settings/imported", "/settings/data#imported"
# Written as somebody with another name, and in other letters.
MINE = ImportLine("a", author="Old Ada", created_utc=1_400_000_000, body="Words of mine.", email="ADA@example.org")
OTHERS = ImportLine("b", "a", "ada", 1_400_000_001, "Words of another.", email="eve@example.org")
NOBODYS = ImportLine("c", "a", "ada", 1_400_000_002, "Words without an address.")
GONE = ImportLine("d", "a", "ada", 1_400_000_003, "[deleted]", email="ada@example.org")
LINES = [MINE, OTHERS, NOBODYS, GONE]
AUTHORS = """
select c.imported_id, m.name, c.imported_author as other from comment c left join member m on m.id = c.author
order by c.imported_id
"""


FIRST = "select id from comment where imported_id = 'a'"


class Authors(msgspec.Struct, frozen=True):
    imported_id: str
    name: str | None
    other: str | None


async def imported() -> int:
    thread = await make.thread()
    await import_discussion(thread, LINES, lambda _: None)
    return thread


async def test_only_what_has_the_address_becomes_the_members(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, ada = await imported(), await make.member("ada")
    await make.sign_in(client, ada)

    page = await client.get(SECTION)
    assert "1 comment · <bdi>Old Ada</bdi>" in page.text and "Words" not in page.text
    done = await client.post(PAGE)
    assert (done.status_code, done.headers["location"]) == (303, "/settings/data?claimed=1#imported")
    after = await client.get(done.headers["location"])
    assert "1 comment is yours now." in after.text and "No imported comments have your address." in after.text

    assert await db.fetch(Authors, AUTHORS) == [
        Authors("a", "ada", None),
        Authors("b", None, "ada"),
        Authors("c", None, "ada"),
        Authors("d", None, "ada"),
    ]
    assert '<a href="/u/ada"' in (await client.get(await make.address(thread))).text
    await search.index_events()
    found = await client.get("/search", params={"q": "words by:ada", "kind": "comment"})
    assert f"/c/{await db.value(FIRST)}" in found.text
    # The file again brings nothing back.
    assert (await import_discussion(thread, LINES, lambda _: None)).added == 0
    assert (await client.post(PAGE)).headers["location"] == SECTION


async def test_an_address_that_is_not_confirmed_claims_nothing(app: Litestar, client: httpx.AsyncClient) -> None:
    await imported()
    ada = await make.member("ada", state="unverified")
    await make.sign_in(client, ada)
    assert "No imported comments have your address." in (await client.get(SECTION)).text
    assert (await client.post(PAGE)).status_code == 403
    with pytest.raises(Forbidden):
        await ops.claim(ada)
    assert await db.value("select count(*) from comment where author is not null") == 0
    client.cookies.clear()
    assert (await client.get(SECTION)).status_code == 303
    assert (await client.post(PAGE)).status_code == 401


async def test_own_votes_on_them_are_taken_back(app: Litestar) -> None:
    await imported()
    ada, jon = await make.member("ada"), await make.member("jon")
    comment = await db.value("select id from comment where imported_id = 'a'")
    await make.vote(ada, comment)
    await make.vote(ada, comment, "agreement")
    await make.vote(jon, comment)
    assert await ops.claim(ada) == 1
    assert await db.value("select ups || ' ' || agrees from comment where id = $1", comment) == "1 0"


async def test_each_thread_is_locked_alone_and_for_a_few_statements(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claiming 500 comments locked all their threads for 500 events, which took seconds."""
    lines = [msgspec.structs.replace(MINE, id=str(number)) for number in range(20)]
    for _ in range(2):
        await import_discussion(await make.thread(), lines, lambda _: None)
    ada = await make.member("ada")
    statements = 0
    run = Transaction.run

    async def count(self: Transaction, method: str, sql: str, args: tuple[Any, ...] = ()) -> Any:
        nonlocal statements
        statements += 1
        return await run(self, method, sql, args)

    monkeypatch.setattr(Transaction, "run", count)
    assert await ops.claim(ada) == 40
    monkeypatch.undo()

    assert statements < 30
    assert await db.value("select count(*) from event where kind = 'comment.edited'") == 40


async def test_no_address_is_stored(app: Litestar) -> None:
    await imported()
    assert await db.value("select count(*) from imported_address") == 2
    assert await db.value("select count(*) from comment c where c::text ilike '%example.org%'") == 0
    stored = await db.values("select digest from imported_address")
    assert not any(b"example" in one for one in stored)


DISQUS = """<?xml version="1.0"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<thread dsq:id="1"><link>https://blog.example/a</link></thread>
<post dsq:id="2"><message>Hi.</message><createdAt>2012-01-01T00:00:00Z</createdAt><isDeleted>false</isDeleted>
<author><email>ada@example.org</email><name>Ada</name></author><thread dsq:id="1"/></post></disqus>"""
WORDPRESS = """<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item>
<link>https://blog.example/a</link><wp:comment><wp:comment_id>2</wp:comment_id><wp:comment_author>Ada</wp:comment_author>
<wp:comment_author_email>ada@example.org</wp:comment_author_email>
<wp:comment_date_gmt>2012-01-01 00:00:00</wp:comment_date_gmt>
<wp:comment_content>Hi.</wp:comment_content><wp:comment_approved>1</wp:comment_approved></wp:comment></item></channel></rss>"""


@pytest.mark.parametrize(("format_", "text"), [("disqus", DISQUS), ("wordpress", WORDPRESS)])
def test_the_address_is_read_from_the_file(tmp_path: Path, format_: str, text: str) -> None:
    file = tmp_path / "export.xml"
    file.write_text(text)
    assert [one.email for one in FORMATS[format_](file)] == ["ada@example.org"]
