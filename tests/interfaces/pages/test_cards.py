"""Cards beside names and quotes: who a member is, and which passage the words are from."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

HTMX = {"HX-Request": "true"}


async def test_a_card_says_who_a_member_is_and_counts_only_visible_comments(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    await db.execute("update member set title = 'Interpreter' where id = $1", jon.id)
    await make.comment(thread, jon)
    gone = await make.comment(thread, jon)
    await editing.delete_comment(viewer=jon, comment_id=gone)

    card = (await client.get("/u/jon/card", headers=HTMX)).text

    assert "<bdi>jon</bdi>" in card
    assert "Interpreter" in card
    assert "Member since" in card
    assert "1 comment" in card
    assert "<html" not in card


async def test_members_do_not_see_the_title_of_somebody_they_blocked(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, mira = await make.member("jon"), await make.member("mira")
    await db.execute("update member set title = 'Interpreter' where id = $1", jon.id)
    await make.block(mira, jon)
    await make.sign_in(client, mira)

    card = (await client.get("/u/jon/card", headers=HTMX)).text

    assert "You blocked this member." in card
    assert "Interpreter" not in card


@pytest.mark.parametrize("name", ["nobody", "uma", "%00"])
async def test_unknown_and_unconfirmed_members_have_no_card(
    client: httpx.AsyncClient, app: Litestar, name: str
) -> None:
    await make.member("uma", state="unverified")

    assert (await client.get(f"/u/{name}/card", headers=HTMX)).status_code == 404


async def test_a_quote_has_its_passage_with_the_words_marked(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    [lineage, *_] = await make.lineages(thread)
    comment = await make.comment(thread, await make.member(), passage=lineage, quote="before it has understood")

    card = (await client.get(f"/c/{comment}/passage", headers=HTMX)).text

    assert "The model answers <mark>before it has understood</mark> the question." in card


async def test_a_long_passage_is_cut_around_the_quoted_words(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread(make.text(f"{'First words. ' * 200}The words here. {'Last words. ' * 200}"))
    [lineage] = await make.lineages(thread)
    comment = await make.comment(thread, await make.member(), passage=lineage, quote="The words here.")

    card = (await client.get(f"/c/{comment}/passage", headers=HTMX)).text

    assert "<mark>The words here.</mark>" in card
    assert len(card) < 1_200


async def test_a_deleted_comment_and_one_without_a_passage_have_no_card(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    [lineage, *_] = await make.lineages(thread)
    plain = await make.comment(thread, jon)
    gone = await make.comment(thread, jon, passage=lineage)
    await editing.delete_comment(viewer=jon, comment_id=gone)

    for comment in (plain, gone, 999_999):
        assert (await client.get(f"/c/{comment}/passage", headers=HTMX)).status_code == 404


async def test_a_browser_without_script_is_led_to_the_member_and_the_comment(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    [lineage, *_] = await make.lineages(thread)
    comment = await make.comment(thread, jon, passage=lineage)

    for path, target in (("/u/jon/card", "/u/jon"), (f"/c/{comment}/passage", f"/c/{comment}")):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, target)


async def test_the_link_for_sharing_works_without_script_and_only_where_there_is_something_to_share(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    comment = await make.comment(thread, jon)
    gone = await make.comment(thread, jon)
    await editing.delete_comment(viewer=jon, comment_id=gone)

    page = (await client.get(await make.address(thread))).text

    assert f'<a class="share" href="/c/{comment}">Share</a>' in page
    assert f'<a class="share" href="/c/{gone}">' not in page
