"""A member suggests a correction of one passage, and the owner or a moderator accepts it."""

import httpx
import pytest

from parley.discussion.suggestions import queries
from parley.discussion.threads import ops as threads
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

RIGHT = make.WORDS[1].replace("energy", "electric energy")


class Case:
    """An article that ada added; mira, signed in, corrects its second passage."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def make(self) -> None:
        self.ada, self.mira = await make.member("ada"), await make.member("mira")
        self.thread = await make.thread(make.text(url="https://review.example/wager"), starter=self.ada)
        self.lineages = await make.lineages(self.thread)
        await make.sign_in(self.client, self.mira)

    async def suggest(self, text: str = RIGHT, passage: int | None = None) -> httpx.Response:
        data = {"passage": str(passage or self.lineages[1]), "text": text, "reason": "A <b>word</b> is missing."}
        return await self.client.post(f"/t/{self.thread}/correct", data=data)

    async def decide(self, address: str, who: Viewer, decision: str = "accept") -> httpx.Response:
        await make.sign_in(self.client, who)
        version = make.hidden(await self.client.get(address), "version")
        return await self.client.post(address, data={"decision": decision, "version": version})

    async def revisions(self) -> int:
        return int(await db.value("select count(*) from revision"))


@pytest.fixture
async def case(client: httpx.AsyncClient) -> Case:
    made = Case(client)
    await made.make()
    return made


async def test_a_suggested_correction_changes_nothing_yet_and_tells_the_owner(case: Case) -> None:
    comment = await make.comment(case.thread, case.mira, passage=case.lineages[1], quote="how much energy")
    form = (await case.client.get(f"/t/{case.thread}/correct?passage={case.lineages[1]}")).text

    answer = await case.suggest()
    await make.sign_in(case.client, case.ada)
    page = (await case.client.get(answer.headers["location"])).text
    told = (await case.client.get("/for-you?part=you")).text

    assert make.WORDS[1] in form
    assert answer.status_code == 303
    assert await case.revisions() == 1
    assert "A &lt;b&gt;word&lt;/b&gt; is missing." in page
    assert "<ins>electric</ins>" in page.replace("<ins> ", "<ins>").replace(" </ins>", "</ins>")
    assert "1 comment is on words that change" in page
    assert f'href="/c/{comment}"' in page
    assert answer.headers["location"] in told


@pytest.mark.parametrize("role", ["owner", "moderator"])
async def test_accepted_it_is_a_version_with_the_name_and_reason_of_its_author(case: Case, role: str) -> None:
    address = (await case.suggest()).headers["location"]

    answer = await case.decide(address, case.ada if role == "owner" else await make.member("sam", role="moderator"))

    assert answer.headers["location"] == await make.address(case.thread)
    revision = "select editor, reason, number from revision order by number desc limit 1"
    assert [await db.value(f"select {name} from ({revision}) r") for name in ("editor", "reason")] == [
        case.mira.id,
        "A <b>word</b> is missing.",
    ]
    assert (await make.lineages(case.thread))[-3:] == case.lineages
    assert RIGHT in (await case.client.get(answer.headers["location"])).text
    assert await db.value("select count(*) from notification where member = $1", case.mira.id) == 1


async def test_it_is_accepted_after_another_passage_changed(case: Case) -> None:
    address = (await case.suggest()).headers["location"]
    await make.sign_in(case.client, case.ada)
    before = make.hidden(await case.client.get(address), "version")
    await threads.revise_thread(case.thread, make.text("Another beginning.", *make.WORDS[1:]))

    stale = await case.client.post(address, data={"decision": "accept", "version": before})
    answer = await case.decide(address, case.ada)
    page = (await case.client.get(answer.headers["location"])).text

    assert stale.status_code == 422
    assert "The article or the suggestion changed while you were looking" in stale.text
    assert "Another beginning." in page
    assert RIGHT in page


async def test_it_cannot_be_accepted_when_its_passage_is_gone(case: Case) -> None:
    address = (await case.suggest()).headers["location"]
    await threads.revise_thread(case.thread, make.text(make.WORDS[0]))

    answer = await case.decide(address, case.ada)
    declined = await case.decide(address, case.ada, "decline")

    assert answer.status_code == 422
    assert "The passage is no longer in the article" in answer.text
    assert declined.headers["location"] == "/updates?declined"


@pytest.mark.parametrize("decision", ["accept", "decline"])
async def test_a_suggestion_replaced_meanwhile_is_not_decided_unseen(case: Case, decision: str) -> None:
    address = (await case.suggest()).headers["location"]
    await make.sign_in(case.client, case.ada)
    seen = make.hidden(await case.client.get(address), "version")
    await make.sign_in(case.client, case.mira)
    await case.suggest(f"{RIGHT} Buy at casino.example.")
    await make.sign_in(case.client, case.ada)

    answer = await case.client.post(address, data={"decision": decision, "version": seen})

    assert answer.status_code == 422
    assert "The article or the suggestion changed while you were looking" in answer.text
    assert "casino.example" in answer.text
    assert await case.revisions() == 1
    assert await db.value("select state from suggested_update") == "waiting"


async def test_a_correction_that_removes_much_is_a_moderator_s_to_accept(case: Case) -> None:
    address = (await case.suggest("Short.")).headers["location"]

    owner = await case.decide(address, case.ada)
    unchanged = await case.revisions()
    moderator = await case.decide(address, await make.member("sam", role="moderator"))

    assert (owner.status_code, unchanged, moderator.status_code) == (403, 1, 303)
    assert "a moderator has to decide" in owner.text
    assert await case.revisions() == 2


async def test_nobody_accepts_their_own_and_strangers_see_nothing(case: Case) -> None:
    address = (await case.suggest()).headers["location"]

    own = await case.decide(address, case.mira)
    stranger = await case.decide(address, await make.member("eve"))

    assert (own.status_code, stranger.status_code) == (403, 404)
    assert await case.revisions() == 1


async def test_a_second_correction_of_a_passage_replaces_the_first(case: Case) -> None:
    first = await case.suggest()
    second = await case.suggest(f"{RIGHT} Or heat.")
    other = await case.suggest("Another.", case.lineages[0])

    assert first.headers["location"] == second.headers["location"] != other.headers["location"]


@pytest.mark.parametrize(
    ("text", "expected"), [("", "needs a text"), (make.WORDS[1], "Nothing changed"), ("x" * 40_001, "40,000")]
)
async def test_a_refused_suggestion_says_why_and_keeps_the_text(case: Case, text: str, expected: str) -> None:
    answer = await case.suggest(text)

    assert answer.status_code == 422
    assert expected in answer.text
    assert f"{text}</textarea>" in answer.text
    assert await db.value("select count(*) from suggested_update") == 0


async def test_a_passage_that_is_gone_or_an_excerpt_or_a_closed_discussion_is_refused(case: Case) -> None:
    gone = await case.suggest(passage=987_654_321)
    await db.execute("update article set allowed = 'excerpt'")
    excerpt = await case.suggest()
    await db.execute("update article set allowed = 'full'")
    await db.execute("update thread set state = 'locked'")
    locked = await case.suggest()

    assert [one.status_code for one in (gone, excerpt, locked)] == [422, 422, 422]
    assert RIGHT in gone.text
    assert RIGHT in locked.text


async def test_more_than_ten_at_once_are_refused(case: Case) -> None:
    for _ in range(10):
        other = await make.thread(make.text(title=f"Other {_}"), starter=case.ada)
        await db.execute(
            "insert into suggested_update (thread, member, draft) values ($1, $2, '[]')", other, case.mira.id
        )

    answer = await case.suggest()

    assert answer.status_code == 422
    assert RIGHT in answer.text


@pytest.mark.parametrize("bound", ["MOST_OF_A_MEMBER", "MOST_IN_A_THREAD"])
async def test_corrections_of_other_passages_count_too(case: Case, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    await case.suggest()
    monkeypatch.setattr(queries, bound, 1)

    assert (await case.suggest("Another.", case.lineages[0])).status_code == 422
    assert (await case.suggest(f"{RIGHT} Or heat.")).status_code == 303


async def test_no_member_takes_all_places_of_a_thread(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_IN_A_THREAD", 4)
    taken = [(await case.suggest("Another.", passage)).status_code for passage in case.lineages[:3]]
    await make.sign_in(case.client, await make.member("kofi"))

    assert taken == [303, 303, 422]
    assert (await case.suggest("As I see it.", case.lineages[2])).status_code == 303


async def test_visitors_are_asked_to_sign_in_and_a_thread_that_is_not_there_is_not_found(
    case: Case, client: httpx.AsyncClient
) -> None:
    missing = await client.get("/t/987654321/correct")
    client.cookies.clear()
    visitor = await client.get(f"/t/{case.thread}/correct")

    assert missing.status_code == 404
    assert "/login" in visitor.headers.get("location", "") or visitor.status_code in {401, 403}


async def test_without_a_passage_the_page_lists_them(case: Case) -> None:
    page = (await case.client.get(f"/t/{case.thread}/correct")).text
    article = (await case.client.get(await make.address(case.thread))).text

    assert f'href="/t/{case.thread}/correct?passage={case.lineages[2]}"' in page
    assert f'href="/t/{case.thread}/correct"' in article
