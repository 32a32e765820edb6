"""Saying what an article claims: who may, in which words, and what new words change."""

import httpx
import pytest
from litestar import Litestar

from parley.articles.imports import ops as imports
from parley.discussion.thesis import ops, queries
from parley.discussion.thesis.queries import ThesisRow
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

CLAIM = "Prediction is not understanding."
PAPER = make.text(
    "The bench is full of people who wait for a better machine to come along soon.",
    "Every machine that predicts words well has learned something about the people who wrote them.",
    title="Machines that predict words",
)


@pytest.fixture
async def mira(client: httpx.AsyncClient, app: Litestar) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def present(thread: int) -> ThesisRow | None:
    return await queries.of_thread(thread)


async def claim_article(thread: int, who: Viewer, state: str = "confirmed") -> None:
    await db.execute(
        """insert into claim (article, member, way, token, text, state, created_at)
           select article, $2, 'word', 'token', '', $3, now() from thread where id = $1""",
        thread, who.id, state,
    )  # fmt: skip


async def test_whoever_added_the_article_sets_it(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread(starter=mira)
    page = await client.get(await make.address(thread))
    assert "What is the article’s main point, in one sentence?" in page.text

    response = await client.post(f"/t/{thread}/thesis", data={"text": f"  {CLAIM} "})

    assert response.headers["location"] == f"{await make.address(thread)}#discussion"
    row = await present(thread)
    assert row is not None
    assert (row.text, row.version, row.answers) == (CLAIM, 1, 0)
    assert CLAIM in (await client.get(await make.address(thread))).text


@pytest.mark.parametrize(
    ("who", "status"),
    [("visitor", 401), ("member", 403), ("refused", 403), ("author", 303), ("moderator", 303), ("unverified", 403)],
)
async def test_authors_and_moderators_set_it_and_nobody_else(
    client: httpx.AsyncClient, app: Litestar, who: str, status: int
) -> None:
    thread = await make.thread(starter=await make.member())
    viewer = await make.member(
        role="moderator" if who == "moderator" else "member", state="unverified" if who == "unverified" else "active"
    )
    if who in {"author", "refused"}:
        await claim_article(thread, viewer, "confirmed" if who == "author" else "refused")
    if who != "visitor":
        await make.sign_in(client, viewer)

    response = await client.post(f"/t/{thread}/thesis", data={"text": CLAIM})

    assert response.status_code == status
    assert (await present(thread) is not None) == (status == 303)
    if status == 403 and who != "unverified":
        assert CLAIM in response.text
    page = await client.get(await make.address(thread))
    assert ("main point" in page.text) == (status == 303 and await present(thread) is None)


async def test_readers_of_a_thread_without_one_see_nothing(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()

    assert "main point" not in (await client.get(await make.address(thread))).text
    assert (await client.get(f"/t/{thread}/thesis")).status_code == 404


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x" * 121, "What an article claims has at most 120 characters; this has 121."),
        ("Is prediction understanding?", "Nobody can agree or disagree with a question."),
        ("Machines predict words. People understand them.", "one sentence"),
        ("I think prediction is enough.", "it cannot be about you"),
        ("Read it at https://example.org.", "no links"),
    ],
)
async def test_a_mistake_is_explained_and_the_text_kept(
    client: httpx.AsyncClient, mira: Viewer, text: str, error: str
) -> None:
    thread = await make.thread(starter=mira)

    response = await client.post(f"/t/{thread}/thesis", data={"text": text})

    assert response.status_code == 422
    assert error in response.text
    assert f'value="{text}"' in response.text
    assert await present(thread) is None


async def test_sentences_of_the_article_are_offered_and_taken(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread(PAPER, starter=mira)
    sentence = PAPER.passages[1].text
    page = await client.get(f"/t/{thread}/thesis")
    assert f'name="suggestion" value="{sentence}"' in page.text

    for typed, suggestion, expected in [
        ("", sentence, sentence),
        (sentence, "Mine.", "Mine."),
        ("Own.", sentence, "Own."),
    ]:
        row = await present(thread)
        fields = {"text": typed, "shown": sentence, "suggestion": suggestion}
        await client.post(f"/t/{thread}/thesis", data=fields)
        row = await present(thread)
        assert row is not None
        assert row.text == expected


async def test_new_words_are_a_new_thesis_and_former_answers_stay_in_the_record(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread = await make.thread(starter=mira)
    await make.thesis(thread, CLAIM)
    await make.thesis_answers(thread, *[1, -1] * 5)

    await client.post(f"/t/{thread}/thesis", data={"text": "Prediction is understanding."})

    row = await present(thread)
    assert row is not None
    assert (row.version, row.answers, row.shares) == (2, 0, None)
    assert await db.value("select count(*) from thesis_answer") == 10
    page = await client.get(f"/t/{thread}/thesis")
    assert "About 10 answered: 50% agreed, 50% disagreed, &lt;5% were unsure." in page.text
    box = await client.get(await make.address(thread))
    assert "The words changed on" in box.text
    assert "See the earlier answers" in box.text


async def test_the_same_words_keep_the_answers(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread(starter=mira)
    await make.thesis(thread, CLAIM)
    await make.thesis_answers(thread, 1)

    await client.post(f"/t/{thread}/thesis", data={"text": CLAIM})

    row = await present(thread)
    assert row is not None
    assert (row.version, row.agrees) == (1, 1)


async def test_an_empty_text_removes_it(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread(starter=mira)
    await make.thesis(thread, CLAIM)

    await client.post(f"/t/{thread}/thesis", data={"text": ""})

    assert await present(thread) is None
    assert CLAIM not in (await client.get(await make.address(thread))).text


@pytest.mark.parametrize("state", ["locked", "archived"])
async def test_a_closed_thread_keeps_its_thesis(client: httpx.AsyncClient, mira: Viewer, state: str) -> None:
    thread = await make.thread(starter=mira)
    await make.thesis(thread, CLAIM)
    await db.execute("update thread set state = $2 where id = $1", thread, state)

    assert (await client.post(f"/t/{thread}/thesis", data={"text": "Other words."})).status_code == 403
    assert CLAIM in (await client.get(await make.address(thread))).text


@pytest.mark.parametrize(
    "change", ["restricted = 'none'", "untitled = true", "removed_passages = (select array_agg(lineage) from passage)"]
)
async def test_a_thesis_is_not_shown_where_its_article_was_taken_down(
    client: httpx.AsyncClient, mira: Viewer, change: str
) -> None:
    thread = await make.thread(PAPER, starter=mira)
    sentence = PAPER.passages[1].text
    await make.thesis(thread, sentence)

    await db.execute(f"update article set {change} where id = (select article from thread where id = {thread})")

    assert await present(thread) is None
    assert 'class="thesis"' not in (await client.get(await make.address(thread))).text
    assert (await client.post(f"/t/{thread}/thesis/answer", data={"value": "1"})).status_code == 404


async def test_it_is_said_on_the_page_that_publishes_the_article(client: httpx.AsyncClient, mira: Viewer) -> None:
    draft = await imports.request_import(
        member=mira.id, source="text", url=None, given=b"x", title="", topic="research", thesis="It predicts."
    )
    await imports.finish(draft, draft=imports.encode(PAPER), keep_file=False)
    page = await client.get(f"/new/{draft}")
    assert 'value="It predicts."' in page.text
    assert f'name="suggestion" value="{PAPER.passages[1].text}"' in page.text

    wrong = await client.post(f"/new/{draft}", data={"title": "T", "topic": "research", "thesis": "Why?"})
    assert "Nobody can agree or disagree with a question." in wrong.text
    done = await client.post(f"/new/{draft}", data={"title": "T", "topic": "research", "thesis": CLAIM})

    row = await present(int(done.headers["location"].split("/")[2]))
    assert row is not None
    assert row.text == CLAIM


async def test_two_who_set_it_at_once_leave_one_present_thesis(app: Litestar) -> None:
    thread = await make.thread()
    for text in ("One.", "Two.", "Three."):
        await ops.put(thread, text, None)

    assert [row.text for row in await queries.earlier(thread)] == ["Two.", "One."]
    row = await present(thread)
    assert row is not None
    assert (row.text, row.version) == ("Three.", 3)
