"""Erasing with the words: pasted articles, quotations by others, and letters."""

import asyncio

import httpx
import pytest
from litestar import Litestar

from parley.interfaces.search import jobs as search
from parley.moderation.decisions.rules import Choice
from parley.moderation.modqueue import in_place
from parley.own_data.erasure import jobs, quotes
from parley.people.account_settings import address_ops, signup_ops
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in.authentication import Client
from parley.platform import db
from parley.platform.errors import Refused
from tests import make, restricting
from tests.moderation.modqueue.reported import decided, reported
from tests.own_data.erasure.filling import where
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio

NAME, SONG = "canarybird", "canarysong"
CHOICES = "select (erase_words, erase_articles, erase_quotes)::text from member where id = $1"
ERASED = "<b>This article was erased.</b>"


@pytest.fixture
async def bird(app: Litestar) -> Viewer:
    number, _ = await signup_ops.add_member(name=NAME, email=f"{NAME}@example.org", password=PASSWORD)
    return Viewer(id=number, name=NAME, role="member", verified=True, session=0)


async def pasted(by: Viewer, url: str | None = None) -> int:
    """A thread about an article that the member pasted."""
    article = make.text(f"A {SONG} of the morning.", "It ends.", title=f"The {SONG}", url=url)
    thread = await make.thread(article, starter=by)
    await db.execute("update revision set byline = 'Canarybird, Ada Poe' where article = (select max(id) from article)")
    await search.index_events()
    return thread


async def erased(client: httpx.AsyncClient, who: Viewer, **chosen: str) -> None:
    """Ask for the erasure as a member does, and let 14 days pass."""
    client.cookies.clear()
    await Person(0, NAME).sign_in(client)
    assert (await client.post("/settings/data/erase", data=chosen)).headers["location"] == "/left?erased"
    await db.execute("update member set erase_at = now() where id = $1", who.id)
    await jobs.erase_all_due()
    await search.index_events()
    client.cookies.clear()


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({"words": "0", "articles": "1", "quotes": "1"}, "(f,f,f)"),
        ({"words": "1"}, "(t,f,f)"),
        ({"words": "1", "articles": "1", "quotes": "1"}, "(t,t,t)"),
    ],
    ids=["name", "words", "all"],
)
async def test_the_form_offers_what_else_goes(
    client: httpx.AsyncClient, bird: Viewer, chosen: dict[str, str], kept: str
) -> None:
    await Person(0, NAME).sign_in(client)
    page = (await client.get("/settings/data")).text
    assert all(f'name="{name}" value="1"' in page for name in ("words", "articles", "quotes"))
    await client.post("/settings/data/erase", data=chosen)
    assert await db.value(CHOICES, bird.id) == kept
    # Coming back calls all of it off.
    await Person(0, NAME).sign_in(client)
    assert await db.value(CHOICES, bird.id) == "(f,f,f)"


async def test_a_pasted_article_that_nobody_answered_is_gone_from_everywhere(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    thread = await pasted(bird)
    await make.comment(thread, bird, f"My {SONG}.")
    address = await make.address(thread)
    paths = ("/", "/feed.atom", "/sitemap.xml", "/api/v1/threads", "/topic/research/feed.atom")
    of_thread = (
        address, f"/t/{thread}/feed.atom", f"/t/{thread}/revisions", f"/t/{thread}/export.json",
        f"/t/{thread}/export.md", f"/t/{thread}/annotations.jsonld", f"/api/v1/threads/{thread}",
    )  # fmt: skip
    assert f"/t/{thread}/" in (await client.get(f"/search?q={SONG}")).text
    before = [path for path in (*paths, *of_thread) if SONG in (await client.get(path)).text]
    assert {"/", "/feed.atom", address, f"/t/{thread}/export.md"} <= set(before)

    await erased(client, bird, words="1")

    # Visitors' pages are kept for less than a second.
    await asyncio.sleep(1)
    for path in (*paths, *of_thread):
        answer = await client.get(path, follow_redirects=True)
        assert SONG not in answer.text, path
    assert f"/t/{thread}/" not in (await client.get(f"/search?q={SONG}")).text
    assert ERASED in (await client.get(address, follow_redirects=True)).text
    assert await where(SONG) == set()


async def test_an_article_that_others_answered_stays_without_the_name(client: httpx.AsyncClient, bird: Viewer) -> None:
    thread = await pasted(bird)
    await make.comment(thread, await make.member("jon"), "I see it otherwise.")
    await erased(client, bird, words="1")
    page = (await client.get(await make.address(thread))).text
    assert SONG in page
    assert NAME not in page.lower()
    assert await db.value("select byline from revision order by id desc limit 1") == "Ada Poe"


async def test_an_answered_article_goes_if_its_member_chose_so_and_answers_stay(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    thread, jon = await pasted(bird), await make.member("jon")
    [lineage, _] = await make.lineages(thread)
    answer = await make.comment(thread, jon, "I see it otherwise.", passage=lineage, quote=f"A {SONG}")
    await erased(client, bird, words="1", articles="1")
    page = (await client.get(await make.address(thread), follow_redirects=True)).text
    assert ERASED in page
    assert "I see it otherwise." in page
    assert SONG not in page
    assert await db.value("select quote from comment where id = $1", answer) is None
    assert await where(SONG) == set()


async def test_an_article_from_another_site_stays(client: httpx.AsyncClient, bird: Viewer) -> None:
    thread = await pasted(bird, "https://review.example/song")
    await erased(client, bird, words="1", articles="1")
    assert SONG in (await client.get(await make.address(thread))).text


async def test_who_pastes_the_text_of_an_erased_article_opens_a_discussion_of_their_own(
    client: httpx.AsyncClient, bird: Viewer
) -> None:
    first = await pasted(bird)
    await erased(client, bird, words="1")
    assert await pasted(await make.member("jon")) != first


async def test_no_decision_shows_an_erased_article_again(client: httpx.AsyncClient, bird: Viewer) -> None:
    thread, mo = await pasted(bird), await make.member("mo", role="moderator")
    await erased(client, bird, words="1")
    for action in ("remove", "restore"):
        choice = Choice(0, 0, action, "civility", "It insults somebody.", title=await restricting.title(thread))
        await in_place.decide_article(mo, thread, choice)
    page = (await client.get(await make.address(thread), follow_redirects=True)).text
    assert ERASED in page


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("> My canarysong is long\n\nNo.", "> […]\n\nNo."),
        ("> > My canarysong is long\n> So it is here.\n", "> > […]\n> So it is here.\n"),
        ("> My canarysong is long. But is it?", "> […] But is it?"),
        ('You say "my *canarysong* is long", and no.', 'You say "[…]", and no.'),
        ("Sie sagen „My canarysong is long“.", "Sie sagen „[…]“."),
        ("> I agree.", "> […]"),
        ("I agree.\n> Most words are short", "I agree.\n> Most words are short"),
        ("My canarysong is long, I repeat.", "My canarysong is long, I repeat."),
        ('The "long" one', 'The "long" one'),
    ],
)
def test_quotations_are_blank_where_they_are_the_members_words(typed: str, left: str) -> None:
    said = quotes.said_in(["<p>My <em>canarysong</em> is long.</p> It has [more](https://a.example).", "I agree."])
    assert quotes.without(typed, said) == left


def test_a_long_comment_of_marks_is_searched_in_no_time() -> None:
    said = quotes.said_in(["a" * 40_000])
    for piece in ('"', "“", "> ", "„a“", ".", "«»"):
        quotes.without(piece * (40_000 // len(piece)), said)


@pytest.mark.parametrize("chosen", ["", "1"])
async def test_what_others_quoted_is_blank_by_choice(client: httpx.AsyncClient, bird: Viewer, chosen: str) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    own = await make.comment(thread, bird, f"My {SONG}, a long one.")
    reply = await make.comment(thread, jon, f"> My {SONG}, a long one.\n\nIt is not.", parent=own)
    await erased(client, bird, words="1", quotes=chosen)
    text = await db.value("select body || html from comment where id = $1", reply)
    assert text.count("It is not.") == 2
    assert text.count(SONG) == (0 if chosen else 2)


@pytest.mark.parametrize("state", ["planned", "claimed", "data", "sent"])
async def test_letters_to_any_address_of_theirs_go(client: httpx.AsyncClient, bird: Viewer, state: str) -> None:
    await make.member("jon")
    account = await accounts.account(bird.id)
    assert account is not None
    await address_ops.request(account, "past@example.org", Client("127.0.0.1", ""))
    await db.execute("update mail set member = null where recipient like $1", f"{NAME}@%")
    link = await db.value("select text from mail where recipient = 'past@example.org'")
    await address_ops.confirm(link.split("/confirm/")[1].split()[0])
    account = await accounts.account(bird.id)
    assert account is not None
    await address_ops.request(account, "next@example.org", Client("127.0.0.1", ""))
    await db.execute("delete from address_change")
    await db.execute("update mail set state = $1", state)
    async with db.atomic():
        await db.execute(
            """insert into mail (kind, recipient, subject, text, created_at, due_at, state)
               values ('test', 'jon@example.org', 'canarybird asks', '', now(), now(), 'planned')"""
        )
    recipients = set(await db.values("select recipient from mail"))
    assert {"past@example.org", "next@example.org", f"{NAME}@example.org"} <= recipients

    await erased(client, bird, words="0")

    assert await db.values("select recipient || ' ' || subject from mail") == ["jon@example.org former-member asks"]
    assert await where(NAME) == set()


async def test_what_moderators_removed_from_the_profile_goes_too(client: httpx.AsyncClient, bird: Viewer) -> None:
    mo = await make.member("mo", role="moderator")
    await db.execute("update member set bio = $2 where id = $1", bird.id, f"My {SONG}.")
    await in_place.decide_on(mo, "member", bird.id, None, Choice(0, 0, "bio", "civility", "It insults somebody."))
    assert await where(SONG) == {"decision.before", "mod_action.before"}
    await erased(client, bird, words="0")
    assert await where(SONG) == set()


async def test_what_is_decided_after_the_erasure_is_mailed_to_nobody(client: httpx.AsyncClient, bird: Viewer) -> None:
    """A moderator could not remove a comment whose author, or reporter, was erased: the letter had no address."""
    mo, jon = await make.member("mo", role="moderator"), await make.member("jon")
    item = await reported(bird, by=jon)
    other = await reported(jon, by=bird)
    await erased(client, bird, words="0")
    for number in (item, other):
        await decided(number, mo)
    assert set(await db.values("select recipient from mail")) == {"jon@example.org"}


async def test_an_erasure_does_not_end_a_suspension(client: httpx.AsyncClient, bird: Viewer) -> None:
    """The address confirms no other account until the suspension ends."""
    mo = await make.member("mo", role="moderator")
    suspends = Choice(0, 0, "suspend", "civility", "It insults somebody.", 3)
    decision = await in_place.decide_on(mo, "member", bird.id, None, suspends)
    await db.execute("update member set erase_at = now() where id = $1", bird.id)
    await jobs.erase_all_due()
    again = (await make.member("phoenix", state="unverified")).id
    await db.execute("update member set email = 'Canarybird+2@example.org' where id = $1", again)

    with pytest.raises(Refused, match="was suspended or silenced"):
        await signup_ops.activate(again)

    await db.execute("update decision set until = now() where id = $1", decision)
    await signup_ops.activate(again)
    assert await db.value("select state from member where id = $1", again) == "active"
