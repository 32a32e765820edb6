"""Keeping comments, articles and words of articles: only for oneself, and never more than everybody may read."""

import asyncio
import contextvars

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.comments import moving, states
from parley.discussion.kept import exports, jobs, ops, queries, rules, web
from parley.discussion.threads.ops import revise_thread
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.errors import Refused
from parley.platform.http import downloads
from tests import make

pytestmark = pytest.mark.anyio

WORDS = "One must know what a machine cannot know."
HOSTILE = "=cmd|'/c calc'!A1 <script>alert(\"x\")</script> \u202e {{ 7*7 }}"


async def remove_comment(comment: int) -> None:
    async with db.atomic():
        for state in ("hidden", "removed"):
            await states.transition(await states.lock_comment(comment), state, actor=None)


@pytest.fixture
async def mira(app: Litestar, client: httpx.AsyncClient) -> Viewer:
    who = await make.member("mira")
    await make.sign_in(client, who)
    return who


@pytest.fixture
async def thread(app: Litestar) -> int:
    return await make.thread(make.text(WORDS, "A second passage that says more.", title="The wager"))


async def test_a_page_of_notes_shows_as_many_as_it_has_room_for(
    client: httpx.AsyncClient, mira: Viewer, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """300 of the longest notes made a page of 10 MB."""
    monkeypatch.setattr(queries, "CARD_CHARACTERS", 100)
    passage, *_ = await make.lineages(thread)
    for length in (5, 10, 20):
        await ops.keep_words(mira.id, thread, passage, WORDS[:length], "", "Hm. " * 10)

    page = (await client.get(f"/t/{thread}/notes")).text
    cards = (await client.get(f"/t/{thread}/notes", headers={"HX-Request": "true"})).text

    assert page.count('class="kept-item"') == cards.count('class="kept-form"') == 2
    assert len(await queries.kept(mira)) == 3


async def test_a_comment_is_kept_noted_and_removed(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    comment = await make.comment(thread, await make.member("ben"), "Worth another look.")

    form = await client.get(f"/c/{comment}/keep")
    assert "Worth another look." in form.text
    done = await client.post(f"/c/{comment}/keep", data={"text": "For Tuesday."})
    await client.post(f"/c/{comment}/keep", data={"on": "1"})
    assert done.headers["Location"] == f"/c/{comment}"
    [row] = await queries.kept(mira)
    assert (row.kind, row.text, row.author) == ("comment", "For Tuesday.", "ben")

    page = await client.get("/kept")
    assert page.headers["Cache-Control"] == "no-store"
    assert "Worth another look." in page.text
    await client.post(f"/kept/{row.id}", data={"text": "For Friday."})
    assert "For Friday." in (await client.get(f"/kept/{row.id}")).text
    await client.post(f"/c/{comment}/keep", data={"on": "0"})
    assert await queries.kept(mira) == []


async def test_words_of_an_article_are_highlighted(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    [passage, _] = await make.lineages(thread)
    fields = {"passage": str(passage), "quote": "what a  machine\ncannot", "text": "Why not?"}

    assert "Keep words of this passage" in (await client.get(f"/t/{thread}/any?passage={passage}")).text
    assert WORDS in (await client.get(f"/t/{thread}/notes?passage={passage}")).text
    done = await client.post(f"/t/{thread}/notes", data=fields, headers={"HX-Request": "true"})
    again = await client.post(f"/t/{thread}/notes", data=fields, headers={"HX-Request": "true"})

    [row] = await queries.kept(mira)
    assert done.status_code == 204
    assert done.headers["Location"] == again.headers["Location"] == f"/kept/{row.id}"
    assert (row.kind, row.quote, row.address) == (
        "highlight",
        "what a machine cannot",
        f"/t/{thread}/the-wager#p{passage}",
    )
    cards = (await client.get(f"/t/{thread}/notes", headers={"HX-Request": "true"})).text
    assert f'data-passage="{passage}"' in cards
    assert "Why not?" in cards
    assert "<html" not in cards


async def test_without_a_quote_it_is_the_passage(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    [passage, _] = await make.lineages(thread)
    await client.post(f"/t/{thread}/notes", data={"passage": str(passage)})
    assert [row.quote for row in await queries.kept(mira)] == [WORDS]


@pytest.mark.parametrize(
    "fields", [{"quote": "words that are not there"}, {"passage": "999999"}, {"passage": ""}, {"text": "x" * 6_000}]
)
async def test_what_cannot_be_kept_is_refused_and_the_note_is_shown_again(
    client: httpx.AsyncClient, mira: Viewer, thread: int, fields: dict[str, str]
) -> None:
    [passage, _] = await make.lineages(thread)
    sent = {"passage": str(passage), "text": "My own thought."} | fields
    answer = await client.post(f"/t/{thread}/notes", data=sent)
    assert answer.status_code in {400, 409, 422}
    assert sent["text"] in answer.text
    assert 'class="error' in answer.text
    assert await queries.kept(mira) == []


async def test_what_somebody_keeps_does_not_exist_for_others(
    client: httpx.AsyncClient, mira: Viewer, thread: int
) -> None:
    ben = await make.member("ben")
    kept = await ops.keep_article(ben.id, thread, "canarynote")

    answers = [
        await client.get(f"/kept/{kept}"),
        await client.get(f"/kept/{kept}/respond"),
        await client.post(f"/kept/{kept}", data={"text": "mine now"}),
        await client.post(f"/kept/{kept}/remove"),
        await client.get("/kept/9999999999999999999999"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    await ops.note(mira.id, kept, "mine now")
    await ops.remove(mira.id, kept)
    await client.post(f"/t/{thread}/keep", data={"on": "0"})
    assert [row.text for row in await queries.kept(ben)] == ["canarynote"]


async def test_what_is_removed_leaves_and_the_note_stays(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    comment = await make.comment(thread, await make.member("ben"), "canaryword is here.")
    await client.post(f"/c/{comment}/keep", data={"text": "My note."})
    assert "canaryword" in (await client.get("/kept")).text
    assert "canaryword" in (await client.get("/kept?q=canaryword")).text.split("<main")[1].split("</form>")[1]

    await remove_comment(comment)

    page = (await client.get("/kept")).text
    assert "canaryword" not in page
    assert "My note." in page
    assert "can no longer be read" in page
    assert await queries.kept(mira, query="canaryword") == []
    for kind in ("markdown", "json", "annotations", "readwise"):
        file = (await client.get(f"/kept/export/{kind}")).text
        assert "canaryword" not in file
        assert "My note." in file
    assert (await client.post(f"/c/{comment}/keep")).status_code == 422


async def test_whom_one_blocked_is_not_read_here_either(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    ben = await make.member("ben")
    comment = await make.comment(thread, ben, "canaryword is here.")
    await client.post(f"/c/{comment}/keep")
    await make.block(mira, ben)
    await make.sign_in(client, mira)

    page = (await client.get("/kept")).text
    assert "canaryword" not in page
    assert "ben" not in page.split("<main")[1]


async def test_words_that_were_taken_down_leave(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    [passage, _] = await make.lineages(thread)
    await client.post(f"/t/{thread}/notes", data={"passage": str(passage), "text": "My note."})
    await db.execute(
        "update article set restricted = 'none' where id = (select article from thread where id = $1)", thread
    )

    [row] = await queries.kept(mira)
    assert (row.quote, row.prefix, row.suffix, row.text) == (None, None, None, "My note.")
    assert "These words can no longer be shown." in (await client.get("/kept")).text


async def test_highlights_follow_revisions(mira: Viewer, thread: int) -> None:
    [passage, second] = await make.lineages(thread)
    await ops.keep_words(mira.id, thread, passage, "what a machine cannot know", "", "")
    await ops.keep_words(mira.id, thread, second, "", "", "On the second.")

    changed = "One must know what a big machine cannot ever know."
    await revise_thread(thread, make.text("A new beginning.", changed, title="The wager"))
    assert await jobs.find_again() == 1
    assert await jobs.find_again() == 0

    first, other = sorted(await queries.kept(mira), key=lambda row: row.id)
    assert (first.anchor, first.words) == ("changed", "what a big machine cannot ever know")
    assert other.anchor == "lost"
    assert other.address == f"/t/{thread}/the-wager"

    await revise_thread(thread, make.text(WORDS, "A second passage that says more.", title="The wager"))
    await jobs.find_again()
    first, other = sorted(await queries.kept(mira), key=lambda row: row.id)
    assert (first.anchor, first.words) == ("same", None)


async def test_highlights_are_found_where_their_passage_was_merged_into_another(mira: Viewer, thread: int) -> None:
    [passage, second] = await make.lineages(thread)
    await ops.keep_words(mira.id, thread, passage, "what a machine cannot know", "", "")
    await ops.keep_words(mira.id, thread, second, "says more", "", "")

    await revise_thread(thread, make.text(f"{WORDS} A second passage that says more.", title="The wager"))
    await jobs.find_again()

    [there] = await db.values(
        """select p.lineage from thread t join revision r on r.article = t.article and r.number = t.revision
           join passage p on p.revision = r.id where t.id = $1""",
        thread,
    )
    rows = await queries.kept(mira)
    assert [(row.passage, row.anchor == "lost") for row in rows] == [(there, False)] * 2
    assert {row.present for row in rows} == {"what a machine cannot know", "says more"}


async def test_after_keeping_one_finds_the_way_to_all_of_it(
    client: httpx.AsyncClient, mira: Viewer, thread: int
) -> None:
    await client.post(f"/t/{thread}/keep", data={"text": ""})
    answer = await client.get(f"/t/{thread}/notes", headers={"HX-Request": "true"})
    assert 'href="/kept"' in answer.text
    assert 'href="/kept"' in (await client.get("/for-you")).text.partition("<main")[2]


async def test_a_moved_comment_is_kept_in_its_new_thread(mira: Viewer, thread: int) -> None:
    comment, other = await make.comment(thread, await make.member("ben"), "Elsewhere."), await make.thread()
    await db.execute("insert into kept_item (member, thread, comment) values ($1, $2, $3)", mira.id, thread, comment)
    async with db.atomic():
        await moving.move(comment, await moving.new_location(comment, other, None), None)
    assert [row.thread for row in await queries.kept(mira)] == [other]


async def test_a_note_becomes_a_response_only_by_a_press(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    [passage, _] = await make.lineages(thread)
    comment = await make.comment(thread, await make.member("ben"), "A comment.")
    quoted = await ops.keep_words(mira.id, thread, passage, "a machine cannot", "", "My thought.")
    await client.post(f"/c/{comment}/keep", data={"text": "My reply."})
    before = await db.value("select count(*) from comment")

    form = await client.get(f"/kept/{quoted}/respond")
    assert ">\nMy thought.</textarea>" in form.text
    assert make.hidden(form, "quote") == "a machine cannot"
    [reply] = [row.id for row in await queries.kept(mira) if row.comment]
    assert ">\nMy reply.</textarea>" in (await client.get(f"/kept/{reply}/respond")).text
    assert await db.value("select count(*) from comment") == before

    fields = {name: make.hidden(form, name) for name in ("passage", "quote", "prefix", "submission")}
    done = await client.post(f"/t/{thread}/comments", data=fields | {"body": "My thought."})
    assert done.status_code == 303
    assert await db.value("select quote from comment where body = 'My thought.'") == "a machine cannot"


async def test_hostile_words_stay_words(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    comment = await make.comment(thread, await make.member("ben"), HOSTILE)
    await client.post(f"/c/{comment}/keep", data={"text": HOSTILE})
    page = (await client.get("/kept")).text
    assert "<script>alert" not in page
    assert "49" not in page.split("<main")[1].split("kept-note")[1].split("</p>")[0]
    table = (await client.get("/kept/export/readwise")).text.splitlines()
    assert table[0] == "Highlight,Title,Author,URL,Note,Location,Date"
    assert "\"'=cmd" in table[1]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\uff1d", "\uff0d", "\t=", "\n=", " \r\n@", "\u3000=", "\xa0="])
def test_no_spreadsheet_calculates_what_was_kept(begins: str) -> None:
    assert exports.harmless(f"{begins}1+1") == f"'{begins}1+1"
    assert exports.harmless(f"1{begins}1") == f"1{begins}1"


async def test_files_have_everything(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    [passage, _] = await make.lineages(thread)
    await ops.keep_words(mira.id, thread, passage, "a machine cannot", "", "My *thought*.")
    await ops.keep_article(mira.id, thread)

    article, quoted = (await client.get("/kept/export/json")).json()
    assert (article["kind"], quoted["kind"]) == ("article", "highlight")
    assert (quoted["quote"], quoted["note"]) == ("a machine cannot", "My *thought*.")
    items = (await client.get("/kept/export/annotations")).json()["items"]
    assert [item["motivation"] for item in items] == ["bookmarking", "commenting"]
    selector = items[1]["target"]["selector"]
    assert selector["exact"] == "a machine cannot"
    assert selector["suffix"].startswith(" know.")
    assert "> a machine cannot\n\nMy *thought*.\n" in (await client.get("/kept/export/markdown")).text
    assert (await client.get("/kept/export/docx")).status_code == 404

    comment = await make.comment(thread, await make.member(), "![](//a.example/b)")
    assert (await client.post(f"/c/{comment}/keep")).status_code < 400
    assert "> \\![](//a.example/b)" in (await client.get("/kept/export/markdown")).text


async def test_files_and_searches_have_the_limits_of_other_downloads_and_searches(
    client: httpx.AsyncClient, mira: Viewer, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ops.keep_article(mira.id, thread)
    monkeypatch.setattr(web, "API_ACCOUNT", msgspec.structs.replace(ratelimit.API_ACCOUNT, most=2))
    with monkeypatch.context() as patch:
        patch.setattr(downloads.running, "may_add", lambda _: False)
        unfinished = await client.get("/kept/export/json")
    files = [await client.get("/kept/export/json") for _ in range(2)]
    await ratelimit.take(ratelimit.SEARCH_ACCOUNT, str(mira.id), ratelimit.SEARCH_ACCOUNT.most)
    searched = await client.get("/kept?q=wager")

    assert [one.status_code for one in (unfinished, *files, searched)] == [429, 200, 429, 429]
    assert unfinished.headers["Retry-After"] == "30"
    assert int(searched.headers["Retry-After"]) > 0
    assert (await client.get("/kept")).status_code == 200
    assert not downloads.running.of_host


async def test_nobody_keeps_without_end(mira: Viewer, thread: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_KEPT", 1)
    await ops.keep_article(mira.id, thread)
    [passage, _] = await make.lineages(thread)
    with pytest.raises(Refused):
        await ops.keep_words(mira.id, thread, passage, "", "", "")


@pytest.mark.committed
async def test_two_tabs_at_once_keep_the_same_words_once_and_no_more_than_one_may(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, thread = await make.member(), await make.thread(make.text(WORDS))
    [passage] = await make.lineages(thread)
    quotes = ["a machine", "a machine", "One must", "One must", "cannot know", "cannot know"]
    monkeypatch.setattr(rules, "MOST_KEPT", 2)

    tabs = [
        asyncio.create_task(ops.keep_words(who.id, thread, passage, quote, "", ""), context=contextvars.Context())
        for quote in quotes
    ]
    done = await asyncio.gather(*tabs, return_exceptions=True)

    kept = await db.values("select quote from kept_item where member = $1", who.id)
    assert len(kept) == len(set(kept)) == 2
    assert all(isinstance(one, int | Refused) for one in done)
    with pytest.raises(Refused):
        await ops.keep_article(who.id, thread)


async def test_visitors_are_asked_to_sign_in(client: httpx.AsyncClient, thread: int) -> None:
    for address in ("/kept", "/kept/export/json", f"/t/{thread}/notes", f"/t/{thread}/keep"):
        answer = await client.get(address)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/login")
    assert (await client.post(f"/t/{thread}/keep")).status_code in {303, 401, 403}
    assert await db.value("select count(*) from kept_item") == 0


async def test_a_page_asks_for_notes_only_where_there_are_some(
    client: httpx.AsyncClient, mira: Viewer, thread: int
) -> None:
    assert 'hx-trigger="parley:kept"' in (await client.get(f"/t/{thread}/any")).text
    await client.post(f"/t/{thread}/keep")
    assert 'hx-trigger="load, parley:kept"' in (await client.get(f"/t/{thread}/any")).text


async def test_a_list_of_all_reads_no_words_whatever_it_is_planned_for(mira: Viewer) -> None:
    """With 10,000 notes, one statement for lists and searches took three seconds once PostgreSQL kept its plan."""
    await db.execute("set local plan_cache_mode = force_generic_plan")
    plans = []
    for sql, given in ((queries.SELECT_IDS, "1, null, 9, 0"), (queries.SELECT_FOUND, "1, '{}', null, 'a', 9, 0")):
        await db.execute(f"prepare listed as {sql}")
        plans.append("\n".join(await db.values(f"explain execute listed({given})")))
        await db.execute("deallocate listed")

    assert ["strpos" in plan for plan in plans] == [False, True]
