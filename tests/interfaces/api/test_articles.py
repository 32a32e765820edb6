"""Adding and editing articles through the API, with the rules of the pages."""

import pytest
from litestar import Litestar

from parley.articles.imports.jobs import read_waiting
from parley.articles.imports.ops import encode
from parley.interfaces.api.web import description
from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio
TEXT = "\n\n".join(make.WORDS)


async def test_a_text_is_added_read_and_published_once(app: Litestar) -> None:
    async with program(app, await make.member("jon"), "article") as writer:
        asked = await writer.post(
            "/imports", json={"source": "text", "text": TEXT, "title": "A wager", "topic": "research"}
        )
        assert (asked.status_code, asked.json()["state"]) == (202, "waiting"), asked.text
        address = asked.headers["location"]
        early = await writer.post(f"{address}/publish", json={})
        assert early.status_code == 422
        await read_waiting()
        ready = (await writer.get(address)).json()
        assert (ready["state"], ready["title"], len(ready["passages"])) == ("ready", "A wager", 3)
        assert (await writer.post(f"{address}/publish", json={"published": "yesterday"})).status_code == 422

        made = await writer.post(f"{address}/publish", json={"byline": "Ada"})
        again = await writer.post(f"{address}/publish", json={})

        documented = description()["paths"]["/api/v1/imports/{draft}/publish"]["post"]["responses"]
        assert {str(made.status_code), str(again.status_code)} == {"201", "200"} <= documented.keys(), made.text
        assert again.json()["id"] == made.json()["id"]
        thread = (await writer.get(made.headers["location"])).json()
        assert (thread["title"], thread["article"]["byline"], thread["starter"]) == ("A wager", "Ada", "jon")
        assert (await writer.get(address)).json()["thread"] == thread["id"]
    async with program(app, await make.member(), "article") as other:
        assert (await other.get(address)).status_code == 404


async def test_the_same_article_again_becomes_a_suggested_update(app: Litestar) -> None:
    ada = await make.member("ada", role="moderator")
    url = "https://blog.example/wager"
    thread = await make.thread(make.text(url=url), starter=ada)
    text = make.text(*make.WORDS[:2], "A new end.", url=url, fetched=True)
    async with (
        program(app, await make.member("jon"), "article") as writer,
        program(app, ada, "article", "moderate") as starter,
    ):
        found = await db.value(
            """insert into article_import (member, source, url, title, topic, state, draft)
               select id, 'url', $2, '', 'research', 'ready', $1 from member where name = 'jon' returning id""",
            encode(text),
            url,
        )
        assert (await writer.get(f"/imports/{found}")).json()["existing"] == thread
        refused = await writer.post(f"/imports/{found}/publish", json={})
        assert (refused.status_code, refused.json()["detail"][:39]) == (422, "This article has a discussion already: ")

        made = await writer.post(f"/imports/{found}/suggest")
        assert made.status_code == 201, made.text
        address = f"/threads/{thread}/updates/{made.json()['id']}"
        shown = (await starter.get(address)).json()
        assert (shown["member"], shown["state"], shown["changes"]) == ("jon", "waiting", 2)
        assert [one["id"] for one in (await starter.get("/updates")).json()["items"]] == [made.json()["id"]]
        accept = {"decision": "accept", "version": shown["version"]}
        assert (await writer.post(f"{address}/decide", json=accept)).status_code == 403
        assert (await starter.post(f"{address}/decide", json=accept | {"version": "0"})).status_code == 412
        assert (await starter.post(f"{address}/decide", json=accept)).status_code == 204
        assert (await starter.get(f"/threads/{thread}")).json()["article"]["passages"][2]["text"] == "A new end."


async def test_an_article_is_edited_at_the_version_that_was_read(app: Litestar) -> None:
    ada = await make.member("ada")
    thread = await make.thread(starter=ada)
    async with program(app, ada, "article") as editor, program(app, await make.member(), "article") as other:
        read = await editor.get(f"/threads/{thread}/article")
        assert read.json()["text"].split("\n\n") == list(make.WORDS)
        change = {"title": "The wager", "text": "Only this.", "reason": "It was long."}
        unless = {"if-match": read.headers["etag"]}

        assert (await other.get(f"/threads/{thread}/article")).status_code == 403
        changed = await editor.put(f"/threads/{thread}/article", json=change, headers=unless)
        assert (changed.status_code, changed.json()["revision"]) == (200, 2), changed.text
        late = await editor.put(f"/threads/{thread}/article", json=change | {"text": "Late."}, headers=unless)
        assert late.status_code == 412
        assert (await editor.put(f"/threads/{thread}/article", json=change | {"text": ""})).status_code == 422

        back = await editor.post(f"/threads/{thread}/revisions/1/restore", json={"reason": "No."})
        assert back.json()["text"].split("\n\n") == list(make.WORDS)
        assert (await editor.post(f"/threads/{thread}/revisions/9/restore", json={})).status_code == 404
        items = (await other.get(f"/threads/{thread}/revisions")).json()["items"]
        assert [(one["number"], one["editor"], one["restores"]) for one in items] == [
            (1, None, None),
            (2, "ada", None),
            (3, "ada", 1),
        ]


async def test_a_correction_is_declined_by_the_member_who_added_the_article(app: Litestar) -> None:
    ada = await make.member("ada")
    thread = await make.thread(make.text(url="https://blog.example/a"), starter=ada)
    passage = (await make.lineages(thread))[0]
    async with program(app, await make.member("jon"), "article") as reader, program(app, ada, "article") as starter:
        made = await reader.post(f"/threads/{thread}/corrections", json={"passage": passage, "text": "It answers."})
        assert made.status_code == 201, made.text
        address = f"/threads/{thread}/updates/{made.json()['id']}"
        assert (await reader.get(address)).json()["passage"] == passage
        no = {"decision": "decline", "answer": "It was right."}
        assert (await starter.post(f"{address}/decide", json=no)).status_code == 204
        assert (await starter.post(f"{address}/decide", json=no)).status_code == 422
        assert (await reader.get(address)).json()["state"] == "declined"


async def test_without_the_scope_no_article_is_added(app: Litestar) -> None:
    async with program(app, await make.member(), "comment", "vote") as client, program(app) as visitor:
        body = {"source": "text", "text": TEXT}
        assert (await client.post("/imports", json=body)).status_code == 403
        assert (await visitor.post("/imports", json=body)).status_code == 401
    assert await db.value("select count(*) from article_import") == 0
