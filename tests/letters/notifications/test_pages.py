"""The page of notifications, its counter, and following and muting by the buttons."""

from html import unescape

import httpx
import pytest
from litestar import Litestar

from parley.letters.for_you.web import PER_PAGE
from parley.letters.notifications import counts, jobs, queries
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.discussion.threads.test_reading import minutes_pass

pytestmark = pytest.mark.anyio

MARK_ALL = {"part": "you", "until": "2000-01-01T00:00:00+00:00"}


@pytest.fixture
async def mira(app: Litestar, client: httpx.AsyncClient) -> Viewer:
    """Mira, who is signed in."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


@pytest.fixture
async def answered(mira: Viewer) -> int:
    """An answer to Mira, in a thread that she follows."""
    thread, jon = await make.thread(make.text(title="The wager")), await make.member("jon")
    root = await make.comment(thread, mira)
    reply = await make.comment(thread, jon, "> The wager.\n\nAn answer with *words*.", parent=root)
    await jobs.handle_events()
    return reply


async def thread_of(comment: int) -> int:
    thread: int = await db.value("select thread from comment where id = $1", comment)
    return thread


async def test_the_page_says_who_answered_and_with_what_words(client: httpx.AsyncClient, answered: int) -> None:
    page = (await client.get("/for-you?part=you")).text

    assert "<b><bdi>jon</bdi></b> replied to you" in page
    assert "<p>An answer with <em>words</em>.</p>" in page
    assert "The wager" in page


async def test_one_reader_alone_does_not_hide_an_answer(client: httpx.AsyncClient, answered: int) -> None:
    one, other = await make.member(), await make.member()
    await make.vote(one, answered, value=-1)
    await reports.report(ReportInput("comment", answered, "civility", "I dislike it.", one))
    assert "replied to you" in (await client.get("/for-you?part=you")).text

    await reports.report(ReportInput("comment", answered, "civility", "It insults somebody.", other))
    assert "</b> replied to you" not in (await client.get("/for-you?part=you")).text


async def test_every_page_of_a_member_shows_the_counter(client: httpx.AsyncClient, answered: int) -> None:
    for path in ("/", "/for-you", await make.address(await thread_of(answered)), "/settings/profile", "/nothing"):
        assert '<span id="for-you-count"><b>1</b>' in (await client.get(path)).text, path


async def test_looking_marks_nothing_read_and_the_button_all(
    client: httpx.AsyncClient, mira: Viewer, answered: int
) -> None:
    newest = await db.value("select max(id) from notification where member = $1", mira.id)
    page = (await client.get("/for-you?part=you")).text
    assert "Mark all as read" in page
    assert await counts.unread(mira.id) == 1

    answer = await client.post("/for-you/read", data=MARK_ALL | {"upto": str(newest)})

    assert (answer.status_code, answer.headers["location"]) == (303, "/for-you")
    page = (await client.get("/for-you?part=you")).text
    assert "Mark all as read" not in page
    assert "replied to you" in page
    assert '<span id="for-you-count"></span>' in page


async def test_what_came_after_the_page_stays_unread(client: httpx.AsyncClient, mira: Viewer, answered: int) -> None:
    newest = await db.value("select max(id) from notification")
    await make.comment(await thread_of(answered), await make.member("ada"), "Hello @mira.")
    await jobs.handle_events()

    await client.post("/for-you/read", data=MARK_ALL | {"upto": str(newest)})

    assert await counts.unread(mira.id) == 1


async def test_one_reply_can_be_marked_alone(client: httpx.AsyncClient, mira: Viewer, answered: int) -> None:
    other = await make.thread()
    mention = await make.comment(other, await make.member("ada"), "Hello @mira.")
    await jobs.handle_events()

    await client.post("/for-you/read", data={"thread": str(other), "shown": str(mention)})

    assert [row.comment for row in await queries.list_page(mira.id) if row.is_unread] == [answered]


async def test_reading_a_comment_marks_its_notification_as_read_and_opening_the_thread_does_not(
    client: httpx.AsyncClient, mira: Viewer, answered: int
) -> None:
    thread = await thread_of(answered)
    await client.post(f"/t/{thread}/seen", data={"read": f"{answered - 1}", "seq": "99"})
    assert await counts.unread(mira.id) == 1

    await client.post(f"/t/{thread}/seen", data={"read": f"{answered - 1},{answered}", "seq": "99"})

    assert await counts.unread(mira.id) == 0


async def test_replying_to_a_comment_marks_its_notification_as_read(
    client: httpx.AsyncClient, mira: Viewer, answered: int
) -> None:
    thread = await thread_of(answered)
    await make.comment(thread, mira, "Thank you.", parent=answered)
    assert await counts.unread(mira.id) == 1

    await jobs.handle_events()

    assert await counts.unread(mira.id) == 0


async def test_the_page_of_all_shows_what_is_addressed_to_the_member_and_the_newest_words_of_their_threads_once(
    client: httpx.AsyncClient, mira: Viewer, answered: int
) -> None:
    await minutes_pass()
    await db.execute("update follow set since = since - interval '5 minutes'")
    for name in ("ann", "bob", "cem", "dee"):
        await make.comment(await thread_of(answered), await make.member(name), f"News by {name}.")
    await jobs.handle_events()

    page = (await client.get("/for-you")).text

    assert page.count("An answer with <em>words</em>.") == 1
    assert [page.count(f"News by {name}.") for name in ("ann", "bob", "cem", "dee")] == [0, 1, 1, 1]
    assert "Read all 4 new comments" in page
    assert '<span id="for-you-count"><b>1</b>' in page


async def test_marking_as_one_reads_can_be_turned_off(client: httpx.AsyncClient, mira: Viewer, answered: int) -> None:
    address = await make.address(await thread_of(answered))
    assert "reading.js" in (await client.get(address)).text

    assert (await client.post("/settings/read-marks", data={"on": "0"})).headers["location"] == "/for-you"

    for path in (address, "/for-you", f"/for-you?thread={await thread_of(answered)}"):
        assert "reading.js" not in (await client.get(path)).text
    assert "Comments count as read only when you say so." in (await client.get("/for-you")).text
    await client.post("/settings/read-marks", data={"on": "1"})
    assert "reading.js" in (await client.get(address)).text


async def test_an_empty_page_says_so(client: httpx.AsyncClient, mira: Viewer) -> None:
    page = (await client.get("/for-you?part=you")).text

    assert "Nobody has replied to you or mentioned you yet." in page
    assert '<span id="for-you-count"></span>' in page


async def test_many_notifications_continue_on_another_page(client: httpx.AsyncClient, mira: Viewer) -> None:
    jon = await make.member("jon")
    for number in range(PER_PAGE + 2):
        await make.comment(await make.thread(), jon, f"Number {number}, @mira.")
    await jobs.handle_events()

    first = (await client.get("/for-you?part=you")).text
    assert f"Number {PER_PAGE + 1}," in first
    assert "Number 1," not in first
    more = unescape(first.split('rel="next" href="')[1].split('"')[0])
    second = (await client.get(more)).text

    assert "Number 1," in second
    assert "Number 2," not in second


@pytest.mark.parametrize("path", ["/for-you", "/settings/mail", "/settings/notifications"])
async def test_visitors_are_asked_to_sign_in(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
    assert "/for-you" not in (await client.get("/")).text


async def test_a_thread_is_followed_and_muted_by_its_buttons(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    address = await make.address(thread)
    assert "Follow this thread" in (await client.get(address)).text

    answer = await client.post(f"/t/{thread}/follow", data={"on": "1", "channel": "mail"})
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert await queries.following(mira.id, thread) == queries.FollowState("follow", "mail")
    assert "Stop following" in (await client.get(address)).text

    part = await client.post(f"/t/{thread}/mute", data={"on": "1"}, headers={"HX-Request": "true"})
    assert "Muted" in part.text
    assert part.text.lstrip().startswith('<div class="follow"')
    await client.post(f"/t/{thread}/follow", data={"on": "0"})
    assert (await queries.following(mira.id, thread)).level == "mute"
    await client.post(f"/t/{thread}/mute", data={"on": "0"})
    assert (await queries.following(mira.id, thread)).level == "none"


async def test_a_topic_is_followed_and_muted_by_its_buttons(client: httpx.AsyncClient, mira: Viewer) -> None:
    assert "Follow this topic" in (await client.get("/?topic=work")).text

    for act, said in (("follow", "You follow this topic"), ("mute", "You muted this topic")):
        answer = await client.post(f"/topic/work/{act}", data={"on": "1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?topic=work")
        assert said in (await client.get("/?topic=work")).text

    await client.post("/topic/work/mute", data={"on": "0"})
    assert await queries.topic_level(mira.id, "work") is None


@pytest.mark.parametrize("path", ["/t/999/follow", "/t/x/mute", "/topic/nothing/follow", "/topic/nothing/mute"])
async def test_what_is_not_there_cannot_be_followed(client: httpx.AsyncClient, mira: Viewer, path: str) -> None:
    assert (await client.post(path, data={"on": "1"})).status_code == 404


async def test_an_unknown_channel_is_refused(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()

    assert (await client.post(f"/t/{thread}/follow", data={"on": "1", "channel": "pigeon"})).status_code == 422
    answer = await client.post("/settings/notifications", data={"reply": "pigeon", "mention": "off"})

    assert answer.status_code == 422
    assert "Please choose one of" in answer.text
    assert await queries.preferences_of(mira.id) == {}


async def test_channels_are_set_by_kind_and_followed_threads_are_listed(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread = await make.thread(make.text(title="The wager"))
    await client.post(f"/t/{thread}/mute", data={"on": "1"})

    answer = await client.post("/settings/notifications", data={"reply": "digest", "decision": "off"})

    assert answer.headers["location"] == "/settings/mail?saved=channels#channels"
    assert await queries.preferences_of(mira.id) == {"reply": "digest", "decision": "off"}
    page = (await client.get("/settings/mail")).text
    assert "The wager" in page
    assert f'action="/t/{thread}/mute"' in page


async def test_names_with_the_typed_prefix_are_offered_those_of_the_thread_first(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    for name in ("anna", "anton", "antonia", "bert"):
        await make.member(name)
    thread = await make.thread()
    await make.comment(thread, await make.member("antje"))

    part = (await client.get("/names", params={"begin": "An", "thread": str(thread)})).text

    found = [piece.split('"')[0] for piece in part.split('value="')[1:]]
    assert found == ["antje", "anna", "anton", "antonia"]
    assert (await client.get("/names", params={"begin": "\x00"})).text.strip() == ""


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("/notices", "/for-you?part=you"),
        ("/notifications", "/for-you?part=you"),
        ("/unread", "/for-you?part=threads"),
        ("/unread?thread=7", "/for-you?thread=7"),
    ],
)
@pytest.mark.usefixtures("mira")
async def test_the_former_addresses_redirect(client: httpx.AsyncClient, former: str, now: str) -> None:
    answer = await client.get(former)

    assert (answer.status_code, answer.headers["location"]) == (301, now)
