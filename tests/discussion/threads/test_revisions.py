"""The versions of an article: readable differences, old ones whole, and bringing one back."""

import re

import httpx
import pytest

from parley.discussion.threads import edit_ops, ops
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

URL = "https://review.example/wager"
ONE, TWO, THREE = make.WORDS
NEW = "Between them stands a passage that nobody had written before."
EDITED = "Nobody asked how much money the answer cost."


async def revised(*versions: tuple[str, ...], editor: Viewer | None = None) -> int:
    """A thread whose article had these texts one after the other."""
    thread = await make.thread(make.text(*versions[0], url=URL))
    for words in versions[1:]:
        await ops.revise_thread(thread, make.text(*words, url=URL), ops.RevisionNote(editor.id) if editor else None)
    return thread


@pytest.fixture
async def sam(client: httpx.AsyncClient) -> Viewer:
    """A moderator, signed in on `client`."""
    sam = await make.member("sam", role="moderator")
    await make.sign_in(client, sam)
    return sam


def changes(html: str) -> list[tuple[str, str]]:
    """What became of each passage that is not as it was, and the words shown for it."""
    found = re.findall(
        r'<div class="change is-(\w+)">\s*<p class="change-what">.*?</p>(.*?)</div>\s*(?=<div|<details|$)',
        html,
        re.DOTALL,
    )
    return [(what, " ".join(re.sub(r"<[^>]+>", "", words).split())) for what, words in found]


async def test_a_difference_distinguishes_edited_moved_added_and_removed_passages(client: httpx.AsyncClient) -> None:
    four, five = "A fourth passage that stays where it is.", "A fifth passage that will be gone."
    thread = await revised((ONE, TWO, THREE, four, five), (THREE, ONE, EDITED, NEW, four))

    html = (await client.get(f"/t/{thread}/revisions?from=1&to=2")).text

    assert ('<div class="change is-moved">' in html, html.count("is-moved")) == (True, 1)
    assert "<del>energy</del><ins>money</ins>" in html
    assert re.search(rf'<ins class="passage passage-paragraph" dir="auto"><p>{NEW}</p></ins>', html)
    assert re.search(rf'<del class="passage passage-paragraph" dir="auto"><p>{five}</p></del>', html)
    assert html.count("1 unchanged passage<") == 2
    assert "4 passages changed" in html
    for word in ("Changed", "Moved", "Added", "Removed"):
        assert f"</span> {word}" in html


async def test_two_versions_of_which_one_is_brought_back_do_not_differ(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await revised((ONE, TWO, THREE), (ONE, EDITED))
    await client.post(f"/t/{thread}/revisions/1/restore", data={"reason": "Too much was lost."})

    html = (await client.get(f"/t/{thread}/revisions?from=1&to=3")).text

    assert "Both versions have the same text." in html
    assert "3 unchanged passages" in html


@pytest.mark.parametrize("query", ["", "?from=9&to=x", "?from=2&to=2", f"?to={10**40}", "?from=%00"])
async def test_any_two_versions_can_be_compared_and_invalid_numbers_show_the_newest(
    client: httpx.AsyncClient, query: str
) -> None:
    thread = await revised((ONE,), (TWO,))

    assert (await client.get(f"/t/{thread}/revisions{query}")).status_code == 200


async def test_the_first_version_alone_has_no_difference(client: httpx.AsyncClient) -> None:
    thread = await revised((ONE, TWO))

    html = (await client.get(f"/t/{thread}/revisions")).text

    assert "There is only one version so far." in html
    assert "Compare" not in html


async def test_an_old_version_is_read_whole_with_its_own_passages(client: httpx.AsyncClient) -> None:
    thread = await revised((ONE, TWO), (ONE, EDITED))
    first, second = (await make.lineages(thread))[:2]

    html = (await client.get(f"/t/{thread}/revisions?at=1")).text

    assert f'<div class="passage passage-paragraph" id="p{second}"><p>{TWO}</p></div>' in html
    assert f'id="p{first}"' in html
    assert EDITED not in html
    assert "This is an old version" in html
    assert "Bring this version back" not in html
    assert (await client.get(f"/t/{thread}/revisions?at=3")).status_code == 404
    assert (await client.get("/t/999999/revisions?at=1")).status_code == 404


async def test_an_old_version_comes_back_with_its_passages_and_its_comments(
    client: httpx.AsyncClient, sam: Viewer
) -> None:
    thread = await revised((ONE, TWO, THREE))
    before = await make.lineages(thread)
    comment = await make.comment(thread, sam, passage=before[1], quote="how much energy the answer cost")
    await ops.revise_thread(thread, make.text(ONE, THREE, NEW, url=URL))
    lost = await db.value("select anchor from comment where id = $1", comment)

    answer = await client.post(f"/t/{thread}/revisions/1/restore", data={"reason": "It was cut by mistake."})
    page = await client.get(answer.headers["location"])
    versions = await client.get(f"/t/{thread}/revisions")

    assert lost == "lost"
    assert await db.values("select anchor from comment") == ["same"]
    assert await db.values("select passage from comment") == [before[1]]
    assert (await make.lineages(thread))[-3:] == before
    assert TWO in page.text
    assert NEW not in page.text
    assert "brings back version 1, by" in versions.text
    assert "It was cut by mistake." in versions.text
    assert (
        await db.value("select payload->>'revision' from event where kind = 'article.revised' order by seq desc") == "3"
    )


async def test_a_version_does_not_replace_one_that_nobody_saw(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await revised((ONE,), (TWO,))
    seen = make.hidden(await client.get(f"/t/{thread}/revisions?at=1"), "revision")
    await ops.revise_thread(thread, make.text(THREE, url=URL))

    stale = await client.post(f"/t/{thread}/revisions/1/restore", data={"reason": "kept reason", "revision": seen})
    again = await client.post(f"/t/{thread}/revisions/1/restore", data={"revision": make.hidden(stale, "revision")})

    assert (seen, stale.status_code, again.status_code) == ("2", 422, 303)
    assert "Somebody else revised this article in the meantime" in stale.text
    assert 'value="kept reason"' in stale.text
    assert await db.values("select restores from revision order by number") == [None, None, None, 1]


async def test_the_present_text_cannot_be_restored(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await revised((ONE,), (TWO,))

    answer = await client.post(f"/t/{thread}/revisions/2/restore", data={"reason": "kept reason"})
    none = await client.post(f"/t/{thread}/revisions/7/restore")

    assert answer.status_code == 422
    assert "Nothing changed" in answer.text
    assert none.status_code == 404
    assert await db.value("select count(*) from revision") == 2


async def test_a_reason_that_is_too_long_is_said_and_kept(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await revised((ONE,), (TWO,))

    answer = await client.post(f"/t/{thread}/revisions/1/restore", data={"reason": "y" * 301})

    assert answer.status_code == 422
    assert f'value="{"y" * 301}"' in answer.text
    assert await db.value("select count(*) from revision") == 2


@pytest.mark.parametrize("who", ["visitor", "member"])
async def test_only_editors_restore_versions(client: httpx.AsyncClient, who: str) -> None:
    thread = await revised((ONE,), (TWO,))
    if who == "member":
        await make.sign_in(client, await make.member())

    answer = await client.post(f"/t/{thread}/revisions/1/restore")

    assert answer.status_code == (403 if who == "member" else 401)
    assert await db.value("select count(*) from revision") == 2


LONG = tuple(f"Passage {number} says " + f"secret{number} " * 20 for number in range(6))


@pytest.fixture
async def excerpted(app: object) -> int:
    """A thread with two full revisions and a quote, whose source then allowed an excerpt only."""
    mira = await make.member("mira")
    thread = await revised(
        tuple(one.strip() for one in LONG), (*(one.strip() for one in LONG[:5]), "secret6 and the end.")
    )
    lineages = (await make.lineages(thread))[-6:]
    await make.comment(thread, mira, passage=lineages[4], quote="secret4 secret4")
    await edit_ops.set_display(URL, "excerpt")
    return thread


PATHS = (
    "/t/{}", "/t/{}/comments", "/t/{}/comments?passage={}", "/t/{}?passage={}", "/t/{}/revise", "/",
    "/t/{}/revisions?at=1", "/t/{}/revisions?at=2", "/t/{}/revisions?at=3",
    "/t/{}/revisions?from=1&to=2", "/t/{}/revisions?from=1&to=3", "/t/{}/revisions?from=3&to=1",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_an_excerpt_only_article_shows_no_more_than_the_excerpt_on_any_path(
    client: httpx.AsyncClient, sam: Viewer, excerpted: int, path: str
) -> None:
    lineage = await db.value("select max(passage) from comment")

    answer = await client.get(path.format(excerpted, lineage))
    html = answer.text if answer.status_code == 200 else (await client.get(answer.headers["location"])).text

    assert answer.status_code in (200, 303, 308)
    for number in range(2, 7):
        assert f"secret{number}" not in html
    assert path == "/" or "secret0" in html or "/comments" in path


async def test_the_preview_of_an_edit_shows_no_more_either(
    client: httpx.AsyncClient, sam: Viewer, excerpted: int
) -> None:
    answer = await client.post(
        f"/t/{excerpted}/revise", data={"revision": "3", "title": "T", "text": "New.", "preview": "1"}
    )

    assert answer.status_code == 200
    assert "secret0" in answer.text
    assert "secret4" not in answer.text


async def test_bringing_a_full_version_of_an_excerpt_only_article_back_brings_its_excerpt(
    client: httpx.AsyncClient, sam: Viewer, excerpted: int
) -> None:
    await client.post(f"/t/{excerpted}/revisions/1/restore")

    texts = await db.values(
        """select p.text from thread t join revision r on r.article = t.article and r.number = t.revision
           join passage p on p.revision = r.id"""
    )
    assert 0 < sum(map(len, texts)) <= 300


async def test_when_the_source_allows_everything_again_nothing_was_lost(
    client: httpx.AsyncClient, sam: Viewer, excerpted: int
) -> None:
    await edit_ops.set_display(URL, "full")
    await client.post(f"/t/{excerpted}/revisions/2/restore")

    assert "secret4" in (await client.get(await make.address(excerpted))).text
    assert await db.values("select anchor from comment") == ["same"]
