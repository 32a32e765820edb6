"""Reading through the API: what every reader may see, in pages, with ETags and limits."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.interfaces.api.tables import ApiToken
from parley.platform import db, quotas, ratelimit
from tests import make
from tests.interfaces.api.calling import program

pytestmark = pytest.mark.anyio


async def test_a_thread_comes_with_its_article_and_its_comments_page_by_page(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    lineages = await make.lineages(thread)
    root = await make.comment(
        thread, jon, "It *does*.", stance="challenges", passage=lineages[0], quote="The model answers"
    )
    replies = [await make.comment(thread, jon, f"Reply {number}.", parent=root) for number in range(4)]

    async with program(app) as reader:
        shown = (await reader.get(f"/threads/{thread}")).json()
        assert [one["lineage"] for one in shown["article"]["passages"]] == lineages
        for sort in ("old", "new", "best"):
            found, address = [], f"/threads/{thread}/comments?sort={sort}&limit=2"
            while address:
                page = await reader.get(address)
                found += page.json()["items"]
                address = page.json()["next"]
                assert page.links.get("next", {}).get("url") == address
            assert sorted(one["id"] for one in found) == [root, *replies], sort
    first = next(one for one in found if one["id"] == root)
    assert first["body"] == "It *does*."
    assert first["html"] == "<p>It <em>does</em>.</p>\n"
    assert first["author"]["name"] == "jon"
    assert first["anchor"] == {
        "passage": lineages[0], "state": "same", "quote": "The model answers", "words": None
    }  # fmt: skip
    assert {one["parent"] for one in found if one["id"] != root} == {root}


async def test_lists_members_topics_and_searches_are_answered(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    await make.comment(thread, jon, "Words.")

    async with program(app) as reader:
        answers = {
            path: await reader.get(path)
            for path in (
                "/topics",
                "/rules",
                "/threads?sort=new",
                "/members/jon",
                "/members/jon/comments",
                "/search?q=jon",
            )
        }
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert answers["/threads?sort=new"].json()["items"][0]["id"] == thread
    assert [one["code"] for one in answers["/rules"].json()["items"] if one["illegal"]] == ["illegal"]
    assert answers["/members/jon"].json()["comment_count"] == 1
    assert answers["/members/jon/comments"].json()["items"][0]["body"] == "Words."
    assert answers["/search?q=jon"].json()["items"][0] == {
        "kind": "member", "url": "http://localhost/u/jon", "title": "jon", "excerpt": "", "excerpt_html": "",
        "near": False, "missing": [], "thread": None, "comment": None,
    }  # fmt: skip


async def test_unchanged_numbers_are_not_sent_again(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    comment = await make.comment(thread, jon, "Words.")

    async with program(app) as reader:
        first = await reader.get(f"/comments/{comment}")
        etag = first.headers["etag"]
        # Programs may remember several, and proxies that compress mark them as weak.
        named = (etag, f'"other", {etag}', f"W/{etag}", '"other"')
        again = [await reader.get(f"/comments/{comment}", headers={"if-none-match": one}) for one in named]

    assert [one.status_code for one in again] == [304, 304, 304, 200]
    assert (first.status_code, again[0].content) == (200, b"")
    assert first.headers["vary"] == "Authorization, Accept-Encoding"


async def test_any_site_may_read_and_sees_how_many_requests_are_left(app: Litestar) -> None:
    jon, other = await make.member("jon"), {"origin": "https://other.example", "sec-fetch-site": "cross-site"}

    async with program(app) as reader, program(app, jon) as owner:
        visitor = await reader.get("/topics", headers=other)
        member = await owner.get("/topics")
        # On a busy machine, some of the limit is available again by now.
        for _ in range(600):
            last = await reader.get("/topics")
            if last.status_code == 429:
                break

    assert visitor.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in visitor.headers
    assert visitor.headers["ratelimit"] == '"api";r=59;t=60'
    assert member.headers["ratelimit-policy"] == '"api";q=600;w=60'
    assert last.status_code == 429
    assert last.headers["ratelimit"].startswith('"api";r=0;')
    assert int(last.headers["retry-after"]) <= 60


async def test_a_write_says_how_many_requests_are_left(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    async with program(app, jon, "comment", "vote") as client:
        posted = await client.post(f"/threads/{thread}/comments", json={"body": "Some words."})
        comment = await make.comment(thread, await make.member())
        voted = await client.put(f"/comments/{comment}/votes/agreement", json={"value": 1})
        for _ in range(39):
            await ratelimit.take_each(ratelimit.POST, jon.id, "127.0.0.1")
        last = await client.post(f"/threads/{thread}/comments", json={"body": "Some more words."})
    # A member who has posted nothing before has ten comments in an hour, which is nearer than 40 in ten minutes.
    assert posted.headers["ratelimit-policy"] == '"api";q=600;w=60, "post";q=10;w=3600'
    assert posted.headers["ratelimit"] == '"api";r=599;t=60, "post";r=9;t=3600'
    assert '"vote";r=199;t=600' in voted.headers["ratelimit"]
    assert last.status_code == 429
    assert last.headers["ratelimit"].endswith(f'"post";r=0;t={last.headers["retry-after"]}')


async def test_a_new_members_hourly_limit_is_told_and_a_refusal_costs_nothing(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    await db.execute("update member set created_at = now() where id = $1", jon.id)
    async with program(app, jon, "comment") as client:
        posted = await client.post(f"/threads/{thread}/comments", json={"body": "Some words."})
        for number in range(9):
            await make.comment(thread, jon, f"Words {number}.")
        refused = [await client.post(f"/threads/{thread}/comments", json={"body": "More words."}) for _ in range(3)]
        after = await client.get("/me")
    assert '"post";r=9;t=3600' in posted.headers["ratelimit"]
    assert [answer.status_code for answer in refused] == [429] * 3
    for answer in refused:
        assert re.fullmatch(
            f'"api";r=(599|600);t=60, "post";r=0;t={answer.headers["retry-after"]}', answer.headers["ratelimit"]
        )
    assert after.headers["ratelimit"] in ('"api";r=598;t=60', '"api";r=599;t=60')
    left: list[quotas.Quota] = []
    quotas.used.set(left)
    await ratelimit.take(ratelimit.POST_ACCOUNT, str(jon.id))
    assert [quota.left for quota in left] == [38]


async def test_slow_mode_is_told_as_the_nearest_limit(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    await db.execute("update thread set slow = 300 where id = $1", thread)
    await make.comment(thread, jon, "Words.")
    async with program(app, jon, "comment") as client:
        refused = await client.post(f"/threads/{thread}/comments", json={"body": "More words."})
    assert refused.status_code == 429
    assert refused.headers["ratelimit"].endswith(f'"post";r=0;t={refused.headers["retry-after"]}')


PROBLEMS = {
    "/threads/999999999": 404,
    "/threads/x": 404,
    "/nothing": 404,
    "/members/nobody": 404,
    "/threads?sort=odd": 400,
    "/threads?after=odd": 422,
    "/threads?topic=odd": 422,
    "/search?q=by:nobody": 422,
    "/me": 401,
}


async def test_errors_are_problems_with_our_sentences(app: Litestar) -> None:
    async with program(app) as reader:
        for path, status in PROBLEMS.items():
            answer = await reader.get(path)
            problem = answer.json()
            assert (answer.status_code, problem["status"]) == (status, status), path
            assert answer.headers["content-type"] == "application/problem+json", path
            assert problem["detail"].endswith("."), path
            assert problem["instance"] == f"urn:request:{answer.headers['x-request-id']}", path
        assert (await reader.get("/threads?sort=odd")).json()["errors"][0]["field"] == "sort"
        needed = await reader.get("/me")
        assert needed.headers["www-authenticate"].startswith("Bearer")
        assert needed.json()["detail"].startswith("This needs a token.")


async def test_a_cookie_does_not_sign_in_to_the_api_nor_a_token_to_a_page(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    jon = await make.member("jon")
    await make.sign_in(client, jon)
    assert (await client.get("/settings/profile")).status_code == 200
    assert (await client.get("/api/v1/me")).status_code == 401

    async with program(app, jon) as owner:
        assert (await owner.get("/me")).json()["name"] == "jon"
        page = await owner.get("http://localhost/settings/profile")

    assert page.status_code == 303


@pytest.mark.parametrize("broken", ["", "prl_x", "{0}x", "prl_{1}00000000", "Basic"])
async def test_an_invalid_token_is_refused_everywhere(app: Litestar, broken: str) -> None:
    async with program(app, await make.member("jon")) as owner:
        good = owner.headers["authorization"].removeprefix("Bearer ")
        given = broken.format(good, good[4:47])
        refused = await owner.get("/topics", headers={"authorization": f"Bearer {given}"})
        assert refused.status_code == 401
        assert good not in refused.text


async def test_a_token_ends_at_its_time_and_with_its_member(app: Litestar) -> None:
    jon, ada = await make.member("jon"), await make.member("ada")
    async with program(app, jon) as owner, program(app, ada) as other:
        await db.execute("update api_token set expires_at = now() where member = $1", jon.id)
        await make.put_state("member", ada.id, "suspended")

        assert (await owner.get("/me")).status_code == 401
        assert (await other.get("/me")).status_code == 401


async def test_members_get_no_words_of_somebody_they_blocked(app: Litestar) -> None:
    jon, ada, thread = await make.member("jon"), await make.member("ada"), await make.thread()
    comment = await make.comment(thread, jon, "Secret words.", statement="Secret statement.")
    await make.block(ada, jon)

    async with program(app, ada) as reader:
        for path in (
            f"/threads/{thread}/comments",
            f"/comments/{comment}",
            "/members/jon/comments",
            "/search?q=secret",
        ):
            answer = await reader.get(path)
            assert "ecret" not in answer.text.replace("q=secret", ""), path
        assert (await reader.get(f"/comments/{comment}")).json()["state"] == "blocked"


async def test_removed_and_held_comments_have_no_words(app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    gone = await make.comment(thread, jon, "Secret words.")
    held = await make.comment(thread, jon, "Secret words.")
    await editing.delete_comment(viewer=jon, comment_id=gone)
    await make.put_state("comment", held, "pending")

    async with program(app, jon) as reader:
        page = await reader.get(f"/threads/{thread}/comments")
        assert (await reader.get(f"/comments/{held}")).status_code == 404

    [left] = page.json()["items"]
    assert (left["id"], left["state"], left["body"], left["author"]) == (gone, "deleted", "", None)
    assert await ApiToken.count() == 1
