"""A second import of an article changes nothing: it is suggested as an update, which somebody else accepts."""

import httpx
import pytest

from parley.articles.articles.text import ArticleText
from parley.articles.imports import ops as imports
from parley.articles.imports.ops import decode, encode
from parley.discussion.suggestions import queries
from parley.discussion.threads.opening import open_thread
from parley.letters.notifications import ops as notifications
from parley.letters.notifications.queries import unread_for_digest
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.restricting import decide, title

pytestmark = pytest.mark.anyio

URL = "https://review.example/wager"
LONG = tuple(f"Paragraph {number} says what it says at some length, and then says it again." for number in range(12))


async def waiting_import(member: Viewer, text: ArticleText) -> int:
    """An import of `member` that was read and waits to be published."""
    made = await imports.request_import(
        member=member.id, source="url", url=text.url, given=None, title="", topic="research"
    )
    await imports.finish(made, draft=encode(text), keep_file=False)
    return made


async def test_a_member_who_imports_a_published_article_again_changes_nothing(client: httpx.AsyncClient) -> None:
    opened = await open_thread(text=make.text(*LONG, url=URL, fetched=True), topic="research", starter=None)
    mallory = await make.member("mallory")
    await make.sign_in(client, mallory)
    number = await waiting_import(mallory, make.text(LONG[0], url=URL, fetched=True))

    answer = await client.post(f"/new/{number}", data={"title": "The wager", "topic": "research"})
    told = await client.get(f"/new/{number}")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/new/{number}")
    assert await db.value("select count(*) from revision") == 1
    assert "already has a discussion" in told.text
    assert f'href="{opened.address}"' in told.text
    assert "Suggest an update" in told.text


async def test_an_article_that_was_taken_down_takes_no_update(client: httpx.AsyncClient) -> None:
    opened = await open_thread(text=make.text(*LONG, url=URL, fetched=True), topic="research", starter=None)
    await decide(await make.member("mo", role="moderator"), opened.id, "text")
    mallory = await make.member("mallory")
    await make.sign_in(client, mallory)
    number = await waiting_import(mallory, make.text(LONG[0], url=URL, fetched=True))

    told = await client.get(f"/new/{number}")

    assert "was taken down, so it does not change any more" in told.text
    assert "Suggest an update" not in told.text


class Case:
    """An article that ada added, with a comment on a passage that mira's suggested update changes."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def make(self, *said: str, fetched: bool = True) -> str:
        """Returns the address of the suggested update."""
        self.ada, self.mira = await make.member("ada"), await make.member("mira")
        self.thread = await make.thread(make.text(*LONG, url=URL, fetched=True), starter=self.ada)
        lineage = (await make.lineages(self.thread))[3]
        await make.comment(self.thread, await make.member("zoe"), passage=lineage)
        number = await waiting_import(self.mira, make.text(*(said or CHANGED), url=URL, fetched=fetched))
        await make.sign_in(self.client, self.mira)
        self.update = (await self.client.post(f"/new/{number}/suggest")).headers["location"]
        return self.update

    async def decide(self, who: Viewer, decision: str, **fields: str) -> httpx.Response:
        await make.sign_in(self.client, who)
        version = await self.version()
        return await self.client.post(self.update, data={"decision": decision, "version": version} | fields)

    async def version(self) -> str:
        """What the page of the update says that it shows; empty where its reader may not decide."""
        return make.hidden(await self.client.get(self.update), "version")


CHANGED = (*LONG[:3], "Paragraph 3 says what it says at great length, and then says it again.", *LONG[4:])


@pytest.fixture
def case(client: httpx.AsyncClient) -> Case:
    return Case(client)


async def test_the_owner_sees_the_difference_and_how_many_comments_it_concerns_and_accepts(case: Case) -> None:
    update = await case.make()
    await make.sign_in(case.client, case.ada)

    told = await case.client.get("/for-you?part=you")
    listed = await case.client.get("/updates")
    page = await case.client.get(update)
    answer = await case.decide(case.ada, "accept")

    assert "suggested an update" in told.text
    assert f'href="{update}"' in told.text
    assert f'href="{update}"' in listed.text
    assert "<ins>great</ins>" in page.text
    assert "1 comment is on words that change" in page.text
    assert answer.headers["location"] == await make.address(case.thread)
    assert "great length" in (await case.client.get(answer.headers["location"])).text
    assert await db.value("select draft is null and state = 'accepted' from suggested_update")


async def test_whoever_declines_an_update_is_told_that_it_was_declined(case: Case) -> None:
    await case.make()

    answer = await case.decide(case.ada, "decline")
    listed = await case.client.get(answer.headers["location"])

    assert "The update was declined." in listed.text
    assert "was declined." not in (await case.client.get("/updates")).text


async def test_whoever_suggested_it_is_notified_of_the_decision_and_reads_the_answer(case: Case) -> None:
    update = await case.make()
    await case.decide(case.ada, "decline", answer="The <old> text is right.")
    await make.sign_in(case.client, case.mira)

    told = await case.client.get("/for-you?part=you")
    page = await case.client.get(update)

    assert "It was declined" in told.text
    assert "The &lt;old&gt; text is right." in page.text
    assert "great" not in page.text
    assert await db.value("select count(*) from revision") == 1


async def test_nobody_else_sees_it_and_nobody_accepts_their_own(case: Case) -> None:
    update = await case.make()
    own = await case.decide(case.mira, "accept")
    await make.sign_in(case.client, await make.member())
    other = (await case.client.get(update), await case.client.post(update, data={"decision": "accept"}))
    listed = await case.client.get("/updates")
    case.client.cookies.clear()
    visitor = await case.client.get(update)

    assert own.status_code == 403
    assert [one.status_code for one in other] == [404, 404]
    assert update not in listed.text
    assert visitor.status_code in {303, 401}
    assert await db.value("select count(*) from revision") == 1


async def test_an_owner_does_not_accept_what_takes_away_a_large_part_but_a_moderator_does(case: Case) -> None:
    update = await case.make(*LONG[:6])
    await make.sign_in(case.client, case.ada)
    page = await case.client.get(update)

    refused = await case.decide(case.ada, "accept")
    accepted = await case.decide(await make.member(role="moderator"), "accept")

    assert "all of the last 6 passages" in page.text
    assert 'value="accept"' not in page.text
    assert refused.status_code == 403
    assert accepted.status_code == 303


async def test_an_update_of_an_article_that_changed_is_shown_again(case: Case) -> None:
    await case.make()
    await make.sign_in(case.client, case.ada)
    seen = await case.version()
    await open_thread(text=make.text("New.", *LONG, url=URL, fetched=True), topic="research", starter=None)

    answer = await case.decide(case.ada, "accept", version=seen, answer="Typed words.")

    assert answer.status_code == 422
    assert "changed while you were looking" in answer.text
    assert "Typed words." in answer.text


async def test_a_decision_is_made_once_and_needs_to_be_one(case: Case) -> None:
    await case.make()

    nothing = await case.decide(case.ada, "")
    first = await case.decide(case.ada, "decline")
    second = await case.decide(case.ada, "accept")

    assert nothing.status_code == 422
    assert first.status_code == 303
    assert second.status_code == 422
    assert "was declined already" in second.text


async def test_a_second_suggestion_of_a_member_replaces_the_first_and_others_are_bounded(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await case.make()
    number = await waiting_import(case.mira, make.text(*LONG, "An end.", url=URL, fetched=True))
    second = (await case.client.post(f"/new/{number}/suggest")).headers["location"]
    monkeypatch.setattr(queries, "MOST_IN_A_THREAD", 1)
    kofi = await make.member("kofi")
    await make.sign_in(case.client, kofi)
    number = await waiting_import(kofi, make.text(*LONG, "Another end.", url=URL, fetched=True))
    third = await case.client.post(f"/new/{number}/suggest")

    assert first == second
    assert "An end." in decode(await db.value("select draft from suggested_update")).passages[-1].text
    assert third.status_code == 422
    assert "still wait for a decision" in third.text
    assert await db.value("select state from article_import where id = $1", number) == "ready"


async def test_the_same_text_again_leads_to_the_discussion_and_suggests_nothing(client: httpx.AsyncClient) -> None:
    thread = await make.thread(make.text(*LONG, url=URL, fetched=True))
    mira = await make.member()
    await make.sign_in(client, mira)
    number = await waiting_import(mira, make.text(*LONG, url=URL, fetched=True))

    page = await client.get(f"/new/{number}")

    assert "reads the same" in page.text
    assert f'href="{await make.address(thread)}"' in page.text
    assert f"/t/{thread}/suggest" not in page.text


async def test_a_suggested_update_stays_on_the_page_of_whoever_wants_the_thread_in_their_digest(case: Case) -> None:
    await case.make()
    await notifications.set_channel(case.ada.id, case.thread, "digest")

    found = await unread_for_digest([case.ada.id], make.LONG_AGO)

    assert [one.kind for one in found if one.comment is None] == []
    assert await db.value("select count(*) from notification where member = $1 and kind = 'update'", case.ada.id) == 1


async def test_an_update_that_was_replaced_meanwhile_is_shown_again(case: Case) -> None:
    await case.make()
    await make.sign_in(case.client, case.ada)
    seen = await case.version()
    await make.sign_in(case.client, case.mira)
    number = await waiting_import(case.mira, make.text("Buy this.", *LONG, url=URL, fetched=True))
    await case.client.post(f"/new/{number}/suggest")

    answer = await case.decide(case.ada, "accept", version=seen)

    assert answer.status_code == 422
    assert "Buy this." in answer.text
    assert await db.value("select count(*) from revision") == 1


async def test_who_opens_an_update_has_read_their_notification(case: Case) -> None:
    update = await case.make()
    await make.sign_in(case.client, case.ada)
    before = await counts_unread(case.ada)

    page = await case.client.get(update)

    assert (before, await counts_unread(case.ada)) == (1, 0)
    assert '<span id="for-you-count"></span>' in page.text
    await case.decide(case.ada, "decline")
    assert await counts_unread(case.mira) == 1
    assert "Somebody <b>suggested an update</b>" in (await case.client.get("/for-you?part=you")).text


async def counts_unread(who: Viewer) -> int:
    found: int = await db.value("select count(*) from notification where member = $1 and read_at is null", who.id)
    return found


async def test_moderators_find_updates_in_the_queue(case: Case) -> None:
    update = await case.make()
    await make.sign_in(case.client, await make.member(role="moderator"))

    led = await case.client.get("/updates")
    listed = await case.client.get(led.headers["location"])

    assert (led.status_code, led.headers["location"]) == (303, "/mod/queue?kind=update")
    assert f'href="{update}' in listed.text


async def test_an_article_that_is_shown_as_an_excerpt_takes_no_update(client: httpx.AsyncClient) -> None:
    opened = await open_thread(text=make.text(*LONG, url=URL, fetched=True), topic="research", starter=None)
    await db.execute("update article set allowed = 'excerpt'")
    mallory = await make.member("mallory")
    await make.sign_in(client, mallory)
    number = await waiting_import(mallory, make.text(LONG[0], url=URL, fetched=True))

    told = await client.get(f"/new/{number}")
    refused = await client.post(f"/new/{number}/suggest")

    assert opened.id
    assert "Only an excerpt of it is shown here" in told.text
    assert "Suggest an update" not in told.text
    assert refused.status_code == 422
    assert await db.value("select count(*) from suggested_update") == 0


@pytest.mark.parametrize("action", ["text", "archive"])
async def test_what_waits_is_declined_when_the_article_does_not_change_any_more(case: Case, action: str) -> None:
    update = await case.make()
    mo = await make.member("mo", role="moderator")
    if action == "archive":
        await make.sign_in(case.client, mo)
        fields = {"reason": "It is over.", "title": await title(case.thread)}
        await case.client.post(f"/t/{case.thread}/archive", data=fields)
    else:
        await decide(mo, case.thread, action)

    assert await db.values("select state from suggested_update") == ["declined"]
    await make.sign_in(case.client, case.mira)
    assert "It was declined" in (await case.client.get("/for-you?part=you")).text
    assert "so its article does not change" in (page := (await case.client.get(update)).text) or (
        "so its text does not change any more." in page
    )
