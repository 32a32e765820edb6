"""Who may speak for a source: its own page, moderators and the operator, not what anybody can paste."""

import httpx
import pytest

from parley.articles.articles.display import set_display
from parley.articles.imports import jobs
from parley.articles.imports.reading import canonical, identity
from parley.discussion.threads import ops as threads
from parley.discussion.threads.opening import open_thread, revise_from_source
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

URL = "https://review.example/wager"
FORGED = f"""<html><head><link rel="canonical" href="{URL}"><title>The wager</title></head><body><article>
<h1>The wager</h1><p>The author takes everything back that was said before, and says that it was all a big mistake.</p>
<p>Nobody should believe a single word of what the author wrote here, and the author is very sorry for it.</p>
</article></body></html>"""


async def publish(client: httpx.AsyncClient, source: str) -> httpx.Response:
    """Give a text or a file, have it read, and publish it as it is."""
    form = {"source": source, "topic": "research"}
    if source == "file":
        asked = await client.post("/new", data=form, files={"file": ("essay.html", FORGED.encode(), "text/html")})
    else:
        asked = await client.post("/new", data=form | {"text": FORGED})
    await jobs.read_waiting()
    return await client.post(asked.headers["location"], data={"title": "The wager", "topic": "research"})


@pytest.mark.parametrize("source", ["text", "file"])
async def test_a_pasted_text_rewrites_nothing_whatever_address_it_claims(
    client: httpx.AsyncClient, source: str
) -> None:
    opened = await open_thread(text=make.text(url=URL), topic="research", starter=None)
    await make.sign_in(client, await make.member())

    answer = await publish(client, source)
    told = await client.get(answer.headers["location"])
    page = await client.get(opened.address)

    assert answer.status_code == 303
    assert "Nothing was changed" in told.text
    assert f'href="{opened.address}"' in told.text
    assert "takes everything back" not in page.text
    assert await db.value("select count(*) from revision") == 1
    assert await db.value("select count(*) from thread") == 1


@pytest.mark.parametrize("source", ["text", "file"])
async def test_what_a_member_pastes_does_not_take_the_address_it_claims(client: httpx.AsyncClient, source: str) -> None:
    mallory = await make.member("mallory")
    await make.sign_in(client, mallory)

    pasted = await publish(client, source)
    opened = await open_thread(text=make.text(url=URL, fetched=True), topic="research", starter=None)
    page = await client.get(pasted.headers["location"])
    home = await client.get("/")

    assert opened.is_new
    assert await db.values("select url from article order by id") == [None, URL]
    assert f'href="{URL}"' in page.text
    assert 'text pasted in by <a href="/u/mallory">' in page.text
    assert "review.example" not in home.text


async def test_what_was_pasted_from_a_site_of_excerpts_is_an_excerpt_too(client: httpx.AsyncClient) -> None:
    await set_display(URL, "excerpt")
    await make.sign_in(client, await make.member())

    before = await publish(client, "text")
    await set_display(URL, "full")
    await set_display(URL, "excerpt")
    page = await client.get(before.headers["location"])

    assert await db.values("select display from article") == ["excerpt"]
    assert "Read the whole article at" in page.text


async def test_a_moderator_s_pasted_text_is_an_update_to_accept(client: httpx.AsyncClient) -> None:
    opened = await open_thread(text=make.text(url=URL), topic="research", starter=None)
    await make.sign_in(client, await make.member(role="moderator"))

    known = (await publish(client, "text")).headers["location"]
    update = (await client.post(f"{known}/suggest")).headers["location"]
    version = make.hidden(await client.get(update), "version")
    answer = await client.post(update, data={"decision": "accept", "version": version})

    assert answer.headers["location"] == opened.address
    assert "takes everything back" in (await client.get(opened.address)).text


async def test_a_check_revises_the_text_and_keeps_a_corrected_title(app: object) -> None:
    opened = await open_thread(text=make.text(url=URL, title="Mended"), topic="research", starter=None)
    newest = make.WORDS[2].replace("first", "always")
    said = make.text(*make.WORDS[:2], newest, url=URL, title="MENDED | Review", fetched=True)
    article = await db.value("select article from thread where id = $1", opened.id)

    assert await revise_from_source(article, said)

    assert await db.value("select title from revision order by number desc limit 1") == "Mended"


async def test_an_editor_s_correction_survives_the_source_s_next_change(app: object) -> None:
    editor = await make.member(role="moderator")
    first = make.text("One, with a tipo in it.", "Two, as it was.", "Three.", url=URL, fetched=True)
    opened = await open_thread(text=first, topic="research", starter=editor.id)
    mended = make.text("One, with a typo in it.", "Two, as it was.", "Two and a half.", url=URL)
    await threads.revise_thread(opened.id, mended, threads.RevisionNote(editor.id))
    said = make.text("One, with a tipo in it.", "Two, as it is now.", "Three.", url=URL, fetched=True)

    await open_thread(text=said, topic="research", starter=None)

    assert await current(opened.id) == ["One, with a typo in it.", "Two, as it is now.", "Two and a half."]


async def test_an_unchanged_source_does_not_overwrite_an_edit(app: object) -> None:
    editor = await make.member(role="moderator")
    first = make.text("One, with a tipo in it.", "Two.", url=URL, fetched=True)
    opened = await open_thread(text=first, topic="research", starter=editor.id)
    await threads.revise_thread(opened.id, make.text("One, mended.", "Two.", url=URL), threads.RevisionNote(editor.id))

    again = await open_thread(text=first, topic="research", starter=None)

    assert not again.revised
    assert await current(opened.id) == ["One, mended.", "Two."]


async def current(thread: int) -> list[str]:
    return await db.values(
        """select p.text from thread t join revision r on r.article = t.article and r.number = t.revision
           join passage p on p.revision = r.id where t.id = $1 order by p.position""",
        thread,
    )


@pytest.mark.parametrize(
    ("claimed", "found", "known"),
    [
        ("https://review.example/a", "https://www.review.example/a?x=1", "https://review.example/a"),
        ("https://review.example/a", "http://review.example/amp/a", "https://review.example/a"),
        ("https://blog.review.example/a", "https://review.example/a", "https://blog.review.example/a"),
        ("https://review.example/a", "https://m.review.example/a", "https://review.example/a"),
        ("https://review.example/a", "https://mallory.example/a", "https://mallory.example/a"),
        ("https://review.example/a", "https://evilreview.example/a", "https://evilreview.example/a"),
        ("https://github.io/a", "https://mallory.github.io/a", "https://mallory.github.io/a"),
        ("https://other.github.io/a", "https://mallory.github.io/a", "https://mallory.github.io/a"),
        ("https://co.uk/a", "https://mallory.co.uk/a", "https://mallory.co.uk/a"),
        ("https://127.0.0.2/a", "https://127.0.0.1/a", "https://127.0.0.1/a"),
        (None, "https://review.example/a", "https://review.example/a"),
    ],
)
def test_a_page_can_claim_addresses_of_its_own_site_only(claimed: str | None, found: str, known: str) -> None:
    assert identity(claimed, found) == known


def test_tracking_parameters_do_not_make_another_address() -> None:
    assert canonical("HTTPS://Review.Example/a?utm_source=x&p=1#part") == "https://review.example/a?p=1"


async def test_a_first_import_keeps_what_the_source_said_and_asks_again_in_an_hour(app: object) -> None:
    said = make.text(url=URL, fetched=True)
    await open_thread(text=said, topic="research", starter=(await make.member()).id)
    await open_thread(text=make.text(url=f"{URL}/2"), topic="research", starter=None)

    assert await db.values("select etag from article order by id") == ['"v1"', None]
    assert await db.values("select check_at - now() = interval '1 hour' from article order by id") == [True, None]
