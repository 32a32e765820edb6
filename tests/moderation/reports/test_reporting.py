"""Reporting over HTTP: members on any ground, visitors on the one that the law gives."""

import httpx
import pytest

from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

VISITOR = {"reason": "illegal", "text": "A threat.", "name": "Ada", "email": "ada@example.org", "good_faith": "1"}


async def a_comment(author: Viewer | None = None) -> int:
    return await make.comment(await make.thread(), author or await make.member(), "You are a fool.")


async def count() -> int:
    number: int = await db.value("select count(*) from report")
    return number


async def test_a_member_reports_a_comment_and_is_thanked(client: httpx.AsyncClient) -> None:
    comment, mira = await a_comment(), await make.member("mira")
    await make.sign_in(client, mira)

    form = await client.get(f"/c/{comment}/report")
    answer = await client.post(f"/c/{comment}/report", data={"reason": "civility", "text": "An insult."})
    receipt = await client.get(answer.headers["location"])

    assert "You are a fool." in form.text and "Argue with the case" in form.text
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/{comment}/report/done")
    assert "Thank you for your report" in receipt.text
    assert await db.value("select reporter from report where text = 'An insult.'") == mira.id


@pytest.mark.parametrize("kind", ["article", "member"])
async def test_an_article_and_a_member_are_reported_likewise(client: httpx.AsyncClient, kind: str) -> None:
    other = await make.member("jonas")
    address = f"/t/{await make.thread()}" if kind == "article" else "/u/jonas"
    await make.sign_in(client, await make.member())

    form = await client.get(f"{address}/report")
    answer = await client.post(f"{address}/report", data={"reason": "spam"})
    receipt = await client.get(answer.headers["location"])

    assert [one.status_code for one in (form, answer, receipt)] == [200, 303, 200]
    item = await db.value("select kind || case kind when 'member' then target::text else '' end from queue_item")
    assert item == ("article" if kind == "article" else f"member{other.id}")


async def test_the_same_report_twice_is_one(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    await make.sign_in(client, await make.member())

    for _ in range(2):
        answer = await client.post(f"/c/{comment}/report", data={"reason": "civility"})
        assert answer.status_code == 303

    assert await count() == 1


async def test_a_visitor_reports_what_is_illegal_and_says_who_they_are(client: httpx.AsyncClient) -> None:
    comment = await a_comment()

    form = await client.get(f"/c/{comment}/report")
    answer = await client.post(f"/c/{comment}/report", data=VISITOR)

    assert "Stay within the law" in form.text and "Argue with the case" not in form.text
    assert answer.status_code == 303
    assert await db.value("select name || email from report") == "Adaada@example.org"


@pytest.mark.parametrize("missing", ["text", "name", "email", "good_faith"])
async def test_missing_fields_are_named_and_the_rest_kept(client: httpx.AsyncClient, missing: str) -> None:
    comment = await a_comment()

    answer = await client.post(f"/c/{comment}/report", data=VISITOR | {missing: ""})

    assert answer.status_code == 422
    assert f'id="f-{missing}-error"' in answer.text
    assert all(value in answer.text for name, value in VISITOR.items() if name != missing)
    assert await count() == 0


async def test_child_abuse_can_be_reported_without_a_name(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    fields = {"reason": "illegal", "text": "A picture.", "anonymous": "1", "good_faith": "1"}

    form = await client.get(f"/c/{comment}/report")
    answer = await client.post(f"/c/{comment}/report", data=fields | {"name": "Ada", "email": "no address"})
    unsure = await client.post(f"/c/{comment}/report", data=fields | {"good_faith": ""})

    assert 'name="anonymous"' in form.text
    assert (answer.status_code, unsure.status_code) == (303, 422)
    assert await db.value("select name is null and email is null and text = 'A picture.' from report")
    assert await db.value("select count(*) from mail") == 0


async def test_visitors_report_nothing_else(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"/c/{await a_comment()}/report", data=VISITOR | {"reason": "civility"})

    assert answer.status_code == 422
    assert await count() == 0


@pytest.mark.parametrize("state", ["unverified", "silenced"])
async def test_members_who_may_not_write_report_as_visitors_do(client: httpx.AsyncClient, state: str) -> None:
    comment = await a_comment()
    await make.sign_in(client, await make.member(state=state))

    form = await client.get(f"/c/{comment}/report")
    refused = await client.post(f"/c/{comment}/report", data={"reason": "civility"})
    taken = await client.post(f"/c/{comment}/report", data=VISITOR)

    assert "While your account is silenced or your e-mail address is not confirmed" in form.text
    assert "sign in</a>" not in form.text
    assert (refused.status_code, taken.status_code) == (422, 303)


async def test_a_report_without_a_ground_is_refused_and_its_words_kept(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    await make.sign_in(client, await make.member())

    answers = [
        await client.post(f"/c/{comment}/report", data={"reason": reason, "text": "Look at it."})
        for reason in ("", "no-such-ground")
    ]

    assert all(one.status_code == 422 and "Please choose one of these" in one.text for one in answers)
    assert all("Look at it.</textarea>" in one.text for one in answers)


async def test_nobody_reports_themselves(client: httpx.AsyncClient) -> None:
    author = await make.member("jonas")
    comment = await a_comment(author)
    await make.sign_in(client, author)

    answer = await client.post(f"/c/{comment}/report", data={"reason": "civility", "text": "Mine."})
    page = await client.get(f"/c/{comment}", follow_redirects=True)

    assert answer.status_code == 403 and "This is your own comment" in answer.text and "Mine.</textarea>" in answer.text
    answer = await client.post("/u/jonas/report", data={"reason": "civility"})
    assert answer.status_code == 403 and "You cannot report yourself" in answer.text
    assert f'href="/c/{comment}/report"' not in page.text
    assert await count() == 0


@pytest.mark.parametrize("address", ["/c/999999", "/c/x", "/t/999999", "/u/nobody", "/u/a%00b"])
async def test_an_unknown_target_cannot_be_reported(client: httpx.AsyncClient, address: str) -> None:
    await make.sign_in(client, await make.member())

    answers = [
        await client.get(f"{address}/report"),
        await client.post(f"{address}/report", data={"reason": "spam"}),
        await client.get(f"{address}/report/done"),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]


async def test_a_comment_that_is_gone_cannot_be_reported(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    await make.put_state("comment", comment, "removed")
    await make.sign_in(client, await make.member())

    answer = await client.post(f"/c/{comment}/report", data={"reason": "civility", "text": "Look at it."})

    assert answer.status_code == 404 and "Look at it." in answer.text


async def test_reports_have_a_limit(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    await make.sign_in(client, await make.member())
    for _ in range(30):
        await client.post(f"/c/{comment}/report", data={"reason": "civility"})

    answer = await client.post(f"/c/{comment}/report", data={"reason": "civility", "text": "Again."})

    assert answer.status_code == 429 and "Again.</textarea>" in answer.text


async def test_every_comment_article_and_member_has_a_way_to_report_it(client: httpx.AsyncClient) -> None:
    author = await make.member("jonas")
    comment = await a_comment(author)
    thread = await db.value("select thread from comment where id = $1", comment)

    page = await client.get(await make.address(thread))
    profile = await client.get("/u/jonas")

    assert f'href="/c/{comment}/report"' in page.text
    assert f'href="/t/{thread}/report"' in page.text
    assert 'href="/u/jonas/report"' in profile.text
