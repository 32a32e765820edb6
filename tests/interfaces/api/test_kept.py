"""What a member keeps, through the API: their own only, in pages, without words that may no longer be read."""

import pytest
from litestar import Litestar

from parley.discussion.comments import states
from parley.discussion.kept import jobs, ops
from parley.discussion.threads.ops import revise_thread
from parley.interfaces.api.people import kept_web
from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio

WORDS = "One must know what a machine cannot know."


async def test_a_program_reads_what_its_member_keeps(app: Litestar) -> None:
    mira, ben = await make.member("mira"), await make.member("ben")
    thread = await make.thread(make.text(WORDS, title="The wager"))
    [passage] = await make.lineages(thread)
    comment = await make.comment(thread, ben, "Worth another look.")
    await ops.keep_words(mira.id, thread, passage, "a machine cannot", "", "My thought.")
    await ops.keep_article(mira.id, thread, "All of it.")
    await db.execute("insert into kept_item (member, thread, comment) values ($1, $2, $3)", mira.id, thread, comment)

    async with program(app, mira, "keep") as script, program(app, ben, "keep") as other:
        page = (await script.get("/kept")).json()
        kinds = {item["kind"]: item for item in page["items"]}
        assert page["next"] is None and set(kinds) == {"article", "highlight", "comment"}
        highlight = kinds["highlight"]
        assert (highlight["quote"], highlight["note"], highlight["passage"]) == (
            *("a machine cannot", "My thought."),
            passage,
        )
        assert kinds["comment"]["comment"] == comment and kinds["article"]["note"] == "All of it."
        assert all(item["url"].startswith("http://localhost/") for item in page["items"])
        assert (await other.get("/kept")).json() == {"items": [], "next": None}

        await revise_thread(thread, make.text(WORDS.replace("machine", "big machine"), title="The wager"))
        await jobs.find_again()
        [changed] = [item for item in (await script.get("/kept")).json()["items"] if item["kind"] == "highlight"]
        assert (changed["quote"], changed["words"]) == ("a machine cannot", "a big machine cannot")


async def test_what_was_removed_or_taken_down_has_no_words(app: Litestar) -> None:
    mira, thread = await make.member("mira"), await make.thread(make.text(WORDS, title="The wager"))
    [passage] = await make.lineages(thread)
    comment = await make.comment(thread, await make.member("ben"), "Worth another look.")
    await ops.keep_words(mira.id, thread, passage, "a machine cannot", "", "My thought.")
    await db.execute("insert into kept_item (member, thread, comment) values ($1, $2, $3)", mira.id, thread, comment)
    async with db.atomic():
        for state in ("hidden", "removed"):
            await states.transition(await states.lock_comment(comment), state, actor=None)
    await db.execute(
        "update article set restricted = 'none' where id = (select article from thread where id = $1)", thread
    )

    async with program(app, mira, "keep") as script:
        answer = await script.get("/kept")
    assert "a machine cannot" not in answer.text and "Worth another look." not in answer.text
    assert "My thought." in answer.text and len(answer.json()["items"]) == 2


async def test_pages_follow_each_other(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_web, "PER_PAGE", 2)
    mira = await make.member("mira")
    for _ in range(5):
        await ops.keep_article(mira.id, await make.thread())
    found, address = [], "/kept"
    async with program(app, mira, "keep") as script:
        while address:
            page = (await script.get(address)).json()
            found += [item["id"] for item in page["items"]]
            address = page["next"] and page["next"].partition("/api/v1")[2]
        assert (await script.get("/kept?after=x")).status_code == 422
    assert len(found) == len(set(found)) == 5


async def test_it_takes_a_token_with_the_scope(app: Litestar) -> None:
    async with program(app) as nobody, program(app, await make.member(), "comment") as without:
        assert [(await one.get("/kept")).status_code for one in (nobody, without)] == [401, 403]
