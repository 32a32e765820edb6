"""The settings of the digest with its next issue, an issue as a page, and the answer to "do you still want it?"."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from parley.letters.digests import letters, ops
from parley.letters.digests.queries import SubscriptionRow, subscription_of
from parley.letters.notifications import mailing
from parley.letters.notifications.queries import topic_levels
from parley.people import mail
from parley.people.accounts.viewer import Viewer
from parley.people.mail.sending import deliver_due
from parley.platform import db
from tests import make
from tests.letters.digests.issuing import issue_for, next_week, reader, reviewed, thread_with_sides, voted_up

pytestmark = pytest.mark.anyio

WEEKLY = {"frequency": "weekly", "weekday": "3", "hour": "7", "zone": "Europe/Berlin"}


@pytest.fixture
async def mira(client: httpx.AsyncClient) -> Viewer:
    """A reader who is signed in."""
    viewer = await reader("mira")
    await make.sign_in(client, viewer)
    return viewer


async def now_of(member: Viewer) -> SubscriptionRow:
    found = await subscription_of(member.id)
    assert found is not None
    return found


async def test_a_member_chooses_how_often_and_when(client: httpx.AsyncClient, mira: Viewer) -> None:
    answer = await client.post("/settings/mail", data=WEEKLY)

    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/mail?saved=schedule#schedule")
    one = await now_of(mira)
    assert (one.frequency, one.weekday, one.hour, one.zone) == ("weekly", 3, 7, "Europe/Berlin")
    assert one.next_at is not None
    assert one.next_at > datetime.now(UTC)
    page = (await client.get("/settings/mail?saved=schedule")).text
    assert "Saved." in page
    assert '<option value="Europe/Berlin" selected>' in page


async def test_a_digest_that_is_switched_off_has_no_next_issue(client: httpx.AsyncClient, mira: Viewer) -> None:
    await client.post("/settings/mail", data=WEEKLY | {"frequency": "off"})

    assert (await now_of(mira)).next_at is None
    assert "The digest is off" in (await client.get("/settings/mail")).text


async def test_one_switch_stops_all_mail_and_starts_it_again(client: httpx.AsyncClient, mira: Viewer) -> None:
    await client.post("/settings/mail", data=WEEKLY | {"frequency": "daily"})
    assert "Stop all optional mail" in (await client.get("/settings/mail")).text

    answer = await client.post("/settings/mail/all", data={"on": "0"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/mail?saved=all#all")
    assert "All optional mail is off." in (await client.get("/settings/mail")).text
    assert [await one.wanted(mira.id, "") for one in mail.lists.values()] == [False, False]

    await client.post("/settings/mail/all", data={"on": "1"})

    assert (await now_of(mira)).frequency == "daily"
    assert await mailing.wanted(mira.id, "")
    assert "Stop all optional mail" in (await client.get("/settings/mail")).text


async def test_links_in_letters_still_unsubscribe_after_the_switch(client: httpx.AsyncClient, mira: Viewer) -> None:
    await client.post("/settings/mail/all", data={"on": "0"})
    for name in mail.lists:
        address = mail.unsubscribe_link(mira.id, name)
        assert (await client.get(address)).is_success
        assert (await client.post(address, content=b"List-Unsubscribe=One-Click")).status_code == 200

    assert "All optional mail is off." in (await client.get("/settings/mail")).text


async def test_the_page_has_a_table_of_kinds_and_channels(client: httpx.AsyncClient, mira: Viewer) -> None:
    await client.post("/settings/notifications", data={"reply": "digest", "decision": "off"})

    page = (await client.get("/settings/mail")).text

    assert re.search(r'name="reply" value="digest" aria-label="[^"]+" checked', page)
    assert re.search(r'name="decision" value="off" aria-label="[^"]+" checked', page)
    assert re.search(r'name="update" value="page" aria-label="[^"]+" checked', page)
    # Decisions, security, reports.
    assert page.count("Always mailed") == 3


async def test_a_field_that_is_absent_stays_as_it_was(client: httpx.AsyncClient, mira: Viewer) -> None:
    await client.post("/settings/mail", data=WEEKLY)
    await client.post("/settings/mail", data={"frequency": "daily"})

    one = await now_of(mira)
    assert (one.frequency, one.hour, one.zone) == ("daily", 7, "Europe/Berlin")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("zone", "Europe/Atlantis", "Please choose one of these."),
        ("hour", "24", "Please choose one of these."),
        ("weekday", "8", "Please choose one of these."),
        ("frequency", "hourly", "Please choose one of"),
    ],
)
async def test_a_wrong_value_is_explained_and_the_other_fields_stay(
    client: httpx.AsyncClient, mira: Viewer, field: str, value: str, words: str
) -> None:
    before = await now_of(mira)
    answer = await client.post("/settings/mail", data={"frequency": "daily", "hour": "5"} | {field: value})

    assert answer.status_code == 422
    assert words in answer.text
    assert field == "hour" or '<option value="5" selected>' in answer.text
    assert await now_of(mira) == before


async def test_the_preview_shows_the_next_issue_and_stores_nothing(client: httpx.AsyncClient, mira: Viewer) -> None:
    await thread_with_sides()
    page = (await client.get("/settings/mail")).text

    assert "It is right, and here is why." in page
    assert "It is wrong, and here is why." in page
    assert await db.value("select count(*) from issue_item") == 0


async def test_other_choices_are_previewed_without_being_saved(client: httpx.AsyncClient, mira: Viewer) -> None:
    before = await now_of(mira)
    page = await client.get("/settings/mail", params=WEEKLY)
    part = await client.get("/settings/mail", params=WEEKLY, headers={"HX-Request": "true"})

    assert "Wednesday" in page.text
    assert "07:00" in part.text
    assert part.text.lstrip().startswith('<section class="part" id="preview"')
    assert await now_of(mira) == before


async def test_an_empty_next_issue_is_announced_in_the_settings(client: httpx.AsyncClient, mira: Viewer) -> None:
    assert "You have read everything." in (await client.get("/settings/mail")).text


async def test_a_pause_can_be_made_and_ended(client: httpx.AsyncClient, mira: Viewer) -> None:
    assert (await client.post("/settings/mail/pause", data={"weeks": "4"})).status_code == 303
    assert "Paused until" in (await client.get("/settings/mail")).text
    one = await now_of(mira)
    assert one.next_at is not None
    assert one.next_at > datetime.now(UTC) + timedelta(days=27)

    await client.post("/settings/mail/pause", data={"weeks": "0"})
    assert "Away for a while?" in (await client.get("/settings/mail")).text


async def test_how_often_a_topic_comes_is_chosen_there(client: httpx.AsyncClient, mira: Viewer) -> None:
    await voted_up(await make.thread(topic="policy"))
    assert "Something new." in (await client.get("/settings/mail")).text

    answer = await client.post("/settings/topics", data={"policy": "mute", "work": "weekly", "research": "follow"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/mail?saved=topics#topics")
    page = (await client.get("/settings/mail")).text
    assert re.findall(r'<option value="(\w+)" selected>(?:In every|Once a week at|Never)', page) == [
        "follow",
        "weekly",
        "mute",
    ]
    assert "Something new." not in page
    assert "in one digest a week" in (await client.get("/settings/mail")).text
    assert "the best of it is in your digest." in (await client.get("/?topic=work")).text

    await client.post("/topic/work/follow", data={"on": "0"})
    await client.post("/settings/topics", data={"policy": "usual"})
    assert await topic_levels(mira.id) == {"research": "follow"}


async def test_no_answer_to_how_often_a_topic_comes_changes_nothing(client: httpx.AsyncClient, mira: Viewer) -> None:
    answer = await client.post("/settings/topics", data={"work": "weekly", "policy": "sometimes"})

    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text
    assert await topic_levels(mira.id) == {}


@pytest.mark.parametrize("weeks", ["53", "-1", "soon"])
async def test_a_pause_of_no_length_changes_nothing(client: httpx.AsyncClient, mira: Viewer, weeks: str) -> None:
    assert (await client.post("/settings/mail/pause", data={"weeks": weeks})).status_code == 422
    assert (await now_of(mira)).paused_until is None


async def test_visitors_sign_in_first(client: httpx.AsyncClient, app: Litestar) -> None:
    assert (await client.get("/settings/mail")).status_code == 303
    assert (await client.post("/settings/mail", data=WEEKLY)).status_code == 401


async def test_a_member_without_a_confirmed_address_is_asked_to_confirm_it(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    uma = await make.member(state="unverified")
    await make.sign_in(client, uma)

    page = (await client.get("/settings/mail")).text
    assert "once you have confirmed your e-mail address" in page
    assert 'name="reply" value="off"' in page
    assert (await client.post("/settings/mail", data=WEEKLY)).status_code == 403


async def test_an_issue_is_a_page_for_everybody_with_its_link(client: httpx.AsyncClient, app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    letter = await reviewed(await issue_for(mira))
    assert letter is not None
    link = re.search(r"http://localhost(/mail/view/\S+)", letter.text)
    assert link

    answer = await client.get(link[1])

    assert answer.status_code == 200
    assert "It is right, and here is why." in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_what_was_removed_since_is_not_on_its_page(client: httpx.AsyncClient, app: Litestar) -> None:
    mira = await reader()
    _, supports, challenges = await thread_with_sides()
    number = await issue_for(mira)
    path = letters.address("view", number).removeprefix("http://localhost")
    await make.put_state("comment", supports, "removed")

    page = (await client.get(path)).text
    assert "It is right, and here is why." not in page
    assert "It is wrong, and here is why." in page
    await make.put_state("comment", challenges, "removed")
    assert "Nothing in this digest is available any more." in (await client.get(path)).text


async def test_a_made_up_link_is_refused(client: httpx.AsyncClient, app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    number = await issue_for(mira)
    view = letters.address("view", number).rpartition("/")[2]
    keep = letters.address("keep", number).rpartition("/")[2]

    other = f"{number + 1}.{view.partition('.')[2]}"
    for token in (str(number), f"{number}.", f"{number}.{'0' * 32}", f"{number}.é", f"{number}.%ED%A0%80", keep, other):
        assert (await client.get(f"/mail/view/{token}")).status_code == 404
    for token in (str(number), view):
        assert (await client.get(f"/mail/keep/{token}")).status_code == 404
        assert (await client.post(f"/mail/keep/{token}")).status_code == 404


async def test_looking_at_the_question_answers_nothing_and_its_button_does(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    mira = await reader()
    await thread_with_sides()
    await db.execute("update member set seen_at = now() - interval '91 days' where id = $1", mira.id)
    letter = await reviewed(await issue_for(mira))
    assert letter is not None
    link = re.search(r"http://localhost(/mail/keep/\S+)", letter.text)
    assert link
    await db.execute("update subscription set asked_at = asked_at - interval '1 hour'")

    page = await client.get(link[1])
    assert "Keep the digest" in page.text
    assert (await now_of(mira)).last_active_at < datetime.now(UTC) - timedelta(days=90)
    assert (await client.post(link[1])).status_code == 303

    assert "The digest continues" in (await client.get(link[1])).text
    await next_week(mira)
    assert await reviewed(await issue_for(mira)) is not None


async def test_a_stopped_digest_can_be_begun_again_in_the_settings(client: httpx.AsyncClient, mira: Viewer) -> None:
    await ops.stop(mira.id)
    await client.post("/settings/mail", data=WEEKLY)

    assert (await now_of(mira)).next_at is not None


async def test_one_click_in_a_letter_stops_the_digest_and_what_is_queued(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    mira = await reader()
    await thread_with_sides()
    number = await issue_for(mira)
    letter = await reviewed(number)
    assert letter is not None
    link = re.search(r"http://localhost(/mail/off/\S+)", letter.text)
    assert link

    answer = await client.post(
        link[1], data={"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 200
    assert (await now_of(mira)).frequency == "off"
    await deliver_due()
    assert await db.value("select state from mail") == "stopped"
    assert await db.values("select delivered from issue_item") == [False, False]
