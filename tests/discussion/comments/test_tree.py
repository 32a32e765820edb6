"""Which comments a page shows: the properties of the choice, and that every comment can be reached."""

import random
import re
from collections.abc import Sequence

import httpx
import lxml.html
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from parley.discussion.comment_tree import tree
from parley.discussion.comment_tree.choosing import Node, Room, Tree, choose
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.interfaces.pages import thread as pages
from parley.moderation.matching import current
from parley.people.accounts import viewer_cache
from parley.platform import db
from parley.platform.cache import MicroCache
from tests import make

STEPS = 3
# Bytes that are always enough.
MUCH = 10**9


@st.composite
def forests(draw: st.DrawFn) -> list[Node]:
    """Nodes in any order; every parent is among them."""
    size = draw(st.integers(0, 40))
    parents = [draw(st.one_of(st.none(), st.integers(1, number))) if number else None for number in range(size)]
    ranks = [draw(st.floats(-1, 1, allow_nan=False)) for _ in parents]
    nodes = [
        Node(number, parent, rank, parents.count(number))
        for number, (parent, rank) in enumerate(zip(parents, ranks, strict=True), start=1)
    ]
    return draw(st.permutations(nodes))


def shown(chosen: Tree) -> set[int]:
    return set(chosen.ids)


@given(forests(), st.integers(1, 30), st.booleans())
def test_the_ancestors_of_every_chosen_comment_are_chosen(nodes: list[Node], most: int, evenly: bool) -> None:
    ids = shown(choose(nodes, None, Room(most, MUCH), evenly=evenly))

    assert all(node.parent is None or node.parent in ids for node in nodes if node.id in ids)


@given(forests(), st.integers(1, 30))
def test_as_many_as_fit_are_chosen_and_each_once(nodes: list[Node], most: int) -> None:
    chosen = choose(nodes, None, Room(most, MUCH))

    assert len(chosen.ids) == len(shown(chosen)) == min(most, len(nodes))


@given(forests(), st.integers(1, 30))
def test_nothing_left_out_outranks_what_was_chosen_beside_it(nodes: list[Node], most: int) -> None:
    ids = shown(choose(nodes, None, Room(most, MUCH)))
    open_ = [node for node in nodes if node.id not in ids and (node.parent is None or node.parent in ids)]

    for out in open_:
        siblings = [one for one in nodes if one.parent == out.parent and one.id in ids]
        assert all((one.rank, -one.id) >= (out.rank, -out.id) for one in siblings)


@given(forests(), st.integers(0, 60), st.booleans(), st.booleans())
def test_they_take_no_more_bytes_than_there_are_and_begin_with_the_first(
    nodes: list[Node], most: int, evenly: bool, by_group: bool
) -> None:
    sized = [msgspec.structs.replace(node, size=1 + node.id % 7) for node in nodes]
    roots = [node.id for node in sized if node.parent is None]
    chosen = choose(sized, None, Room(30, most), evenly=evenly, kept=roots if by_group else ())
    sizes = {node.id: node.size for node in sized}

    assert len(chosen.ids) == min(1, len(nodes)) or sum(sizes[one] for one in chosen.ids) <= most
    precedence = sorted(nodes, key=lambda node: (-node.rank, node.id))
    for parent, siblings in [(None, chosen.roots), *chosen.children.items()]:
        assert siblings == [node.id for node in precedence if node.parent == parent][: len(siblings)]


@given(forests(), st.integers(1, 30), st.booleans())
def test_siblings_stand_in_the_order_of_their_rank(nodes: list[Node], most: int, evenly: bool) -> None:
    chosen = choose(nodes, None, Room(most, MUCH), evenly=evenly)
    rank = {node.id: (-node.rank, node.id) for node in nodes}

    for siblings in (chosen.roots, *chosen.children.values()):
        assert siblings == sorted(siblings, key=rank.__getitem__)


@given(forests(), st.integers(1, 30), st.booleans())
def test_hidden_counts_are_the_replies_left_out(nodes: list[Node], most: int, evenly: bool) -> None:
    chosen = choose(nodes, None, Room(most, MUCH), evenly=evenly)
    ids = shown(chosen)

    for node in nodes:
        left_out = sum(one.parent == node.id and one.id not in ids for one in nodes)
        expected = left_out if node.id in ids else 0
        assert chosen.hidden.get(node.id, (0, None))[0] == expected
    roots = [node.id for node in nodes if node.parent is None]
    assert (chosen.last_root is not None) == (bool(chosen.roots) and not ids.issuperset(roots))


@given(forests(), st.integers(1, 30), st.booleans())
def test_shown_siblings_are_the_first_of_theirs(nodes: list[Node], most: int, evenly: bool) -> None:
    chosen = choose(nodes, None, Room(most, MUCH), evenly=evenly)
    precedence = sorted(nodes, key=lambda node: (-node.rank, node.id))

    for parent, siblings in [(None, chosen.roots), *chosen.children.items()]:
        every = [node.id for node in precedence if node.parent == parent]
        assert siblings == every[: len(siblings)]


@given(st.integers(2, 6), st.integers(2, 6))
def test_no_root_takes_every_place_where_replies_outrank_roots(roots: int, replies: int) -> None:
    nodes = [Node(root, None, float(-root), replies) for root in range(roots)]
    nodes += [Node(100 * root + n + 100, root, float(n), 0) for root in range(roots) for n in range(replies)]

    assert len(choose(nodes, None, Room(roots + replies, MUCH), evenly=True).roots) > 1


def grown(size: int, seed: int, roots: float) -> list[ImportLine]:
    """A discussion that grew at random; `roots` is the share of comments that answer the article."""
    chance = random.Random(seed)
    lines: list[ImportLine] = []
    for number in range(size):
        parent = None if not lines or chance.random() < roots else chance.choice(lines).id
        score = round(chance.gauss(1, 6))
        lines.append(
            ImportLine(str(number), parent, f"u{number % 50}", 1_600_000_000 + number, f"Word {number}.", score)
        )
    return lines


def chain(size: int) -> list[ImportLine]:
    return [
        ImportLine(str(number), str(number - 1) if number else None, "ada", 1_600_000_000 + number, f"Deep {number}.")
        for number in range(size)
    ]


async def loaded(lines: Sequence[ImportLine]) -> int:
    thread = await make.thread()
    await import_discussion(thread, lines, lambda _done: None)
    return thread


def comments_in(html: str) -> set[int]:
    return {int(number) for number in re.findall(r'<article class="comment[^>]* id="c(\d+)"', html)}


def links_in(html: str) -> set[str]:
    found = re.findall(r'<a class="more(?:-page)?"[^>]*? href="([^"]+)"', html)
    return {link.replace("&amp;", "&") for link in found}


async def reached(client: httpx.AsyncClient, thread: int, sort: str) -> list[int]:
    """How many comments are on the pages that 0, 1, 2 … steps along "more" lead to."""
    seen: set[int] = set()
    visited: set[str] = set()
    links = {f"{await make.address(thread)}?sort={sort}"}
    counts = []
    while links - visited and len(counts) < 40:
        found: set[str] = set()
        for link in links - visited:
            visited.add(link)
            html = (await client.get(link)).text
            seen |= comments_in(html)
            found |= links_in(html)
        links = found
        counts.append(len(seen))
    return counts


@pytest.mark.anyio
@pytest.mark.parametrize(
    "sort", ["best", *(pytest.param(one, marks=pytest.mark.slow) for one in tree.COMMENT_SORTS if one != "best")]
)
async def test_every_comment_of_a_large_thread_is_three_steps_away(client: httpx.AsyncClient, sort: str) -> None:
    thread = await loaded(grown(3_000, seed=7, roots=0.02))

    counts = await reached(client, thread, sort)

    assert counts[: STEPS + 1][-1] == 3_000, counts


@pytest.mark.anyio
@pytest.mark.parametrize("lines", [chain(1_000), grown(1_000, seed=3, roots=1.0)], ids=["deep", "flat"])
async def test_every_comment_of_an_odd_thread_can_be_reached(
    client: httpx.AsyncClient, lines: list[ImportLine]
) -> None:
    thread = await loaded(lines)

    counts = await reached(client, thread, "old")

    assert counts[-1] == len(lines), counts


def depth_of(element: lxml.html.HtmlElement) -> int:
    deepest, level = 0, [element]
    while level:
        level = [child for one in level for child in one]
        deepest += 1
    return deepest


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_very_deep_chain_is_shown_at_a_bounded_depth(client: httpx.AsyncClient) -> None:
    thread = await loaded(chain(2_000))
    last = await db.value("select id from comment where thread = $1 order by depth desc limit 1", thread)

    page = await client.get(await make.address(thread))
    focused = await client.get(f"{await make.address(thread)}?focus={last}")

    assert page.status_code == focused.status_code == 200
    assert len(comments_in(page.text)) == tree.MOST_SHOWN
    assert depth_of(lxml.html.fromstring(page.content)) < 70
    assert last in comments_in(focused.text)
    assert 'data-depth="1999"' in focused.text
    assert len(comments_in(focused.text)) == tree.ANCESTORS + 1


class Count(msgspec.Struct):
    queries: int = 0


@pytest.fixture
def counted(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> Count:
    """How many queries were asked."""
    count, ask = Count(), db.DB.read

    async def run(sql: str, args: tuple[object, ...]) -> list[object]:
        count.queries += 1
        return await ask(sql, args)

    monkeypatch.setattr(db.DB, "read", run)
    return count


@pytest.mark.anyio
@pytest.mark.parametrize("signed_in", [False, True])
async def test_the_number_of_queries_does_not_depend_on_the_length_of_the_thread(
    client: httpx.AsyncClient, counted: Count, signed_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer_cache, "CACHE_SECONDS", 60)
    monkeypatch.setattr(current, "_cache", MicroCache("rules", 60, most=1))
    if signed_in:
        await make.sign_in(client, await make.member())
        # What a process reads once in a while, and then knows.
        await client.get(await make.address(await make.thread()))
    asked = {}
    for size in (10, 100, 1_000):
        thread = await loaded(grown(size, seed=1, roots=0.2))
        addresses = [await make.address(thread), f"/t/{thread}/comments?sort=new"]
        counted.queries = 0
        for address in addresses:
            await client.get(address)
        asked[size] = counted.queries

    assert len(set(asked.values())) == 1, asked
    # One of them only while a member has no record: whether they have used up their hour; another one asks for the
    # reply that the article's author pinned.
    assert asked[10] <= 20


@pytest.mark.anyio
async def test_a_new_process_renders_a_page_at_start(client: httpx.AsyncClient, counted: Count) -> None:
    await pages.warm()
    thread = await make.thread()
    await pages.warm()
    counted.queries = 0
    assert (await client.get(await make.address(thread))).status_code == 200
    made = counted.queries
    await client.get(await make.address(await make.thread()))
    assert made < counted.queries - made


@pytest.mark.anyio
async def test_a_focused_comment_comes_with_ancestors_siblings_and_replies(client: httpx.AsyncClient) -> None:
    thread, ada = await make.thread(), await make.member()
    root = await make.comment(thread, ada)
    middle = await make.comment(thread, ada, parent=root)
    sibling = await make.comment(thread, ada, parent=root)
    reply = await make.comment(thread, ada, parent=middle)
    other = await make.comment(thread, ada)

    page = await client.get(f"{await make.address(thread)}?focus={middle}")
    link = await client.get(f"/c/{middle}")

    assert comments_in(page.text) == {root, middle, sibling, reply}
    assert other not in comments_in(page.text)
    assert link.status_code == 303
    assert link.headers["location"] == f"{await make.address(thread)}?focus={middle}#c{middle}"


@pytest.mark.anyio
async def test_a_branch_links_back_to_its_place_in_the_discussion(client: httpx.AsyncClient) -> None:
    thread = await loaded(chain(tree.MOST_SHOWN + 2))
    by_depth = await db.values("select id from comment where thread = $1 order by depth", thread)
    address = await make.address(thread)

    async def back_from(comment: int) -> list[str]:
        page = await client.get(f"{address}?focus={comment}")
        return re.findall(r'class="strip">.*?href="(.*?)">(.*?)</a>', page.text)

    last_shown, first_hidden = by_depth[tree.MOST_SHOWN - 1], by_depth[tree.MOST_SHOWN]
    far = (await loaded(chain(tree.MOST_SHOWN + 50)), await db.value("select max(id) from comment"))

    assert await back_from(last_shown) == [
        (f"{address}?view=all#c{last_shown}", "Back to its place in the whole discussion")
    ]
    assert await back_from(first_hidden) == [
        (f"{address}?view=all#c{last_shown}", "Back to its place in the whole discussion")
    ]
    assert last_shown in comments_in((await client.get(f"{address}?view=all")).text)
    address = await make.address(far[0])
    assert await back_from(far[1]) == [(f"{address}?view=all#discussion", "Back to the whole discussion")]


@pytest.mark.anyio
async def test_a_passage_shows_its_own_comments_with_their_replies(client: httpx.AsyncClient) -> None:
    thread, ada = await make.thread(), await make.member()
    first, second, _ = await make.lineages(thread)
    on_first = await make.comment(thread, ada, passage=first)
    reply = await make.comment(thread, ada, parent=on_first)
    on_second = await make.comment(thread, ada, passage=second)

    page = await client.get(await make.address(thread), params={"passage": first})

    assert comments_in(page.text) == {on_first, reply}
    assert on_second not in comments_in(page.text)


@pytest.mark.anyio
async def test_each_sort_orders_comments_as_it_says(client: httpx.AsyncClient) -> None:
    scores = {"loved": 40, "split": 3, "hated": -30, "plain": 1}
    lines = [
        ImportLine(name, None, "u", 1_600_000_000 + place, f"{name}.", score)
        for place, (name, score) in enumerate(scores.items())
    ]
    thread = await loaded(lines)
    await db.execute("update comment set base_ups = 9, base_downs = 4 where imported_id = 'split'")

    async def order(sort: str) -> list[str]:
        roots = (await tree.thread_tree(thread, sort, MUCH)).roots
        return [await db.value("select imported_id from comment where id = $1", one) for one in roots]

    assert await order("best") == ["loved", "split", "plain", "hated"]
    assert await order("old") == ["loved", "split", "hated", "plain"]
    assert await order("new") == ["plain", "hated", "split", "loved"]
    assert (await order("controversial"))[0] == "split"
    assert await tree.effective_sort(thread, "best") == "old"


async def test_no_page_ranks_a_whole_discussion_by_its_verdicts(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 100,000 comments that took two seconds: `GET /t/1/any?passage=2&focus=3&sort=bridging`."""
    thread, author = await make.thread(), await make.member()
    passage = (await make.lineages(thread))[0]
    comment = await make.comment(thread, author, passage=passage)
    verdict = "insert into statement_verdict (comment, thread, verdict) values ($1, $2, 'dividing')"
    await db.execute(verdict, comment, thread)
    assert await tree.effective_sort(thread, tree.BRIDGING, passage) == tree.BRIDGING
    whole_tree, sorts = tree.thread_tree, list[str]()

    async def thread_tree(thread: int, sort: str, most_bytes: int) -> Tree:
        sorts.append(sort)
        return await whole_tree(thread, sort, most_bytes)

    monkeypatch.setattr(tree, "thread_tree", thread_tree)
    page = await client.get(f"{await make.address(thread)}?passage={passage}&focus={comment}&sort=bridging")

    assert (page.status_code, sorts) == (200, ["old"])
