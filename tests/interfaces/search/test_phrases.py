"""Quoted phrases are phrases, word for word; what only comes close says so, on the page and for programs."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.interfaces.search import jobs
from parley.interfaces.search.phrases import pattern
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio


async def found(client: httpx.AsyncClient, typed: str) -> set[int]:
    items = (await client.get("/api/v1/search", params={"q": typed, "kind": "comment"})).json()["items"]
    return {item["comment"] for item in items if not item["near"]}


async def test_a_phrase_has_its_common_words_and_its_endings(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, who = await make.thread(), await make.member()
    said = await make.comment(thread, who, "Well, *thank* you, Ada.")
    twice = await make.comment(thread, who, "THANK\nYOU all")
    others = [
        await make.comment(thread, who, words)
        for words in ("Thanks, you two.", "Thank the others, you know.", "I am thankful.", "We thank your friends.")
    ]
    await jobs.index_events()

    assert await found(client, '"thank you"') == {said, twice}
    assert await found(client, 'thank -"thank you"') == set(others)
    page = await client.get("/search", params={"q": '"thank you"', "kind": "comment"})
    assert "<mark>thank you</mark>" in page.text and "<mark>THANK YOU</mark>" in page.text
    assert re.search(r"Comments <span[^>]*>2</span>", page.text)


async def test_phrases_are_found_in_articles_and_passages(app: Litestar, client: httpx.AsyncClient) -> None:
    await make.thread(make.text("First words.\n\nThe whole of it was for them."))
    await make.thread(make.text("First words.\n\nThe holes of it are whole for it."))
    await jobs.index_events()

    for kind in ("article", "passage"):
        answer = await client.get("/api/v1/search", params={"q": '"the whole of it"', "kind": kind})
        assert [item["near"] for item in answer.json()["items"]] == [False]


@pytest.mark.parametrize(
    ("phrase", "text", "is_found"),
    [
        ("thank you", "Thank you!", True),
        ("thank you", "thank your", False),
        ("thank you", "unthank you", False),
        ("a café", "A CAFE", True),
        ("a cafe", "Un a Café", True),
        ("GPT-4 wins", "GPT4 wins", True),
        ("c++ is", "C++ is", True),
        ("c++ is", "C is", False),
        ("日本語", "私は日本語の本を", True),
        ("日本の", "日本語の", False),
        ("don't know", "don’t  know", True),
        ("елка стоит", "Ёлка стоит", True),
        ("(a|b) [c", "A b c", True),
        ("großer Fuß", "grosser fuss", True),
    ],
)
async def test_a_phrase_ignores_case_accents_and_punctuation(
    app: Litestar, phrase: str, text: str, is_found: bool
) -> None:
    assert await db.value("select $1::text ~ $2::text", text, pattern(phrase)) == is_found


async def test_what_only_comes_close_says_which_words_it_lacks(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, who = await make.thread(), await make.member()
    both = await make.comment(thread, who, "A zeppelin over Lublin & a <dog>.")
    one = await make.comment(thread, who, "A zeppelin elsewhere.")
    await jobs.index_events()

    answer = await client.get("/api/v1/search", params={"q": "zeppelin lublin", "kind": "comment"})
    page = await client.get("/search", params={"q": "zeppelin lublin", "kind": "comment"})

    first, second = answer.json()["items"]
    assert (first["comment"], first["near"], first["missing"]) == (both, False, [])
    assert first["excerpt_html"] == "A <mark>zeppelin</mark> over <mark>Lublin</mark> &amp; a &lt;dog&gt;."
    assert (second["comment"], second["near"], second["missing"]) == (one, True, ["lublin"])
    assert second["excerpt_html"] == "A <mark>zeppelin</mark> elsewhere."
    assert re.findall(r"<s dir=\"auto\">(\w+)</s>", page.text) == ["lublin"]


async def test_a_program_says_how_many_hits_it_wants(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, who = await make.thread(), await make.member()
    for number in range(25):
        await make.comment(thread, who, f"Zeppelin {number}.")
    await jobs.index_events()

    async def page(**parameters: str | int) -> list[int]:
        answer = await client.get("/api/v1/search", params={"q": "zeppelin", "kind": "comment", **parameters})
        return [item["comment"] for item in answer.json()["items"]]

    first, second = await page(limit=3), await page(limit=3, after="2")
    assert len(first) == len(second) == 3 and not set(first) & set(second)
    assert len(await page()) == 20 and len(await page(limit=100)) == 25
    assert len((await client.get("/api/v1/search", params={"q": "zeppelin", "limit": 2})).json()["items"]) == 2
    assert (await client.get("/api/v1/search", params={"q": "zeppelin", "limit": 0})).status_code == 400


async def test_a_word_that_is_written_is_not_taken_for_another(app: Litestar, client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    for _ in range(3):
        await make.comment(thread, await make.member(), "They leaned on the test set.")
    await make.comment(thread, await make.member(), "They leaked it.")
    await jobs.check()

    async def suggested(typed: str) -> str | None:
        return (await client.get("/api/v1/search", params={"q": typed})).json()["spelling"]  # type: ignore[no-any-return]

    assert await suggested("leaked test set") is None
    assert await suggested("leamed test set") == "leaned test set"
    assert await suggested("lemmed test set") is None
