"""By author, domain, likeness, rule: what the filter finds, and one decision on all of it, previewed and undone."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting.editing import edit_comment
from parley.moderation.decisions import undoing
from parley.moderation.matching.conditions import WordList
from parley.moderation.modqueue import comments, items
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import CommentFilter, QueueFilter
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.automod.rows import put_rule
from tests.moderation.scenarios.promises import everything

pytestmark = pytest.mark.anyio

SPAM = "Buy the finest watches at cheap-watches.com today, my friends, while they last."
REMOVAL = {"action": "remove", "rule": "spam", "reason": "The same advertisement."}
LETTERS = "select count(*) from mail where recipient = 'spammer@example.org' and kind like 'decision.%'"
STATES = "select state from comment where author = $1 order by id"


async def spammer(count: int = 3, name: str = "spammer") -> tuple[Viewer, list[int]]:
    who, thread = await make.member(name), await make.thread()
    return who, [await make.comment(thread, who, f"{SPAM} {number}") for number in range(count)]


async def moderator(client: httpx.AsyncClient) -> Viewer:
    mo = await make.member("mo", role="moderator")
    await make.sign_in(client, mo)
    return mo


@pytest.mark.parametrize("role", [None, "member"])
async def test_the_page_is_for_moderators(app: Litestar, client: httpx.AsyncClient, role: str | None) -> None:
    who, (first, *_) = await spammer(1)
    if role:
        await make.sign_in(client, await make.member(role=role))

    answers = [
        await client.get("/mod/comments"),
        await client.post("/mod/comments", data={f"comment-{first}": "1", **REMOVAL, "sure": "1"}),
        await client.post("/mod/comments/undo", data={"decisions": "1"}),
    ]

    assert {one.status_code for one in answers} == {404}
    assert await db.values(STATES, who.id) == ["visible"]


async def test_each_condition_finds_its_comments_and_none_of_ones_own(app: Litestar) -> None:
    rule = await put_rule(WordList(["watches"]), action="flag")
    _, posted = await spammer(2)
    mo, other = await make.member(role="moderator"), await make.member()
    thread = await db.value("select thread from comment where id = $1", posted[0])
    elsewhere = await make.comment(await make.thread(), other, "An honest word about the article, and nothing else.")
    await make.comment(thread, mo, SPAM)

    async def found(**wanted: object) -> set[int]:
        return {one.id for one in await comments.matching(mo.id, CommentFilter(**wanted))}  # type: ignore[arg-type]

    assert await found() == {*posted, elsewhere}
    for wanted in ({"author": "Spammer"}, {"host": "Cheap-watches.com"}, {"rule": rule}, {"thread": thread}):
        assert await found(**wanted) == set(posted), wanted
    assert await found(like=posted[0]) == set(posted) and await found(like=0) == set()
    await db.execute("update comment set created_at = now() - interval '8 days' where id = $1", posted[0])
    assert await found(author="spammer", days=7) == {posted[1]}


async def test_it_is_previewed_then_done_with_the_author_and_undone(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "UNDO_SECONDS", 3_600)
    who, posted = await spammer()
    await moderator(client)
    before = await everything(lasting=True)
    fields = {f"comment-{one}": "1" for one in posted[:2]} | REMOVAL | {"also": "suspend", "until": "7"}

    page = await client.get("/mod/comments?author=spammer")
    tried = await client.post("/mod/comments?author=spammer", data=fields)
    after_trying = await everything(lasting=True)
    done = await client.post("/mod/comments?author=spammer", data=fields | {"sure": "1"})
    states = await db.values(STATES, who.id)
    state = await db.value("select state from member where id = $1", who.id)
    letters = await db.value(LETTERS)
    made = re.search(r'name="decisions" value="([\d,]+)"', done.text)
    undone = await client.post("/mod/comments/undo", data={"decisions": made[1] if made else ""})

    assert all(f'name="comment-{one}" value="1" checked' in page.text for one in posted)
    assert "This would make 3 decisions" in tried.text and after_trying == before
    assert "3 decisions were made" in done.text and letters == 3
    assert states == ["removed", "removed", "visible"] and state == "suspended"
    assert "3 decisions were undone" in undone.text
    assert {**await everything(lasting=True), "queue_item": ""} == {**before, "queue_item": ""}
    assert await db.values("select distinct state from queue_item") == ["done"]
    assert not await db.value(LETTERS)


async def test_what_a_moderator_removed_is_shown_again_by_another_at_once(client: httpx.AsyncClient) -> None:
    who, posted = await spammer()
    await moderator(client)
    fields = {f"comment-{one}": "1" for one in posted[:2]} | REMOVAL | {"sure": "1"}
    await client.post("/mod/comments", data=fields)
    await db.execute("update decision set created_at = created_at - interval '1 hour'")
    await make.sign_in(client, await make.member(role="moderator"))
    chosen = {f"comment-{one}": "1" for one in posted} | {"action": "restore"}
    address = "/mod/comments?moderator=mo"

    page = await client.get(address)
    tried = await client.post(address, data=chosen)
    mistake = await client.post(address, data=chosen | REMOVAL)
    done = await client.post(address, data=chosen | {"sure": "1"})

    assert [f'name="comment-{one}"' in page.text for one in posted] == [True, True, False]
    assert 'value="restore"' in page.text and 'value="remove"' not in page.text
    assert "This would make 2 decisions." in tried.text and "statement of reasons" not in tried.text
    assert mistake.status_code == 422
    assert "2 decisions were made" in done.text and await db.values(STATES, who.id) == ["visible"] * 3
    assert "No comments match the filter." in (await client.get(address)).text


async def test_what_cannot_be_decided_is_left_out_with_the_reason(client: httpx.AsyncClient) -> None:
    _, (first, second) = await spammer(2)
    chief, mo = await make.member("chief", role="admin"), await moderator(client)
    staffs = await make.comment(await make.thread(), chief, SPAM)
    fields = {f"comment-{one}": "1" for one in (first, second, staffs)} | REMOVAL | {"also": "silence", "until": "7"}

    done = await client.post("/mod/comments", data=fields | {"sure": "1"})

    assert "only an admin can decide about them" in done.text and "4 decisions were made" in done.text
    assert await db.value("select state from member where id = $1", chief.id) == "active" and mo


async def test_words_that_changed_since_the_list_was_read_are_not_approved(client: httpx.AsyncClient) -> None:
    await put_rule(WordList(["watches"]), action="hold")
    who, (first, second) = await spammer(2)
    await moderator(client)
    page = await client.get("/mod/comments?author=spammer")
    fields = {name: make.hidden(page, name) for name in (f"comment-{first}", f"comment-{second}")}
    await edit_comment(viewer=who, comment_id=first, body="Words about watches that nobody has read yet.")

    approval = {"action": "approve", "rule": "spam", "reason": "They are fine."}
    done = await client.post("/mod/comments", data=fields | approval | {"sure": "1"})

    assert "1 decision was made" in done.text
    assert "Its author changed this comment in the meantime." in done.text
    assert await db.values(STATES, who.id) == ["pending", "visible"]


async def test_a_permanent_suspension_is_said_to_need_a_second_moderator(client: httpx.AsyncClient) -> None:
    _, (first, *_) = await spammer(1)
    await make.member(role="moderator")
    await moderator(client)
    fields = {f"comment-{first}": "1"} | REMOVAL | {"also": "suspend", "until": ""}

    pages = [await client.post("/mod/comments", data=fields | sure) for sure in ({}, {"sure": "1"})]

    assert all("once a second moderator approves it" in page.text for page in pages)


async def test_nobody_is_sanctioned_for_comments_on_which_nothing_was_decided(client: httpx.AsyncClient) -> None:
    who, (first, *_) = await spammer(1)
    await moderator(client)
    other = await make.member(role="moderator")
    await reports.report(ReportInput("comment", first, "spam", "", await make.member()))
    await db.execute("update queue_item set claimed_by = $1, claimed_until = now() + interval '10 minutes'", other.id)
    fields = {f"comment-{first}": "1"} | REMOVAL | {"also": "silence", "until": "7", "sure": "1"}

    done = await client.post("/mod/comments", data=fields)

    assert "Another moderator is reviewing this right now." in done.text
    assert await db.value("select count(*) from decision") == 0
    assert await db.value("select state from member where id = $1", who.id) == "active"


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"rule": ""}, "choose the rule"), ({"reason": ""}, "give a reason"), ({"action": "lock"}, "choose one of these")],
)
async def test_a_mistake_keeps_the_selection_and_the_reason(
    client: httpx.AsyncClient, changes: dict[str, str], says: str
) -> None:
    _, (first, _) = await spammer(2)
    await moderator(client)

    answer = await client.post("/mod/comments", data={f"comment-{first}": "1", **REMOVAL, **changes, "sure": "1"})

    assert answer.status_code == 422 and says in answer.text
    assert f'name="comment-{first}" value="1" checked' in answer.text
    assert "reason" in changes or "The same advertisement." in answer.text


async def test_selecting_nothing_is_explained(client: httpx.AsyncClient) -> None:
    await moderator(client)

    answer = await client.post("/mod/comments", data=REMOVAL)

    assert answer.status_code == 422 and "No comment was selected" in answer.text


async def test_an_item_links_to_comments_with_something_in_common(client: httpx.AsyncClient) -> None:
    rule = await put_rule(WordList(["watches"]), action="flag")
    _, (first, _) = await spammer(2)
    await moderator(client)
    item = await db.value("select id from queue_item where target = $1", first)

    page = (await client.get(f"/mod/item/{item}")).text

    for query in ("author=spammer", f"like={first}", "host=cheap-watches.com", f"rule={rule}"):
        assert f"/mod/comments?{query}" in page, query


def test_domains_are_found_however_they_are_written() -> None:
    assert items.named_hosts("See hxxp://one.example and two dot com.", "") == ["one.example", "two.com"]


async def test_the_queue_is_filtered_by_author_thread_topic_rule_and_age(app: Litestar) -> None:
    rule, other_rule = [await put_rule(WordList([word]), action="flag") for word in ("watches", "honest")]
    _, (first, _) = await spammer(2)
    thread = await db.value("select thread from comment where id = $1", first)
    await make.comment(await make.thread(), await make.member("jonas"), "An honest word.")
    mo = await make.member(role="moderator")
    topic = await db.value("select topic from thread where id = $1", thread)
    await db.execute("update queue_item set opened_at = now() - interval '2 days' where target = $1", first)

    async def count(**wanted: object) -> int:
        wish = QueueFilter(**wanted)  # type: ignore[arg-type]
        rows = await modqueue.page(mo.id, wish)
        assert len(rows) == (await modqueue.waiting(mo.id, wish)).count
        return len(rows)

    assert await count() == 3
    assert (await count(author="Spammer"), await count(author="nobody")) == (2, 0)
    assert (await count(thread=thread), await count(topic=topic), await count(topic="none")) == (2, 3, 0)
    assert (await count(rule=rule), await count(rule=other_rule), await count(hours=24)) == (2, 1, 1)
