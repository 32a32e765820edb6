import asyncio
import re
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.commenting import drafts, editing, posting, web
from parley.discussion.commenting.insertion import INSERT_COMMENT
from parley.discussion.comments import queries as comments
from parley.discussion.comments import rules
from parley.discussion.threads.ops import revise_thread
from parley.moderation.decisions import thread_actions
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.db.pool import NO_ANSWER
from parley.platform.errors import Refused, Unavailable
from parley.platform.limit import Limit
from parley.platform.observability import metrics
from tests import make
from tests.restricting import title
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.anyio


@pytest.fixture
async def thread(app: Litestar) -> int:
    return await make.thread()


@pytest.fixture
async def mira(client: httpx.AsyncClient, thread: int) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def count(thread: int) -> int:
    found: int = await db.value("select count(*) from comment where thread = $1", thread)
    return found


async def test_a_reply_is_counted_numbered_and_one_level_deeper(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    root = await make.comment(thread, mira)

    await client.post(f"/t/{thread}/comments", data={"body": "So do I.", "parent": str(root)})

    reply, depth = await db.value("select id from comment where parent = $1", root), 1
    assert await db.value("select depth from comment where id = $1", reply) == depth
    assert await db.value("select reply_count from comment where id = $1", root) == 1
    assert await db.value("select comment_count from thread where id = $1", thread) == 2
    kinds = await db.values("select kind || ' ' || seq from event where thread = $1 order by seq", thread)
    assert kinds == ["thread.opened 1", "comment.posted 2", "comment.posted 3"]


async def test_a_top_level_comment_carries_its_stance_passage_and_quote(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    lineage = (await make.lineages(thread))[1]
    form = {"body": "A lot.", "stance": "adds", "passage": str(lineage), "quote": " how  much\nenergy "}

    answer = await client.post(f"/t/{thread}/comments", data=form)
    page = await client.get(answer.headers["location"].partition("#")[0])

    assert '<span class="stance adds">' in page.text
    assert f'data-passage="{lineage}" data-anchor="same"' in page.text
    assert ">how much energy</a>" in page.text


async def test_the_answer_to_a_reply_is_what_the_next_page_shows(thread: int, app: Litestar) -> None:
    author = await make.member()
    await db.execute("update member set title = 'Editor' where id = $1", author.id)
    article = await db.value("select article from thread where id = $1", thread)
    claim = "insert into claim (article, member, way, token, state, role) values ($1, $2, 'page', 'a', $3, $4)"
    await db.execute(claim, article, author.id, "confirmed", "author")
    root = drafts.Draft(thread=thread, author=author, body="*Mine.*", stance="adds", statement="It is.", assisted=True)
    first = await posting.post_comment(root)
    second = await posting.post_comment(drafts.Draft(thread=thread, author=author, body="Yours.", parent=first.id))

    assert (first.comment_count, second.comment_count) == (1, 2)
    assert second.row == await comments.one(second.id)
    assert first.row is not None
    assert msgspec.structs.replace(first.row, reply_count=1) == await comments.one(first.id)


async def test_a_reply_by_htmx_reads_nothing_again(
    client: httpx.AsyncClient, thread: int, mira: Viewer, queries: list[str]
) -> None:
    root = await make.comment(thread, await make.member())
    await client.get("/")
    queries.clear()

    form = {"body": "So do I.", "parent": str(root)}
    answer = await client.post(f"/t/{thread}/comments", data=form, headers={"hx-request": "true"})

    assert "So do I." in answer.text and ">2</hx-partial>" in answer.text
    assert queries[-1] == INSERT_COMMENT


async def test_a_comment_is_posted_after_a_deadlock(
    client: httpx.AsyncClient, thread: int, mira: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, given_up = posting._check_and_write, [asyncpg.DeadlockDetectedError("deadlock detected")]

    async def deadlocked(draft: drafts.Draft) -> posting.Posted:
        if given_up:
            raise given_up.pop()
        return await write(draft)

    monkeypatch.setattr(posting, "_check_and_write", deadlocked)
    retried = metrics.RETRIES.labels("deadlock")._value.get()
    answer = await client.post(f"/t/{thread}/comments", data={"body": "It stands."})

    assert (answer.status_code, await count(thread)) == (303, 1)
    assert metrics.RETRIES.labels("deadlock")._value.get() == retried + 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"body": ""}, "Please write something first."),
        ({"body": " \r\n "}, "Please write something first."),
        ({"body": "a" * (rules.LONGEST_COMMENT + 1)}, "Please shorten it."),
        ({"body": "a\x00b"}, "cannot be stored"),
        ({"body": "[a](https://a.example) " * (rules.MOST_LINKS + 1)}, "Please remove some."),
        ({"stance": "shrugs"}, "Please choose one of"),
        ({"parent": "999999999"}, "no longer exists"),
        ({"passage": "999999999"}, "no longer in the article"),
        ({"passage": "1", "quote": "words nobody wrote"}, "Your text is kept"),
    ],
)
async def test_an_error_is_shown_and_the_text_kept(
    client: httpx.AsyncClient, thread: int, mira: Viewer, wrong: dict[str, str], said: str
) -> None:
    form = {"body": "kept words", "submission": str(uuid4())} | wrong

    for headers in ({}, {"hx-request": "true"}):
        answer = await client.post(f"/t/{thread}/comments", data=form, headers=headers)
        assert answer.status_code == 422
        assert said in answer.text
        assert form["body"].strip().replace("\x00", "")[:30] in answer.text.replace("\x00", "")
        assert form["submission"] in answer.text
    assert await count(thread) == 0


async def test_the_longest_comment_fits(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    answer = await client.post(f"/t/{thread}/comments", data={"body": "a" * rules.LONGEST_COMMENT})

    assert answer.status_code == 303


async def test_a_visitor_is_asked_to_sign_in_and_keeps_the_text(client: httpx.AsyncClient, thread: int) -> None:
    answer = await client.post(f"/t/{thread}/comments", data={"body": "kept words"})

    assert answer.status_code == 401
    assert "kept words" in answer.text
    assert await count(thread) == 0


async def test_an_unverified_member_is_asked_to_confirm_and_keeps_the_text(
    client: httpx.AsyncClient, thread: int
) -> None:
    await make.sign_in(client, await make.member(state="unverified"))

    answer = await client.post(f"/t/{thread}/comments", data={"body": "kept words"})

    assert answer.status_code == 403
    assert "kept words" in answer.text
    assert await count(thread) == 0


@pytest.mark.parametrize("path", ["/t/999999999/comments", "/t/0/comments", "/t/x/comments"])
async def test_nothing_can_be_posted_to_a_missing_thread(client: httpx.AsyncClient, mira: Viewer, path: str) -> None:
    assert (await client.post(path, data={"body": "words"})).status_code == 404


@pytest.mark.parametrize(("action", "state"), [("lock", "locked"), ("archive", "archived")])
async def test_a_closed_thread_refuses_and_keeps_the_text(
    client: httpx.AsyncClient, thread: int, mira: Viewer, action: str, state: str
) -> None:
    root = await make.comment(thread, mira)
    moderator = await make.member(role="moderator")
    await thread_actions.act(moderator, thread, action, "It is over.", await title(thread))

    for path in (f"/t/{thread}/comments", f"/c/{root}/edit"):
        answer = await client.post(path, data={"body": "kept words"})
        assert answer.status_code == 422
        assert state in answer.text
        assert "kept words" in answer.text
    assert await count(thread) == 1


async def test_a_deleted_comment_cannot_be_answered(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    root = await make.comment(thread, mira)
    await editing.delete_comment(viewer=mira, comment_id=root)

    answer = await client.post(f"/t/{thread}/comments", data={"body": "kept words", "parent": str(root)})

    assert answer.status_code == 422
    assert "kept words" in answer.text
    assert await count(thread) == 1


async def test_a_comment_of_another_thread_cannot_be_answered_here(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    other = await make.comment(await make.thread(), mira)

    answer = await client.post(f"/t/{thread}/comments", data={"body": "words", "parent": str(other)})

    assert answer.status_code == 422
    assert await count(thread) == 0


async def test_a_resend_finds_the_first_comment(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    form = {"body": "Once.", "submission": str(uuid4())}

    first = await client.post(f"/t/{thread}/comments", data=form)
    again = await client.post(f"/t/{thread}/comments", data=form)

    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"] == again.headers["location"]
    assert await count(thread) == 1


async def test_a_resend_finds_the_first_comment_in_a_thread_that_was_locked_since(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    form = {"body": "Once.", "submission": str(uuid4())}
    first = await client.post(f"/t/{thread}/comments", data=form)
    await thread_actions.act(await make.member(role="moderator"), thread, "lock")

    again = await client.post(f"/t/{thread}/comments", data=form)

    assert again.headers["location"] == first.headers["location"]
    assert await count(thread) == 1


async def test_a_resend_finds_the_first_comment_on_a_passage_that_is_gone_since(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread = await make.thread(make.text("One.", "Two.", "Three."))
    form = {"body": "Once.", "submission": str(uuid4()), "passage": str((await make.lineages(thread))[2])}
    first = await client.post(f"/t/{thread}/comments", data=form)
    await revise_thread(thread, make.text("One.", "Two."))

    again = await client.post(f"/t/{thread}/comments", data=form)

    assert again.headers["location"] == first.headers["location"]


async def test_another_text_from_the_same_form_gets_a_new_submission_key(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    form = {"body": "Once.", "submission": str(uuid4())}
    await client.post(f"/t/{thread}/comments", data=form)

    other = await client.post(f"/t/{thread}/comments", data=form | {"body": "Something else."})

    assert other.status_code == 422
    assert "Something else." in other.text
    assert form["submission"] not in other.text
    assert await count(thread) == 1


async def test_a_key_used_in_another_thread_finds_no_comment_of_that_one(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    form, other = {"body": "Once.", "submission": str(uuid4())}, await make.thread()
    await client.post(f"/t/{thread}/comments", data=form)

    answer = await client.post(f"/t/{other}/comments", data=form)

    assert answer.status_code == 422
    assert "Once." in answer.text and form["submission"] not in answer.text
    assert await count(other) == 0


async def test_submission_keys_of_two_members_are_independent(thread: int, mira: Viewer) -> None:
    key = uuid4()

    mine = await make.comment(thread, mira, submission=key)
    theirs = await make.comment(thread, await make.member(), submission=key)

    assert mine != theirs


@pytest.mark.committed
async def test_twenty_clicks_at_once_make_one_comment(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    form = {"body": "Once.", "submission": str(uuid4())}

    answers = await asyncio.gather(*(client.post(f"/t/{thread}/comments", data=form) for _ in range(20)))

    assert {answer.status_code for answer in answers} <= {303, 429}
    assert len({answer.headers["location"] for answer in answers if answer.status_code == 303}) == 1
    assert await count(thread) == 1
    assert await db.value("select comment_count from thread where id = $1", thread) == 1
    assert await db.value("select count(*) from event where kind = 'comment.posted'") == 1


@pytest.mark.committed
async def test_simultaneous_comments_get_numbers_without_a_gap(app: Litestar, thread: int) -> None:
    writers = [await make.member() for _ in range(8)]
    root = await make.comment(thread, writers[0])

    await asyncio.gather(
        *(make.comment(thread, one, parent=root if turn % 2 else None) for one in writers for turn in range(4))
    )

    seqs = await db.values("select seq from event where thread = $1 order by id", thread)
    assert sorted(seqs) == list(range(1, 35))
    assert await db.value("select last_seq from thread where id = $1", thread) == 34
    assert await db.value("select reply_count from comment where id = $1", root) == 16
    assert await db.value("select comment_count from thread where id = $1", thread) == 33


@pytest.mark.committed
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update comment set state = 'removed' where id = $2 and thread = $1", "no longer exists"),
        ("update thread set state = 'locked' where id = $1 and $2 > 0", "locked"),
    ],
)
async def test_a_reply_sees_what_changed_while_it_waited_for_the_thread(
    app: Litestar, thread: int, change: str, said: str
) -> None:
    author = await make.member()
    root = await make.comment(thread, author)
    other = await asyncpg.connect(db.DB.config["dsn"])
    try:
        async with other.transaction():
            await other.execute("select 1 from thread where id = $1 for no key update", thread)
            reply = asyncio.create_task(make.comment(thread, author, parent=root))
            await until_somebody_waits(other)
            await other.execute(change, thread, root)
        with pytest.raises(Refused, match=said):
            await reply
    finally:
        await other.close()

    assert await count(thread) == 1


async def test_a_form_sent_while_the_database_was_down_returns_with_its_text_and_says_when(
    client: httpx.AsyncClient, thread: int, mira: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> posting.Posted:
        raise Unavailable(NO_ANSWER)

    monkeypatch.setattr(posting, "post_comment", away)
    answer = await client.post(f"/t/{thread}/comments", data={"body": "kept words"})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "kept words" in answer.text and "nothing is saved twice" in answer.text


async def test_a_preview_renders_and_keeps_nothing(client: httpx.AsyncClient, thread: int) -> None:
    answer = await client.post("/preview", data={"body": "**loud**"}, headers={"hx-request": "true"})

    assert "<strong>loud</strong>" in answer.text
    assert await count(thread) == 0


async def test_a_preview_names_the_pictures_that_are_left_out(client: httpx.AsyncClient) -> None:
    body = "See ![the curve](https://example.org/a.png), wow! [a](https://example.org), ![](https://example.org/b.png)"

    for headers in ({"hx-request": "true"}, {}):
        answer = await client.post("/preview", data={"body": body}, headers=headers)

        assert "The picture “<bdi>the curve</bdi>” is left out" in answer.text
        assert "“<bdi>https://example.org/b.png</bdi>” is left out" in answer.text
        assert answer.text.count("is left out") == 2


async def test_a_preview_without_javascript_is_posted_from_its_page(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    passage = (await make.lineages(thread))[1]
    form = (await client.get(f"/t/{thread}?passage={passage}")).text
    typed = hidden(form) | {"body": "**loud**", "stance": "asks", "assisted": "1"}

    page = await client.post("/preview", data=typed)
    await client.post(f"/t/{thread}/comments", data=hidden(page.text) | chosen(page.text) | {"body": "**loud**"})
    again = await client.post("/preview", data={"body": "**loud**"})

    assert "<strong>loud</strong>" in page.text
    assert "**loud**</textarea>" in page.text
    assert f'action="/t/{thread}/comments"' in page.text
    stored = "select array[passage::text, stance, assisted::text, body] from comment where thread = $1"
    assert await db.value(stored, thread) == [str(passage), "asks", "true", "**loud**"]
    assert "Go back with your browser" in again.text


@pytest.mark.parametrize("body", ["kept words " + "https://a.example/ " * 21, "kept \x07 words", ""])
@pytest.mark.parametrize("whose", ["thread", "comment", "nobody"])
async def test_a_mistaken_preview_without_javascript_keeps_the_typed_text(
    client: httpx.AsyncClient, thread: int, mira: Viewer, body: str, whose: str
) -> None:
    of = {"thread": {"thread": thread}, "comment": {"comment": await make.comment(thread, mira)}, "nobody": {}}

    answer = await client.post("/preview", data={"body": body, "stance": "asks"} | of[whose])

    assert answer.status_code == 422
    assert "</html>" in answer.text
    assert 'class="error"' in answer.text
    if whose != "nobody":
        assert f"{body}</textarea>" in answer.text
        assert chosen(answer.text) == {"stance": "asks"}


async def test_a_preview_of_an_edit_is_saved_from_its_page(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    comment = await make.comment(thread, mira, stance="adds")
    form = (await client.get(f"/c/{comment}/edit")).text

    page = await client.post("/preview", data=hidden(form) | {"body": "*Better.*", "stance": "asks"})

    assert f'action="/c/{comment}/edit"' in page.text
    assert "*Better.*</textarea>" in page.text
    assert chosen(page.text) == {"stance": "asks"}


def hidden(html: str) -> dict[str, str]:
    """The fields of the comment form that nobody sees."""
    form = html[html.index('<form class="write"') :].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def chosen(html: str) -> dict[str, str]:
    """What is ticked in it."""
    return dict(re.findall(r'name="(\w+)" value="(\w+)" checked', html))


async def test_a_removed_comment_offers_no_reply_form(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    root = await make.comment(thread, mira)
    assert "<textarea" in (await client.get(f"/c/{root}/reply")).text

    await editing.delete_comment(viewer=mira, comment_id=root)
    page = (await client.get(f"/c/{root}/reply")).text

    assert "This comment no longer exists" in page
    assert "<textarea" not in page


async def test_an_answer_can_begin_with_the_words_it_answers(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    root = await make.comment(thread, mira, "One line.\n\nAnother line.")

    answer = await client.get(f"/c/{root}/reply", params={"quote": "1"})

    assert "&gt; One line.\n&gt; \n&gt; Another line." in answer.text


@pytest.mark.usefixtures("no_hourly_limit")
async def test_too_many_comments_in_a_short_time_are_refused_and_kept(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    # While they are posted, a token or two may come back.
    for number in range(2 * ratelimit.POST_ACCOUNT.most):
        answer = await client.post(f"/t/{thread}/comments", data={"body": f"kept words {number}"})
        if answer.status_code != 303:
            break

    assert answer.status_code == 429
    assert f"kept words {number}" in answer.text
    assert await count(thread) == number >= ratelimit.POST_ACCOUNT.most


async def test_neighbours_cannot_use_up_a_members_previews(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PREVIEW_VISITORS", Limit(f"preview {uuid4()}", 1, 600))
    answers = [(await client.post("/preview", data={"body": "Words."})).status_code for _ in range(2)]
    await make.sign_in(client, await make.member())

    assert answers == [200, 429]
    assert (await client.post("/preview", data={"body": "Words."})).status_code == 200
