"""Pages and letters in the language of their reader."""

from typing import Any

import httpx
import pytest

from parley.interfaces.live import render
from parley.interfaces.live.stream import Stream, by_language
from parley.people import mail
from parley.platform import db
from parley.platform.http import cookies, languages
from parley.platform.http.languages import COOKIE, language_for, offered
from parley.platform.text.languages import ENGLISH, known, speaking
from parley.platform.text.messages import N_, as_text, join
from tests import make

pytestmark = pytest.mark.anyio

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
LETTER = "select subject from mail where kind = 'password' order by id desc limit 1"


def language(page: httpx.Response) -> str:
    return page.text.partition('<html lang="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr,de;q=0.2,en;q=0.1", "de"),
        ("en-GB,de;q=0.9", "en"),
        ("de;q=0, en", "en"),
        ("de;q=much", "en"),
        ("xx", "en"),
        ("", "en"),
        # Too far behind to be read.
        ("xx," * 100 + "de", "en"),
    ],
)
async def test_a_visitor_reads_what_their_browser_asks_for(client: httpx.AsyncClient, asked: str, given: str) -> None:
    page = await client.get("/", headers={"Accept-Language": asked})

    assert language(page) == given
    assert "Accept-Language" in page.headers["vary"]


@pytest.mark.parametrize("path", ["/", "/t/{thread}", "/t/{thread}/comments"])
async def test_no_reader_gets_what_was_kept_for_another_language(client: httpx.AsyncClient, path: str) -> None:
    thread, author = await make.thread(), await make.member()
    await make.comment(thread, author)
    address = path.format(thread=thread)
    english = await client.get(address, headers={"Accept-Language": "en"})
    german = await client.get(address, headers=GERMAN)
    again = [await client.get(address, headers=headers) for headers in ({"Accept-Language": "en"}, GERMAN)]

    assert (language(english), language(german)) == ("en", "de")
    assert [page.text for page in again] == [english.text, german.text]
    assert "1 Kommentar" in german.text or "Kommentare" in german.text
    assert english.headers["etag"] != german.headers["etag"]


async def test_the_switch_in_the_foot_wins_over_the_browser(client: httpx.AsyncClient) -> None:
    foot = (await client.get("/how")).text.partition("<footer")[2]
    back = {"Referer": "http://localhost:8000/how"}
    chosen = await client.post("/language", data={"language": "de"}, headers=back)
    client.cookies.update(chosen.cookies)
    page = await client.get("/how")
    cleared = await client.post("/language", data={"language": "klingon"}, headers=back)

    assert '<button class="link" name="language" value="de" lang="de" dir="ltr">Deutsch</button>' in foot
    assert chosen.cookies[cookies.name(COOKIE)] == "de"
    assert language(page) == "de"
    assert "Max-Age=0" in cleared.headers["set-cookie"]


async def test_a_member_has_their_language_everywhere(client: httpx.AsyncClient) -> None:
    who = await make.member()
    await make.sign_in(client, who)
    await client.post("/language", data={"language": "de"})
    page = await client.get("/settings/profile", headers={"Accept-Language": "en"})
    refused = await client.post("/settings/name", data={"name": "ada?b"})

    assert language(page) == "de"
    assert '<option value="de" lang="de" selected>Deutsch</option>' in page.text
    assert "Ein Name besteht nur aus Buchstaben" in refused.text


async def test_a_letter_is_in_the_language_of_whoever_gets_it(client: httpx.AsyncClient) -> None:
    one, other = await make.member(), await make.member()
    await db.execute("update member set language = 'de' where id = $1", one.id)
    subjects = []
    with speaking(ENGLISH):
        for address in await db.values("select email from member where id = any($1) order by id", [one.id, other.id]):
            async with db.atomic():
                await mail.send_written("password", address, "password_changed", name="ada", link="http://x")
            subjects.append(await db.value(LETTER))

    assert subjects == ["Ihr Passwort bei Parley wurde geändert", "Your password on Parley was changed"]


def test_a_live_message_is_made_once_for_each_language() -> None:
    streams = [Stream(1, "a", None), Stream(1, "b", None)]
    with speaking(known()["de"]):
        streams += [Stream(1, "c", None), Stream(1, "d", None)]
    made = by_language(streams, lambda: render.readers(3))

    assert [made[stream.language].count(b"3 lesen mit") for stream in streams] == [0, 0, 1, 1]
    assert len(made) == 2


def test_what_a_member_chose_counts_as_long_as_it_is_offered() -> None:
    assert [language_for(code).code for code in ("de", "xx", "")] == ["de", "en", "en"]
    assert next(iter(offered())) == "en"


@pytest.mark.parametrize(
    ("request_headers", "given"),
    [({"Page-Language": "en"}, "en"), ({"Page-Language": "xx"}, "de"), ({"Page-Language": "de"}, "de")],
)
async def test_what_a_script_fetches_is_in_the_language_of_its_page(
    client: httpx.AsyncClient, request_headers: dict[str, str], given: str
) -> None:
    """Its reader may have chosen another language since, in another tab."""
    who = await make.member()
    await make.sign_in(client, who)
    await client.post("/language", data={"language": "de"})
    page = await client.get("/settings/mail", headers=request_headers)

    assert language(page) == given
    assert "Page-Language" in page.headers["vary"]


def asked(path: str, query: bytes = b"") -> str:
    """The language of a request of a visitor with an English browser."""
    headers = [(b"accept-language", b"en")]
    scope: Any = {"type": "http", "path": path, "query_string": query, "headers": headers, "viewer": None}
    return languages.language_of(scope).code


@pytest.mark.parametrize(
    ("path", "query", "given"),
    [
        ("/t/1/live", b"last=3&lang=de", "de"),
        ("/t/1/x", b"lang=de", "en"),
        ("/embed/t/1", b"site=pub&lang=de-AT", "de"),
        ("/embed/t/1", b"site=pub&lang=tlh", "en"),
        ("/embed/t/1", b"site=pub", "en"),
    ],
)
def test_streams_follow_their_page_and_embeds_their_publishers(path: str, query: bytes, given: str) -> None:
    assert asked(path, query) == given


def test_staff_pages_are_english_until_they_are_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    arabic = known()["ar"]
    monkeypatch.setitem(arabic.shares, "staff", 0.0)
    monkeypatch.setattr(languages, "offered", lambda: {"ar": arabic})

    assert [asked(path) for path in ("/mod", "/mod/queue", "/model", "/")] == ["en", "en", "ar", "ar"]
    with speaking(arabic):
        to_staff, to_member = (
            mail.written_message(name, name="ada", link="/") for name in ("staff/applicant", "reset")
        )
    assert ('lang="en"' in to_staff[2], 'lang="ar"' in to_member[2]) == (True, True)


def test_a_message_without_a_translation_keeps_its_direction() -> None:
    with speaking(known()["ar"]):
        texts = as_text(N_("No language says {this}.").format(this=3)), as_text(join(", ", ["a", "b"]))

    assert texts == ("\N{LEFT-TO-RIGHT ISOLATE}No language says 3.\N{POP DIRECTIONAL ISOLATE}", "a, b")
