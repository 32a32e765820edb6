"""A comment in the reader's language: asked once of the operator's service, whose answers nobody trusts."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import queries, translations, translator
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.concurrency import asking_source
from parley.platform.http import environment
from parley.platform.networks import source
from parley.platform.settings import settings
from tests import make
from tests.interfaces.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.anyio

GERMAN = "Das ist nicht der Fall, und es wird auch nicht besser, wenn man es noch einmal sagt."
QUOTED = (
    f"> The wager is on.\n\n{GERMAN} Siehe [hier](https://a.example/?b=1&c=2).\n\n```\nder = die\n```\n\nUnd `das`."
)
FRAGMENT = {"HX-Request": "true"}
KEPT = "select language || ': ' || html from comment_translation"
TRANSLATED = "<p>That is not so.</p>"


def says(*texts: str) -> bytes:
    return json.dumps({"translatedText": texts}).encode()


@pytest.fixture
async def service(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        receiver.status, receiver.body = (lambda: 200), says(TRANSLATED)
        with_service = msgspec.structs.replace(settings(), translator=receiver.url, translator_key="a key")
        for module in (translator, environment):
            monkeypatch.setattr(module, "settings", lambda: with_service)
        yield receiver


@pytest.fixture
async def thread(app: Litestar) -> int:
    return await make.thread()


@pytest.fixture
async def gerd(app: Litestar) -> Viewer:
    return await make.member("gerd")


@pytest.fixture
async def comment(thread: int, gerd: Viewer) -> int:
    return await make.comment(thread, gerd, GERMAN, statement="Das ist nicht der Fall.")


async def make_translation(comment: int) -> str:
    return await translations.make((await queries.by_ids([comment]))[comment], "de", "en")


async def translated(client: httpx.AsyncClient, comment: int) -> httpx.Response:
    return await client.post(f"/c/{comment}/translate", headers=FRAGMENT)


async def begun(client: httpx.AsyncClient, comment: int, service: Receiver) -> asyncio.Task[httpx.Response]:
    """A request that waits for the service."""
    before = len(service.received)
    task = asyncio.create_task(translated(client, comment))
    while len(service.received) == before:
        await asyncio.sleep(0.01)
    return task


async def test_it_is_offered_for_another_language_than_the_readers_where_somebody_translates(
    client: httpx.AsyncClient, thread: int, comment: int, service: Receiver
) -> None:
    other = await make.comment(thread, await make.member(), "That is not the case, and it will not get better.")
    unknown = await make.comment(thread, await make.member(), "Q.e.d.")

    in_english = (await client.get(await make.address(thread))).text
    in_german = (await client.get(await make.address(thread), headers={"Accept-Language": "de"})).text

    assert [f"/c/{one}/translate" in in_english for one in (comment, other, unknown)] == [True, False, False]
    assert [f"/c/{one}/translate" in in_german for one in (comment, other, unknown)] == [False, True, False]
    assert (await translated(client, other)).status_code == 404
    assert service.received == []


async def test_without_a_service_nothing_is_offered_or_sent(
    client: httpx.AsyncClient, thread: int, comment: int
) -> None:
    assert "translate" not in (await client.get(await make.address(thread))).text
    assert (await translated(client, comment)).status_code == 404


async def test_only_the_words_are_sent_and_once_for_each_language(
    client: httpx.AsyncClient, comment: int, service: Receiver
) -> None:
    service.wait = asyncio.Event()
    asking = await begun(client, comment, service)
    meanwhile = asyncio.create_task(translated(client, comment))
    await asyncio.sleep(0.1)
    service.wait.set()
    first, second = await asking, await meanwhile
    third = await translated(client, comment)

    assert [json.loads(one.body) for one in service.received] == [
        {"q": [f"<p>{GERMAN}</p>\n"], "source": "de", "target": "en", "format": "html", "api_key": "a key"}
    ]
    assert first.text == second.text == third.text
    assert f'lang="en" dir="auto" hx-ignore>{TRANSLATED}</div>' in first.text
    assert "Translated from German. " in first.text.replace("\u2068", "").replace("\u2069", "")
    assert f'hx-get="/c/{comment}/whole"' in first.text
    assert GERMAN not in first.text
    # What others answer to is never a machine's.
    assert '<p class="statement" dir="auto">Das ist nicht der Fall.</p>' in first.text
    assert await db.values(KEPT) == [f"en: {TRANSLATED}"]
    assert GERMAN in (await client.get(f"/c/{comment}/whole", headers=FRAGMENT)).text


async def test_without_script_it_is_a_page(client: httpx.AsyncClient, comment: int, service: Receiver) -> None:
    answer = await client.post(f"/c/{comment}/translate")

    assert answer.status_code == 200
    assert "<h1>A comment, translated</h1>" in answer.text
    assert TRANSLATED in answer.text
    assert f'<a href="/c/{comment}" hx-get="/c/{comment}/whole"' in answer.text


async def test_quotations_and_code_stay_and_links_lead_where_they_led(
    client: httpx.AsyncClient, thread: int, gerd: Viewer, service: Receiver
) -> None:
    comment = await make.comment(thread, gerd, QUOTED)
    link = '<a href="https://a.example/?b=1&amp;c=2" rel="nofollow ugc noopener">here</a>'
    service.body = says(f"<p>Not so. See {link}.</p>", "<p>And <code>das</code>.</p>")

    shown = (await translated(client, comment)).text

    asked = "".join(json.loads(service.received[0].body)["q"])
    assert "wager" not in asked
    assert "der = die" not in asked
    parts = ["<p>The wager is on.</p>", f"See {link}.", "der = die", "And <code>das</code>."]
    assert [shown.index(part) for part in parts] == sorted(shown.index(part) for part in parts)


HOSTILE = {
    "script": says("<script>alert(1)</script>Not"),
    "handler": says('<p onclick="alert(1)" style="position:fixed" class="notice" id="main" hx-get="/logout">Not</p>'),
    "link": says('<a href="https://evil.example/">Not</a>'),
    "scheme": says('<a href="javascript:alert(1)">Not</a>'),
    "open": says("<p><em>Not"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_an_answer_is_cleaned_and_can_lead_nowhere(
    client: httpx.AsyncClient, comment: int, service: Receiver, name: str
) -> None:
    service.body = HOSTILE[name]

    shown = (await translated(client, comment)).text.partition('lang="en" dir="auto" hx-ignore>')[2]

    assert "Not" in shown
    bad = ("<script", "alert", "onclick", "style=", "class=", "id=", "hx-get", "href=")
    assert [one for one in bad if one in shown] == []
    assert shown.count("<p>") == shown.count("</p>")


REFUSED = {
    "status": (503, says(TRANSLATED)),
    "redirect": (302, says(TRANSLATED)),
    "no JSON": (200, b"<html>"),
    "no UTF-8": (200, b'{"translatedText": ["\xff"]}'),
    "error": (200, b'{"error": "unknown language"}'),
    "no list": (200, b'{"translatedText": "Not"}'),
    "surrogate": (200, b'{"translatedText": ["\\ud800"]}'),
    "NUL": (200, says("Not\0")),
    "too few": (200, says()),
    "too many": (200, says("Not", "so")),
    "too long": (200, says("Not " * 200)),
    "endless": (200, says("Not " * 200_000)),
    "more markup": (200, says("<em>" * 3 + "Not")),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_shown_is_not_kept_and_the_original_stays(
    client: httpx.AsyncClient, comment: int, service: Receiver, name: str
) -> None:
    status, service.body = REFUSED[name]
    service.status = lambda: status

    answer = await translated(client, comment)

    assert answer.status_code == 503
    assert "This comment cannot be translated right now." in answer.text
    assert GERMAN in answer.text
    assert await db.values(KEPT) == []
    assert len(service.received) == 1


async def test_a_slow_service_keeps_nobody_waiting(
    client: httpx.AsyncClient, thread: int, comment: int, service: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translator, "SECONDS", 60.0)
    service.wait = asyncio.Event()
    await make.sign_in(client, await make.member())
    asking = await begun(client, comment, service)

    assert (await client.get(await make.address(thread))).status_code == 200
    assert not asking.done()
    service.wait.set()
    assert (await asking).status_code == 200


async def test_whoever_asks_about_many_comments_keeps_nobody_from_asking_about_one(
    client: httpx.AsyncClient, thread: int, comment: int, gerd: Viewer, service: Receiver
) -> None:
    """Those that waited for their network's place held the comments that they were about, for up to ten seconds."""
    other = await make.comment(thread, gerd, f"{GERMAN} Nein.")
    service.wait = asyncio.Event()
    asking_source.set(source("192.0.2.1"))
    first = asyncio.create_task(make_translation(comment))
    while not service.received:
        await asyncio.sleep(0.01)
    second = asyncio.create_task(make_translation(other))
    await asyncio.sleep(0.05)
    asking_source.set(source("198.51.100.1"))
    bystander = asyncio.create_task(make_translation(other))
    while len(service.received) == 1:
        await asyncio.sleep(0.01)

    assert not first.done()
    first.cancel()
    second.cancel()
    await asyncio.sleep(0)
    service.wait.set()
    assert await bystander == TRANSLATED


async def test_a_service_has_its_time(
    client: httpx.AsyncClient, comment: int, service: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translator, "SECONDS", 0.1)
    service.wait = asyncio.Event()

    assert (await translated(client, comment)).status_code == 503

    service.wait.set()


async def test_a_member_has_a_limit(client: httpx.AsyncClient, comment: int, service: Receiver) -> None:
    reader = await make.member()
    await make.sign_in(client, reader)
    await ratelimit.take(ratelimit.TRANSLATE_ACCOUNT, str(reader.id), 60)

    answer = await translated(client, comment)

    assert answer.status_code == 429
    assert "You did that too often" in answer.text
    assert GERMAN in answer.text
    assert service.received == []


async def test_it_goes_with_an_edit_also_one_meanwhile(
    client: httpx.AsyncClient, comment: int, gerd: Viewer, service: Receiver
) -> None:
    await translated(client, comment)
    await editing.edit_comment(viewer=gerd, comment_id=comment, body=f"{GERMAN} Nie.")
    assert await db.values(KEPT) == []

    service.wait = asyncio.Event()
    asking = await begun(client, comment, service)
    await editing.edit_comment(viewer=gerd, comment_id=comment, body=f"{GERMAN} Niemals.")
    service.wait.set()

    assert (await asking).status_code == 404
    assert await db.values(KEPT) == []


async def test_nobody_is_shown_what_they_cannot_read(
    client: httpx.AsyncClient, comment: int, gerd: Viewer, service: Receiver
) -> None:
    await translated(client, comment)
    reader = await make.member()
    await make.block(reader, gerd)
    await make.sign_in(client, reader)
    assert (await translated(client, comment)).status_code == 404
    client.cookies.clear()

    await editing.delete_comment(viewer=gerd, comment_id=comment)

    assert await db.values(KEPT) == []
    assert (await translated(client, comment)).status_code == 404
    assert len(service.received) == 1
