"""Bios, titles and names that moderators remove: restored, appealed, and not written again."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import letters, undoing
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.own_data.erasure import jobs as erasure
from parley.people.account_settings import signup_ops
from parley.people.accounts import queries
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in import ops as accounts
from parley.people.sign_in.ops import Client
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from tests import make
from tests.moderation.modlog.replay import differences

pytestmark = pytest.mark.anyio

WORDS = {"bio": "I sell stolen cars.", "title": "car thief", "name": "slurry"}


@pytest.fixture
async def slurry(app: Litestar) -> Viewer:
    member = await make.member("slurry")
    await accounts.set_profile(member, title=WORDS["title"], bio=WORDS["bio"])
    return member


@pytest.fixture
async def mo(client: httpx.AsyncClient) -> Viewer:
    moderator = await make.member("mo", role="moderator")
    await make.sign_in(client, moderator)
    return moderator


async def shown(member: Viewer) -> dict[str, str]:
    account = await queries.account(member.id)
    assert account is not None
    return {"bio": account.bio, "title": account.title, "name": account.name}


async def remove(client: httpx.AsyncClient, field: str, name: str = "slurry") -> httpx.Response:
    data = {"action": field, "rule": "civility", "reason": "It insults people."}
    return await client.post(f"/u/{name}/moderate", data=data)


async def decided() -> int:
    number: int = await db.value("select max(id) from decision")
    return number


@pytest.mark.parametrize("field", WORDS)
async def test_the_member_is_notified(client: httpx.AsyncClient, mo: Viewer, slurry: Viewer, field: str) -> None:
    await remove(client, field)
    await db.execute("update decision set created_at = created_at - interval '1 minute'")
    made = await decided()
    await letters.send(made)
    await make.sign_in(client, slurry)
    page = (await client.get("/for-you?part=decisions")).text

    assert "A moderator decided" in page and f"/decision/{made}" in page


async def test_the_page_of_a_removed_name_leads_to_the_new_one(
    client: httpx.AsyncClient, mo: Viewer, slurry: Viewer
) -> None:
    data = {"action": "name", "rule": "civility", "reason": "It insults people."}
    answer = await client.post("/u/slurry/moderate", data=data, headers={"HX-Request": "true"})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/u/member-{slurry.id}/moderate?done=")


@pytest.mark.parametrize("field", WORDS)
async def test_it_is_removed_where_it_is_seen_and_brought_back(
    client: httpx.AsyncClient, mo: Viewer, slurry: Viewer, field: str
) -> None:
    form = await client.get("/u/slurry/moderate")
    answer = await remove(client, field)
    done = await client.get(answer.headers["location"])

    assert f'value="{field}"' in form.text and answer.status_code == 303
    assert await shown(slurry) == WORDS | {field: f"member-{slurry.id}" if field == "name" else ""}
    assert await differences() == []
    undone = await client.post(answer.headers["location"].partition("?")[0], data={"undo": make.hidden(done, "undo")})
    assert "Undone" in undone.text and await shown(slurry) == WORDS


async def test_what_is_empty_is_not_offered_to_be_removed(client: httpx.AsyncClient, mo: Viewer) -> None:
    plain = await make.member("plain")
    await reports.report(ReportInput("member", plain.id, "civility", "That name.", await make.member()))
    for path in ("/u/plain/moderate", "/mod/queue"):
        offered = (await client.get(path)).text
        assert 'value="name"' in offered and 'value="warn"' in offered
        assert 'value="bio"' not in offered and 'value="title"' not in offered


@pytest.mark.parametrize("field", WORDS)
async def test_the_member_reads_why_and_an_appeal_brings_it_back(
    client: httpx.AsyncClient, mo: Viewer, slurry: Viewer, field: str
) -> None:
    await remove(client, field)
    letter = await db.value("select subject || text from mail where recipient = 'slurry@example.org'")
    await make.sign_in(client, slurry)
    page = await client.get(f"/decision/{await decided()}")

    assert f"Your {field} was removed" in letter and "It insults people." in letter
    assert f"Your {field} was removed" in page.text and WORDS[field] in page.text
    appeal = await appeals.file(decision=await decided(), text="It is my profession.")
    await appeals.decide(await make.member(role="admin"), appeal, outcome="overturned", answer="So it is.")
    assert await shown(slurry) == WORDS


@pytest.mark.parametrize("field", ["bio", "title"])
async def test_a_bio_written_since_stays(client: httpx.AsyncClient, mo: Viewer, slurry: Viewer, field: str) -> None:
    await remove(client, field)
    other = {"bio": "I mend cars.", "title": "mechanic"}
    await accounts.set_profile(slurry, **other)
    await undoing.undo(mo, await decided())

    assert (await shown(slurry))[field] == other[field]


@pytest.mark.parametrize("field", ["bio", "title"])
async def test_the_same_words_are_not_saved_again(
    client: httpx.AsyncClient, mo: Viewer, slurry: Viewer, field: str
) -> None:
    await remove(client, field)
    await make.sign_in(client, slurry)
    answer = await client.post("/settings/profile", data={"title": "", "bio": "", field: WORDS[field]})

    assert "removed this text" in answer.text and WORDS[field] in answer.text
    assert (await shown(slurry))[field] == ""


async def test_nobody_takes_a_name_that_was_removed(client: httpx.AsyncClient, mo: Viewer, slurry: Viewer) -> None:
    await remove(client, "name")
    with pytest.raises(Refused, match="is taken"):
        await signup_ops.sign_up(
            name="Slurry", email="a@example.org", password="a good long one", client=Client("", "127.0.0.1")
        )


async def test_the_member_chooses_another_name(client: httpx.AsyncClient, mo: Viewer, slurry: Viewer) -> None:
    await remove(client, "name")
    await make.sign_in(client, slurry)
    page = await client.get("/settings/profile")
    taken = await client.post("/settings/name", data={"name": "mo"})
    chosen = await client.post("/settings/name", data={"name": "sunny"})
    again = await client.post("/settings/name", data={"name": "funny"})

    assert "A moderator removed your name" in page.text
    assert taken.status_code == 422 and "is taken" in taken.text and WORDS["bio"] in taken.text
    assert chosen.status_code == 303 and again.status_code == 303
    assert (await shown(slurry))["name"] == "funny"


async def test_nobody_else_chooses_a_name(client: httpx.AsyncClient, slurry: Viewer) -> None:
    with pytest.raises(Forbidden):
        await accounts.choose_name(slurry, "sunny")
    client.cookies.clear()
    assert (await client.post("/settings/name", data={"name": "sunny"})).status_code == 401


async def test_the_replacement_is_free_even_where_somebody_has_it(
    client: httpx.AsyncClient, mo: Viewer, slurry: Viewer
) -> None:
    await make.member(f"member-{slurry.id}")
    await remove(client, "name")

    assert (await shown(slurry))["name"].startswith(f"member-{slurry.id}-")


async def test_an_empty_field_cannot_be_removed(client: httpx.AsyncClient, mo: Viewer, slurry: Viewer) -> None:
    await remove(client, "bio")
    answer = await remove(client, "bio")

    assert "nothing to remove" in answer.text
    assert await db.value("select count(*) from decision") == 1


@pytest.mark.parametrize("field", WORDS)
async def test_only_an_admin_decides_about_staff(client: httpx.AsyncClient, mo: Viewer, field: str) -> None:
    colleague = await make.member("cole", role="moderator")
    await accounts.set_profile(colleague, title="x", bio="y")

    assert (await remove(client, field, "cole")).status_code == 403


async def test_the_log_says_what_was_done_and_not_what_it_was(
    client: httpx.AsyncClient, mo: Viewer, slurry: Viewer
) -> None:
    for field in ("bio", "title", "name"):
        await remove(client, field)
    log = (await client.get("/log")).text

    for field, words in WORDS.items():
        assert f"The {field} of a member was removed" in log
        assert words not in log


async def test_mentions_follow_the_name(
    client: httpx.AsyncClient, mo: Viewer, slurry: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "UNDO_SECONDS", 3_600)
    other, thread = await make.member(), await make.thread()
    comment = await make.comment(thread, other, "I agree with @Slurry, not with @slurry-2.")
    await editing.edit_comment(viewer=other, comment_id=comment, body="I do agree with @slurry.")
    words = "select body || html from comment where id = $1 union all select body from comment_version order by 1"

    answer = await remove(client, "name")
    assert await erasure.rewrite_mentions() == 1 and await erasure.rewrite_mentions() == 0
    removed = " ".join(await db.values(words, comment))
    done = await client.get(answer.headers["location"])
    await client.post(answer.headers["location"].partition("?")[0], data={"undo": make.hidden(done, "undo")})
    await erasure.rewrite_mentions()
    undone = " ".join(await db.values(words, comment))

    neutral = f"member-{slurry.id}"
    assert f"agree with @{neutral}." in removed and f"agree with @{neutral}, not with @slurry-2." in removed
    assert f'href="/u/{neutral}"' in removed and "@slurry." not in removed
    assert "I do agree with @slurry." in undone and neutral not in undone
