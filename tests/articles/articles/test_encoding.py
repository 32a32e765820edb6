"""A text whose letters read wrong is read again in the encoding that its member chooses."""

import httpx
import pytest

from parley.articles.imports import jobs, reading
from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import Download
from parley.extraction.text.decoding import ENCODING_NAMES
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.text.messages import N_
from tests import make

pytestmark = pytest.mark.anyio

# Western bytes that are valid in the Cyrillic encoding, too.
TEXT = "Wörter\n\nDer Bäcker grüßt die Müllerin über den Zaun, und später hören alle fröhliche Lieder.\n"
FORM = {"topic": "research"}


@pytest.fixture
async def mira(client: httpx.AsyncClient) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def uploaded(client: httpx.AsyncClient, data: bytes, **form: str) -> str:
    file = {"file": ("words.txt", data)}
    answer = await client.post("/new", data={"source": "file"} | FORM | form, files=file)
    await jobs.read_waiting()
    return answer.headers["location"]


async def read_as(client: httpx.AsyncClient, address: str, encoding: str) -> httpx.Response:
    answer = await client.post(f"{address}/encoding", data={"encoding": encoding})
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    await jobs.read_waiting()
    return await client.get(address)


async def test_a_file_is_read_again_with_its_title_until_it_is_published(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    address = await uploaded(client, TEXT.encode("cp1252"))
    wrong = await read_as(client, address, "koi8-r")

    right = await read_as(client, address, "cp1252")

    assert "grüßt" not in wrong.text
    assert "Der Bäcker grüßt die Müllerin" in right.text
    assert 'name="title" dir="auto" value="Wörter"' in right.text
    assert '<option value="cp1252" selected>' in right.text
    assert await db.value("select count(*) from import_part") == 1
    await client.post(address, data={"title": "Wörter"} | FORM)
    assert await db.value("select count(*) from import_part") == 0


async def test_a_title_that_was_typed_stays(client: httpx.AsyncClient, mira: Viewer) -> None:
    address = await uploaded(client, TEXT.encode("cp1252"), title="My own title")
    again = await read_as(client, address, "koi8-r")
    assert 'value="My own title"' in again.text


async def test_an_address_is_fetched_again_and_later_checks_read_it_in_the_same_way(
    client: httpx.AsyncClient, mira: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(url: str, **_limits: object) -> Download:
        html = f"<html><title>W</title><article><h1>W</h1><p>{TEXT}</p><p>{TEXT}</p></article></html>"
        return Download(url, url, "text/html", "koi8-r", html.encode("cp1252"), None, None)

    monkeypatch.setattr(reading, "fetch", fetch)
    answer = await client.post("/new", data={"source": "url", "url": "https://paper.example/words"} | FORM)
    await jobs.read_waiting()
    address = answer.headers["location"]

    again = await read_as(client, address, "cp1252")

    assert "Der Bäcker grüßt die Müllerin" in again.text
    assert (await client.post(address, data={"title": "W"} | FORM)).status_code == 303
    assert await db.values("select encoding from article") == ["cp1252"]


async def test_a_draft_is_kept_if_reading_it_again_fails(
    client: httpx.AsyncClient, mira: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await uploaded(client, TEXT.encode("cp1252"))
    before = await db.value("select draft from article_import")

    async def fail(*_: object, **__: object) -> None:
        raise CannotImport(N_("No text was found."))

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "read_file", fail)
        failed = await read_as(client, address, "koi8-r")
    assert "this is how it was read before. No text was found." in failed.text
    assert await db.value("select draft from article_import where state = 'ready'") == before
    right = await read_as(client, address, "cp1252")
    assert "Der Bäcker grüßt die Müllerin" in right.text and "read before" not in right.text


async def test_a_draft_is_kept_if_its_worker_dies_three_times(client: httpx.AsyncClient, mira: Viewer) -> None:
    address = await uploaded(client, TEXT.encode("cp1252"))
    await client.post(f"{address}/encoding", data={"encoding": "koi8-r"})
    await db.execute("update article_import set attempts = 3, changed_at = now() - interval '3 minutes'")
    await jobs.read_waiting()
    assert "this is how it was read before" in (await client.get(address)).text


async def test_another_encoding_is_offered_if_the_bytes_are_ambiguous(client: httpx.AsyncClient, mira: Viewer) -> None:
    doubtful = await client.get(
        await uploaded(client, "A kettle\n\nThe café was open, and so on and on and on.".encode("cp1252"))
    )
    sure = await client.get(await uploaded(client, TEXT.encode()))
    assert "but it could be in another encoding" in doubtful.text
    assert "This was read as UTF-8." in sure.text


async def test_a_pasted_text_has_no_encoding_to_choose(client: httpx.AsyncClient, mira: Viewer) -> None:
    answer = await client.post("/new", data={"source": "text", "text": TEXT} | FORM)
    await jobs.read_waiting()
    address = answer.headers["location"]
    assert "Do letters look wrong?" not in (await client.get(address)).text
    await client.post(f"{address}/encoding", data={"encoding": "koi8-r"})
    assert await db.values("select state from article_import") == ["ready"]


async def test_an_unknown_encoding_and_another_member_s_import_are_refused(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    address = await uploaded(client, TEXT.encode("cp1252"))
    refused = await client.post(f"{address}/encoding", data={"encoding": "hex"})
    await make.sign_in(client, await make.member("jonas"))
    assert refused.status_code == 422
    assert "Please choose one of" in refused.text
    assert (await client.post(f"{address}/encoding", data={"encoding": "cp1252"})).status_code == 404


def test_every_encoding_can_be_read() -> None:
    assert all("".encode(name) in (b"", b"\xff\xfe") for name in ENCODING_NAMES)
