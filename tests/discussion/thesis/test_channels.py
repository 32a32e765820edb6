"""What an article claims, in every channel that a thread has."""

import json
import re
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

from parley.discussion.opinion_map import queries as maps
from parley.discussion.opinion_model.analyse import analyse
from parley.discussion.opinion_model.analysis import Votes
from parley.discussion.thesis import ops, queries
from parley.interfaces.feeds import jobs as pictures
from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.interfaces.webhooks import messages
from parley.letters.digests import letters
from parley.own_data.erasure import jobs as erasure
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.site.transfer import public
from tests import make
from tests.discussion.thesis.test_answering import COUNTERS, TWELVE, box
from tests.interfaces.api.calling import program
from tests.letters.digests.test_words import ISSUE, changed, lists

__all__ = ["lists"]
pytestmark = pytest.mark.anyio

CLAIM = "Prediction is not understanding."


@pytest.fixture
async def mira(app: Litestar) -> Viewer:
    return await make.member("mira")


@pytest.fixture
async def thread(app: Litestar, mira: Viewer) -> int:
    thread = await make.thread(starter=mira)
    await make.thesis(thread, CLAIM)
    return thread


async def test_the_api_has_it_with_published_answers_only(app: Litestar, thread: int) -> None:
    async with program(app) as visitor:
        thesis = (await visitor.get(f"/threads/{thread}")).json()["thesis"]
        assert (thesis["text"], thesis["version"], thesis["answers"]) == (CLAIM, 1, None)
    await make.thesis_answers(thread, *TWELVE)
    async with program(app, await make.member(), "vote") as other:
        answers = (await other.get(f"/threads/{thread}")).json()["thesis"]["answers"]
    assert answers == {"count": 10, "agree": 50, "disagree": 40, "unsure": 10}


async def test_a_program_sets_it_and_answers_it(app: Litestar, thread: int, mira: Viewer) -> None:
    path = f"/threads/{thread}/thesis"
    async with program(app, mira, "article", "vote") as own, program(app, await make.member(), "vote") as other:
        assert (await own.put(path, json={"text": "It is not."})).json()["thesis"]["version"] == 2
        assert (await own.put(path, json={"text": "Why?"})).status_code == 422
        assert (await other.put(path, json={"text": "Mine."})).status_code == 403
        assert (await other.put(f"{path}/answer", json={"value": -1, "version": 2})).json() == {"value": -1}
        assert (await other.get(f"{path}/answer")).json() == {"value": -1}
        assert (await own.get(f"{path}/answer")).json() == {"value": None}
        assert (await other.put(f"{path}/answer", json={"value": 1, "version": 1})).status_code == 422
        assert await db.value(COUNTERS, thread) == [0, 1, 0]
        assert (await other.put(f"{path}/answer", json={"value": None})).json() == {"value": None}
        assert (await own.put(path, json={"text": ""})).json() == {"thesis": None}
        assert (await other.put(f"{path}/answer", json={"value": 1})).status_code == 404


async def test_new_words_are_an_event_for_webhooks_and_open_pages(app: Litestar, thread: int, mira: Viewer) -> None:
    await ops.set_thesis(mira, thread, "It is <not>.")
    rows = await live.events_after(thread, 0, 100)
    assert [row.kind for row in rows][-2:] == ["thesis.changed", "thesis.changed"]

    rendered = (await render.events(rows))[-1].message.decode()
    due = messages.DueEvent(1, "1", thread, 1, "thesis.changed", None, datetime.now(UTC), None)
    sent = json.loads(await messages.message(due))

    assert 'hx-target="#thesis"' in rendered
    assert "It is &lt;not&gt;." in rendered
    assert (sent["data"]["thesis"]["text"], sent["data"]["thesis"]["version"]) == ("It is <not>.", 2)


async def test_feeds_and_search_engines_have_it(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    await make.comment(thread, await make.member())
    assert f"The article claims: {CLAIM}" in (await client.get("/feed.atom")).text
    page = (await client.get(f"/t/{thread}")).text
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert json.loads(data)["@graph"][0]["about"] == {"@type": "Claim", "text": CLAIM}

    await ops.set_thesis(mira, thread, None)

    assert "The article claims" not in (await client.get("/feed.json")).text


async def test_the_picture_of_a_link_shows_it_and_is_drawn_anew(client: httpx.AsyncClient, thread: int) -> None:
    select = "select '/card/' || thread || '/' || digest || '.png' from link_picture where thread = $1"
    await pictures.draw_due()
    first = await db.value(select, thread)
    await make.thesis(thread, "Prediction is understanding.")
    assert (await client.get(first)).status_code == 404

    assert await pictures.draw_due() == 1

    assert await db.value(select, thread) != first
    assert (await client.get(await db.value(select, thread))).status_code == 200


async def test_a_digest_asks_it_of_a_new_article() -> None:
    item = changed(kind="opened", comment=None, stance=None, text="How it begins.", thesis=CLAIM)

    letter = letters.digest(ISSUE, [item])

    assert f"The article claims: {CLAIM} Do you agree?" in letter.text
    assert f'The article claims: <b dir="auto">{CLAIM}</b>' in (letter.html or "")
    assert "The article claims" not in letters.digest(ISSUE, [changed(thesis=CLAIM)]).text


async def test_it_is_asked_first_where_statements_are_answered(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    await make.comment(thread, await make.member(), statement="It is a statement.")
    visitor = await client.get(f"/t/{thread}/answer")
    assert CLAIM in visitor.text
    assert f'formaction="/t/{thread}/thesis/answer"' in visitor.text
    await make.sign_in(client, mira)
    first = await client.get(f"/t/{thread}/answer")
    assert CLAIM in first.text
    fields = {name: make.hidden(first, name) for name in ("version", "sitting")}

    done = await client.post(f"/t/{thread}/answer", data={**fields, "value": "-1"})

    assert await db.value(COUNTERS, thread) == [0, 1, 0]
    following = await client.get(done.headers["location"])
    assert "It is a statement." in following.text
    assert CLAIM not in (await client.get(f"/t/{thread}/answer")).text


async def test_a_skipped_thesis_is_not_asked_again_in_this_sitting(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    await make.comment(thread, await make.member(), statement="It is a statement.")
    await make.sign_in(client, mira)
    first = await client.get(f"/t/{thread}/answer")

    done = await client.post(f"/t/{thread}/answer", data={"sitting": make.hidden(first, "sitting"), "value": ""})

    assert "It is a statement." in (await client.get(done.headers["location"])).text


async def voters(thread: int) -> set[tuple[str, int]]:
    votes = await maps.eligible_answers(thread)
    return {
        (voter, value)
        for voter, statement, value, asked in zip(
            votes.voter, votes.statement, votes.value, votes.asked or (), strict=True
        )
        if statement.startswith("-") and not asked
    }


async def test_it_is_one_row_of_the_map_without_answers_that_followed_a_look_or_a_wish(
    app: Litestar, thread: int
) -> None:
    plain, out, looked, young = await make.thesis_answers(thread, 1, -1, 1, 0)
    await db.execute("update member set in_maps = false where id = $1", out.id)
    await db.execute("update member set created_at = now() where id = $1", young.id)
    await ops.answer(looked, thread, None)
    await ops.look(looked, thread)
    await ops.answer(looked, thread, 1)

    assert await voters(thread) == {(str(plain.id), 1)}
    row = await queries.of_thread(thread)
    assert row is not None
    shown = await maps.statements([-row.id])
    assert [one.text for one in shown.values()] == [CLAIM]
    assert await maps.own_answers(plain.id, thread) == {-row.id: 1}
    assert await maps.own_answers(looked.id, thread) == {}
    await make.thesis(thread, "Other words.")
    assert await voters(thread) == set()
    assert await maps.statements([-row.id]) == {}


async def test_a_thesis_that_all_agree_with_is_never_common_ground(app: Litestar, thread: int) -> None:
    authors = [await make.member() for _ in range(12)]
    comments = [await make.comment(thread, author, statement=f"It is {place}.") for place, author in enumerate(authors)]
    for place, who in enumerate(await make.thesis_answers(thread, *[1] * 40)):
        for comment in comments:
            await make.vote(who, comment, "agreement", 1 if (place + comment) % 2 else -1)
    await db.execute("update vote set asked = true")
    votes = await maps.eligible_answers(thread)
    [thesis] = [one for one in analyse(votes, seed=1).statements if one.statement.startswith("-")]

    assert thesis.everybody.agree == 1
    assert (thesis.verdict, thesis.of_everybody) == ("unknown", "unknown")
    asked_all = Votes(votes.voter, votes.statement, votes.value)
    [asked] = [one for one in analyse(asked_all, seed=1).statements if one.statement == thesis.statement]
    assert "common-ground" in (asked.verdict, asked.of_everybody)


async def test_erasure_takes_the_answer_and_the_name_but_not_words(app: Litestar, thread: int, mira: Viewer) -> None:
    await ops.set_thesis(mira, thread, "My words.")
    await ops.answer(mira, thread, 1)
    await make.thesis_answers(thread, 1, -1)
    await db.execute(
        "update member set state = 'deactivated', erase_at = now() - interval '1 day' where id = $1", mira.id
    )

    while await erasure.erase_due():
        pass

    assert await db.value("select count(*) from thesis_answer where member = $1", mira.id) == 0
    assert await db.value(COUNTERS, thread) == [1, 1, 0]
    assert await ops.recount() == []
    assert await db.value("select count(*) from thesis where member is not null") == 0
    row = await queries.of_thread(thread)
    assert row is not None
    assert row.text == "My words."


async def test_a_public_export_has_the_words_and_no_answer(app: Litestar, thread: int) -> None:
    await make.thesis_answers(thread, *TWELVE)
    rows = await db.values(f"select row_to_json(r)::text from ({public.SELECTS['thesis']}) r")
    [exported] = map(json.loads, rows)

    assert exported["text"] == CLAIM
    assert not {"agrees", "disagrees", "unsure"} & exported.keys()
    assert "thesis_answer" not in public.SELECTS


async def test_the_view_of_opinions_shows_the_box_too(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    await ops.answer(mira, thread, 0)
    await make.sign_in(client, mira)

    page = await client.get(f"{await make.address(thread)}?view=stand")

    assert "You are unsure. Take it back" in box(page)
