"""Exporting one's data: the request, the file, and who may download it."""

import io
import json
import zipfile
from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.articles.imports.ops import encode
from parley.discussion.commenting import editing
from parley.discussion.suggestions import corrections
from parley.discussion.thesis import ops as theses
from parley.moderation.appeals import ops as appeals
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.own_data.exports import archive, jobs, records, selects
from parley.people.account_settings import signup_ops
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided
from tests.people.accounts.person import PASSWORD

pytestmark = pytest.mark.anyio

PAGE = "/settings/data"
# A passkey, a token and a comment that waits for its article.
KEYS = (
    "insert into passkey (member, name, credential, handle, public_key) values ($1, 'my phone', '\\x01', '', '')",
    """insert into api_token (member, token_hash, name, scopes, expires_at)
       values ($1, '\\x01', 'my script', array['vote'], now() + interval '1 day')""",
    """insert into first_comment (site, url, member, body, submission, due_at)
       values ('pub', 'https://pub.example/one', $1, 'Not there yet.', 'one', now())""",
)
UPDATE = "insert into suggested_update (thread, member, draft) values ($1, $2, $3)"
DECLINED = "insert into suggested_update (thread, member, state) values ($1, $2, 'declined')"


@pytest.fixture
async def mira(app: Litestar) -> Viewer:
    number, _ = await signup_ops.add_member(name="mira", email="mira@example.org", password=PASSWORD)
    return Viewer(id=number, name="mira", role="member", verified=True, session=0)


async def prove(client: httpx.AsyncClient, who: Viewer) -> None:
    """Sign in and give the password."""
    await make.sign_in(client, who)
    assert (await client.post("/prove", data={"password": PASSWORD})).status_code == 303


async def exported(client: httpx.AsyncClient, who: Viewer) -> zipfile.ZipFile:
    """Request the file, let the worker make it, and download it."""
    await prove(client, who)
    assert (await client.post(PAGE)).headers["location"] == f"{PAGE}#export"
    assert await jobs.make_exports() == 1
    number = await db.value("select id from export where member = $1", who.id)
    answer = await client.get(f"{PAGE}/{number}.zip")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    return zipfile.ZipFile(io.BytesIO(answer.content))


def lines(file: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read(name).decode().splitlines()]


async def test_the_file_holds_all_that_the_account_has(client: httpx.AsyncClient, mira: Viewer) -> None:
    jon = await make.member("jon")
    thread = await make.thread(make.text("Most words are short."), starter=mira)
    [lineage] = (await make.lineages(thread))[:1]
    root = await make.comment(
        thread, mira, "My *first* view.", stance="challenges", passage=lineage, quote="Most", statement="It is so."
    )
    other = await make.comment(thread, jon, "Not mine.", parent=root)
    await make.comment(thread, mira, "My answer.", parent=other)
    await editing.edit_comment(viewer=mira, comment_id=root, body="My second view.")
    await make.vote(mira, other)
    await make.vote(mira, other, "agreement", -1)
    await make.thesis(thread, "Words are short.", by=mira)
    await theses.answer(mira, thread, 1)
    await theses.answer(jon, thread, -1)
    await make.block(mira, jon, "mute")
    await db.execute("insert into follow (member, thread, since) values ($1, $2, now())", mira.id, thread)
    await reports.report(ReportInput("comment", root, "civility", "An insult.", jon))
    item = await db.value("select id from queue_item")
    decision = await decided(item, await make.member(role="moderator"), "warn")
    await appeals.file(decision=decision, text="It was a quotation.")
    for statement in KEYS:
        await db.execute(statement, mira.id)

    file = await exported(client, mira)

    assert file.testzip() is None
    assert [one["body"] for one in lines(file, "comments.jsonl")] == ["My second view.", "My answer."]
    assert [one["body"] for one in lines(file, "comment-versions.jsonl")] == ["My *first* view."]
    assert [(one["axis"], one["value"]) for one in lines(file, "votes.jsonl")] == [("quality", 1), ("agreement", -1)]
    [answer] = lines(file, "thesis-answers.jsonl")
    assert (answer["thesis"], answer["value"], answer["seen"]) == ("Words are short.", 1, False)
    assert [one["text"] for one in lines(file, "theses.jsonl")] == ["Words are short."]
    assert [one["name"] for one in lines(file, "blocks.jsonl")] == ["jon"]
    assert [one["thread"] for one in lines(file, "follows.jsonl")] == [thread]
    assert [one["id"] for one in lines(file, "threads.jsonl")] == [thread]
    assert [one["id"] for one in lines(file, "decisions.jsonl")] == [decision]
    assert [one["text"] for one in lines(file, "appeals.jsonl")] == ["It was a quotation."]
    assert [one["site"] for one in lines(file, "sessions.jsonl")] == [None]
    [passkey], [token] = lines(file, "passkeys.jsonl"), lines(file, "tokens.jsonl")
    assert (passkey["name"], token["name"], token["scopes"]) == ("my phone", "my script", ["vote"])
    assert [one["body"] for one in lines(file, "first-comments.jsonl")] == ["Not there yet."]
    assert not {"public_key", "credential", "token_hash"} & {*passkey, *token}
    assert lines(file, "connected-accounts.jsonl") == []
    profile = json.loads(file.read("profile.json"))
    assert (profile["name"], profile["email"]) == ("mira", "mira@example.org")
    assert (profile["legend"], profile["marks"], profile["has_feed"]) == (True, "on", True)
    everything = b"".join(file.read(name) for name in file.namelist())
    assert b"Not mine." not in everything
    assert b"password_hash" not in everything


def test_the_readme_of_the_archive_names_each_of_its_files() -> None:
    assert [name for name in selects.RECORDS if archive.README.count(f"\n{name} ") != 1] == []


async def test_a_suggestion_has_its_text_while_it_waits(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    correction = corrections.Correction((await make.lineages(thread))[0], "My words.", "A typo.")
    await corrections.suggest(viewer=mira, thread_id=thread, correction=correction)
    await db.execute(UPDATE, thread, mira.id, encode(make.text("My text.")))
    await db.execute(DECLINED, await make.thread(), mira.id)

    rows = lines(await exported(client, mira), "suggested-corrections.jsonl")

    assert [one["passages"] and one["passages"][0]["text"] for one in rows] == ["My words.", "My text.", None]


@pytest.mark.parametrize("table", ["comment", "vote", "block", "follow", "session", "decision", "appeal", "visit"])
async def test_each_record_has_a_line_for_each_row(app: Litestar, mira: Viewer, table: str) -> None:
    """The queries read whole tables of the member: none leaves rows out, for a join or for a batch."""
    names = {"comment": "comments", "follow": "follows", "visit": "visits"}
    sql = selects.RECORDS[f"{names.get(table, table + 's')}.jsonl"]
    thread = await make.thread()
    mine = [await make.comment(thread, mira, f"Number {number}.") for number in range(3)]
    await make.vote(await make.member(), mine[0])
    column = {"comment": "author"}.get(table, "member")
    rows = await db.value(f'select count(*) from "{table}" where {column} = $1', mira.id)
    assert len([line async for batch in records.lines(sql, mira.id) for line in batch]) == rows


@pytest.mark.parametrize(("state", "action"), [("awaiting", "remove"), ("undone", "warn"), ("in_force", "approve")])
async def test_decisions_that_the_member_was_not_told_are_left_out(
    app: Litestar, mira: Viewer, state: str, action: str
) -> None:
    await db.execute(
        """insert into decision (kind, target, action, reason, member, state, created_at)
           values ('member', $1, $3, 'Not yet told', $1, $2, now())""",
        mira.id,
        state,
        action,
    )
    assert [batch async for batch in records.lines(selects.RECORDS["decisions.jsonl"], mira.id)] == []


async def test_long_lists_are_read_in_batches(app: Litestar, mira: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = await make.thread()
    for number in range(5):
        await make.comment(thread, mira, f"Number {number}.")
    monkeypatch.setattr(records, "BATCH", 2)
    batches = [len(batch) async for batch in records.lines(selects.RECORDS["comments.jsonl"], mira.id)]
    assert batches == [2, 2, 1]


async def test_comments_are_there_for_reading_and_for_other_programs(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread(make.text(title="The wager ![](//a.example/b)", url="https://review.example/wager"))
    [lineage] = (await make.lineages(thread))[:1]
    quote = str(await db.value("select split_part(text, ' ', 1) from passage where lineage = $1", lineage))
    body = "> ![](//a.example/b)\n\nA view."
    root = await make.comment(thread, mira, body, stance="challenges", passage=lineage, quote=quote)
    await make.comment(thread, mira, "A reply.", parent=root)

    file = await exported(client, mira)

    [name] = [name for name in file.namelist() if name.startswith("comments/")]
    text = file.read(name).decode()
    assert name == f"comments/{thread}-the-wager-a-example-b.md"
    assert text.startswith(r"# The wager !\[\](//a.example/b)" "\n\nThe article: <https://review.example/wager>")
    assert r"> \![](//a.example/b)" in text
    assert f"> {quote}" in text
    assert "A view." in text
    assert f"in reply to http://localhost/c/{root}" in text
    page = json.loads(file.read("comments.annotations.jsonld"))
    first, second = page["items"]
    assert first["target"]["source"] == "https://review.example/wager"
    assert first["target"]["selector"]["exact"] == quote
    assert first["body"][1] == {"type": "TextualBody", "purpose": "tagging", "value": "challenges"}
    assert second["target"] == first["id"] == f"http://localhost/c/{root}"


async def test_a_quote_goes_with_the_text_of_its_article(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread(make.text("Secret words of an article."))
    [lineage] = await make.lineages(thread)
    await make.comment(thread, mira, "A view.", passage=lineage, quote="Secret words")
    await db.execute("update article set restricted = 'none' where id = (select article from thread)")
    file = await exported(client, mira)
    assert b"Secret words" not in b"".join(file.read(name) for name in file.namelist())


async def test_the_words_around_a_quote_go_with_those_that_are_not_shown(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread = await make.thread(make.text("Open words, and then secret ones.", "Secret words too."))
    lineage, gone = await make.lineages(thread)
    comment = await make.comment(thread, mira, "A view.", passage=lineage, quote="Open words")
    await db.execute("update comment set suffix = ', and then secret ones. Secret' where id = $1", comment)
    remove = "update article set removed_passages = array[$1::bigint] where id = (select article from thread)"
    await db.execute(remove, gone)
    file = await exported(client, mira)
    text = b"".join(file.read(name) for name in file.namelist())
    assert b"Open words" in text and b"Secret" not in text


async def test_the_file_comes_in_parts_of_bounded_size(
    client: httpx.AsyncClient, mira: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PART_BYTES", 300)
    file = await exported(client, mira)
    assert file.testzip() is None
    sizes = await db.values("select length(bytes) from export_part order by number")
    assert len(sizes) > 3
    assert set(sizes[:-1]) == {300}


async def test_the_password_is_asked_before_a_request_and_before_a_download(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    await exported(client, mira)
    number = await db.value("select id from export")
    await make.sign_in(client, mira)
    for answer in (await client.post(PAGE), await client.get(f"{PAGE}/{number}.zip")):
        assert (answer.status_code, answer.headers["location"]) == (303, f"/prove?next={PAGE}%23export")
    wrong = await client.post(f"/prove?next={PAGE}", data={"password": "not my password"})
    assert (wrong.status_code, "This is not your current password." in wrong.text) == (422, True)
    right = await client.post(f"/prove?next={PAGE}", data={"password": PASSWORD})
    assert right.headers["location"] == PAGE
    assert (await client.get(f"{PAGE}/{number}.zip")).status_code == 200
    await db.execute("update session set proved_at = now() - interval '11 minutes'")
    assert (await client.get(f"{PAGE}/{number}.zip")).status_code == 303


async def test_a_member_who_just_gave_their_password_is_not_asked_again(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    await client.post("/login", data={"login": "mira", "password": PASSWORD})
    assert (await client.post(PAGE)).headers["location"] == f"{PAGE}#export"


async def test_visitors_sign_in_first_and_others_find_nothing(client: httpx.AsyncClient, mira: Viewer) -> None:
    await exported(client, mira)
    number = await db.value("select id from export")
    client.cookies.clear()
    assert (await client.post(PAGE)).status_code == 401
    assert (await client.get(PAGE)).headers["location"] == f"/login?next={PAGE}"
    jon = await make.member("jon")
    await make.sign_in(client, jon)
    await db.execute("update session set proved_at = now()")
    assert (await client.get(f"{PAGE}/{number}.zip")).status_code == 404
    assert "Request your data" in (await client.get(PAGE)).text


@pytest.mark.parametrize("file", ["0.zip", "1", "x.zip", "9" * 30 + ".zip"])
async def test_made_up_files_are_not_there(client: httpx.AsyncClient, mira: Viewer, file: str) -> None:
    await prove(client, mira)
    assert (await client.get(f"{PAGE}/{file}")).status_code == 404


async def test_one_request_a_day(client: httpx.AsyncClient, mira: Viewer) -> None:
    await exported(client, mira)
    again = await client.post(PAGE)
    assert (again.status_code, "once in 24 hours" in again.text) == (422, True)
    await db.execute("update export set created_at = now() - interval '25 hours'")
    assert (await client.post(PAGE)).status_code == 303


async def test_a_file_is_gone_after_a_week(client: httpx.AsyncClient, mira: Viewer) -> None:
    await exported(client, mira)
    number = await db.value("select id from export")
    await db.execute("update export set created_at = now() - interval '7 days'")
    assert (await client.get(f"{PAGE}/{number}.zip")).status_code == 404


async def test_the_page_says_how_far_the_file_is_without_javascript(client: httpx.AsyncClient, mira: Viewer) -> None:
    await prove(client, mira)
    await client.post(PAGE)
    page = (await client.get(PAGE)).text
    assert '<noscript><p><a href="/settings/data#export">' in page
    assert "Your file is next in line." in page
    await db.execute("update export set state = 'running', total = 90, done = 30")
    assert "30 of 90" in (await client.get(PAGE)).text
    assert (await client.get(PAGE, headers={"HX-Request": "true"})).text.lstrip().startswith("<section")


async def test_a_failed_export_is_shown_and_can_be_requested_again(
    client: httpx.AsyncClient, mira: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(archive, "write", fail)
    await prove(client, mira)
    await client.post(PAGE)
    await jobs.make_exports()
    assert "because of a fault on our side" in (await client.get(PAGE)).text
    assert (await client.post(PAGE)).status_code == 303


async def test_another_worker_takes_over_an_export_without_progress(client: httpx.AsyncClient, mira: Viewer) -> None:
    await prove(client, mira)
    await client.post(PAGE)
    await db.execute("update export set state = 'running', changed_at = now() - interval '2 minutes'")
    await db.execute("insert into export_part (export, number, bytes) select id, 0, 'old' from export")
    assert await jobs.make_exports() == 1
    assert await db.value("select bytes from export_part") != b"old"


async def test_a_worker_that_lost_an_export_to_another_changes_nothing_of_it(
    client: httpx.AsyncClient, mira: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker stands still for two minutes in the midst of it. Meanwhile the second one makes the file."""
    write = archive.write

    async def stand_still(member: int, progress: archive.Progress) -> None:
        monkeypatch.setattr(archive, "write", write)
        await progress(0, b"x" * jobs.PART_BYTES)
        await db.execute("update export set changed_at = now() - interval '2 minutes'")
        await jobs.make_exports()
        await progress(7, b"x")

    await prove(client, mira)
    await client.post(PAGE)
    monkeypatch.setattr(archive, "write", stand_still)
    await jobs.make_exports()

    number = await db.value("select id from export where state = 'done' and attempt = 2")
    file = await client.get(f"{PAGE}/{number}.zip")
    assert zipfile.ZipFile(io.BytesIO(file.content)).testzip() is None
    assert await db.value("select count(*) from mail where kind = 'export'") == 1


async def test_the_member_is_mailed_when_the_file_is_ready(client: httpx.AsyncClient, mira: Viewer) -> None:
    await exported(client, mira)
    text = await db.value("select text from mail where kind = 'export'")
    assert "http://localhost/settings/data" in text
    assert ".zip" not in text
