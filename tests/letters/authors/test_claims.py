"""Claiming an article: each way, who decides, what it gives, and how it ends."""

import re

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import Download
from parley.letters.authors import jobs, ops, queries
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.ratelimit import CLAIM_ADDRESS
from parley.platform.settings import settings
from parley.platform.text.messages import N_
from tests import make

pytestmark = pytest.mark.anyio

URL = "https://review.example/wager"


class Page(msgspec.Struct):
    """What the article's address answers."""

    html: str = "<head></head>"
    final: str = URL
    fails: bool = False


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Page:
    served = Page()

    async def fetch(url: str, **_: object) -> Download:
        if served.fails:
            raise CannotImport(N_("The site is busy."))
        return Download(url, served.final, "text/html", "utf-8", served.html.encode(), None, None)

    monkeypatch.setattr(jobs, "fetch", fetch)
    return served


@pytest.fixture
async def ann(app: Litestar) -> Viewer:
    return await make.member("ann")


@pytest.fixture
async def thread(app: Litestar) -> int:
    text = msgspec.structs.replace(make.text(title="The wager", url=URL), byline="Ann Author")
    return await make.thread(text)


async def letters() -> list[str]:
    """What claimants were told of a decision, or of a check, in order."""
    found: list[str] = await db.values("select text from mail where kind = 'claim-decided' order by id")
    return found


async def state() -> str:
    found: str = await db.value("select state || ' ' || role from claim")
    return found


async def claimed(client: httpx.AsyncClient, who: Viewer, thread: int, **fields: str) -> httpx.Response:
    await make.sign_in(client, who)
    return await client.post(f"/t/{thread}/claim", data={"way": "page"} | fields)


async def mailed_link(to: str) -> str:
    text = await db.value("select text from mail where recipient = $1 order by id desc limit 1", to)
    [found] = re.findall(r"(/claims/\S+)", text)
    return str(found)


async def test_a_page_that_links_to_the_profile_names_its_author(
    client: httpx.AsyncClient, ann: Viewer, thread: int, site: Page
) -> None:
    form = await claimed(client, ann, thread)
    assert (form.status_code, form.headers["location"]) == (303, f"/t/{thread}/claim")
    assert "checking the page" in (await client.get(f"/t/{thread}/claim")).text

    await jobs.check_due()
    assert await state() == "waiting author"
    assert "neither a link to your profile" in (await client.get(f"/t/{thread}/claim")).text

    site.html = f'<head><link rel="me" href="{settings().base_url}/u/Ann"></head>'
    await claimed(client, ann, thread)
    await jobs.check_due()
    assert await state() == "confirmed author"
    assert "confirmed as the author" in (await client.get(f"/t/{thread}/claim")).text


async def test_the_claimants_token_on_the_page_proves_the_claim_and_another_does_not(
    client: httpx.AsyncClient, ann: Viewer, thread: int, site: Page
) -> None:
    eve = await make.member("eve")
    await claimed(client, ann, thread)
    await claimed(client, eve, thread)
    token = await db.value("select token from claim where member = $1", ann.id)
    site.html = f'<head><meta name="parley-author" content="{token}"></head>'

    await jobs.check_due()

    assert await db.value("select state from claim where member = $1", ann.id) == "confirmed"
    assert await db.value("select state from claim where member = $1", eve.id) == "waiting"


async def test_a_page_that_leads_to_another_site_proves_nothing(
    client: httpx.AsyncClient, ann: Viewer, thread: int, site: Page
) -> None:
    site.html = f'<head><link rel="me" href="{settings().base_url}/u/ann"></head>'
    site.final = "https://evil.example/wager"
    await claimed(client, ann, thread)
    await jobs.check_due()
    assert await state() == "waiting author"


async def test_a_proof_that_is_gone_for_two_months_ends_the_claim(
    client: httpx.AsyncClient, ann: Viewer, thread: int, site: Page
) -> None:
    site.html = f'<head><link rel="me" href="{settings().base_url}/u/ann"></head>'
    await claimed(client, ann, thread)
    await jobs.check_due()
    site.fails = True
    for expected in ("confirmed author", "ended author"):
        assert await db.value("select check_at > now() + interval '29 days' from claim")
        await db.execute("update claim set check_at = now()")
        await jobs.check_due()
        assert await state() == expected
    assert await jobs.check_due() == 0
    assert ["is confirmed" in text for text in await letters()] == [True, False]
    assert "no longer names you" in (await letters())[1]


@pytest.mark.parametrize(
    ("email", "role"), [("ann.author@review.example", "author"), ("desk@mail.review.example", "publisher")]
)
async def test_an_address_at_its_domain_proves_it_by_a_mailed_link(
    client: httpx.AsyncClient, ann: Viewer, thread: int, email: str, role: str
) -> None:
    await claimed(client, ann, thread, way="address", email=email)
    link = await mailed_link(email)
    assert "Confirm" in (await client.get(link)).text
    assert await state() == "waiting author"

    client.cookies.clear()
    assert (await client.post(link)).status_code == 200
    assert await state() == f"confirmed {role}"


async def test_claims_fill_nobodys_mailbox(client: httpx.AsyncClient, ann: Viewer, thread: int) -> None:
    """Each claim of each account sent a link, also again for the same article."""
    await ratelimit.take(CLAIM_ADDRESS, "desk@review.example", CLAIM_ADDRESS.most - 1)
    for email, status in (("desk+1@review.example", 303), ("desk+2@review.example", 429), ("ann@review.example", 303)):
        assert (await claimed(client, ann, thread, way="address", email=email)).status_code == status
    assert await db.value("select count(*) from mail where recipient like 'desk%'") == 1


async def test_no_member_keeps_an_author_from_claiming_by_a_mailbox(
    client: httpx.AsyncClient, ann: Viewer, thread: int
) -> None:
    """One account's ten claims of a day kept everybody else from that mailbox."""
    await make.sign_in(client, other := await make.member("jonas"))
    statuses = [
        (await claimed(client, other, thread, way="address", email="desk@review.example")).status_code
        for _ in range(ratelimit.CLAIM_HERE.most + 1)
    ]
    assert statuses == [303] * ratelimit.CLAIM_HERE.most + [429]

    assert (await claimed(client, ann, thread, way="address", email="desk@review.example")).status_code == 303


async def test_a_guessed_link_confirms_nothing(client: httpx.AsyncClient, ann: Viewer, thread: int) -> None:
    await claimed(client, ann, thread, way="address", email="ann.author@review.example")
    number = await db.value("select id from claim")
    for key in ("0" * 32, "", "é"):
        assert (await client.post(f"/claims/{number}/{key}")).status_code in (404, 405)
    old = await mailed_link("ann.author@review.example")
    await claimed(client, ann, thread, way="address", email="desk@review.example")
    assert (await client.post(old)).status_code == 404
    assert await state() == "waiting author"


async def test_a_link_that_was_opened_before_the_claim_ended_confirms_nothing(
    client: httpx.AsyncClient, ann: Viewer, thread: int
) -> None:
    await claimed(client, ann, thread, way="address", email="ann.author@review.example")
    opened = await queries.of_member(thread, ann.id)
    assert opened is not None
    await ops.end(ann, opened.id)

    await ops.confirm_address(opened)

    assert await state() == "ended author"


@pytest.mark.parametrize("email", ["ann@evil.example", "ann.author@review.example.evil.example", "ann@gmail.com", "x"])
async def test_an_address_elsewhere_gets_no_mail(
    client: httpx.AsyncClient, ann: Viewer, thread: int, email: str
) -> None:
    answer = await claimed(client, ann, thread, way="address", email=email)
    assert answer.status_code == 422
    assert f'value="{email}"' in answer.text
    assert await db.value("select count(*) from mail") == 0


async def test_the_publisher_or_a_moderator_decides_where_nothing_proves_it(
    client: httpx.AsyncClient, ann: Viewer, thread: int
) -> None:
    desk, other = await make.member("desk"), await make.member("other")
    await claimed(client, desk, thread, way="address", email="desk@review.example")
    await client.post(await mailed_link("desk@review.example"))
    await claimed(client, ann, thread, way="word", text="Ask the desk.")
    number = await db.value("select id from claim where member = $1", ann.id)

    for who, status in ((other, 403), (ann, 403), (desk, 303)):
        await make.sign_in(client, who)
        shown = await client.get("/settings/profile")
        assert ("Is this its author?" in shown.text) is (who is desk)
        answer = await client.post(f"/settings/articles/{number}/decide", data={"confirm": "1"})
        assert answer.status_code == status
    assert await db.value("select state from claim where id = $1", number) == "confirmed"
    assert ["is confirmed" in text for text in await letters()] == [True]


async def test_moderators_and_publishers_are_mailed_that_a_claim_waits(
    client: httpx.AsyncClient, ann: Viewer, thread: int
) -> None:
    desk, moderator = await make.member("desk"), await make.member("mo", role="moderator")
    await claimed(client, desk, thread, way="address", email="desk@review.example")
    await client.post(await mailed_link("desk@review.example"))
    for text in ("Ask the desk.", "Do ask the desk."):
        await claimed(client, ann, thread, way="word", text=text)

    told = await db.values("select recipient from mail where kind like 'claim-waiting%' order by id")
    assert told == ["mo@example.org", "desk@example.org"]
    await make.sign_in(client, moderator)
    shown = await client.get("/mod/queue?kind=author")
    assert "Do ask the desk." in shown.text


async def test_a_refused_claim_waits_a_month(client: httpx.AsyncClient, ann: Viewer, thread: int) -> None:
    await claimed(client, ann, thread, way="word", text="Believe me.")
    await make.sign_in(client, await make.member(role="moderator"))
    number = await db.value("select id from claim")
    await client.post(f"/settings/articles/{number}/decide", data={"confirm": "0"})
    again = await claimed(client, ann, thread, way="word", text="Do believe me.")
    assert again.status_code == 422
    assert "Do believe me." in again.text
    assert "<form" not in (await client.get(f"/t/{thread}/claim")).text.partition("<main")[2].partition("</main")[0]
    assert ["was refused" in text for text in await letters()] == [True]


async def test_a_second_refusal_blocks_for_a_month_too(client: httpx.AsyncClient, ann: Viewer, thread: int) -> None:
    moderator = await make.member(role="moderator")
    for _ in range(2):
        await claimed(client, ann, thread, way="word", text="Believe me.")
        await make.sign_in(client, moderator)
        number = await db.value("select id from claim")
        await client.post(f"/settings/articles/{number}/decide", data={"confirm": "0"})
        again = await claimed(client, ann, thread, way="word", text="Do believe me.")
        assert again.status_code == 422
        await db.execute("update claim set created_at = now() - interval '31 days'")


async def test_three_claims_wait_at_most(client: httpx.AsyncClient, ann: Viewer) -> None:
    threads = [await make.thread(make.text(str(one), url=f"{URL}/{one}", title=str(one))) for one in range(4)]
    answers = [await claimed(client, ann, one) for one in threads]
    assert [one.status_code for one in answers] == [303, 303, 303, 422]


async def confirm(thread: int, who: Viewer) -> None:
    await db.execute(
        """insert into claim (article, member, way, state, token)
           select article, $2, 'page', 'confirmed', 'x' from thread where id = $1""",
        thread,
        who.id,
    )


async def test_the_author_is_named_beside_their_comments_in_that_thread_only(
    client: httpx.AsyncClient, ann: Viewer, thread: int
) -> None:
    elsewhere = await make.thread()
    for place in (thread, elsewhere):
        await make.comment(place, ann, "What I meant.")
    await confirm(thread, ann)
    assert "the author</span>" in (await client.get(f"/t/{thread}/any?view=all")).text
    assert "the author</span>" not in (await client.get(f"/t/{elsewhere}/any?view=all")).text


async def test_the_author_pins_one_reply_and_unpins_it(client: httpx.AsyncClient, ann: Viewer, thread: int) -> None:
    await confirm(thread, ann)
    first, second = [await make.comment(thread, ann, words) for words in ("First answer.", "Second answer.")]
    await make.sign_in(client, ann)
    assert "Pin above the discussion" in (await client.get(f"/t/{thread}/any?view=all")).text

    for comment in (first, second):
        assert (await client.post(f"/t/{thread}/author-reply", data={"comment": str(comment)})).status_code == 303
    page = (await client.get(f"/t/{thread}/any?view=all")).text
    assert f'id="pinned-{second}"' in page
    assert f'id="pinned-{first}"' not in page
    # Above the discussion, and where it stands in it.
    assert page.count("Unpin</button>") == 2
    assert page.count("Pin above the discussion") == 1

    await client.post(f"/t/{thread}/author-reply", data={"comment": ""})
    assert 'id="pinned-' not in (await client.get(f"/t/{thread}/any")).text


async def test_nobody_else_pins_and_nothing_else_is_pinned(client: httpx.AsyncClient, ann: Viewer, thread: int) -> None:
    other = await make.member("other")
    foreign, own = await make.comment(thread, other, "Not hers."), await make.comment(thread, ann, "Hers.")
    reply = await make.comment(thread, ann, "A reply.", parent=foreign)
    long = await make.comment(thread, ann, "word " * 500)
    address = f"/t/{thread}/author-reply"
    assert (await client.post(address, data={"comment": str(own)})).status_code == 401
    await make.sign_in(client, ann)
    assert (await client.post(address, data={"comment": str(own)})).status_code == 403
    await confirm(thread, ann)
    answers = [await client.post(address, data={"comment": str(one)}) for one in (foreign, reply, long, 777)]
    assert [one.status_code for one in answers] == [403, 422, 422, 404]
    await make.sign_in(client, other)
    assert (await client.post(address, data={"comment": str(foreign)})).status_code == 403


@pytest.mark.parametrize("way", ["removed", "ended", "blocked"])
async def test_a_pinned_reply_goes_with_its_comment_the_claim_and_a_block(
    client: httpx.AsyncClient, ann: Viewer, thread: int, way: str
) -> None:
    await confirm(thread, ann)
    comment = await make.comment(thread, ann, "What I meant.")
    await make.sign_in(client, ann)
    await client.post(f"/t/{thread}/author-reply", data={"comment": str(comment)})
    reader = await make.member("reader")
    if way == "removed":
        await make.put_state("comment", comment, "removed")
    elif way == "ended":
        await client.post(f"/settings/articles/{await db.value('select id from claim')}/end")
    else:
        await make.block(reader, ann)
    await make.sign_in(client, reader)
    page = (await client.get(f"/t/{thread}/any?view=all")).text
    assert 'id="pinned-' not in page
    assert "the author</span>" not in page


async def test_ending_a_claim_again_does_not_lock_the_thread_for_long(
    client: httpx.AsyncClient, ann: Viewer, thread: int
) -> None:
    """Each `POST /settings/articles/{claim}/end` wrote up to 200 events, one after the other, and nobody could post."""
    await confirm(thread, ann)
    for _ in range(3):
        await make.comment(thread, ann)
    await make.sign_in(client, ann)
    end = f"/settings/articles/{await db.value('select id from claim')}/end"
    edits = "select count(*) from event where kind = 'comment.edited'"

    assert (await client.post(end)).status_code == 303
    assert await db.value(edits) == 3
    assert (await client.post(end)).status_code == 303
    assert await db.value(edits) == 3


@pytest.mark.parametrize(("role", "status"), [("visitor", 401), ("unverified", 403)])
async def test_claiming_needs_a_confirmed_account(
    client: httpx.AsyncClient, thread: int, role: str, status: int
) -> None:
    if role == "unverified":
        await make.sign_in(client, await make.member(state="unverified"))
    assert (await client.post(f"/t/{thread}/claim", data={"way": "page"})).status_code == status


async def test_what_was_taken_down_and_what_is_not_there_is_not_claimed(
    client: httpx.AsyncClient, ann: Viewer, thread: int
) -> None:
    assert (await claimed(client, ann, 777)).status_code == 404
    await db.execute("update article set restricted = 'none'")
    assert (await claimed(client, ann, thread)).status_code in (404, 422)
