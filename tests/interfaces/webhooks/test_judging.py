"""A webhook that is asked about comments: what it gets, what its answer does, and that a hostile one does nothing."""

import asyncio

import httpx
import pytest

from parley.interfaces.webhooks import jobs
from parley.interfaces.webhooks.forms import JUDGE
from parley.interfaces.webhooks.jobs import queue_all, send_due
from parley.moderation.automod import labels
from parley.moderation.backtests import jobs as backtests
from parley.moderation.matching import current
from parley.moderation.matching.conditions import FirstComments, Labelled
from parley.own_data.erasure import jobs as erasure
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.interfaces.webhooks.receiver import SEEN, Receiver, hook
from tests.interfaces.webhooks.test_sending import DUE, RESTED, STATES, receiver
from tests.moderation.automod.rows import asked, put_rule, state_of

pytestmark = pytest.mark.anyio
__all__ = ["receiver"]

WORDS = "These are my words."
TOXIC = b'{"label": "Toxic", "score": 0.93, "why": "ignored"}'
SAID = "select label || ' ' || score || ' ' || version from comment_label order by id"
HITS = "select acted from hit order by id"


async def posted(author: Viewer | None = None) -> int:
    comment = await make.comment(await make.thread(), author or await make.member(), WORDS)
    await db.execute(SEEN)
    return comment


async def judged(receiver: Receiver, answer: bytes = TOXIC, author: Viewer | None = None) -> int:
    """A comment about which a webhook was asked and gave this answer."""
    await hook(receiver.url, JUDGE)
    comment, receiver.body, receiver.status = await posted(author), answer, lambda: 200
    current.forget()
    await queue_all()
    await send_due()
    return comment


async def test_it_gets_id_version_and_text_signed_and_moderators_see_what_it_said(
    receiver: Receiver, client: httpx.AsyncClient
) -> None:
    number, secret = await hook(receiver.url, JUDGE)
    comment, receiver.body, receiver.status = await posted(), TOXIC, lambda: 200
    assert await queue_all() == 1 and await send_due() == 1

    [one] = receiver.received
    one.check(secret)
    assert one.message["type"] == JUDGE
    assert one.message["data"] == {"id": comment, "version": 1, "text": WORDS}
    assert await db.values(STATES, number) == ["delivered 1"]
    assert await state_of(comment) == "visible" and await db.value("select count(*) from queue_item") == 0
    await client.post(f"/c/{comment}/report")
    await make.sign_in(client, await make.member(role="moderator"))
    await db.execute("insert into queue_item (kind, target, thread) select 'comment', id, thread from comment")
    page = (await client.get(f"/mod/item/{await db.value('select id from queue_item')}")).text
    assert "What webhooks said" in page and "<bdi>127.0.0.1</bdi> said:" in page
    assert '<b dir="auto">toxic</b>' in page and "93%" in page


async def test_a_rule_about_labels_runs_when_one_arrives_and_only_watches_in_shadow(receiver: Receiver) -> None:
    await put_rule(Labelled(["toxic"]), state="shadow", action="flag")
    comment = await judged(receiver)

    assert await db.values(HITS) == [False] and await db.value("select count(*) from queue_item") == 0
    assert await state_of(comment) == "visible"


async def test_it_flags_and_holds_with_a_second_condition(receiver: Receiver) -> None:
    await put_rule(Labelled(["toxic"]), FirstComments(1), state="on", action="hold")
    await put_rule(Labelled(["toxic"]), state="on", action="flag")
    comment = await judged(receiver)

    assert await state_of(comment) == "hidden"
    assert await db.values(HITS) == [True, True]
    assert await db.value("select count(*) from queue_item where state = 'open'") == 1
    assert await db.value("select count(*) from mail where kind like 'held.%'") == 1
    assert await db.value("select after ->> 'state' from mod_action where action = 'hold'") == "hidden"


async def test_what_a_moderator_kept_up_and_what_staff_write_is_left_alone(receiver: Receiver) -> None:
    await put_rule(Labelled(["toxic"]), FirstComments(1), state="on", action="hold")
    staff = await judged(receiver, author=await make.member(role="moderator"))
    assert await state_of(staff) == "visible"

    await db.execute("delete from webhook")
    await hook(receiver.url, JUDGE)
    kept = await posted()
    sql = """insert into decision (kind, target, thread, action, moderator, created_at)
             select 'comment', id, thread, 'approve', $2, now() from comment where id = $1"""
    await db.execute(sql, kept, (await make.member(role="moderator")).id)
    await queue_all()
    await send_due()
    assert await state_of(kept) == "visible" and await db.value("select count(*) from hit") == 0


async def test_an_answer_about_a_former_version_is_ignored(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = await put_rule(Labelled(["toxic"]), state="on", action="flag")
    ask = jobs.ask

    async def slow(*args: object, **kwargs: object) -> tuple[int, bytes]:
        answer = await ask(*args, **kwargs)  # type: ignore[arg-type]
        await db.execute("update comment set version = version + 1, edited_at = now()")
        return answer

    monkeypatch.setattr(jobs, "ask", slow)
    await judged(receiver)

    assert rule and await db.values(SAID) == [] and await db.value("select count(*) from hit") == 0


async def test_what_it_said_of_an_edited_comment_is_no_longer_shown(receiver: Receiver) -> None:
    comment = await judged(receiver)
    assert await db.values(SAID) == ["toxic 0.93 1"] and len(await labels.of_comment(comment)) == 1
    await db.execute("update comment set version = 2")
    assert await labels.of_comment(comment) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"toxic",
        b"[]",
        b'{"label": "toxic"}',
        b'{"label": "toxic", "score": "0.9"}',
        b'{"label": "toxic", "score": 1.1}',
        b'{"label": "toxic", "score": 1e999}',
        b'{"label": "", "score": 1}',
        b'{"label": "<b>toxic</b>", "score": 1}',
        b'{"label": "toxic\\n", "score": 1}',
        b'{"label": "%s", "score": 1}' % (b"a" * 41),
        b'{"label": "\xff", "score": 1}',
        b'{"x": ' + b"[" * 3_900,
        b'{"x": "' + b"a" * 2_000_000 + b'", "label": "toxic", "score": 1}',
    ],
    ids=range(14),
)
async def test_a_wrong_or_huge_answer_does_nothing_and_the_log_says_why(receiver: Receiver, answer: bytes) -> None:
    await put_rule(Labelled(["toxic"]), state="on", action="flag")
    comment = await judged(receiver, answer)

    assert await db.value("select state from webhook_delivery") == "delivered"
    assert (await db.value("select error from webhook_delivery")).startswith("no label: ")
    assert await db.values(SAID) == [] and await db.value("select count(*) from hit") == 0
    assert await state_of(comment) == "visible"


async def test_a_redirect_leads_nowhere(receiver: Receiver) -> None:
    await hook(receiver.url, JUDGE)
    await posted()
    receiver.body, receiver.status = TOXIC, lambda: 307
    await queue_all()
    await send_due()

    assert len(receiver.received) == 1 and await db.values(SAID) == []
    assert await db.value("select state || attempts from webhook_delivery") == "waiting1"


async def test_nothing_waits_for_a_slow_one(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SECONDS", 0.2)
    await hook(receiver.url, JUDGE)
    receiver.wait = asyncio.Event()
    comment = await posted()
    assert await state_of(comment) == "visible"
    await queue_all()
    await send_due()

    assert await db.value("select state || attempts from webhook_delivery") == "waiting1"
    assert await db.value("select failures from webhook") == 1
    receiver.wait.set()
    receiver.wait, receiver.body, receiver.status = None, TOXIC, lambda: 200
    await db.execute(RESTED)
    await db.execute(DUE)
    await send_due()
    assert await db.values(SAID) == ["toxic 0.93 1"]
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1


async def test_what_is_gone_is_not_sent_and_what_it_said_goes_with_the_words(receiver: Receiver) -> None:
    author = await make.member()
    comment = await judged(receiver, author=author)
    await make.put_state("member", author.id, "deactivated")
    await db.execute("update member set erase_words = true, erase_at = now() where id = $1", author.id)
    await erasure.erase_all_due()
    assert await db.values(SAID) == []

    gone = await posted()
    await make.put_state("comment", gone, "removed")
    await queue_all()
    await send_due()
    assert comment != gone and len(receiver.received) == 1
    assert await db.value("select count(*) from webhook_delivery where state = 'waiting'") == 0


async def test_a_webhook_that_is_asked_gets_no_events(client: httpx.AsyncClient) -> None:
    admin = await make.member(role="admin")
    await make.sign_in(client, admin)
    await db.execute("update session set proved_at = now()")
    both = {"url": "https://judge.example/", JUDGE: "1", "comment.posted": "1"}
    refused = await client.post("/settings/webhooks", data=both)
    assert refused.status_code == 422 and "Please make two." in refused.text
    assert (await client.post("/settings/webhooks", data=both | {"comment.posted": ""})).status_code == 201


async def test_a_back_test_knows_what_was_said(receiver: Receiver) -> None:
    await judged(receiver)
    rule = await put_rule(Labelled(["toxic"]), state="shadow")
    await asked(rule)
    await backtests.run_backtests()

    assert await db.value("select result ->> 'week_hits' from backtest where rule = $1", rule) == "1"
