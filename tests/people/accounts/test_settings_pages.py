"""Settings are four pages of sections. The addresses of the former pages lead to them."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.people.account_settings.sections import PAGES, sections
from parley.people.account_settings.web.settings import FORMER
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.letters.digests.issuing import reader

pytestmark = pytest.mark.anyio

WRONG = {
    "/settings/profile": ("about", {"title": "x" * 41, "bio": "What I typed."}, "What I typed."),
    "/settings/name": ("name", {"name": "two words"}, 'value="two words"'),
    "/settings/security": ("password", {"current": "none", "password": "short"}, 'id="f-password-error"'),
    "/settings/mail": ("schedule", {"frequency": "daily", "hour": "24"}, 'value="daily" checked'),
    "/settings/mail/quiet": ("quiet", {"quiet": "1", "starts": "5", "ends": "5"}, 'value="5" selected'),
    "/settings/notifications": ("channels", {"reply": "pigeon", "mention": "off"}, "Nothing was changed."),
    "/settings/topics": ("topics", {"work": "sometimes"}, "Nothing was changed."),
    "/settings/invitations": ("invitations", {"uses": "7"}, "Please choose one of these."),
    "/settings/imported/claims": ("imported", {"comment": "mine", "page": "home"}, 'value="mine"'),
}


@pytest.fixture
async def mira(client: httpx.AsyncClient) -> Viewer:
    viewer = await reader("mira")
    await make.sign_in(client, viewer)
    return viewer


@pytest.mark.usefixtures("mira")
@pytest.mark.parametrize("name", PAGES)
async def test_a_page_lists_its_sections_and_has_no_id_twice(client: httpx.AsyncClient, name: str) -> None:
    page = (await client.get(f"/settings/{name}")).text

    shown = re.findall(r'<section class="part" id="(\w+)"', page)
    assert shown == [one.name for one in sections if one.page == name and one.name != "links"]
    assert re.findall(r'<li><a href="#(\w+)">', page) == shown
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.usefixtures("mira")
@pytest.mark.parametrize("former", FORMER)
async def test_a_former_page_leads_to_its_section(client: httpx.AsyncClient, former: str) -> None:
    answer = await client.get(former)

    path, _, anchor = answer.headers["location"].partition("#")
    assert answer.status_code == 301
    assert (await client.get(path)).status_code == 200
    assert former == "/settings" or f"{path}#{anchor}" in {one.path for one in sections}


@pytest.mark.usefixtures("mira")
@pytest.mark.parametrize("action", WRONG)
async def test_a_mistake_is_shown_in_its_section_which_the_forms_address_names(
    client: httpx.AsyncClient, action: str
) -> None:
    name, fields, said = WRONG[action]

    answer = await client.post(action, data=fields)

    section = answer.text.partition(f'<section class="part" id="{name}"')[2].partition("</section>")[0]
    assert answer.status_code == 422
    assert said in section
    assert f'action="{action}#{name}"' in section


async def test_api_keys_are_listed_once_the_viewer_proved_who_they_are(client: httpx.AsyncClient, mira: Viewer) -> None:
    hidden = (await client.get("/settings/security")).text
    await db.execute("update session set proved_at = now() where member = $1", mira.id)

    assert 'href="/prove?next=/settings/security%23tokens"' in hidden and "Create an API key" not in hidden
    assert "Create an API key" in (await client.get("/settings/security")).text


async def test_who_has_not_confirmed_their_address_sees_what_they_may_change(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    await make.sign_in(client, await make.member("uma", state="unverified"))

    profile, mail = (await client.get("/settings/profile")).text, (await client.get("/settings/mail")).text

    assert re.findall(r'<section class="part" id="(\w+)"', profile) == ["about", "language"]
    assert re.findall(r'<section class="part" id="(\w+)"', mail) == ["all", "channels", "following", "muted"]


async def test_a_password_manager_finds_the_form_signed_in_or_after_signing_in(client: httpx.AsyncClient) -> None:
    found = await client.get("/.well-known/change-password")
    assert (found.status_code, found.headers["location"]) == (303, "/settings/security#password")

    visitor = await client.get("/settings/security")
    assert (visitor.status_code, visitor.headers["location"]) == (303, "/login?next=/settings/security")
    await make.sign_in(client, await reader("mira"))
    assert '<section class="part" id="password"' in (await client.get("/settings/security")).text
    # A manager trusts the answer only if this is not found.
    assert (
        await client.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200")
    ).is_error
