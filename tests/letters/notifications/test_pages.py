"""The page of notifications, its counter, and following and muting by the buttons."""

import httpx
import pytest
from litestar import Litestar

from parley.letters.notifications import counts, jobs, queries
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio


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
    page = (await client.get("/notifications")).text

    assert "<b><bdi>jon</bdi></b> replied to you" in page
    assert f'<a href="/c/{answered}">An answer with words.</a>' in page
    assert "The wager" in page


async def test_a_comment_with_a_statement_is_quoted_by_it(client: httpx.AsyncClient, answered: int) -> None:
    await db.execute("update comment set statement = 'Words differ.' where id = $1", answered)

    page = (await client.get("/notifications")).text

    assert f'<a href="/c/{answered}">Words differ.</a>' in page
    assert "An answer with words." not in page


async def test_one_reader_alone_does_not_hide_an_answer(client: httpx.AsyncClient, answered: int) -> None:
    one, other = await make.member(), await make.member()
    await make.vote(one, answered, value=-1)
    await reports.report(ReportInput("comment", answered, "civility", "I dislike it.", one))
    assert "replied to you" in (await client.get("/notifications")).text

    await reports.report(ReportInput("comment", answered, "civility", "It insults somebody.", other))
    assert "replied to you" not in (await client.get("/notifications")).text


async def test_every_page_of_a_member_shows_the_counter(client: httpx.AsyncClient, answered: int) -> None:
    for path in ("/", "/notifications", await make.address(await thread_of(answered)), "/settings/profile", "/nothing"):
        assert '<span id="notification-count"><b>1</b>' in (await client.get(path)).text, path


async def test_looking_marks_nothing_read_and_the_button_all(
    client: httpx.AsyncClient, mira: Viewer, answered: int
) -> None:
    newest = await db.value("select max(id) from notification where member = $1", mira.id)
    await client.get("/notifications")
    assert await counts.unread(mira.id) == 1

    answer = await client.post("/notifications/read", data={"upto": str(newest)})

    assert (answer.status_code, answer.headers["location"]) == (303, "/notifications")
    page = (await client.get("/notifications")).text
    assert "Mark all read" not in page
    assert "Read before" in page
    assert '<span id="notification-count"></span>' in page


async def test_what_came_after_the_page_stays_unread(client: httpx.AsyncClient, mira: Viewer, answered: int) -> None:
    newest = await db.value("select max(id) from notification")
    await make.comment(await thread_of(answered), await make.member("ada"), "Hello @mira.")
    await jobs.handle_events()

    await client.post("/notifications/read", data={"upto": str(newest)})

    assert await counts.unread(mira.id) == 1


async def test_the_notifications_of_one_thread_can_be_marked_alone(
    client: httpx.AsyncClient, mira: Viewer, answered: int
) -> None:
    other = await make.thread()
    await make.comment(other, await make.member("ada"), "Hello @mira.")
    await jobs.handle_events()
    newest = await db.value("select max(id) from notification")

    await client.post("/notifications/read", data={"upto": str(newest), "thread": str(other)})

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


async def test_new_comments_of_a_followed_thread_are_one_entry(
    client: httpx.AsyncClient, mira: Viewer, answered: int
) -> None:
    for name in ("ann", "bob", "cem", "dee"):
        await make.comment(await thread_of(answered), await make.member(name), f"News by {name}.")
    await jobs.handle_events()

    page = (await client.get("/notifications")).text

    assert "<b>4 new comments</b> by <bdi>ann</bdi>, <bdi>bob</bdi>, <bdi>cem</bdi> and 1 other" in page
    assert "News by ann." in page
    assert "News by bob." not in page


async def test_an_empty_page_says_so(client: httpx.AsyncClient, mira: Viewer) -> None:
    page = (await client.get("/notifications")).text

    assert "No notifications yet." in page
    assert '<span id="notification-count"></span>' in page


async def test_many_notifications_continue_on_another_page(client: httpx.AsyncClient, mira: Viewer) -> None:
    jon = await make.member("jon")
    for number in range(queries.PAGE + 2):
        await make.comment(await make.thread(), jon, f"Number {number}, @mira.")
    await jobs.handle_events()

    first = (await client.get("/notifications")).text
    assert "Number 61," in first
    assert "Number 1," not in first
    more = first.split('rel="next" href="')[1].split('"')[0]
    second = (await client.get(more)).text

    assert "Number 1," in second
    assert "Number 2," not in second


@pytest.mark.parametrize("path", ["/notifications", "/settings/notifications"])
async def test_visitors_are_asked_to_sign_in(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
    assert "/notifications" not in (await client.get("/")).text


async def test_a_thread_is_followed_and_muted_by_its_buttons(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    address = await make.address(thread)
    assert "Follow this thread" in (await client.get(address)).text

    answer = await client.post(f"/t/{thread}/follow", data={"on": "1", "channel": "mail"})
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert await queries.following(mira.id, thread) == queries.FollowState("follow", "mail")
    assert "Stop following" in (await client.get(address)).text

    part = await client.post(f"/t/{thread}/mute", data={"on": "1"}, headers={"HX-Request": "true"})
    assert "You muted this thread" in part.text
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

    assert answer.headers["location"] == "/settings/mail?saved"
    assert await queries.preferences_of(mira.id) == {"reply": "digest", "decision": "off"}
    page = (await client.get("/settings/notifications")).text
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
        ("/notices", "/notifications"),
        ("/notices?before=7", "/notifications?before=7"),
        ("/settings/notices", "/settings/notifications"),
    ],
)
@pytest.mark.usefixtures("mira")
async def test_the_former_addresses_redirect(client: httpx.AsyncClient, former: str, now: str) -> None:
    answer = await client.get(former)

    assert (answer.status_code, answer.headers["location"]) == (301, now)
