"""Discussions in publishers' pages: what pages may ask, signing in there, and what readers do."""

import base64
import hashlib
import html
import re
import urllib.parse
from uuid import uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.threads.opening import open_thread
from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import Download
from parley.interfaces.embed import first_comments, first_web, jobs, ops, queries, rules
from parley.interfaces.embed.forms import FirstCommentForm
from parley.interfaces.embed.page import digest, fingerprint, plain_words
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.errors import NotFound, Refused, TooMany
from parley.platform.http import cookies
from parley.platform.settings import settings
from tests import make
from tests.conftest import forget_caches

pytestmark = pytest.mark.anyio

ARTICLE = "https://pub.example/wager"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
STATE = "s" * 22
FORMS = {
    "/embed/t/{}/comments?site=pub": ("body", "parent", "stance", "passage", "submission"),
    "/embed/t/{}/thesis/answer?site=pub": ("value", "version", "see"),
    "/embed/t/{}/vote?site=pub": ("comment", "axis", "value", "passage", "focus"),
    "/embed/new?site=pub&url=https://pub.example/new": ("body", "stance", "submission"),
    "/embed/session?site=pub": ("code", "verifier"),
}


@pytest.fixture
async def thread(app: Litestar) -> int:
    await ops.add_site("pub", ["https://pub.example"], "research")
    await ops.add_site("other", ["https://other.example"], "research")
    opened = await open_thread(text=make.text(url=ARTICLE), topic="research", starter=None)
    return opened.id


async def embedded(client: httpx.AsyncClient, who: Viewer, site: str = "pub") -> None:
    """Let `client` be a frame in which `who` signed in on a site."""
    await make.sign_in(client, who)
    allowed = await client.post(f"/embed/login?site={site}&challenge={CHALLENGE}&state={STATE}")
    [code] = re.findall(r'data-code="([^"]+)"', allowed.text)
    client.cookies.clear()
    answer = await client.post(f"/embed/session?site={site}", data={"code": code, "verifier": VERIFIER})
    assert answer.status_code == 204, answer.text
    header = answer.headers["set-cookie"]
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= set(header.split("; "))
    client.cookies.clear()
    client.cookies.set(cookies.name("embed"), header.split(";")[0].partition("=")[2])


async def test_a_page_of_any_origin_gets_its_passages_and_numbers(client: httpx.AsyncClient, thread: int) -> None:
    [lineage, *_] = await make.lineages(thread)
    jon = await make.member("jon")
    await make.comment(thread, jon, passage=lineage, quote="The model answers")

    answer = await client.get("/embed/v1/page", params={"site": "pub", "url": f"{ARTICLE}?utm_source=x"})

    found = answer.json()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert found["panel"] == f"http://localhost/embed/t/{thread}"
    [first, *rest] = found["passages"]
    assert (first["lineage"], first["count"], first["quoted"]) == (lineage, 1, ["The model answers"])
    assert first["hash"] == fingerprint(make.WORDS[0]).hash
    assert all("count" not in one for one in rest)
    counted = await client.get(f"/embed/v1/counts?site=pub&url={ARTICLE}&url=https://pub.example/none")
    assert counted.json() == {ARTICLE: 1, "https://pub.example/none": 0}
    many = "&".join(f"url=https://pub.example/{'x' * 1_000}{number}" for number in range(13))
    assert (await client.get(f"/embed/v1/counts?site=pub&{many}")).status_code == 400


@pytest.mark.parametrize("what", ["page", "counts"])
async def test_a_page_of_an_unregistered_site_gets_an_explanation(client: httpx.AsyncClient, what: str) -> None:
    answer = await client.get(f"/embed/v1/{what}?site=nobody&url={ARTICLE}")

    assert answer.status_code == 404
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["detail"] == str(queries.NO_SITE)


async def test_a_comment_on_a_passage_leads_to_it(client: httpx.AsyncClient, thread: int) -> None:
    [lineage, *_] = await make.lineages(thread)
    jon = await make.member("jon")
    top = await make.comment(thread, jon, passage=lineage)
    await make.comment(thread, jon, passage=lineage, parent=top)

    whole = (await client.get(f"/embed/t/{thread}?site=pub")).text
    of_passage = (await client.get(f"/embed/t/{thread}?site=pub&passage={lineage}")).text

    assert whole.count(f'data-show="{lineage}">On this passage') == 1
    assert "data-show" not in of_passage


async def test_only_pages_of_the_site_may_frame_the_panel(client: httpx.AsyncClient, thread: int) -> None:
    answer = await client.get(f"/embed/t/{thread}?site=pub")

    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors https://pub.example;" in policy
    assert "script-src 'self'" in policy
    assert (await client.get(f"/embed/t/{thread}?site=nobody")).status_code == 404
    assert (await client.get("/embed/t/999999?site=pub")).status_code == 404
    assert "frame-ancestors 'none'" in (await client.get(await make.address(thread))).headers["content-security-policy"]


async def test_the_script_is_small_and_may_be_loaded_anywhere(client: httpx.AsyncClient, thread: int) -> None:
    answer = await client.get("/embed/v1.js", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.num_bytes_downloaded <= 12_000


async def test_a_member_signs_in_comments_votes_and_signs_out_without_scripts(
    client: httpx.AsyncClient, thread: int
) -> None:
    ada, jon = await make.member("ada"), await make.member("jon")
    seen = await make.comment(thread, jon, "First.")
    await embedded(client, ada)
    page = await client.get(f"/embed/t/{thread}?site=pub")
    assert "ada" in page.text and "Sign out" in page.text

    sent = {"body": "Said at the publisher's.", "stance": "adds", "submission": make.hidden(page, "submission")}
    posted = await client.post(f"/embed/t/{thread}/comments?site=pub", data=sent)
    voted = await client.post(f"/embed/t/{thread}/vote?site=pub", data={"comment": seen, "axis": "quality", "value": 1})

    assert posted.status_code == voted.status_code == 303
    [comment] = re.findall(r"#c(\d+)$", posted.headers["location"])
    assert await db.value("select site from comment_site where comment = $1", int(comment)) == "pub"
    assert await db.value("select ups from comment where id = $1", seen) == 1
    after = await client.get(posted.headers["location"])
    assert (
        "Said at the publisher" in after.text
        and 'aria-pressed="true"' in (await client.get(voted.headers["location"])).text
    )
    again = await client.post(f"/embed/t/{thread}/comments?site=pub", data=sent)
    assert again.headers["location"] == posted.headers["location"]
    ended = await client.post(f"/embed/session/end?site=pub&back=/embed/t/{thread}?site=pub")
    assert ended.status_code == 303
    assert "Sign in and post" in (await client.get(f"/embed/t/{thread}?site=pub")).text


async def test_a_sign_in_is_valid_on_its_site_and_not_on_our_own_pages(client: httpx.AsyncClient, thread: int) -> None:
    ada = await make.member("ada", role="admin")
    await embedded(client, ada)
    token = client.cookies[cookies.name("embed")]

    assert (await client.get("/embed/session?site=pub")).status_code == 204
    assert (await client.get("/embed/session?site=other")).status_code == 401
    client.cookies.set("parley", token)
    assert (await client.get("/settings/security")).status_code == 303
    assert (await client.get("/mod/queue")).status_code == 404
    client.cookies.clear()
    await make.sign_in(client, ada)
    assert (await client.get("/embed/session?site=pub")).status_code == 401
    listed = await client.get("/settings/security")
    assert "in discussions on" in listed.text


async def test_a_code_works_once_for_the_frame_that_asked(client: httpx.AsyncClient, thread: int) -> None:
    ada, pub, other = await make.member("ada"), await queries.site("pub"), await queries.site("other")
    code = await ops.allow(ada, pub, CHALLENGE)
    where = {"agent": "", "address": ""}

    for site, secret in ((pub, "x" * 43), (other, VERIFIER)):
        with pytest.raises(Refused):
            await ops.sign_in(site, code, secret, **where)
    await ops.sign_in(pub, code, VERIFIER, **where)
    with pytest.raises(Refused):
        await ops.sign_in(pub, code, VERIFIER, **where)


async def test_a_site_acts_only_in_threads_of_its_own_articles(client: httpx.AsyncClient, thread: int) -> None:
    await embedded(client, await make.member("ada"), "other")

    posted = await client.post(f"/embed/t/{thread}/comments?site=other", data={"body": "Tricked."})
    voted = await client.post(f"/embed/t/{thread}/vote?site=other", data={"comment": 1, "value": 1})

    assert posted.status_code == voted.status_code == 404
    with pytest.raises(NotFound):
        await queries.require_own(await queries.site("other"), thread)


async def test_a_refused_comment_is_shown_again_with_the_reason(client: httpx.AsyncClient, thread: int) -> None:
    answer = await client.post(
        f"/embed/t/{thread}/comments?site=pub", data={"body": "My long thought.", "stance": "asks"}
    )

    assert answer.status_code == 401
    assert "My long thought." in answer.text and "Please sign in first" in answer.text
    assert "frame-ancestors https://pub.example" in answer.headers["content-security-policy"]
    await embedded(client, await make.member("ada", state="unverified"))
    refused = await client.post(f"/embed/t/{thread}/comments?site=pub", data={"body": "My long thought."})
    assert refused.status_code == 403 and "My long thought." in refused.text
    empty = await client.post(f"/embed/t/{thread}/comments?site=pub", data={"body": " "})
    assert empty.status_code == 422


async def test_an_error_page_is_shown_in_the_frame(client: httpx.AsyncClient, thread: int) -> None:
    """Browsers show a blank page in the place of a frame that they refuse, in which nothing can be done."""
    await embedded(client, await make.member("ada"))
    missing = await client.get("/embed/t/999999?site=pub")
    large = await client.post(f"/embed/t/{thread}/comments?site=pub", data={"body": "word " * 500_000})
    vote = {"comment": 999999, "axis": "quality", "value": 1}
    gone = await client.post(f"/embed/t/{thread}/vote?site=pub", data=vote)

    for answer, status in ((missing, 404), (large, 413), (gone, 404)):
        assert answer.status_code == status
        assert "frame-ancestors https://pub.example" in answer.headers["content-security-policy"]
        assert 'role="alert"' in answer.text and 'class="masthead' not in answer.text
    strange = await client.get("/embed/t/999999?site=nobody")
    assert "frame-ancestors 'none'" in strange.headers["content-security-policy"]


@pytest.mark.parametrize("what", ["vote", "thesis/answer", "comments"])
async def test_too_many_of_anything_leave_the_panel_usable(client: httpx.AsyncClient, thread: int, what: str) -> None:
    ada = await make.member("ada")
    comment = await make.comment(thread, await make.member("jon"), "First.")
    await make.thesis(thread)
    await embedded(client, ada)
    limit = (ratelimit.POST if what == "comments" else ratelimit.VOTE)[0]
    await ratelimit.take(limit, str(ada.id), limit.most)

    sent = {"comment": comment, "axis": "agreement", "value": 1, "version": 1, "body": "My long thought."}
    answer = await client.post(f"/embed/t/{thread}/{what}?site=pub", data=sent)

    assert answer.status_code == 429
    assert "frame-ancestors https://pub.example" in answer.headers["content-security-policy"]
    assert 'class="comment"' in answer.text and "error" in answer.text
    assert what != "comments" or "My long thought." in answer.text


async def test_a_member_agrees_with_a_comment_and_takes_it_back(client: httpx.AsyncClient, thread: int) -> None:
    comment = await make.comment(thread, await make.member("jon"), "First.")
    await embedded(client, await make.member("ada"))
    vote = {"comment": comment, "axis": "agreement", "value": "1"}

    agreed = await client.post(f"/embed/t/{thread}/vote?site=pub", data=vote)

    page = (await client.get(agreed.headers["location"])).text
    assert re.search(r'<button name="value" value="" aria-pressed="true">Yes', page)
    assert await db.value("select value from vote where comment = $1 and axis = 'agreement'", comment) == 1
    await client.post(f"/embed/t/{thread}/vote?site=pub", data=vote | {"value": ""})
    assert await db.value("select count(*) from vote where comment = $1 and axis = 'agreement'", comment) == 0


async def test_words_of_the_article_are_quoted_beside_it(client: httpx.AsyncClient, thread: int) -> None:
    [lineage, *_] = await make.lineages(thread)
    await embedded(client, await make.member("ada"))
    sent = {"body": "Does it?", "passage": lineage, "quote": "The model  answers", "prefix": ""}

    posted = await client.post(f"/embed/t/{thread}/comments?site=pub", data=sent)

    assert await db.value("select quote from comment where body = 'Does it?'") == "The model answers"
    assert "data-quoted" in (await client.get(posted.headers["location"])).text
    lost = await client.post(f"/embed/t/{thread}/comments?site=pub", data=sent | {"quote": "Nobody wrote this"})
    assert lost.status_code == 422
    assert '<q dir="auto">Nobody wrote this</q>' in lost.text and "please select them again" in lost.text


async def test_the_panel_shows_the_disagreement_of_the_thread(client: httpx.AsyncClient, thread: int) -> None:
    [lineage, *_] = await make.lineages(thread)
    sides = {"supports": "The model answers", "challenges": "model answers"}
    authors = {name: await make.member(name) for name in sides}
    pair = [
        await make.comment(thread, authors[name], f"{name} it.", stance=name, passage=lineage, quote=quote)
        for name, quote in sides.items()
    ]
    await db.execute("update thread_stats set disagreement = $2 where thread = $1", thread, pair)
    panel = f"/embed/t/{thread}?site=pub"

    text = (await client.get(panel)).text

    assert f'data-show="{lineage}"><q dir="auto">{make.WORDS[0]}</q>' in text
    assert "Supports this sentence" in text and f'href="#c{pair[0]}"' in text
    await db.execute("update article set removed_passages = array[$1]::bigint[]", lineage)
    forget_caches()
    hidden = (await client.get(panel)).text
    assert "model answers" not in hidden.partition('class="dispute"')[2].partition("</section>")[0]
    viewer = await make.member("vera")
    await make.block(viewer, authors["supports"])
    await embedded(client, viewer)
    assert 'class="dispute"' not in (await client.get(panel)).text


@pytest.mark.parametrize("nasty", ["\x00", "\ud800", "9" * 26, "{{7*7}}", "-1", "a" * 45_000, "http://["])
async def test_hostile_text_in_any_field_is_stored_or_refused(
    client: httpx.AsyncClient, thread: int, nasty: str
) -> None:
    await embedded(client, await make.member("ada"))
    form = {"content-type": "application/x-www-form-urlencoded"}
    sent = urllib.parse.quote_from_bytes(nasty.encode(errors="surrogatepass"))

    for path, names in FORMS.items():
        for name in names:
            answer = await client.post(path.format(thread), content=f"{name}={sent}", headers=form)
            assert answer.status_code < 500, (path, name)
    for path in ("v1/page", "v1/counts", "new", "login", "first/1", f"t/{thread}"):
        for name in ("site", "url", "passage", "challenge", "state"):
            asked = await client.get(f"/embed/{path}?site=pub&{name}={sent}")
            assert asked.status_code < 500, (path, name)


async def test_no_answer_contains_a_removed_comment(client: httpx.AsyncClient, thread: int) -> None:
    jon = await make.member("jon")
    [lineage, *_] = await make.lineages(thread)
    comment = await make.comment(thread, jon, "canary words", passage=lineage, quote="The model answers")
    await make.put_state("comment", comment, "removed")
    await db.execute("update thread set comment_count = 0 where id = $1", thread)

    page = await client.get("/embed/v1/page", params={"site": "pub", "url": ARTICLE})
    panel = await client.get(f"/embed/t/{thread}?site=pub")

    assert page.json()["count"] == 0 and "The model answers" not in str(page.json()["passages"][0].get("quoted"))
    assert "canary words" not in panel.text


HIDDEN = ("hidden", "removed", "deleted_by_author", "pending", "rejected", "expired", "withdrawn")


@pytest.mark.parametrize("role", ["member", "moderator"])
async def test_a_panel_shows_its_members_nothing_hidden(client: httpx.AsyncClient, thread: int, role: str) -> None:
    cora, blocked, viewer = await make.member("cora"), await make.member("dora"), await make.member("vera", role=role)
    [lineage, *_] = await make.lineages(thread)
    numbers = [await make.comment(thread, cora, f"canary {state}", passage=lineage) for state in HIDDEN]
    await make.comment(thread, blocked, "canary blocked", passage=lineage)
    await make.comment(thread, cora, "canary collapsed", passage=lineage)
    await make.block(viewer, blocked)
    for number, state in zip(numbers, HIDDEN, strict=True):
        await make.put_state("comment", number, state)
    await embedded(client, viewer)

    for more in ("", f"&passage={lineage}", *(f"&focus={number}" for number in numbers)):
        text = (await client.get(f"/embed/t/{thread}?site=pub{more}")).text
        assert set(re.findall(r"canary (\w+)", text)) <= {"collapsed"}, more


async def test_the_window_keeps_its_opener_and_asks_before_it_answers(client: httpx.AsyncClient, thread: int) -> None:
    ask = f"/embed/login?site=pub&challenge={CHALLENGE}&state={STATE}"
    visitor = await client.get(ask)
    sign_in = await client.get(visitor.headers["location"])
    await make.sign_in(client, await make.member("ada"))
    asked = await client.get(ask)

    assert sign_in.headers["cross-origin-opener-policy"] == asked.headers["cross-origin-opener-policy"] == "unsafe-none"
    assert (await client.get("/rules")).headers["cross-origin-opener-policy"] == "same-origin"
    assert "Continue as" in asked.text and 'data-code=""' in asked.text
    assert (await client.get("/embed/login?site=pub&challenge=x&state=y")).status_code == 400


async def test_an_address_leads_to_its_thread_or_to_a_new_one(client: httpx.AsyncClient, thread: int) -> None:
    assert (await client.get(f"/at?url={ARTICLE}")).headers["location"] == await make.address(thread)
    unknown = await client.get("/at?url=https://pub.example/none")
    assert unknown.headers["location"] == "/new?url=https%3A%2F%2Fpub.example%2Fnone"
    assert (await client.get("/at?url=javascript:1")).status_code == 400


def page_of(url: str, script: str = '<script src="/embed/v1.js" data-site="pub"></script>') -> Download:
    return Download(url, url, "text/html", "utf-8", f"<article></article>{script}".encode(), None, None)


def begun() -> FirstCommentForm:
    return FirstCommentForm({"body": "I begin.", "submission": str(uuid4())})


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> dict[str, Download]:
    """Pages of publishers by address, which all have the same article of 150 words."""
    pages: dict[str, Download] = {}

    async def fetch(url: str, **_: object) -> Download:
        return pages[url]

    async def read(fetched: Download) -> object:
        return make.text(" ".join(["word"] * 150), title="New here", url=fetched.final_url)

    monkeypatch.setattr(jobs, "fetch", fetch)
    monkeypatch.setattr(jobs, "read_fetched", read)
    return pages


async def test_the_first_comment_opens_the_thread_and_opening_the_form_does_not(
    client: httpx.AsyncClient, thread: int, publisher: dict[str, Download]
) -> None:
    url = "https://pub.example/new"
    publisher[url] = page_of(url)
    await embedded(client, await make.member("ada"))
    there = {"site": "pub", "url": url}
    page = await client.get("/embed/new", params=there)
    assert await db.value("select count(*) from thread") == 1

    sent = {"body": "I begin.", "stance": "asks", "submission": make.hidden(page, "submission")}
    waits = await client.post("/embed/new", params=there, data=sent)
    assert "I begin." in (await client.get(waits.headers["location"])).text
    assert await jobs.post_waiting() == 1

    shown = await client.get(waits.headers["location"])
    opened = await db.value("select thread from comment where body = 'I begin.'")
    assert shown.headers["location"].startswith(f"/embed/t/{opened}?site=pub#c")
    assert (
        await db.value("select a.url from thread t join article a on a.id = t.article where t.id = $1", opened) == url
    )


@pytest.mark.parametrize(
    ("final", "script"),
    [("https://evil.example/new", None), (None, ""), (None, '<script src="/embed/v1.js" data-site="other"></script>')],
)
async def test_another_site_or_a_page_without_the_script_opens_nothing(
    client: httpx.AsyncClient, thread: int, publisher: dict[str, Download], final: str | None, script: str | None
) -> None:
    url = "https://pub.example/new"
    page = page_of(url) if script is None else page_of(url, script)
    publisher[url] = msgspec.structs.replace(page, final_url=final or url)
    await embedded(client, await make.member("ada"))

    sent = {"body": "I begin.", "stance": "adds"}
    waits = await client.post("/embed/new", params={"site": "pub", "url": url}, data=sent)
    await jobs.post_waiting()

    failed = await client.get(waits.headers["location"])
    assert "could not be opened" in failed.text and "I begin." in failed.text
    assert 'value="adds" checked' in failed.text
    assert make.hidden(failed, "submission")
    assert await db.value("select count(*) from thread") == 1
    client.cookies.clear()
    assert (await client.get(waits.headers["location"])).status_code == 404


async def test_readers_do_not_see_why_a_page_could_not_be_read(
    client: httpx.AsyncClient, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(url: str, **_: object) -> Download:
        raise CannotImport("pub.example is not on the public internet.", "Paste the text instead.")

    monkeypatch.setattr(jobs, "fetch", unreachable)
    await embedded(client, await make.member("ada"))

    there = {"site": "pub", "url": "https://pub.example/new"}
    waits = await client.post("/embed/new", params=there, data={"body": "I begin."})
    await jobs.post_waiting()

    failed = await client.get(waits.headers["location"])
    assert "We could not read the article." in failed.text
    assert "Paste" not in failed.text


async def test_an_article_without_its_title_is_not_discussed(
    client: httpx.AsyncClient, thread: int, publisher: dict[str, Download]
) -> None:
    publisher[ARTICLE] = page_of(ARTICLE)
    ada, site = await make.member("ada"), await queries.site("pub")
    await db.execute("update article set untitled = true")

    invited = await client.get("/embed/new", params={"site": "pub", "url": ARTICLE})
    number = await first_comments.store(ada, site, ARTICLE, begun())
    await jobs.post_waiting()

    assert invited.status_code == 422 and "was taken down here" in invited.text
    assert "frame-ancestors https://pub.example" in invited.headers["content-security-policy"]
    own = await first_comments.of_member(number, ada.id, "pub")
    assert own is not None and own.state == "failed" and "was taken down here" in own.message


async def test_a_partly_withheld_article_can_be_discussed(thread: int, publisher: dict[str, Download]) -> None:
    """Its page is found at another address, and its text does not change any more."""
    url = "https://pub.example/short"
    publisher[url] = msgspec.structs.replace(page_of(url), final_url=ARTICLE)
    ada, site = await make.member("ada"), await queries.site("pub")
    await db.execute("update article set restricted = 'excerpt'")

    number = await first_comments.store(ada, site, url, begun())
    await jobs.post_waiting()

    own = await first_comments.of_member(number, ada.id, "pub")
    assert own is not None and (own.state, own.thread) == ("posted", thread)


async def test_a_first_comment_whose_worker_died_three_times_is_given_up(
    thread: int, publisher: dict[str, Download]
) -> None:
    """Every two minutes it ended the worker again."""
    ada, site = await make.member("ada"), await queries.site("pub")
    number = await first_comments.store(ada, site, ARTICLE, begun())
    await db.execute("update first_comment set attempts = 3")
    await jobs.post_waiting()

    own = await first_comments.of_member(number, ada.id, "pub")
    assert own is not None and own.state == "failed" and "could not read the article" in own.message


async def test_a_suspended_author_opens_nothing(thread: int, publisher: dict[str, Download]) -> None:
    url = "https://pub.example/new"
    publisher[url] = page_of(url)
    ada, site = await make.member("ada"), await queries.site("pub")
    number = await first_comments.store(ada, site, url, begun())
    await make.put_state("member", ada.id, "suspended")
    await jobs.post_waiting()

    assert await db.value("select state from first_comment where id = $1", number) == "failed"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://pub.example", "https://pub.example"),
        ("https://PUB.example:443/", "https://pub.example"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("https://pub.example; script-src *", None),
        ("https://*", None),
        ("javascript:alert(1)", None),
        ("https://a.example https://b.example", None),
    ],
)
def test_only_an_origin_gets_into_a_policy(given: str, expected: str | None) -> None:
    assert rules.origin(given) == expected


async def test_a_removed_site_frames_nothing_and_ends_its_sign_ins(client: httpx.AsyncClient, thread: int) -> None:
    await embedded(client, await make.member("ada"))
    assert await ops.remove_site("pub")

    assert (await client.get(f"/embed/t/{thread}?site=pub")).status_code == 404
    assert await db.value("select count(*) from session where site is not null") == 0
    with pytest.raises(Refused):
        await ops.add_site("pub", ["https://pub.example/path"], "research")


@pytest.mark.parametrize("late", [False, True])
async def test_comments_of_a_removed_site_do_not_keep_others_waiting(
    thread: int, publisher: dict[str, Download], *, late: bool
) -> None:
    url = "https://pub.example/new"
    publisher[url] = page_of(url)
    ada, [site, removed] = await make.member("ada"), [await queries.site(key) for key in ("pub", "other")]
    first = await first_comments.store(ada, removed, "https://other.example/new", begun())
    assert await ops.remove_site("other")
    state = "select state from first_comment where id = $1"
    assert await db.value(state, first) == "failed"
    if late:  # sent while the site was being removed
        first = await first_comments.store(ada, removed, "https://other.example/late", begun())
    number = await first_comments.store(ada, site, url, begun())

    await jobs.post_waiting()

    assert await db.value(state, number) == "posted"
    assert await db.value(state, first) == ("waiting" if late else "failed")


def test_words_are_the_same_however_a_page_writes_them() -> None:
    assert plain_words("  The “Model” — \n answers… ") == "the model answers"
    assert digest("the model answers") == digest(plain_words("THE MODEL answers!"))
    assert digest("") == "811c9dc59dc5811c"


def test_another_spelling_of_an_address_needs_no_new_digests() -> None:
    text = "letters that somebody wrote " * 3
    assert digest(text) is digest("".join(text.split("|")))


async def test_a_site_with_accounts_of_its_own_offers_them_first(
    client: httpx.AsyncClient, thread: int, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    own = {"news": {"name": "The News", "address": "https://pub.example/sso", "secret": "s" * 16}}
    monkeypatch.setenv("PARLEY_PROVIDERS", msgspec.json.encode(own).decode())
    settings.cache_clear()
    request.addfinalizer(settings.cache_clear)
    with pytest.raises(Refused):
        await ops.add_site("pub", ["https://pub.example"], "research", "nobody")
    await ops.add_site("pub", ["https://pub.example"], "research", "news")

    choice = await client.get(f"/embed/login?site=pub&challenge={CHALLENGE}&state={STATE}")

    [theirs] = re.findall(r'class="button" href="([^"]+)"', choice.text)
    assert "Continue with <bdi>The News</bdi>" in choice.text and "/login?next=" in choice.text
    left = await client.get(html.unescape(theirs))
    assert left.headers["location"].startswith("https://pub.example/sso?sso=")
    assert left.headers["cross-origin-opener-policy"] == "unsafe-none"
    assert (await client.get(f"/embed/login?site=other&challenge={CHALLENGE}&state={STATE}")).status_code == 303


async def test_two_members_leave_others_room_to_open_discussions_of_a_site(
    client: httpx.AsyncClient, thread: int
) -> None:
    other, busy = await make.member("other"), [await make.member("ada"), await make.member("ben")]
    site = await queries.site("pub")
    opened = 0
    with pytest.raises(TooMany):
        for viewer in busy * ratelimit.OPEN_SITE_HOUR.most:
            await first_web.take(viewer, site, "192.0.2.1")
            opened += 1

    await first_web.take(other, site, "198.51.100.1")

    assert opened < ratelimit.OPEN_SITE_HOUR.most


async def test_a_site_opens_a_limited_number_of_discussions_in_an_hour(client: httpx.AsyncClient, thread: int) -> None:
    await ratelimit.take(ratelimit.OPEN_SITE_HOUR, "pub", ratelimit.OPEN_SITE_HOUR.most)
    await embedded(client, await make.member("ada"))

    answer = await client.post("/embed/new?site=pub&url=https://pub.example/new", data={"body": "I begin."})

    assert answer.status_code == 429
    assert "Readers of this site have opened many discussions" in answer.text and "I begin." in answer.text
    assert await db.value("select count(*) from first_comment") == 0
