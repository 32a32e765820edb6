"""A raid, minute by minute: what readers see of it, what regulars notice of it, and the one decision that ends it."""

import httpx
import msgspec
import pytest

from parley.interfaces.embed import ops as embed
from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.interfaces.search import jobs as search
from parley.letters.notifications import jobs as notifications
from parley.moderation.modqueue import bulk_jobs
from parley.moderation.raids import ops as raids
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.raids.test_raids import regular

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]
MINUTES = 10
SPAM, CANARY, WORDS = "Buy gold", "krugerrand", "A word of a regular"
ARTICLE = "https://pub.example/raided"
REMOVE = {"action": "remove", "rule": "civility", "reason": "Advertising.", "also": "silence", "until": "3"}
A_MINUTE_PASSES = (
    "update comment set created_at = created_at - interval '1 minute'",
    "update raid set created_at = created_at - interval '1 minute', until = until - interval '1 minute'",
)
STATES = f"select state || ' ' || count(*) from comment where body like '{SPAM}%' group by state order by state"
NEWS = "select count(*) from notification where member = $1"
STATEMENTS = """
select count(*) from decision d join mail l on l.kind = 'decision.' || d.id
where d.action = 'remove' and d.guideline = 'civility' and d.reason = 'Advertising.' and d.member is not null
"""
LETTERS = "select count(*) from mail where kind like 'decision.%'"


class Raid(msgspec.Struct):
    """A thread with a word of a regular, raid mode for newcomers, and who takes part."""

    id: int
    thread: int
    word: int
    member: Viewer
    moderator: Viewer
    raiders: list[Viewer]

    def paths(self) -> list[str]:
        """Where readers and programs would find its comments: pages, feeds, search, API, and what others embed."""
        page, first = f"/t/{self.thread}/x", self.raiders[0].name
        feeds = [f"{of}/feed.{kind}" for of in (f"/t/{self.thread}", f"/u/{first}", "") for kind in ("atom", "json")]
        api = [f"/api/v1/{what}" for what in (f"threads/{self.thread}/comments", "events", "search?q=word")]
        return [
            page, f"{page}?sort=new", f"{page}?view=all", f"/t/{self.thread}/comments?branch={self.word}",
            "/?sort=active", "/search?q=word", "/search.json?q=word", f"/u/{first}", "/for-you",
            f"/embed/t/{self.thread}?site=pub", *feeds, *api,
        ]  # fmt: skip

    async def minute(self, client: httpx.AsyncClient, number: int, comments: int) -> None:
        """Raiders post so many comments, replies to the regular and mentions among them; the regular posts once."""
        for turn in range(comments):
            raider = self.raiders[(number * comments + turn) % len(self.raiders)]
            body = f"{SPAM}, a word to @{self.member.name}: {CANARY} {turn} of minute {number}."
            await make.comment(self.thread, raider, body, parent=self.word if turn % 3 == 0 else None)
        await make.sign_in(client, self.member)
        posted = await client.post(f"/t/{self.thread}/comments", data={"body": f"{WORDS}, minute {number}."})
        assert posted.status_code == 303, posted.text
        for sql in A_MINUTE_PASSES:
            await db.execute(sql)


async def begun(accounts: int) -> Raid:
    member, moderator = await regular(), await make.member(role="moderator")
    thread = await make.thread(make.text(url=ARTICLE))
    await embed.add_site("pub", ["https://pub.example"], "research")
    word = await make.comment(thread, member, f"{WORDS}.")
    raid = await raids.begin(moderator, raids.Switch(None, "newcomers", 3))
    return Raid(raid, thread, word, member, moderator, [await make.member() for _ in range(accounts)])


async def seen_by(client: httpx.AsyncClient, who: Viewer | None, raid: Raid) -> int:
    """On how many of the pages `who` reads a word of the regular; fail where they read one of the raid."""
    client.cookies.clear()
    if who:
        await make.sign_in(client, who)
    found = 0
    for path in raid.paths():
        answer = await client.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        assert CANARY not in answer.text, path
        found += WORDS in answer.text
    return found


async def lives_through(client: httpx.AsyncClient, accounts: int, comments: int) -> None:
    raid = await begun(accounts)
    before = await db.value(NEWS, raid.member.id)
    for number in range(MINUTES):
        await raid.minute(client, number, comments // MINUTES)
        page = (await client.get(f"/t/{raid.thread}/x")).text
        assert page.count(f"{WORDS}, minute") >= number + 1 and CANARY not in page
    await notifications.handle_events()
    await search.index_events()

    assert await db.values(STATES) == [f"pending {comments}"]
    for who in (None, raid.member, await make.member()):
        assert await seen_by(client, who, raid) >= 9
    told = b"".join(one.message for one in await render.events(await live.events_after(raid.thread, 0, 10_000)))
    assert told.count(WORDS.encode()) >= MINUTES and CANARY.encode() not in told
    assert await db.value(NEWS, raid.member.id) == before
    assert await db.value("select count(*) from mail where text like $1", f"%{CANARY}%") == 0
    await is_decided_in_one_step(client, raid, comments)


async def is_decided_in_one_step(client: httpx.AsyncClient, raid: Raid, comments: int) -> None:
    await make.sign_in(client, raid.moderator)
    preview = await client.get(f"/mod/bulk/all?raid={raid.id}")
    assert (
        f"Decide on {comments:,} comments" in preview.text
        and min(raider.name for raider in raid.raiders) in preview.text
    )
    late = await make.comment(raid.thread, await make.member(), f"{SPAM}, said somebody later.")
    # Within the transaction of a test, all times are that of its beginning.
    await db.execute("update queue_item set opened_at = clock_timestamp() where target = $1", late)
    answer = await client.post(f"/mod/bulk/all?raid={raid.id}", data=REMOVE | {"at": make.hidden(preview, "at")})
    progress = answer.headers["location"]
    assert f"0 of {comments:,} decided" in (await client.get(progress)).text
    bulk = int(progress.rpartition("/")[2])
    for _ in range(3):
        await bulk_jobs._next(bulk)
    assert f"3 of {comments:,} decided" in (await client.get(progress)).text
    await bulk_jobs.work_off()

    assert f"{comments:,} of {comments:,} decided" in (await client.get(progress)).text
    assert await db.values(STATES) == ["pending 1", f"rejected {comments}"]
    assert await db.value("select count(*) from queue_item where state = 'open'") == 1
    assert await db.value("select count(*) from member where state = 'silenced'") == len(raid.raiders)
    await each_has_its_reasons(client, raid, comments)
    await is_undone(client, raid, comments, progress)


async def each_has_its_reasons(client: httpx.AsyncClient, raid: Raid, comments: int) -> None:
    assert await db.value(STATEMENTS) == comments
    assert await db.value(LETTERS) == comments + len(raid.raiders)
    raider = raid.raiders[-1]
    await make.sign_in(client, raider)
    for decision in await db.values("select id from decision where member = $1 and kind = 'comment'", raider.id):
        reasons = (await client.get(f"/decision/{decision}")).text
        assert "Advertising." in reasons and "Send the appeal" in reasons


async def is_undone(client: httpx.AsyncClient, raid: Raid, comments: int, progress: str) -> None:
    await make.sign_in(client, raid.moderator)
    assert (await client.post(f"{progress}/undo")).status_code == 303
    await bulk_jobs.work_off()

    assert f"{comments:,} decisions are undone" in (await client.get(progress)).text
    assert await db.values(STATES) == [f"pending {comments + 1}"]
    assert await db.value("select count(*) from member where state = 'silenced'") == 0
    assert await db.value(LETTERS) == 0


async def test_a_raid_reaches_no_reader_and_is_decided_in_one_step(client: httpx.AsyncClient) -> None:
    await lives_through(client, 6, 30)


@pytest.mark.slow
async def test_a_raid_of_three_hundred_accounts_and_three_thousand_comments(client: httpx.AsyncClient) -> None:
    await lives_through(client, 300, 3_000)
