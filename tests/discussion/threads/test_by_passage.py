"""The discussion by passage as the server makes it, which is all there is of it without JavaScript."""

import re

import httpx
import pytest
from msgspec import structs

from parley.discussion.comment_tree import groups
from parley.discussion.commenting import editing
from parley.discussion.threads import ops
from parley.discussion.threads.jobs import refresh_thread_stats
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

FIRST, SECOND, THIRD = make.WORDS
FRAGMENT = {"HX-Request": "true"}


def names(html: str) -> list[str]:
    """The groups, and the comments in them, as they stand; not the one that new groups are made from."""
    found = re.findall(r'class="(?:group|comment)" id="(g\w+|c\d+)"', html)
    return [one for one in found if one != "gnew"]


async def test_comments_stand_at_their_passages_in_the_article_s_order_then_the_whole_then_what_is_gone(
    client: httpx.AsyncClient,
) -> None:
    thread, ada = await make.thread(make.text(FIRST, SECOND, THIRD)), await make.member()
    first, second, third = await make.lineages(thread)
    on_whole = await make.comment(thread, ada)
    on_third = await make.comment(thread, ada, passage=third)
    on_second = await make.comment(thread, ada, passage=second)
    on_first = await make.comment(thread, ada, passage=first)
    reply = await make.comment(thread, ada, parent=on_first)
    await ops.revise_thread(thread, make.text(FIRST, THIRD))

    page = (await client.get(f"/t/{thread}?view=passage")).text

    here = [f"g{first}", f"c{on_first}", f"c{reply}", f"g{third}", f"c{on_third}", "gwhole", f"c{on_whole}"]
    assert names(page) == [*here, "gearlier", f"c{on_second}"]
    assert "On the whole article" in page
    assert page.index("On earlier text") < page.index(f'<blockquote dir="auto">{SECOND}</blockquote>')


async def test_a_marker_shows_the_number_and_balance_of_comments(client: httpx.AsyncClient) -> None:
    thread, ada = await make.thread(), await make.member()
    first, second, _ = await make.lineages(thread)
    for stance in ("supports", "challenges", "challenges", None):
        await make.comment(thread, ada, passage=first, stance=stance)

    page = (await client.get(f"/t/{thread}")).text

    assert 'aria-label="4 comments on this passage: 1 in support, 2 challenges, 1 without a stance"' in page
    assert re.search(
        rf'data-passage="{second}"><span dir="ltr">Respond<span class="unseen"> to this passage</span>', page
    )


async def test_the_marker_of_a_passage_leads_to_its_comments_and_the_form_for_it(client: httpx.AsyncClient) -> None:
    thread, ada = await make.thread(), await make.member()
    first, second, _ = await make.lineages(thread)
    there, elsewhere = [await make.comment(thread, ada, passage=one) for one in (first, second)]
    await make.sign_in(client, ada)
    marker = f'href="?passage={first}#discussion"'

    page = (await client.get(f"/t/{thread}")).text
    alone = await client.get(f"/t/{thread}/x?passage={first}")
    fragment = await client.get(f"/t/{thread}/comments?passage={first}", headers=FRAGMENT)

    assert marker in page
    assert '<details class="compose" open>' in alone.text
    assert f'name="passage" value="{first}"' in alone.text
    assert "Respond to <span dir=" in alone.text and "Respond to the article <span dir=" in page
    assert names(alone.text) == names(fragment.text) == [f"c{there}"]
    assert elsewhere != there


async def test_one_stance_is_shown_alone_everywhere_and_on_one_passage(client: httpx.AsyncClient) -> None:
    thread, ada = await make.thread(), await make.member()
    first = (await make.lineages(thread))[0]
    asks = await make.comment(thread, ada, stance="asks")
    asks_there = await make.comment(thread, ada, stance="asks", passage=first)
    await make.comment(thread, ada, stance="adds", passage=first)
    await make.comment(thread, ada, passage=first)

    grouped = names((await client.get(f"/t/{thread}?view=passage&stance=asks")).text)
    whole = names((await client.get(f"/t/{thread}?view=all&sort=old&stance=asks")).text)
    alone = names((await client.get(f"/t/{thread}?passage={first}&stance=asks")).text)

    assert grouped == [f"g{first}", f"c{asks_there}", "gwhole", f"c{asks}"]
    assert whole == [f"c{asks}", f"c{asks_there}"]
    assert alone == [f"c{asks_there}"]


async def test_an_author_takes_another_stance_and_the_counts_follow(client: httpx.AsyncClient) -> None:
    thread, ada = await make.thread(), await make.member()
    first = (await make.lineages(thread))[0]
    comment = await make.comment(thread, ada, "It costs.", stance="supports", passage=first)
    await make.sign_in(client, ada)

    await client.post(f"/c/{comment}/edit", data={"body": "It costs.", "stance": "challenges"})
    await db.execute("update thread_stats set refreshed_at = now() - interval '1 hour'")
    await refresh_thread_stats()
    page = (await client.get(f"/t/{thread}")).text

    assert '<span class="stance challenges">Challenges this</span>' in page
    assert "1 comment on this passage: 1 challenge" in page


async def test_a_stance_names_what_it_is_about_and_stands_beside_its_words(client: httpx.AsyncClient) -> None:
    ada, thread = await make.member("ada"), await make.thread()
    passage, *_ = await make.lineages(thread)
    text = await db.value("select text from passage where lineage = $1", passage)
    on_words = await make.comment(thread, ada, stance="challenges", passage=passage, quote=text[:12])
    on_passage = await make.comment(thread, ada, stance="adds", passage=passage)
    on_article = await make.comment(thread, ada, stance="asks")

    page = (await client.get(f"/t/{thread}?view=all")).text

    for comment, words in (
        (on_words, "Challenges this sentence"),
        (on_passage, "Adds to this"),
        (on_article, "Asks about the article"),
    ):
        head = page.partition(f'id="c{comment}-head">')[2].partition("</header>")[0]
        assert f">{words}</span>" in head
    anchored = page.partition(f'id="c{on_words}-anchor">')[2].partition("<header")[0]
    assert text[:12] in anchored


async def test_a_discussion_too_long_to_be_shown_whole_begins_with_some_of_each_and_leads_on(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "SHORT", 5)
    monkeypatch.setattr(groups, "ROOTS", 5)
    thread, ada = await make.thread(), await make.member()
    first, second, _ = await make.lineages(thread)
    made = {one: [await make.comment(thread, ada, passage=one) for _ in range(4)] for one in (first, second)}

    page = (await client.get(f"/t/{thread}?view=passage&sort=old")).text
    more = re.search(rf'href="(/t/{thread}/comments\?passage={second}&[^"]*)" hx-get', page.replace("&amp;", "&"))

    shown = {one: [f"c{comment}" for comment in made[one][:2]] for one in made}
    assert names(page) == [f"g{first}", *shown[first], f"g{second}", *shown[second]]
    assert page.count("2 more on this passage") == len(made)
    assert more is not None
    rest = await client.get(more[1], headers=FRAGMENT)
    assert names(rest.text) == [f"c{comment}" for comment in made[second][2:]]


async def test_a_removed_comment_does_not_count_as_shown(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "SHORT", 5)
    monkeypatch.setattr(groups, "ROOTS", 5)
    thread, ada = await make.thread(), await make.member()
    first = (await make.lineages(thread))[0]
    gone, *kept = [await make.comment(thread, ada, passage=first) for _ in range(6)]
    await editing.delete_comment(viewer=ada, comment_id=gone)

    page = (await client.get(f"/t/{thread}?view=passage&sort=old")).text

    assert names(page) == [f"g{first}", f"c{gone}", f"c{kept[0]}"]
    assert "4 more on this passage" in page


async def test_a_removed_comment_keeps_its_place_on_a_passage_while_it_has_readable_replies(
    client: httpx.AsyncClient,
) -> None:
    thread, ada = await make.thread(), await make.member()
    first, second, third = await make.lineages(thread)
    removed, deleted, unanswered = [await make.comment(thread, ada, passage=one) for one in (first, second, third)]
    between = await make.comment(thread, ada, parent=removed)
    below = await make.comment(thread, ada, "Still here.", parent=between)
    reply = await make.comment(thread, ada, parent=deleted, stance="asks")
    for comment in (removed, between):
        await make.put_state("comment", comment, "removed")
    for comment in (deleted, unanswered):
        await editing.delete_comment(viewer=ada, comment_id=comment)

    page = (await client.get(f"/t/{thread}?view=passage")).text

    on_first = [f"g{first}", f"c{removed}", f"c{between}", f"c{below}"]
    assert names(page) == [*on_first, f"g{second}", f"c{deleted}", f"c{reply}"]
    assert "Still here." in page and "removed by a moderator" in page
    assert "more on this passage" not in page and "<b>0</b> response" not in page

    await editing.delete_comment(viewer=ada, comment_id=reply)
    assert names((await client.get(f"/t/{thread}?view=passage&sort=new")).text) == on_first


async def test_more_comments_of_one_stance_are_linked(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "SHORT", 5)
    monkeypatch.setattr(groups, "ROOTS", 5)
    thread, ada = await make.thread(), await make.member()
    first = (await make.lineages(thread))[0]
    asks = [await make.comment(thread, ada, passage=first, stance="asks") for _ in range(3)]
    for _ in range(3):
        await make.comment(thread, ada, passage=first, stance="adds")
    whole = [await make.comment(thread, ada, stance="asks") for _ in range(9)]

    page = (await client.get(f"/t/{thread}?view=passage&sort=old&stance=asks")).text.replace("&amp;", "&")
    links = re.findall(r'href="(/t/\d+/comments\?passage=[^"]*)"[^>]*>([^<]*)</a>', page)
    rest = [names((await client.get(link, headers=FRAGMENT)).text) for link, _ in links]

    assert [words for _, words in links] == ["1 more on this passage", "1 more here"]
    assert rest == [[f"c{asks[2]}"], [f"c{whole[8]}"]]


@pytest.mark.parametrize(
    ("quote", "is_said"),
    [
        ("They draft, translate, explain, and write programs", True),
        ("They draft", False),
        ("They do a great deal. They draft, translate, explain, and write programs", True),
        ("explain", False),
        ("Nobody checks", False),
    ],
)
async def test_a_heading_names_the_passage_and_a_quote_in_it_is_not_repeated(
    client: httpx.AsyncClient, quote: str, is_said: bool
) -> None:
    words = "They do a great deal. They draft, translate, explain, and write programs. Nobody checks."
    thread, ada = await make.thread(make.text(words)), await make.member()
    [passage] = await make.lineages(thread)
    await make.comment(thread, ada, passage=passage, quote=quote)

    page, whole = [(await client.get(f"/t/{thread}?view={view}")).text for view in ("passage", "all")]

    assert (
        'On “<span dir="auto">They do a great deal. They draft, translate, explain, and write programs. …</span>”'
        in page
    )
    assert ("is-quote is-in-heading" in page) is is_said
    # Where no heading says it, the quote is shown.
    assert 'is-quote"' in whole
    assert quote in whole


async def test_a_discussion_says_which_article_it_is_about(client: httpx.AsyncClient) -> None:
    thread = await make.thread(structs.replace(make.text(title="The wager"), byline="Ines Okafor"))
    page = (await client.get(f"/t/{thread}")).text
    assert 'Discussion of </span><b dir="auto">The wager</b>, <bdi>Ines Okafor</bdi></h2>' in page
    assert "Where people stand: <bdi>The wager</bdi></h2>" in (await client.get(f"/t/{thread}?view=stand")).text
