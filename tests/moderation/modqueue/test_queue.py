"""The queue over HTTP: the list, one item with all details, claims, decisions, and changes by others meanwhile."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.modqueue import claims
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import INSULT, decided, removal, reported, state_of_target, version_of

pytestmark = pytest.mark.anyio

HTMX = {"HX-Request": "true"}


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def desk(app: Litestar, mo: Viewer) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of the moderator mo."""
    async with make.browser(app) as client:
        await make.sign_in(client, mo)
        yield client


@pytest.mark.parametrize("role", [None, "member"])
async def test_others_get_404(client: httpx.AsyncClient, role: str | None) -> None:
    item = await reported()
    if role:
        await make.sign_in(client, await make.member(role=role))

    read = [await client.get(path) for path in ("/mod/queue", f"/mod/item/{item}", "/mod/queue/live", "/mod/waiting")]
    sent = [
        await client.post(f"/mod/item/{item}/{deed}", data=await removal(item))
        for deed in ("claim", "skip", "reveal", "decide", "undo")
    ]

    assert {one.status_code for one in (*read, *sent)} == {404}
    assert await state_of_target(item) == "visible"


async def test_the_greatest_risk_comes_first_with_its_parts(desk: httpx.AsyncClient) -> None:
    mild, serious = await reported(), await reported(ground="hate")

    page = await desk.get("/mod/queue")

    assert page.text.index(f'id="i{serious}"') < page.text.index(f'id="i{mild}"')
    assert "1 report about hate" in page.text and "1 report about civility" in page.text
    assert '<b id="waiting-count">2</b>' in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_illegal_and_nearly_due_come_before_the_greatest_risk(desk: httpx.AsyncClient, mo: Viewer) -> None:
    risky, due, illegal = await reported(ground="hate"), await reported(), await reported(ground="illegal")
    await db.execute("update queue_item set risk = 90 where id = $1", risky)
    await db.execute("update queue_item set opened_at = now() - interval '20 hours' where id = $1", due)
    await db.execute("update guideline set hours_to_decide = 24")

    assert await reports.raise_nearly_due() == 1
    page = (await desk.get("/mod/queue")).text

    places = [page.index(f'id="i{item}"') for item in (illegal, due, risky)]
    assert places == sorted(places) and "due in 4 hours" in page
    assert await claims.take_next(mo, QueueFilter(), illegal) == due
    assert [row.id for row in await modqueue.page(mo.id, QueueFilter(), after=due)] == [risky]


async def test_a_visitor_does_not_put_an_item_first(desk: httpx.AsyncClient) -> None:
    item = await reported()
    target = await db.value("select target from queue_item where id = $1", item)
    await reports.report(ReportInput("comment", target, "illegal", "", None, "Eve", "eve@example.org", "192.0.2.0/24"))

    assert await db.value("select urgency from queue_item where id = $1", item) == 0


async def test_what_is_ones_own_or_reported_by_oneself_is_not_listed(desk: httpx.AsyncClient, mo: Viewer) -> None:
    await make.member("max", role="moderator")
    own, flagged, other = await reported(mo), await reported(by=mo), await reported()
    await reports.report(ReportInput("member", mo.id, "honesty", "", await make.member()))
    about = await db.value("select id from queue_item where kind = 'member'")

    page = await desk.get("/mod/queue")

    assert f'id="i{other}"' in page.text
    for item in (own, flagged, about):
        assert f'id="i{item}"' not in page.text
        assert (await desk.get(f"/mod/item/{item}")).status_code == 404
        assert (await desk.post(f"/mod/item/{item}/decide", data=await removal(item))).status_code == 404


async def test_an_item_shows_everything(desk: httpx.AsyncClient, mo: Viewer) -> None:
    author, reporter = await make.member("jonas"), await make.member("rita")
    former = await reported(author)
    await decided(former, mo)
    thread = await make.thread()
    parent = await make.comment(thread, await make.member("pia"), "A claim to be answered.")
    comment = await make.comment(thread, author, INSULT, parent=parent)
    await reports.report(ReportInput("comment", comment, "civility", "Rude again.", reporter))
    item = await db.value("select id from queue_item where target = $1 and kind = 'comment'", comment)
    await db.execute(
        "insert into note (member, author, text, created_at) values ($1, $2, 'Keep an eye.', now())", author.id, mo.id
    )

    page = await desk.get(f"/mod/item/{item}")

    for part in (
        INSULT,
        "A claim to be answered.",
        "Rude again.",
        "rita",
        "jonas",
        "Removed",
        "Keep an eye.",
        "weighs",
    ):
        assert part in page.text, part


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?kind=member", "m"),
        ("?kind=comment", "chw"),
        ("?kind=held", "w"),
        ("?kind=reported", "chm"),
        ("?ground=hate", "h"),
        ("?escalated=1", ""),
        ("?claimed=mine", ""),
    ],
)
async def test_the_list_is_filtered(desk: httpx.AsyncClient, query: str, shown: str) -> None:
    items = {"c": await reported(), "h": await reported(ground="hate")}
    await reports.report(ReportInput("member", (await make.member()).id, "spam", "", await make.member()))
    items["m"] = await db.value("select id from queue_item where kind = 'member'")
    items["w"] = await held()

    page = await desk.get(f"/mod/queue{query}")

    assert {name for name, item in items.items() if f'id="i{item}"' in page.text} == set(shown)


async def held() -> int:
    """The item of a comment that waits for a moderator, without a report."""
    comment = await make.comment(await make.thread(), await make.member(), "A claim.")
    await make.put_state("comment", comment, "pending")
    return await reports.open_item("comment", comment, None)


async def test_the_list_marks_held_comments(desk: httpx.AsyncClient) -> None:
    items = {"reported": await reported(), "held": await held()}

    page = (await desk.get("/mod/queue")).text

    rows = {name: page.split(f'id="i{item}"')[1].split("</li>")[0] for name, item in items.items()}
    assert '<span class="state">not public yet</span>' in rows["held"]
    assert "held" not in rows["reported"]


async def test_a_comment_stands_in_every_list_as_it_reads_and_not_as_it_was_typed(
    desk: httpx.AsyncClient, mo: Viewer
) -> None:
    author = await make.member("wes")
    comment = await make.comment(
        await make.thread(), author, f"A **fool** wrote [this](https://example.org). {'On ' * 90}"
    )
    await reports.report(ReportInput("comment", comment, "civility", "An insult.", await make.member()))
    item = await db.value("select id from queue_item where target = $1", comment)
    await reported(author, ground="hate")

    pages = [
        await desk.get("/mod/queue"),
        await desk.get("/mod/members/wes"),
        await desk.post("/mod/bulk", data={f"item-{item}": await version_of(item)}),
    ]

    for page in pages:
        assert "A fool wrote this. On On" in page.text and "On…" in page.text and "**fool**" not in page.text


async def test_a_long_list_continues_on_the_next_page(desk: httpx.AsyncClient) -> None:
    items = [await reported() for _ in range(3)]
    await db.execute("update queue_item set risk = id")
    rest = await desk.get(f"/mod/queue?after={items[2]}")

    assert f'id="i{items[2]}"' not in rest.text
    assert rest.text.index(f'id="i{items[1]}"') < rest.text.index(f'id="i{items[0]}"')


MANY_OPEN = """
insert into queue_item (kind, target, opened_at)
select 'comment', -n, now() - interval '1 hour' - n * interval '1 minute' from generate_series(1, 1100) n
"""


async def test_a_long_queue_is_counted_up_to_a_thousand_from_the_oldest_on(desk: httpx.AsyncClient, mo: Viewer) -> None:
    await db.execute(MANY_OPEN)

    counted = await modqueue.waiting(mo.id, since=datetime.now(UTC) - timedelta(hours=1, minutes=10))

    assert (counted.count, counted.arrived) == (1_000, 9)
    assert counted.oldest == await db.value("select min(opened_at) from queue_item")
    assert '<b id="waiting-count">1,000+</b>' in (await desk.get("/mod/queue")).text


MEMBERS_REPORTED = """
insert into queue_item (kind, target, risk, opened_at) select 'member', id, id, now() from member where role = 'member'
"""


async def test_htmx_loads_the_rest_of_a_long_list(desk: httpx.AsyncClient) -> None:
    for _ in range(modqueue.PAGE + 3):
        await make.member()
    await db.execute(MEMBERS_REPORTED)

    page = await desk.get("/mod/queue")
    following = re.search(r'<a class="more-page" rel="next" href="([^"]+)" hx-get="([^"]+)"', page.text)
    assert following and following[1] == following[2]
    more = await desk.get(following[1], headers=HTMX)
    plain = await desk.get(following[1])

    seen, then = (re.findall(r'<li class="item" id="i(\d+)"', one.text) for one in (page, more))
    assert (len(seen), len(then)) == (modqueue.PAGE, 3)
    assert [int(item) for item in seen + then] == await db.values("select id from queue_item order by risk desc")
    assert "<html" not in more.text and 'id="item"' not in more.text
    assert '<hx-partial hx-target="#more-items" hx-swap="innerHTML"></hx-partial>' in more.text.replace("\n", "")
    assert re.findall(r'<li class="item" id="i(\d+)"', plain.text) == then and "<html" in plain.text


async def test_with_htmx_a_late_claim_shows_who_has_it(desk: httpx.AsyncClient) -> None:
    item, olga = await reported(), await make.member("olga", role="moderator")
    await claims.claim(olga, item)

    held = await desk.post(f"/mod/item/{item}/claim", headers=HTMX)
    await decided(item, olga)
    settled = await desk.post(f"/mod/item/{item}/claim", headers=HTMX)

    for answer in (held, settled):
        assert answer.status_code == 409
        assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("#claim", "outerHTML")
        assert answer.text.strip().startswith('<form class="claim" id="claim"') and "<html" not in answer.text
    assert "olga</bdi> is reviewing this" in held.text
    assert "This has been decided in the meantime" in settled.text and f'href="/mod/item/{item}"' in settled.text


async def test_a_decision_without_script_leads_to_the_next_item_and_can_be_undone(desk: httpx.AsyncClient) -> None:
    first, second = await reported(ground="hate"), await reported()

    answer = await desk.post(f"/mod/item/{first}/decide", data=await removal(first))
    following = await desk.get(answer.headers["location"])
    decision = await db.value("select id from decision")

    assert answer.status_code == 303 and answer.headers["location"] == f"/mod/item/{second}?done={decision}"
    assert await state_of_target(first) == "removed"
    assert (
        f'action="/mod/item/{first}/undo"' in following.text
        and "Yours for ten minutes, then others can take it" in following.text
    )

    undone = await desk.post(f"/mod/item/{first}/undo", data={"decision": str(decision)})

    assert undone.headers["location"] == f"/mod/item/{first}?undone={decision}"
    assert await state_of_target(first) == "visible"

    again = await desk.get(undone.headers["location"])
    assert "Undone: everything is as it was" in again.text
    await desk.post(f"/mod/item/{first}/decide", data=await removal(first))
    assert "You withdrew it" not in (await desk.get(undone.headers["location"])).text


async def test_a_decision_by_htmx_brings_the_next_item_at_once(desk: httpx.AsyncClient) -> None:
    first, second = await reported(ground="hate"), await reported()

    answer = await desk.post(f"/mod/item/{first}/decide", data=await removal(first), headers=HTMX)

    assert answer.status_code == 200
    assert f'id="item" data-item="{second}"' in answer.text
    assert f'hx-target="#i{first}" hx-swap="outerHTML"><li class="item" id="i{first}"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"action": ""}, "f-action-error"),
        ({"action": "behead"}, "f-action-error"),
        ({"rule": ""}, "f-rule-error"),
        ({"rule": "nothing"}, "f-rule-error"),
        ({"reason": ""}, "f-reason-error"),
        ({"reason": "x" * 1_001}, "f-reason-error"),
        ({"action": "silence", "until": "99999"}, "f-days-error"),
        # A longer one would be as good as permanent, without a second approval.
        ({"action": "suspend", "until": "366"}, "f-days-error"),
    ],
)
async def test_missing_fields_are_named_and_the_rest_kept(
    desk: httpx.AsyncClient, change: dict[str, str], mistake: str
) -> None:
    item = await reported()

    answer = await desk.post(f"/mod/item/{item}/decide", data=await removal(item) | change)

    assert answer.status_code == 422
    assert f'id="{mistake}"' in answer.text and '<a href="#decide">Not decided yet.</a>' in answer.text
    assert "reason" in change or 'value="It insults somebody."' in answer.text
    assert await state_of_target(item) == "visible"


async def test_a_decision_on_what_was_decided_meanwhile_keeps_the_reason(desk: httpx.AsyncClient) -> None:
    item = await reported()
    seen = await removal(item)
    await decided(item, await make.member(role="moderator"), "approve", guideline=None)

    answer = await desk.post(f"/mod/item/{item}/decide", data=seen)

    assert answer.status_code == 409
    assert "This has been decided in the meantime" in answer.text
    assert "It insults somebody.</textarea>" in answer.text
    assert await state_of_target(item) == "visible"


async def test_after_a_new_report_the_fresh_version_is_offered(desk: httpx.AsyncClient) -> None:
    item = await reported()
    seen = await removal(item)
    target = await db.value("select target from queue_item where id = $1", item)
    await reports.report(ReportInput("comment", target, "hate", "", await make.member()))

    answer = await desk.post(f"/mod/item/{item}/decide", data=seen)

    assert answer.status_code == 409
    assert f'name="version" value="{await version_of(item)}"' in answer.text
    assert 'value="It insults somebody."' in answer.text


async def test_the_letter_is_shown_before_anything_is_decided(desk: httpx.AsyncClient) -> None:
    item = await reported(await make.member("jonas"))

    page = await desk.post(f"/mod/item/{item}/decide", data=await removal(item) | {"preview": "1"})
    part = await desk.post(f"/mod/item/{item}/decide", data=await removal(item) | {"preview": "1"}, headers=HTMX)

    for answer in (page, part):
        assert answer.status_code == 200
        assert "Hello jonas" in answer.text and "It insults somebody." in answer.text
        assert "agreed and has acted" in answer.text
    assert await state_of_target(item) == "visible"
    assert await db.value("select count(*) from mail where kind not like 'receipt.%'") == 0


@pytest.mark.parametrize("action", ["approve", "escalate", "lock"])
async def test_an_action_without_a_restriction_needs_no_reason_and_mails_no_author(
    desk: httpx.AsyncClient, action: str
) -> None:
    item = await reported(await make.member("jonas"))

    answer = await desk.post(
        f"/mod/item/{item}/decide", data={"version": await version_of(item), "action": action, "rule": "civility"}
    )

    assert answer.status_code == 303
    assert await db.value("select count(*) from mail where recipient = 'jonas@example.org'") == 0


async def test_an_item_is_claimed_by_one_at_a_time(desk: httpx.AsyncClient) -> None:
    item, other = await reported(), await make.member("olga", role="moderator")
    await claims.claim(other, item)

    refused = await desk.post(f"/mod/item/{item}/claim")
    held = await desk.get(f"/mod/item/{item}")
    decision = await desk.post(f"/mod/item/{item}/decide", data=await removal(item))
    await db.execute("update queue_item set claimed_until = now() - interval '1 second'")
    taken = await desk.post(f"/mod/item/{item}/claim")

    assert refused.status_code == 409 and "Another moderator is reviewing" in refused.text
    assert "olga</bdi> is reviewing this" in held.text
    assert decision.status_code == 409
    assert (taken.status_code, taken.headers["location"]) == (303, f"/mod/item/{item}")


async def test_claiming_an_item_releases_the_other_one(desk: httpx.AsyncClient, mo: Viewer) -> None:
    first, second = await reported(), await reported()

    for item in (first, second):
        await desk.post(f"/mod/item/{item}/claim")

    assert await db.values("select id from queue_item where claimed_by = $1", mo.id) == [second]


async def test_skipping_leaves_it_as_it_is_and_passes_by_what_others_hold(desk: httpx.AsyncClient) -> None:
    first, held, third = await reported(ground="hate"), await reported(), await reported()
    await claims.claim(await make.member(role="moderator"), held)

    answer = await desk.post(f"/mod/item/{first}/skip")
    end = await desk.post(f"/mod/item/{third}/skip", headers=HTMX)

    assert answer.headers["location"] == f"/mod/item/{third}"
    assert "3 more wait in the list" in end.text
    assert await db.value("select state from queue_item where id = $1", first) == "open"


async def test_sensitive_words_are_shown_on_request_and_that_is_recorded(desk: httpx.AsyncClient, mo: Viewer) -> None:
    item = await reported(ground="illegal")

    hidden = [await desk.get("/mod/queue"), await desk.get(f"/mod/item/{item}")]
    answer = await desk.post(f"/mod/item/{item}/reveal")
    shown = await desk.get(answer.headers["location"])

    assert not any(INSULT in one.text for one in hidden)
    assert INSULT in shown.text
    assert await db.value("select actor from mod_action where action = 'reveal'") == mo.id


@pytest.mark.parametrize("kind", ["member", "article"])
async def test_sensitive_profiles_and_articles_are_hidden_too(desk: httpx.AsyncClient, kind: str) -> None:
    if kind == "member":
        target = (await make.member()).id
        await db.execute("update member set bio = 'Words that hurt' where id = $1", target)
    else:
        target = await make.thread(make.text(title="Words that hurt"))
    await reports.report(ReportInput(kind, target, "illegal", "It hurts.", await make.member()))
    item = await db.value("select id from queue_item where kind = $1", kind)

    hidden = [await desk.get("/mod/queue"), await desk.get(f"/mod/item/{item}")]
    shown = await desk.get((await desk.post(f"/mod/item/{item}/reveal")).headers["location"])

    assert not any("Words that hurt" in one.text for one in hidden)
    assert "Words that hurt" in shown.text.split('id="item"')[1]


async def test_the_masthead_counts_what_waits_and_the_menu_counts_each_kind(
    desk: httpx.AsyncClient, mo: Viewer
) -> None:
    await reported()
    await reported(mo)
    own, other = await decided(await reported(), mo), await decided(await reported(), await make.member(role="admin"))
    for decision in (own, other):
        await appeals.file(decision=decision, text="It was a quotation.")

    outside = await desk.get("/mod/waiting", headers={"Referer": "http://localhost/"})
    inside = await desk.get("/mod/waiting", headers={"Referer": "http://localhost/mod/rules?x=1"})
    queue = await desk.get("/mod/waiting", headers={"Referer": "http://localhost/mod/queue"})
    pages = [(await desk.get(path)).text for path in ("/mod/rules", "/mod/queue")]

    assert "<b>2</b>" in outside.text and "hx-partial" not in outside.text
    assert 'hx-target="#queue-waits" hx-swap="innerHTML"><b>2</b>' in inside.text and "kind-" not in inside.text
    assert 'hx-target="#kind-all" hx-swap="innerHTML"><b>2</b>' in queue.text
    for name in ("kind-reported", "kind-appeal"):
        assert f'hx-target="#{name}" hx-swap="innerHTML"><b>1</b>' in queue.text
        assert f'<span id="{name}"><b>1</b>' in pages[1]  # without a script too
    assert all('<span id="queue-waits"><b>2</b>' in page for page in pages)
    assert re.search('<a class="to-work" href="/mod">Moderation <span [^>]*><b>2</b></span>', pages[0])


async def test_a_moderator_for_whom_nothing_waits_sees_no_number(desk: httpx.AsyncClient) -> None:
    answer = await desk.get("/mod/waiting", headers={"Referer": "http://localhost/mod"})

    assert not re.search(r"\d", re.sub("<[^>]*>", "", answer.text))


@pytest.mark.parametrize("item", ["0", "x", "999999"])
async def test_an_unknown_item_is_not_found(desk: httpx.AsyncClient, item: str) -> None:
    assert (await desk.get(f"/mod/item/{item}")).status_code == 404
    assert (await desk.post(f"/mod/item/{item}/decide", data={"action": "approve"})).status_code == 404


async def test_an_empty_queue_says_so(desk: httpx.AsyncClient) -> None:
    page = await desk.get("/mod/queue")

    assert page.status_code == 200 and "The queue is empty." in page.text


async def test_sensitive_words_among_the_authors_other_items_are_hidden(desk: httpx.AsyncClient) -> None:
    author = await make.member("jonas")
    item, serious, mild = await reported(author), await reported(author, "illegal"), await reported(author)

    for page in (await desk.get(f"/mod/item/{item}"), await desk.get("/mod/members/jonas")):
        assert re.search(rf'href="/mod/item/{serious}" dir="auto">Hidden until you choose to read it<', page.text)
        assert re.search(rf'href="/mod/item/{mild}" dir="auto">{INSULT[:10]}', page.text)


async def test_sensitive_words_are_hidden_beside_other_comments_and_on_the_authors_page(
    desk: httpx.AsyncClient,
) -> None:
    author, reporter, thread = await make.member("jonas"), await make.member(), await make.thread()
    serious = await make.comment(thread, author, "This is unbearable.")
    mild = await make.comment(thread, author, "This is a bit rude.")
    for comment, ground in ((serious, "illegal"), (mild, "civility")):
        await reports.report(ReportInput("comment", comment, ground, "Look.", reporter))
    item = await db.value("select id from queue_item where target = $1 and kind = 'comment'", mild)

    for page in (await desk.get(f"/mod/item/{item}"), await desk.get("/mod/members/jonas")):
        assert "This is a bit rude." in page.text and "Hidden until you choose to read it" in page.text
        assert "unbearable" not in page.text


async def test_a_sensitive_comment_is_hidden_above_its_replies_too(desk: httpx.AsyncClient) -> None:
    author, reporter, thread = await make.member(), await make.member(), await make.thread()
    serious = await make.comment(thread, author, "This is unbearable.")
    reply = await make.comment(thread, author, "So is this.", parent=serious)
    await reports.report(ReportInput("comment", serious, "illegal", "Look.", reporter))
    await reports.report(ReportInput("comment", reply, "civility", "Look.", reporter))
    item = await db.value("select id from queue_item where target = $1 and kind = 'comment'", reply)

    page = await desk.get(f"/mod/item/{item}")

    assert "So is this." in page.text and "unbearable" not in page.text
    assert f'<a href="/c/{serious}">Hidden until you choose to read it</a>' in page.text
