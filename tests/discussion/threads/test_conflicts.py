"""Corrections survive whatever brings the source's text again; where the source changed too, somebody decides."""

import httpx
import msgspec
import pytest

from parley.articles.articles.text import ArticleText
from parley.articles.imports.ops import encode
from parley.articles.revisions.updating import last_source
from parley.discussion.threads import edit_ops, ops
from parley.discussion.threads.opening import open_thread, revise_from_source
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

URL = "https://review.example/wager"
WORDS = tuple(f"Paragraph {number} says what it says at some length, and then says it again." for number in range(6))


def changed(where: int, word: str, of: tuple[str, ...] = WORDS) -> tuple[str, ...]:
    """The paragraphs `of` an article, one of them with another word."""
    return tuple(one.replace("length", word) if at == where else one for at, one in enumerate(of))


def text(*words: str) -> ArticleText:
    return make.text(*words, url=URL, fetched=True)


class Case:
    """An article that ada added, whose first paragraph moderator max corrected."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def make(self) -> None:
        self.ada, self.max = await make.member("ada"), await make.member("max", role="moderator")
        self.thread = await make.thread(text(*WORDS), starter=self.ada)
        self.article = await db.value("select id from article")
        await self.correct(changed(0, "ease"))

    async def correct(self, words: tuple[str, ...]) -> None:
        await ops.revise_thread(self.thread, make.text(*words), ops.RevisionNote(self.max.id))

    async def check(self, *words: str) -> bool:
        """Let the source say this, and a scheduled look find it."""
        return await revise_from_source(self.article, text(*words))

    async def shown(self) -> list[str]:
        return await db.values(
            "select text from passage where revision = (select max(id) from revision) order by position"
        )

    async def waiting(self) -> str:
        """The address of the conflicts that wait."""
        return f"/t/{self.thread}/updates/{await db.value(WAITING)}"

    async def decide(self, who: Viewer, **choices: str) -> httpx.Response:
        await make.sign_in(self.client, who)
        address = await self.waiting()
        page = await self.client.get(address)
        data = {"decision": "accept", "version": make.hidden(page, "version")} | choices
        return await self.client.post(address, data=data)


WAITING = "select id from suggested_update where state = 'waiting' and member is null"


@pytest.fixture
async def case(client: httpx.AsyncClient) -> Case:
    made = Case(client)
    await made.make()
    return made


async def test_a_correction_survives_every_check_of_its_source(case: Case) -> None:
    first = await case.check(*changed(5, "great length"))
    second = await case.check(*changed(4, "great length", changed(5, "great length")))

    assert (first, second) == (True, True)
    assert await case.shown() == list(changed(0, "ease", changed(4, "great length", changed(5, "great length"))))
    assert await db.value("select count(*) from suggested_update") == 0


async def test_a_correction_survives_what_the_operator_and_members_bring(case: Case) -> None:
    opened = await open_thread(text=text(*changed(5, "great length")), topic="research", starter=None)
    file = make.text(*changed(5, "greater length"), url=URL)
    again = await open_thread(text=file, topic="research", starter=None)

    assert str(opened.result) == "Updated: 1 paragraph changed; 1 correction kept"
    assert str(again.result) == "Updated: 1 paragraph changed; 1 correction kept"
    assert await case.shown() == list(changed(0, "ease", changed(5, "greater length")))


async def test_an_update_is_summarised_in_one_line(case: Case) -> None:
    await case.correct((*changed(0, "ease", changed(1, "ease")), "An addition from here."))
    said = (*changed(3, "great length", changed(2, "great length", changed(0, "pain")))[:5], "Something new there.")

    opened = await open_thread(text=text(*said), topic="research", starter=None)
    again = await open_thread(text=text(*said), topic="research", starter=None)

    assert str(opened.result) == ("Updated: 2 paragraphs changed, 1 added, 1 removed; 2 corrections kept, 1 conflict")
    assert str(again.result) == "Not updated: no paragraph changed; 2 corrections kept, 1 conflict"


async def test_a_conflict_leaves_the_correction_and_shows_both_texts_to_who_may_decide(case: Case) -> None:
    assert await case.check(*changed(0, "pain", changed(5, "great length")))
    await make.sign_in(case.client, case.ada)
    told = await case.client.get("/for-you?part=you")
    page = await case.client.get(await case.waiting())
    listed = await case.client.get("/updates")
    await make.sign_in(case.client, await make.member())
    other = await case.client.get(await case.waiting())

    assert await case.shown() == list(changed(0, "ease", changed(5, "great length")))
    assert "Choose which text stays" in told.text
    assert "the source changed what was corrected here" in listed.text
    assert "<del>length,</del><ins>ease,</ins>" in page.text
    assert "<del>length,</del><ins>pain,</ins>" in page.text
    assert page.text.count('type="radio"') == 2
    assert other.status_code == 404


async def test_a_conflict_is_announced_once_until_somebody_decides(case: Case) -> None:
    unread = "select count(*) from notification where kind = 'update' and read_at is null"
    await case.check(*changed(0, "pain"))
    await db.execute("update notification set read_at = now()")

    await case.check(*changed(0, "pain", changed(5, "great length")))

    assert await db.value(unread) == 0
    await case.decide(case.max, **{"conflict-1": "here"})
    await case.check(*changed(0, "grief"))
    assert await db.value(unread) == 1


async def test_the_source_s_text_is_there_once_it_is_chosen(case: Case) -> None:
    await case.check(*changed(0, "pain"))

    answer = await case.decide(case.max, **{"conflict-1": "source"})

    assert answer.headers["location"] == await make.address(case.thread)
    assert await case.shown() == list(changed(0, "pain"))
    assert await db.value("select editor from revision order by id desc limit 1") == case.max.id
    assert await db.value("select state from suggested_update") == "accepted"
    assert not await case.check(*changed(0, "pain"))


async def test_a_correction_that_is_chosen_stays_and_is_no_conflict_with_the_same_text_again(case: Case) -> None:
    await case.check(*changed(0, "pain"))

    answer = await case.decide(case.ada, **{"conflict-1": "here"})
    await case.check(*changed(0, "pain", changed(5, "great length")))

    assert answer.status_code == 303
    assert await case.shown() == list(changed(0, "ease", changed(5, "great length")))
    assert await db.value(WAITING) is None


async def test_an_undecided_conflict_waits_with_the_newest_text_of_the_source(case: Case) -> None:
    await case.check(*changed(0, "pain"))
    first = await case.waiting()
    await case.correct(changed(0, "ease", changed(1, "ease")))
    await case.check(*changed(0, "pain", changed(1, "width")))

    await make.sign_in(case.client, case.max)
    page = await case.client.get(await case.waiting())

    assert await case.waiting() == first
    assert "2 passages were changed here and at the source" in page.text
    assert [one.text for one in await last_source(case.article)] == list(changed(0, "pain", changed(1, "width")))


async def test_a_conflict_goes_when_the_source_takes_its_change_back(case: Case) -> None:
    await case.check(*changed(0, "pain"))
    await case.check(*WORDS)

    assert await db.value(WAITING) is None
    assert await case.shown() == list(changed(0, "ease"))


async def test_choices_of_a_text_that_changed_meanwhile_are_not_taken(case: Case) -> None:
    await case.check(*changed(0, "pain"))

    answer = await case.decide(case.max, version="0123456789abcdef", **{"conflict-1": "source"})
    declined = await case.decide(case.max, decision="decline")

    assert answer.status_code == 422
    assert 'value="source" checked' in answer.text
    assert declined.status_code == 422
    assert await case.shown() == list(changed(0, "ease"))
    assert await db.value(WAITING) is not None


async def test_who_accepts_a_member_s_update_decides_its_conflicts_and_those_that_wait(case: Case) -> None:
    await case.check(*changed(0, "pain"))
    mira = await make.member("mira")
    await db.execute(
        "insert into suggested_update (thread, member, draft) values ($1, $2, $3)",
        case.thread,
        mira.id,
        encode(text(*changed(0, "gain", changed(4, "great length")))),
    )
    suggested = await db.value("select max(id) from suggested_update")
    await make.sign_in(case.client, case.ada)
    address = f"/t/{case.thread}/updates/{suggested}"
    page = await case.client.get(address)
    version = make.hidden(page, "version")

    await case.client.post(address, data={"decision": "accept", "version": version, "conflict-1": "source"})

    assert "1 passage was changed here and at the source" in page.text
    assert await case.shown() == list(changed(0, "gain", changed(4, "great length")))
    assert await db.value(WAITING) is None


async def test_only_the_excerpt_of_a_source_is_stored(case: Case) -> None:
    await edit_ops.set_display(URL, "excerpt")

    assert sum(len(one.text) for one in await last_source(case.article)) <= 301
    assert msgspec.json.decode(await db.value("select source_text from article")) != []


async def test_a_member_s_text_is_an_edit_that_survives_the_source(case: Case) -> None:
    mira = await make.member("mira")
    given = msgspec.structs.replace(text(*changed(3, "some length, more or less")), fetched=None)
    made = await db.value(
        "insert into suggested_update (thread, member, draft) values ($1, $2, $3) returning id",
        case.thread,
        mira.id,
        encode(given),
    )
    await make.sign_in(case.client, case.max)
    page = await case.client.get(f"/t/{case.thread}/updates/{made}")
    version = make.hidden(page, "version")
    await case.client.post(f"/t/{case.thread}/updates/{made}", data={"decision": "accept", "version": version})

    await case.check(*changed(5, "great length"))

    expected = changed(0, "ease", changed(3, "some length, more or less", changed(5, "great length")))
    assert await case.shown() == list(expected)
    assert await db.values("select editor from revision order by number") == [None, case.max.id, mira.id, None]
