import re
from urllib.parse import quote

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.threads import queries
from parley.interfaces.pages import thread_cards as cards
from parley.platform import db
from parley.platform.http.environment import environment
from tests import make

pytestmark = pytest.mark.anyio


async def test_a_visitor_reads_home_and_a_thread_without_a_cookie(client: httpx.AsyncClient) -> None:
    thread = await make.thread()

    home = await client.get("/")
    page = await client.get(await make.address(thread))

    assert home.status_code == page.status_code == 200
    assert await make.address(thread) in home.text
    assert f'data-thread="{thread}"' in page.text
    assert make.WORDS[0] in page.text
    assert not client.cookies


async def test_a_page_names_the_article_s_language_for_quotes_of_it_too(client: httpx.AsyncClient) -> None:
    chinese = msgspec.structs.replace(make.text("智能不是预测下一个词。"), lang="zh-Hans")

    page = await client.get(await make.address(await make.thread(chinese)))

    assert re.search(r'<main [^>]*data-lang="zh-Hans"', page.text)


async def test_a_visitor_who_signs_up_returns_to_the_same_page(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    address, passage = await make.address(thread), (await make.lineages(thread))[0]

    whole = await client.get(address)
    part = await client.get(f"{address}?passage={passage}&sort=new")

    assert f'href="/signup?next={address}"' in whole.text
    came_from = f"{address}?view=all&sort=new&passage={passage}"
    assert f'href="/signup?next={quote(came_from)}"' in part.text
    assert (await client.get(came_from)).status_code == 200


async def test_stances_are_offered_as_a_filter_only_where_there_are_some(client: httpx.AsyncClient) -> None:
    thread, ada = await make.thread(), await make.member()
    await make.comment(thread, ada)
    without = await client.get(f"{await make.address(thread)}?sort=new")
    asked = await make.comment(thread, ada, stance="asks")
    with_one = await client.get(f"{await make.address(thread)}?sort=old")
    branch = await client.get(f"{await make.address(thread)}?focus={asked}")

    assert "stance-filter" not in without.text + branch.text
    assert 'stance-filter"' in with_one.text


async def test_a_member_posts_votes_and_sees_both(client: httpx.AsyncClient) -> None:
    thread, ada, mira = await make.thread(), await make.member("ada"), await make.member("mira")
    await make.sign_in(client, ada)

    posted = await client.post(f"/t/{thread}/comments", data={"body": "A *first* word."})
    comment = await db.value("select id from comment where thread = $1", thread)
    await make.sign_in(client, mira)
    voted = await client.post(f"/c/{comment}/vote", data={"axis": "quality", "value": "1"})
    page = await client.get(posted.headers["location"].partition("#")[0])

    assert posted.status_code == voted.status_code == 303
    assert posted.headers["location"] == f"{await make.address(thread)}?focus={comment}#c{comment}"
    assert "<p>A <em>first</em> word.</p>" in page.text
    assert "<b>+1</b>" in page.text


async def test_a_mistake_answers_422_and_keeps_the_text(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    await make.sign_in(client, await make.member())

    answer = await client.post(f"/t/{thread}/comments", data={"body": "kept words", "stance": "shrugs"})

    assert answer.status_code == 422
    assert "kept words" in answer.text
    assert 'class="error"' in answer.text


async def test_a_card_of_the_home_page_is_kept_until_something_on_it_changes(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await make.thread(make.text(title="The kept card"))
    await make.sign_in(client, await make.member())
    first = await client.get("/?sort=new")
    made, template = [], environment().get_template("interfaces/pages/_card.html")
    monkeypatch.setattr(template, "render", lambda card: made.append(card.comment_count) or "changed")

    assert (await client.get("/?sort=new")).text.count("The kept card") == first.text.count("The kept card") == 1
    assert made == []
    await make.comment(thread, await make.member())
    cards._listings.clear()
    assert "changed" in (await client.get("/?sort=new")).text
    assert made == [1]


@pytest.mark.parametrize("sort", queries.THREAD_SORTS)
async def test_every_thread_is_on_one_page_of_the_home_page(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    # All were opened at the same time, and nothing happened in three of them.
    threads = [await make.thread(make.text(f"Words of {number}.", title=f"On {number}")) for number in range(5)]
    await db.execute("update thread_stats set score = 2, hot = 2 where thread = any($1::bigint[])", threads[:2])
    for module in (cards, queries):
        monkeypatch.setattr(module, "PAGE", 2)

    seen, address = [], f"/?sort={sort}"
    while address:
        page = (await client.get(address)).text
        seen.append([int(number) for number in re.findall(r'<h2[^>]*>\s*<a href="/t/(\d+)/', page)])
        following = re.search(rf'href="(/\?sort={sort}&amp;[^"]*after=[^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""

    assert [len(some) for some in seen] == [2, 2, 1]
    assert sorted(number for some in seen for number in some) == sorted(threads)


@pytest.mark.parametrize("after", ["nan_1", "inf_1", "1e300_1", "-1e300_1", "1_x", "x"])
async def test_a_place_that_is_none_leads_to_the_first_page(client: httpx.AsyncClient, after: str) -> None:
    thread = await make.thread()
    for sort in queries.THREAD_SORTS:
        answer = await client.get(f"/?sort={sort}&after={after}")
        assert (answer.status_code, await make.address(thread) in answer.text) == (200, True)


@pytest.mark.parametrize(
    ("sort", "index"), [("hot", "thread_stats_hot"), ("new", "thread_new"), ("active", "thread_active")]
)
async def test_a_page_of_threads_is_read_from_its_index(client: httpx.AsyncClient, sort: str, index: str) -> None:
    """With 100,000 threads, each page of the home page read and sorted all of them."""
    await db.execute("select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true)")
    plan = "\n".join(await db.values(f"explain {queries.SELECT_BY_SORT[sort]}", None, 5.0, 7, 365, 21))

    assert re.search(rf"using {index} .*\n +Index Cond: \(+ROW\(", plan)
    assert not re.search(r"Sort Key: [st]\.", plan)


async def test_a_member_gets_no_list_that_was_read_for_a_visitor(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may come from a replica that lacks what the member has just done."""
    made = []

    async def listing(*_: object, **_for: object) -> cards.Listing:
        made.append("listing")
        return cards.Listing([], None)

    cards._listings.clear()
    monkeypatch.setattr(cards, "_listing", listing)
    member = await make.member()
    for viewer in (None, member, member, None):
        await cards.listing_for("hot", None, "week", "", viewer)
    cards._listings.clear()

    assert len(made) == 3
