"""Other work than items in the queue: what is listed, counted, grey and absent; where former pages lead."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.modqueue import kinds
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio
APPLIED = """
insert into sign_up (member, waits, message, created_at, confirmed_at) values ($1, true, 'I teach.', now(), now())
"""


@pytest.fixture
async def mo(app: Litestar, client: httpx.AsyncClient) -> Viewer:
    viewer = await make.member("mo", role="moderator")
    await make.sign_in(client, viewer)
    return viewer


async def applicant() -> int:
    member = (await make.member("newcomer", state="unverified")).id
    await db.execute(APPLIED, member)
    return member


async def test_one_list_has_every_kind_and_its_counts_match_the_rows(client: httpx.AsyncClient, mo: Viewer) -> None:
    item, new = await reported(), await applicant()
    other = await make.member(role="moderator")
    appeal = await appeals.file(decision=await decided(await reported(), other), text="It was a quotation.")

    page = (await client.get("/mod/queue")).text

    assert '<b id="waiting-count">3</b>' in page and '<span id="kind-all"><b>3</b>' in page
    for row in (f'id="i{item}"', f"/mod/queue?open=signup-{new}", f'href="/mod/appeals/{appeal}"'):
        assert row in page
    for kind in ("reported", "signup", "appeal"):
        shown = (await client.get(f"/mod/queue?kind={kind}")).text
        assert '<b id="waiting-count">1</b>' in shown and f'id="kind-{kind}"><b>1</b>' in shown, kind


async def test_what_one_may_not_decide_is_grey_and_ones_own_is_absent(client: httpx.AsyncClient, mo: Viewer) -> None:
    await make.member(role="moderator")
    await appeals.file(decision=await decided(await reported(), mo), text="It was a quotation.")
    member, name = (await db.DB.read("select id, name from member where id = (select member from appeal)", ()))[0]
    own = Viewer(id=member, name=name, role="moderator", verified=True, session=0)

    mine, theirs = await kinds.rows(mo, "appeal"), await kinds.rows(own, "appeal")
    page = (await client.get("/mod/queue")).text

    assert [row.blocked for row in mine] == ["part"] and theirs == []
    assert "Waits for another moderator: you had a part in it." in page and "It was a quotation." not in page
    assert '<b id="waiting-count">0</b>' in page and (await kinds.counts(mo))[0].count == 0


async def test_nearly_due_work_stands_before_the_items(client: httpx.AsyncClient, mo: Viewer) -> None:
    item, new = await reported(), await applicant()
    after = (await client.get("/mod/queue")).text
    await db.execute("update sign_up set confirmed_at = now() - interval '20 hours'")
    before = (await client.get("/mod/queue")).text

    assert after.index(f'id="i{item}"') < after.index(f"signup-{new}")
    assert before.index(f'id="i{item}"') > before.index(f"signup-{new}") and "due in 4 hours" in before


async def test_a_sign_up_opens_beside_the_list(client: httpx.AsyncClient, mo: Viewer) -> None:
    new = await applicant()

    page = await client.get(f"/mod/queue?open=signup-{new}")

    assert f'action="/mod/signups/{new}"' in page.text and "I teach." in page.text
    assert (await client.get("/mod/queue?open=signup-999")).status_code == 404


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/mod/appeals", "/mod/queue?kind=appeal"),
        ("/mod/second-looks?judged=7", "/mod/queue?kind=second-look&judged=7"),
        ("/mod/rights", "/mod/queue?kind=rights"),
        ("/mod/signups", "/mod/queue?kind=signup"),
        ("/mod/imported", "/mod/queue?kind=imported"),
        ("/updates", "/mod/queue?kind=update"),
        ("/mod/stats?days=30", "/mod?days=30"),
        ("/mod/guidelines", "/mod/rules"),
        ("/mod/rings", "/mod/members#rings"),
    ],
)
async def test_former_pages_lead_to_their_places(client: httpx.AsyncClient, mo: Viewer, old: str, new: str) -> None:
    answer = await client.get(old)

    assert (answer.status_code, answer.headers["location"]) == (303, new)
    assert (await client.get(new)).status_code == 200


async def test_moderators_have_five_tabs_and_admins_a_menu(client: httpx.AsyncClient, mo: Viewer) -> None:
    page = (await client.get("/mod")).text
    tabs = page.split('<nav class="mod-nav"')[1].split("</nav>")[0]

    assert [tab.split('"')[0] for tab in tabs.split('href="')[1:]] == [
        "/mod",
        "/mod/queue",
        "/mod/members",
        "/mod/rules",
        "/mod/log",
    ]
    assert "/mod/feeds" not in page
    await make.sign_in(client, await make.member(role="admin"))
    home = (await client.get("/")).text
    assert 'href="/mod/feeds"' in home and 'href="/mod/mail"' in home
