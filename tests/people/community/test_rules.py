import httpx
import pytest

from parley.people.community.queries import default_rules
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

ASKED = "Our rules ask you to say so"


async def save(client: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await client.post("/rules/edit", data=fields)


async def admin(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="admin"))


async def test_a_community_that_wrote_no_rules_has_those_that_come_with_parley(client: httpx.AsyncClient) -> None:
    page = await client.get("/rules")

    assert page.status_code == 200
    assert "<h3>Argue with what is written</h3>" in page.text
    assert "Last changed" not in page.text
    assert "/rules/edit" not in page.text


async def test_an_admin_writes_rules_that_everybody_reads(client: httpx.AsyncClient) -> None:
    await admin(client)
    answer = await save(client, rules="Be *kind*.\n<script>alert(1)</script>")
    client.cookies.clear()
    page = await client.get(answer.headers["location"])

    assert (answer.status_code, answer.headers["location"]) == (303, "/rules")
    assert "Be <em>kind</em>." in page.text
    assert "<script>alert" not in page.text
    assert "Last changed" in page.text


@pytest.mark.parametrize("role", [None, "member", "moderator"])
async def test_for_others_there_is_no_form(client: httpx.AsyncClient, role: str | None) -> None:
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert (await client.get("/rules/edit")).status_code == 404
    assert (await save(client, rules="Mine.")).status_code == 404
    assert await db.value("select rules from community") == ""


@pytest.mark.parametrize("rules", ["x" * 20_001, "a\x00b"])
async def test_rules_that_are_too_long_or_broken_are_refused_and_their_text_stays_in_the_form(
    client: httpx.AsyncClient, rules: str
) -> None:
    await admin(client)
    answer = await save(client, rules=rules)

    assert answer.status_code == 422
    assert 'id="f-rules-error"' in answer.text
    assert rules.replace("\x00", "")[:1] in answer.text
    assert await db.value("select rules from community") == ""


async def test_emptied_or_unchanged_rules_are_those_that_come_with_parley(client: httpx.AsyncClient) -> None:
    await admin(client)
    await save(client, rules="Ours.")
    for rules in ("", default_rules().replace("\n", "\r\n")):
        await save(client, rules=rules)
        assert await db.value("select rules from community") == ""


async def test_rules_saved_as_they_were_keep_their_day(client: httpx.AsyncClient) -> None:
    await admin(client)
    await save(client, rules="Ours.", asks_declaration="1")
    await db.execute("update community set changed_at = '2026-01-02'")
    await save(client, rules="Ours.", asks_declaration="1")

    assert "2 January 2026" in (await client.get("/rules")).text


async def test_of_two_admins_who_save_at_once_neither_overwrites_the_other(client: httpx.AsyncClient) -> None:
    await admin(client)
    version = make.hidden(await client.get("/rules/edit"), "version")
    await save(client, rules="Theirs.", version=version)

    stale = await save(client, rules="Mine.", version=version)
    stored = await db.value("select rules from community")
    again = await save(client, rules="Mine.", version=make.hidden(stale, "version"))

    assert (stale.status_code, stored, again.status_code) == (409, "Theirs.", 303)
    assert "Another admin changed the rules in the meantime" in stale.text
    assert "Mine.</textarea>" in stale.text
    assert await db.value("select rules from community") == "Mine."


async def test_the_form_asks_for_the_declaration_once_the_rules_do(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    comment = await make.comment(thread, await make.member())
    await admin(client)
    forms = [await make.address(thread), f"/c/{comment}/reply"]
    before = [(await client.get(form)).text for form in forms]
    await save(client, asks_declaration="1")
    # Another sort is another page: the first one is kept for a moment.
    after = [(await client.get(f"{form}?sort=new")).text for form in forms]

    assert all("Written with AI assistance" in one for one in before + after)
    assert not any(ASKED in one for one in before)
    assert all(ASKED in one for one in after)
    assert "Say when an AI helped you write" in (await client.get("/rules")).text


async def test_every_page_and_signing_up_lead_to_the_rules(client: httpx.AsyncClient) -> None:
    assert 'href="/rules"' in (await client.get("/login")).text
    assert (await client.get("/signup")).text.count('href="/rules"') == 2
