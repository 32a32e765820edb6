"""Searching as readers do: the page, what it finds, and how it says so."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import states
from parley.interfaces.search import documents, jobs, ops, queries, spelling, terms, web
from parley.platform import db, tasks
from parley.platform.concurrency import asking_source
from parley.platform.limit import Limit
from parley.platform.networks import source
from tests import make

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def no_cache() -> None:
    terms._languages.clear()


OPTION = re.compile('<option value="([^"]*)"')


async def page(client: httpx.AsyncClient, q: str = "", **fields: Any) -> str:
    answer = await client.get("/search", params={"q": q, **fields})
    assert answer.status_code == 200
    return answer.text


async def test_comments_articles_passages_and_members_are_found(app: Litestar, client: httpx.AsyncClient) -> None:
    ada = await make.member("adalia")
    thread = await make.thread(make.text("Turbines need wind.", title="On turbines"))
    comment = await make.comment(thread, ada, "A turbine turns <b>slowly</b> in winter.", stance="adds")
    await jobs.index_events()

    text = await page(client, "turbine")

    assert f'href="/c/{comment}"' in text
    assert "A <mark>turbine</mark> turns &lt;b&gt;slowly&lt;/b&gt; in winter." in text
    assert "On <mark>turbines</mark>" in text
    assert f"#p{(await make.lineages(thread))[0]}" in text
    assert '"/u/adalia"' in await page(client, "adal")


async def test_a_fragment_is_a_part_of_the_page(app: Litestar, client: httpx.AsyncClient) -> None:
    await make.comment(await make.thread(), await make.member(), "A turbine.")
    await jobs.index_events()
    whole = await page(client, "turbine")

    part = await client.get("/search", params={"q": "turbine"}, headers={"HX-Request": "true"})

    assert part.text.strip() in whole
    assert 'name="robots" content="noindex"' in whole


async def test_phrases_exclusions_and_accents(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, who = await make.thread(), await make.member()
    one = await make.comment(thread, who, "The cost of energy in a café.")
    other = await make.comment(thread, who, "Energy has no cost, in no cafe.")
    await jobs.index_events()

    both = await page(client, "cafés energy")
    phrase = await page(client, '"cost of energy"')
    without = await page(client, "energy -cafe kind:comment")

    assert f"/c/{one}" in both and f"/c/{other}" in both
    assert f"/c/{one}" in phrase and f"/c/{other}" not in phrase
    assert "Nothing was found." in without
    assert "<mark>café</mark>" in both


async def test_scripts_without_spaces(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, who = await make.thread(), await make.member()
    one = await make.comment(thread, who, "私は日本語の本を読みます。")
    other = await make.comment(thread, who, "本日は晴れです。")
    await jobs.index_events()

    text = await page(client, "日本語")

    assert f"/c/{one}" in text and f"/c/{other}" not in text
    assert "<mark>日本語</mark>" in text


async def test_a_single_letter_of_a_script_without_spaces(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, who = await make.thread(), await make.member()
    one = await make.comment(thread, who, "猫がいます。私は猫。")
    other = await make.comment(thread, who, "本日は晴れです。")
    await jobs.index_events()

    text = await page(client, "猫")

    assert f"/c/{one}" in text and f"/c/{other}" not in text
    assert "<mark>猫</mark>がいます。私は<mark>猫</mark>。" in text


def leads_to(text: str) -> set[int]:
    """The comments to which the hits link, alone or within their thread."""
    return {int(one) for one in re.findall(r'class="hit-words"[^>]*><a href="(?:/c/|[^"]*#c)(\d+)"', text)}


async def test_filters_as_words_and_as_fields(app: Litestar, client: httpx.AsyncClient) -> None:
    ada, bea = await make.member("adalia"), await make.member("beatrix")
    thread, elsewhere = await make.thread(), await make.thread(topic="policy")
    one = await make.comment(thread, ada, "Energy one.", stance="supports")
    two = await make.comment(elsewhere, bea, "Energy two.", stance="challenges")
    await jobs.index_events()

    for query in ("energy by:adalia", "energy stance:supports", f"energy thread:{thread}", "energy topic:research"):
        found = await page(client, query)
        assert leads_to(found) == {one}, query
    for fields in ({"by": "beatrix"}, {"stance": "challenges"}, {"thread": str(elsewhere)}, {"topic": "policy"}):
        found = await page(client, "energy", **fields)
        assert leads_to(found) == {two}, fields
    assert f"/c/{one}" in await page(client, "by:adalia")
    assert "Nothing was found." in await page(client, "energy after:2999")
    assert "Nothing was found." in await page(client, "energy lang:fr")


@pytest.mark.parametrize(
    ("query", "said"), [("after:soon energy", "Please write the date"), ("by:nobodyatall energy", "no member")]
)
async def test_a_mistake_is_explained_and_the_text_is_kept(
    app: Litestar, client: httpx.AsyncClient, query: str, said: str
) -> None:
    answer = await client.get("/search", params={"q": query})

    assert answer.status_code == 422
    assert said in answer.text
    assert query in answer.text


async def test_without_words_the_page_says_how_to_begin(app: Litestar, client: httpx.AsyncClient) -> None:
    assert "What are you looking for?" in await page(client)
    assert "Please add a word to look for." in await page(client, "-energy")
    assert "Nothing was found." in await page(client, "xyzzy")


@pytest.mark.parametrize("query", ["' & | ! ( ) :* <-> \\", "^t1", "'a' | b", "a:*", "\\", "%s {0} ;--", "the", "!!!a"])
async def test_no_query_is_an_error(app: Litestar, client: httpx.AsyncClient, query: str) -> None:
    await make.comment(await make.thread(), await make.member(), "The words.")
    await jobs.index_events()

    for fields in ({"q": query}, {"q": "words", "lang": query[:10]}):
        assert (await client.get("/search", params=fields)).status_code == 200
    assert (await client.get("/search", params={"q": "words", "topic": query})).status_code == 422


async def test_pages_and_the_number_of_hits(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, who = await make.thread(), await make.member()
    for number in range(25):
        await make.comment(thread, who, f"Energy number{number}.")
    await jobs.index_events()

    first = await page(client, "energy", kind="comment", sort="new")
    second = await page(client, "energy", kind="comment", sort="new", page="2")

    assert first.count('href="/c/') == 20 and second.count('href="/c/') == 5
    assert '<span class="soft">25</span>' in first and '<span class="soft">25</span>' in second
    assert first.find("number24") < first.find("number23")
    assert 'rel="next"' in first and 'rel="next"' not in second
    assert "There are no more results." in await page(client, "energy", kind="comment", page="3")


async def test_an_edit_is_found_and_the_former_words_are_not(app: Litestar, client: httpx.AsyncClient) -> None:
    who = await make.member()
    comment = await make.comment(await make.thread(), who, "A former word.")
    await jobs.index_events()
    await editing.edit_comment(viewer=who, comment_id=comment, body="A latter word.")

    assert "Nothing was found." in await page(client, "former")
    await jobs.index_events()
    assert f"/c/{comment}" in await page(client, "latter")
    assert await db.value("select count(*) from event where indexed_at is null") == 0


async def test_a_worker_with_a_former_text_does_not_overwrite_the_newer_one(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    who = await make.member()
    comment = await make.comment(await make.thread(), who, "A former word.")
    former = await documents.of_comments([comment])
    await editing.edit_comment(viewer=who, comment_id=comment, body="A latter word.")
    await jobs.index_events()

    await ops._write(former)

    assert f"/c/{comment}" in await page(client, "latter")


async def test_a_restored_comment_is_found_again(app: Litestar, client: httpx.AsyncClient) -> None:
    comment = await make.comment(await make.thread(), await make.member(), "A turbine.")
    await jobs.index_events()
    for state in ("hidden", "visible"):
        async with db.atomic():
            await states.transition(await states.lock_comment(comment), state, actor=None)
        await jobs.index_events()
        assert await db.value("select count(*) from search_document where kind = 3") == (state == "visible")

    assert f"/c/{comment}" in await page(client, "turbine")


async def test_the_nightly_check_repairs_the_index(app: Litestar, client: httpx.AsyncClient) -> None:
    comment = await make.comment(await make.thread(), await make.member(), "A turbine.")
    await db.execute("update event set indexed_at = now()")

    await jobs.check()

    assert f"/c/{comment}" in await page(client, "turbine")


async def test_the_documented_command_indexes_everything_again(app: Litestar, client: httpx.AsyncClient) -> None:
    thread = await make.thread(make.text("Turbines need wind.", title="On turbines"))
    comment = await make.comment(thread, await make.member(), "A turbine.")
    await jobs.index_events()
    before = await page(client, "turbine")
    await db.execute("update search_document set words = ''")
    assert "Nothing was found." in await page(client, "turbine")

    await db.execute("update event set indexed_at = null")
    await jobs.index_events()

    assert f"/c/{comment}" in before
    assert await page(client, "turbine") == before


async def test_a_correction_of_a_misspelt_word_is_offered(app: Litestar, client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    for _ in range(3):
        await make.comment(thread, await make.member(), "Transformers learn.")
    await make.comment(thread, await make.member(), "A singular remark.")
    await jobs.check()

    text = await page(client, "trasnformers")

    assert "Did you mean" in text
    assert "q=transformers" in text
    assert "Did you mean" not in await page(client, "singulra")
    assert "Did you mean" not in await page(client, "transformer remark")
    assert "Did you mean" in await page(client, "transformres")
    await make.member("transformres")
    assert "Did you mean" not in await page(client, "transformres")


async def test_a_name_among_the_words_finds_what_its_member_wrote(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, kofi = await make.thread(), await make.member("kofi")
    own = await make.comment(thread, kofi, "The base rate is low.")
    named = await make.comment(thread, await make.member(), "The rate that Kofi names.")
    other = await make.comment(thread, await make.member(), "Another rate.")
    await jobs.index_events()

    both, closest = (await page(client, "Kofi rate")).split("The following come closest.")
    alone = await page(client, "kofi kind:comment")

    assert f"/c/{own}" in both and f"/c/{named}" in both and f"/c/{other}" not in both
    assert f"/c/{other}" in closest
    assert f"/c/{own}" not in alone and f"/c/{named}" in alone


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("kind:essay turbine", "Please choose one of: article, passage, comment, member."),
        ("topic:nowhere turbine", "There is no topic of this name."),
    ],
)
async def test_a_filter_with_a_value_that_does_not_exist_says_so(
    app: Litestar, client: httpx.AsyncClient, typed: str, sentence: str
) -> None:
    answer = await client.get("/search", params={"q": typed})

    assert answer.status_code == 422
    assert sentence in answer.text and f'value="{typed}"' in answer.text


async def test_the_page_says_that_words_are_too_common(app: Litestar, client: httpx.AsyncClient) -> None:
    who = await make.member()
    one = await make.comment(await make.thread(), who, "A turbine.")
    await jobs.index_events()

    assert "too common to search for" in await page(client, "the of")
    assert f"/c/{one}" in await page(client, f"the by:{who.name}")


async def test_many_new_comments_are_indexed_in_batches(
    app: Litestar, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, who = await make.thread(), await make.member()
    for number in range(5):
        await make.comment(thread, who, f"Turbine {number}.")
    await db.execute("update event set kind = 'discussion.imported', comment = null where comment is not null")
    monkeypatch.setattr(
        documents, "SELECT_STALE", documents.SELECT_STALE.replace(f"limit {documents.BATCH}", "limit 2")
    )
    monkeypatch.setattr(documents, "BATCH", 2)

    await jobs.index_events()

    assert (await page(client, "turbine", kind="comment")).count('href="/c/') == 5
    assert await db.value("select count(*) from event where indexed_at is null") == 0


async def test_a_new_installation_collects_words_for_spelling_at_once(app: Litestar) -> None:
    thread = await make.thread()
    for _ in range(3):
        await make.comment(thread, await make.member(), "Transformers learn.")

    await spelling.collect_first()
    await make.comment(thread, await make.member(), "Learners transform.")
    await spelling.collect_first()

    assert set(await db.values("select word from search_word")) == {"transformers", "learn"}


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("lubin polish letters", True),
        ('grandmother "polish letters" zeppelin', True),
        ("lubin warsaw polish letters", True),
        ("lubin polish letters -grandmother", False),
        ("lubin polish letters stance:asks", False),
        ("lubin warsaw letters", False),
        ("lubin letters", True),
        ("aunt notes warsaw train winter polish letters", True),
        ("aunt notes warsaw train winter letters", False),
        ("lubin warsaw", False),
    ],
)
async def test_texts_that_lack_a_word_are_found_if_few_texts_have_all(
    app: Litestar, client: httpx.AsyncClient, typed: str, is_found: bool
) -> None:
    thread = await make.thread()
    one = await make.comment(thread, await make.member(), "My grandmother's Polish letters from Lublin.")
    await jobs.index_events()

    text = await page(client, typed)

    assert (f"/c/{one}" in text) == ("come closest" in text) == is_found
    assert "come closest" not in await page(client, "grandmother polish letters")
    await db.execute("update comment set state = 'removed' where id = $1", one)
    assert "come closest" not in await page(client, typed)


async def test_texts_with_rarer_words_come_first_among_near_matches(app: Litestar, client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    for _ in range(3):
        await make.comment(thread, await make.member(), "Frequent words about energy.")
    exact = await make.comment(thread, await make.member(), "Frequent words about energy and the zeppelin of Lublin.")
    rarer = await make.comment(thread, await make.member(), "Frequent energy of a zeppelin.")
    less_rare = await make.comment(thread, await make.member(), "Frequent: the Lublin zeppelin energy.")
    await jobs.check()

    text = await page(client, "frequent words energy zeppelin lublin", kind="comment")

    ids = [int(one) for one in re.findall(r'"/c/(\d+)"', text)]
    assert list(dict.fromkeys(ids))[:3] == [exact, less_rare, rarer]


async def test_short_and_recent_texts_come_first(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, author = await make.thread(), await make.member()
    among_many = " ".join(f"and another{at} thing{at}" for at in range(40))
    long = await make.comment(thread, author, f"A zeppelin {among_many} over Lublin.")
    short = await make.comment(thread, author, "A zeppelin over the whole of Lublin.")
    yesterday = await make.comment(thread, author, f"A zeppelin was over the whole of Lublin {among_many[:160]}.")
    await db.execute("update comment set created_at = now() - interval '60 days' where id = any($1)", [long, short])
    await jobs.index_events()

    text = await page(client, "lublin zeppelin", kind="comment")

    ids = [int(one) for one in re.findall(r'"/c/(\d+)"', text)]
    assert list(dict.fromkeys(ids)) == [yesterday, short, long]


async def test_a_misspelt_word_also_finds_its_correction(app: Litestar, client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    found = [await make.comment(thread, await make.member(), f"The singular case, number {at}.") for at in range(3)]
    await jobs.check()

    text = await page(client, "singulra case", kind="comment")

    assert "Did you mean" in text and "These results come closest." in text
    assert all(f"/c/{one}" in text for one in found) and "<mark>singular</mark>" in text
    await db.execute("update comment set state = 'removed' where id = any($1::bigint[])", found)
    text = await page(client, "singulra case", kind="comment")
    assert "Did you mean" not in text and "come closest" not in text


async def test_articles_and_members_are_suggested(app: Litestar, client: httpx.AsyncClient) -> None:
    await make.thread(make.text("Words on energy.", title="Où vont les turbines 日本語"))
    await make.member("turbo")
    await jobs.index_events()

    async def options(typed: str) -> list[str]:
        return OPTION.findall((await client.get("/search/suggest", params={"q": typed})).text)

    title = "Où vont les turbines 日本語"
    assert await options("turb") == [title, "by:turbo"]
    assert (
        await options("turbines") == await options("ou v") == await options("日") == await options("日本語") == [title]
    )
    # Only titles are completed, from two letters on, and not what is left out.
    assert await options("energ") == await options("t") == await options("-turb") == await options("") == []


async def test_the_value_of_a_filter_is_completed(app: Litestar, client: httpx.AsyncClient) -> None:
    await make.member("hannah")
    blocked = await make.member("hanno")
    reader = await make.member("reader")

    async def options(typed: str) -> list[str]:
        return OPTION.findall((await client.get("/search/suggest", params={"q": typed})).text)

    assert await options("wind by:Han") == ["wind by:hanno", "wind by:hannah"]
    assert await options("stance:ch") == ["stance:challenges"]
    assert await options("kind:") == ["kind:article", "kind:passage", "kind:comment", "kind:member"]
    assert "topic:research" in await options("topic:rese")
    assert await options("by:") == await options("by:h") == await options("after:20") == await options("by:han x") == []
    await db.execute("insert into block (member, other, kind) values ($1, $2, 'block')", reader.id, blocked.id)
    await make.sign_in(client, reader)
    assert await options("by:han") == ["by:hannah"]


async def test_suggestions_do_not_count_as_searches(
    app: Litestar, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.member("turbo")
    monkeypatch.setattr(web, "SEARCH_HOST", Limit("one", 1, 3_600))
    monkeypatch.setattr(web, "SUGGESTION_HOST", Limit("two", 2, 3_600))

    found = [await client.get("/search/suggest", params={"q": "by:tu"}) for _ in range(3)]

    assert [one.status_code for one in found] == [200, 200, 200]
    assert ["by:turbo" in one.text for one in found] == [True, True, False]
    assert (await client.get("/search", params={"q": "turbo"})).status_code == 200


async def test_a_search_that_takes_too_long_shows_the_newest(
    app: Litestar, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = await make.comment(await make.thread(), await make.member(), "A turbine.")
    await jobs.index_events()
    monkeypatch.setattr(queries, "STATEMENT_MILLISECONDS", 800)
    late = "with late as materialized (select pg_sleep(2)) select found.* from ({}) found, late"
    slow = {key: late.format(sql) for key, sql in queries.SELECT_HITS.items()}
    monkeypatch.setattr(queries, "SELECT_HITS", slow)

    text = await page(client, "turbine", kind="comment")

    assert "This search took too long" in text
    assert f"/c/{comment}" in text


async def test_one_network_with_slow_searches_leaves_room_for_others(
    app: Litestar, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "WAIT_SECONDS", 0.5)

    async def search_slowly() -> None:
        asking_source.set(source("192.0.2.1"))
        async with queries._running.hold():
            await asyncio.Event().wait()

    slow = [asyncio.create_task(search_slowly()) for _ in range(8)]
    await asyncio.sleep(0)

    assert (await client.get("/search", params={"q": "turbine"})).status_code == 200
    await tasks.end(slow)


async def test_too_many_searches_are_refused(
    app: Litestar, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "SEARCH_HOST", Limit("few", 1, 3_600))
    monkeypatch.setattr(web, "SEARCH_ACCOUNT", Limit("few of a member", 1, 3_600))
    for who in (None, await make.member()):
        if who:
            await make.sign_in(client, who)
        assert [(await client.get("/search", params={"q": "wind"})).status_code for _ in range(2)] == [200, 429]
        assert (await client.get("/search")).status_code == 200


async def test_a_thread_can_be_searched_from_its_page(app: Litestar, client: httpx.AsyncClient) -> None:
    thread = await make.thread()

    text = (await client.get(await make.address(thread))).text

    assert f'<input type="checkbox" name="thread" value="{thread}" checked>' in text
    assert "in this thread" not in (await client.get("/")).text


async def test_a_search_before_the_index_is_ready_says_so(app: Litestar, client: httpx.AsyncClient) -> None:
    await make.thread(make.text("Turbines need wind.", title="On turbines"))

    assert "The search is still being set up." in await page(client, "turbine")
    await jobs.index_events()
    assert "On <mark>turbines</mark>" in await page(client, "turbine")
    assert "Nothing was found." in await page(client, "zeppelin")


@pytest.mark.parametrize("typed", ["Modell", "größerer", "groesserer", "Modelle lang:de"])
async def test_a_comment_is_found_by_words_of_its_own_language(client: httpx.AsyncClient, typed: str) -> None:
    thread = await make.thread(make.text("The turbines are not new, and this is what they do.", title="On turbines"))
    ada = await make.member("adalia")
    german = await make.comment(thread, ada, "Die Modelle sind nicht besser, auch wenn ein größerer Verlag sie nutzt.")
    await make.comment(thread, ada, "The model is not better, and this is what they say.")
    await jobs.index_events()
    found = await client.get("/search", params={"q": typed}, headers={"Accept-Language": "de"})
    other = await client.get("/search", params={"q": f"{typed} lang:en"}, headers={"Accept-Language": "de"})
    thread_page = await client.get(await make.address(thread))

    assert f'href="/c/{german}"' in found.text
    assert f'href="/c/{german}"' not in other.text
    assert f'id="c{german}-body" lang="de" dir="auto"' in thread_page.text


async def test_a_comment_of_long_ago_is_found(app: Litestar, client: httpx.AsyncClient) -> None:
    """Imported discussions begin in the last century."""
    comment = await make.comment(await make.thread(), await make.member(), "A turbine.")
    await db.execute("update comment set created_at = '1995-03-01'")
    await jobs.index_events()

    assert f'href="/c/{comment}"' in await page(client, "turbine")
