"""What a member muted, for a while or for good, is told nowhere as new, and folded where they read."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from parley.discussion.threads import reading
from parley.interfaces.live.broadcast import Broadcaster
from parley.interfaces.live.stream import Stream
from parley.letters.digests import items
from parley.letters.digests.queries import IssueRow
from parley.letters.news import home
from parley.letters.news.queries import shared_candidates
from parley.letters.notifications import counts, jobs, ops, queries
from parley.people.accounts import blocks, muted_words
from parley.people.accounts.queries import by_name
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

FOLD = "Contains “<bdi>tariffs</bdi>”, which you muted."
BODY = "Because of Tariffs, I think."
SOON = timedelta(days=1)


class Case:
    """Jon replied to Mira about tariffs, in a thread that she follows."""

    def __init__(self, mira: Viewer, jon: Viewer) -> None:
        self.mira, self.jon = mira, jon
        self.thread = self.reply = 0

    async def fill(self) -> None:
        self.thread = await make.thread()
        own = await make.comment(self.thread, self.mira)
        for table in ("comment", "visit"):
            column = "read_until" if table == "visit" else "created_at"
            await db.execute(f"update {table} set {column} = {column} - interval '1 hour'")
        self.reply = await make.comment(self.thread, self.jon, BODY, parent=own)
        await jobs.handle_events()

    async def told(self) -> dict[str, bool]:
        """Whether the reply is told as new, by place."""
        home._choices.clear()
        home._shared.clear()
        now = datetime.now(UTC)
        issue = IssueRow(0, self.mira.id, "digest", "2026-W10", now, self.mira.name, "", "UTC", "weekly", 6)
        await ops.set_channels(self.mira.id, {"reply": "digest"})
        await db.execute("update notification set by_mail = false")
        [chosen] = await items.choose([issue], await shared_candidates(now), now)
        cells = (await home.news_for(self.mira, [self.thread])).cells
        return {
            "number": await counts.unread(self.mira.id) == 1,
            "home": self.reply in {cell.comment for cell in cells},
            "digest": self.reply in {item.comment for item in chosen},
            "for you": bool(await queries.list_page(self.mira.id)),
        }


@pytest.fixture
async def case(app: Litestar) -> Case:
    case = Case(await make.member("mira"), await make.member("jon"))
    await case.fill()
    assert all((await case.told()).values())
    return case


async def mute_word(case: Case, until: datetime | None) -> None:
    await muted_words.mute(case.mira, "tariffs", until)


async def mute_author(case: Case, until: datetime | None) -> None:
    jon = await by_name("jon")
    assert jon is not None
    await blocks.put(case.mira, jon, "mute", on=True, until=until)


async def mute_thread(case: Case, until: datetime | None) -> None:
    await ops.follow_thread(case.mira.id, case.thread, "mute", until=until)


async def mute_topic(case: Case, until: datetime | None) -> None:
    await db.execute("update follow set level = 'none'")
    await ops.follow_topic(case.mira.id, "research", "mute", on=True, until=until)


MUTES = [mute_word, mute_author, mute_thread, mute_topic]


@pytest.mark.parametrize("mute", MUTES)
@pytest.mark.parametrize("until", [None, SOON])
async def test_what_is_muted_is_told_nowhere_until_the_mute_ends(
    case: Case, mute: object, until: timedelta | None
) -> None:
    await mute(case, datetime.now(UTC) + until if until else None)  # type: ignore[operator]
    assert not any((await case.told()).values())

    for table in ("block", "follow", "topic_follow", "muted_word"):
        await db.execute(f"update {table} set muted_until = muted_until - interval '1 day 1 minute'")
    assert set((await case.told()).values()) == {until is not None}


async def test_a_number_is_counted_again_when_a_mute_ends(case: Case) -> None:
    until = await db.value("select now() + interval '20 seconds'")
    await mute_word(case, until)
    await counts.unread(case.mira.id)

    assert await db.value("select valid_until from unread_count where member = $1", case.mira.id) == until


async def test_who_followed_a_thread_follows_it_again_after_a_mute(case: Case) -> None:
    assert (await queries.following(case.mira.id, case.thread)).level == "follow"
    await mute_thread(case, datetime.now(UTC) + SOON)
    assert (await queries.following(case.mira.id, case.thread)).level == "mute"
    await db.execute("update follow set muted_until = now()")

    assert (await queries.following(case.mira.id, case.thread)).level == "follow"


async def test_saving_the_settings_of_topics_leaves_a_mute_for_a_day_as_it_is(case: Case) -> None:
    until = datetime.now(UTC) + SOON
    await ops.follow_topic(case.mira.id, "research", "mute", on=True, until=until)
    await ops.set_topics(case.mira.id, await queries.topic_levels(case.mira.id))

    assert await db.value("select muted_until from topic_follow") == until
    await ops.follow_topic(case.mira.id, "research", "mute", on=False)
    assert await db.value("select count(*) from topic_follow") == 0


async def test_a_comment_with_a_muted_word_is_folded_and_its_own_author_reads_it(
    case: Case, client: httpx.AsyncClient
) -> None:
    await mute_word(case, None)
    await muted_words.mute(case.jon, "tariffs", None)
    address = f"{await make.address(case.thread)}?view=all"
    assert FOLD not in (await client.get(address)).text
    await make.sign_in(client, case.mira)
    page = (await client.get(address)).text
    assert FOLD in page and BODY in page
    assert f'class="comment is-new" id="c{case.reply}"' not in page
    await make.sign_in(client, case.jon)

    assert FOLD not in (await client.get(address)).text


async def test_a_comment_with_a_muted_word_stays_unread_but_is_not_counted(
    case: Case, client: httpx.AsyncClient
) -> None:
    await mute_word(case, None)
    other = await make.comment(case.thread, case.jon, "Something else.")
    await make.sign_in(client, case.mira)
    page = (await client.get("/for-you")).text
    assert "Something else." in page and BODY not in page
    await reading.mark_read(case.mira.id, case.thread, [other])
    assert BODY not in (await client.get("/for-you?part=threads")).text
    await muted_words.unmute(case.mira, "tariffs")

    assert BODY in (await client.get("/for-you?part=you")).text


async def test_articles_about_a_muted_word_are_not_on_the_home_page(client: httpx.AsyncClient) -> None:
    thread = await make.thread(make.text(title="A history of tariffs"), topic="policy")
    await make.thread(make.text(title="Another history"), topic="policy")
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    assert "A history of tariffs" in (await client.get("/")).text
    await client.post("/settings/muted", data={"on": "1", "word": "Tariffs", "period": "week"})

    page = (await client.get("/")).text
    assert "A history of tariffs" not in page and "Another history" in page
    assert "A history of tariffs" in (await client.get("/?topic=policy")).text
    assert (await client.get(f"/t/{thread}/any")).status_code == 200


async def test_a_home_page_whose_articles_are_all_muted_says_so(case: Case, client: httpx.AsyncClient) -> None:
    await make.sign_in(client, case.mira)
    await client.post(f"/t/{case.thread}/mute", data={"on": "1"})

    page = (await client.get("/")).text
    assert "You muted every article on this page." in page and "No threads here yet." not in page


@pytest.mark.committed
async def test_a_live_comment_with_a_muted_word_arrives_folded(app: Litestar, case: Case) -> None:
    broadcaster: Broadcaster = app.state.broadcaster
    hers, theirs = (Stream(case.thread, name, None, member) for name, member in (("a", case.mira.id), ("b", None)))
    for stream in (hers, theirs):
        await broadcaster.join(stream, None)
    await mute_word(case, None)
    comment = await make.comment(case.thread, case.jon, "New tariffs.")
    await queued([hers, theirs], "New tariffs.")

    assert FOLD.encode() in b"".join(hers._queue)
    assert FOLD.encode() not in b"".join(theirs._queue)
    # Whoever comes back is told in the same way.
    late = Stream(case.thread, "c", None, case.mira.id)
    await broadcaster.join(late, hers.seq - 1)
    await queued([late], "New tariffs.")
    assert FOLD.encode() in b"".join(late._queue) and f'id="c{comment}"'.encode() in b"".join(late._queue)
    for stream in (hers, theirs, late):
        broadcaster.leave(stream)


async def queued(streams: list[Stream], words: str) -> None:
    async with asyncio.timeout(60):
        while not all(words.encode() in b"".join(stream._queue) for stream in streams):
            await asyncio.sleep(0)


async def test_the_pages_offer_what_can_be_muted(case: Case, client: httpx.AsyncClient) -> None:
    await make.sign_in(client, case.mira)
    thread, comment = f"/t/{case.thread}/mute", f"/c/{case.reply}/mute"
    page = (await client.get(f"{await make.address(case.thread)}?view=all")).text
    assert f'href="{thread}"' in page and f'href="{comment}"' in page
    offered = (await client.get(comment)).text
    assert all(
        f'action="{address}"' in offered
        for address in ("/settings/muted", "/u/jon/mute", thread, "/topic/research/mute")
    )

    for address in ("/u/jon/mute", thread, "/topic/research/mute"):
        await client.post(address, data={"on": "1", "period": "day"})
    await client.post("/settings/muted", data={"on": "1", "word": " Some  Phrase ", "next": comment})
    settings = (await client.get("/settings/mail")).text
    assert settings.count("Muted until") == 3
    assert "<bdi>some phrase</bdi>" in settings
    refused = await client.post("/settings/muted", data={"on": "1", "word": "…"})
    assert (refused.status_code, "Please write a word" in refused.text) == (422, True)
    wrong = await client.post(thread, data={"on": "1", "period": "year"})
    assert (wrong.status_code, "Please choose one of" in wrong.text) == (422, True)
    await client.post("/settings/muted", data={"on": "0", "word": "some phrase"})
    assert "some phrase" not in (await client.get("/settings/mail")).text
