"""One bad item never holds up the others: every sweep of the worker goes on past it and tries it again later."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from litestar import Litestar

from parley.articles.imports import jobs as articles
from parley.articles.imports import ops as imports
from parley.discussion.comments import anchor_moves
from parley.discussion.comments import jobs as comments
from parley.discussion.kept import jobs as kept_jobs
from parley.discussion.kept import ops as kept
from parley.discussion.opinion_map import jobs as maps
from parley.discussion.slow_mode import display
from parley.discussion.threads import jobs as threads
from parley.discussion.threads.ops import revise_thread
from parley.discussion.votes import jobs as votes
from parley.interfaces.embed import jobs as embed
from parley.interfaces.embed import ops as embed_ops
from parley.interfaces.feeds import jobs as pictures
from parley.interfaces.inbound_feeds import fetching, publishing
from parley.interfaces.inbound_feeds import ops as feeds
from parley.interfaces.inbound_feeds.ops import FeedUse
from parley.interfaces.search import jobs as search
from parley.interfaces.webhooks import jobs as webhooks
from parley.interfaces.webmentions import jobs as webmentions
from parley.letters.authors import jobs as authors
from parley.letters.digests import jobs as digests
from parley.letters.notifications import counts as unread_counts
from parley.letters.notifications import jobs as notifications
from parley.letters.notifications import mailing
from parley.moderation.appeals import ops as appeals
from parley.moderation.automod import holds
from parley.moderation.backtests import jobs as rules
from parley.moderation.decisions import jobs, mass_undo
from parley.moderation.decisions.rules import Choice
from parley.moderation.matching.conditions import WordList
from parley.moderation.modqueue import bulk_jobs
from parley.moderation.modqueue.filters import QueueFilter
from parley.own_data.erasure import jobs as erasure
from parley.own_data.exports import jobs as exports
from parley.people import mail
from parley.people.inbound_mail import maildir
from parley.people.mail import Letter, queries, sending, unanswered
from parley.platform import db, settings
from parley.platform.events import attempts as events_attempts
from parley.platform.events.scheduler import select_due
from parley.platform.observability import metrics
from parley.site import retention
from parley.site.queues import update
from parley.site.worker import JOBS
from tests import make
from tests.interfaces.webhooks.receiver import SEEN, hook
from tests.letters.digests.issuing import due, reader, thread_with_sides
from tests.moderation.automod.rows import age, asked, put_rule
from tests.moderation.modqueue.reported import decided, reported
from tests.site.retention.cases import SIGN_IN

pytestmark = pytest.mark.anyio

RUN = {job.name: job.run for job in JOBS}
POLLED = {job.name for job in JOBS if job.due}
Items = list[Any]


class Case(msgspec.Struct):
    """Two items of a job, of which the first fails in `function` of `module`; `done` says whether one was handled."""

    seed: Callable[[], Awaitable[Items]]
    module: ModuleType
    function: str
    done: str
    # The name under which the failure is written down, where it is not the job's.
    name: str = ""
    # What lets the item be due again, beside its failure.
    again: str = "select 1"


async def events() -> Items:
    thread, author = await make.thread(), await make.member()
    await db.execute("update event set handled_at = now()")
    for _ in range(2):
        await make.comment(thread, author)
    return await db.values("select id from event where handled_at is null order by id")


async def wrong_numbers() -> Items:
    members = [(await make.member()).id for _ in range(2)]
    for member in members:
        await db.execute(
            "insert into unread_count (member, notifications, valid_until) values ($1, 7, now() + interval '1 minute')",
            member,
        )
    return members


async def unindexed() -> Items:
    thread, author = await make.thread(), await make.member()
    await db.execute("update event set indexed_at = now()")
    for _ in range(2):
        await make.comment(thread, author)
    return await db.values("select id from event where indexed_at is null order by id")


async def threads_without_more() -> Items:
    return [await make.thread() for _ in range(2)]


async def standings() -> Items:
    found = [await make.thread() for _ in range(2)]
    await db.execute("update thread_stats set refreshed_at = now() - interval '7 hours'")
    return found


async def sanctions() -> Items:
    moderator = await make.member(role="moderator")
    found = [await decided(await reported(await make.member()), moderator, "silence", days=3) for _ in range(2)]
    await db.execute("update decision set until = now()")
    return found


async def long_comments() -> Items:
    thread, author = await make.thread(), await make.member()
    found = [await make.comment(thread, author) for _ in range(2)]
    await db.execute("update comment set html = '<p>' || repeat('long ', 20000) || '</p>'")
    return found


async def mass_undos() -> Items:
    ada, rogue = await make.member(role="admin"), await make.member(role="moderator")
    return [await mass_undo.request(ada, rogue.id, hours, "A mistake.") for hours in (1, 6)]


async def bulk_decisions() -> Items:
    mo, at = await make.member(role="moderator"), datetime.now(UTC)
    await reported()
    keep = Choice(0, 0, "approve")
    return [await bulk_jobs.start(mo, QueueFilter(kind="reported"), at, keep, None) for _ in range(2)]


async def waiting_comments(days: int) -> Items:
    await put_rule(WordList(["thought"]), action="hold")
    thread = await make.thread()
    found = [await make.comment(thread, await make.member(), "A thought.") for _ in range(2)]
    for one in found:
        await age(one, timedelta(days))
    return found


async def highlights() -> Items:
    member, found = await make.member(), [await make.thread() for _ in range(2)]
    for thread in found:
        [first, *_] = await make.lineages(thread)
        await kept.keep_words(member.id, thread, first, "", "", "A note.")
        await revise_thread(thread, make.text("The model answers before it has read the question.", *make.WORDS[1:]))
    return found


async def many_anchors() -> Items:
    found = [await make.thread() for _ in range(2)]
    for thread in found:
        await make.comment(thread, await make.member(), passage=(await make.lineages(thread))[0])
        await revise_thread(thread, make.text("The model answers before it has read the question.", *make.WORDS[1:]))
        await db.execute(
            "update revision set unmoved = '{[0,)}' where number = 1 and article = "
            "(select article from thread where id = $1)",
            thread,
        )
    return found


async def renamed() -> Items:
    found = [(await make.member()).id for _ in range(2)]
    await db.execute("update member set mentioned_as = '{old}' where id = any($1)", found)
    return found


async def uncounted() -> Items:
    thread, found = await make.thread(), []
    for _ in range(2):
        voter = await make.member()
        await make.vote(voter, await make.comment(thread, await make.member()))
        found.append(voter.id)
    await db.execute("update vote set counted = false")
    return found


async def drifted() -> Items:
    thread = await make.thread()
    found = [await make.comment(thread, await make.member()) for _ in range(2)]
    await db.execute("update comment set ups = 7 where id = any($1)", found)
    return found


async def miscounted() -> Items:
    found = [await make.thread() for _ in range(2)]
    for thread in found:
        await make.comment(thread, await make.member())
    await db.execute(
        "insert into passage_count (thread, part, none) select unnest($1::bigint[]), 'whole', 7 "
        "on conflict (thread, part) do update set none = 7",
        found,
    )
    return found


async def old_comments() -> Items:
    thread = await make.thread()
    found = [await make.comment(thread, await make.member()) for _ in range(2)]
    await db.execute("update comment set html_version = 0")
    return found


async def subscribers() -> Items:
    await thread_with_sides()
    found = [await reader() for _ in range(2)]
    for one in found:
        await due(one)
    return [one.id for one in found]


async def issues() -> Items:
    found = await subscribers()
    await digests.plan(await db.value("select now()"))
    await db.execute("update issue set due_at = now() - interval '1 minute'")
    return await db.values("select id from issue where member = any($1) order by id", found)


async def wanted() -> Items:
    return [
        await imports.request_import(
            member=(await make.member()).id,
            source="text",
            url=None,
            given=b"Words.\n\nMore.",
            title="T",
            topic="policy",
        )
        for _ in range(2)
    ]


async def first_comments() -> Items:
    await embed_ops.add_site("pub", ["https://pub.example"], "policy")
    return [
        await db.value(
            """insert into first_comment (site, url, member, body, submission, created_at, due_at)
               values ('pub', 'http://127.0.0.1/', $1, 'Words.', $2, now(), now()) returning id""",
            (await make.member()).id,
            str(uuid4()),
        )
        for _ in range(2)
    ]


async def added_feeds() -> Items:
    return [await feeds.add_feed(None, f"http://127.0.0.{number}/", FeedUse("policy")) for number in (2, 3)]


async def feed_items() -> Items:
    [feed, _] = await added_feeds()
    return [
        await db.value(
            """insert into feed_item (feed, key, url, host, state, seen_at, due_at)
               values ($1, $2, $3, $4, 'approved', now(), now()) returning id""",
            feed,
            bytes(number),
            f"http://127.0.0.{number}/",
            f"127.0.0.{number}",
        )
        for number in (4, 5)
    ]


async def sources() -> Items:
    for number in range(2):
        await make.thread(make.text(url=f"https://site{number}.example.org/", fetched=True))
    await db.execute("update article set check_at = now(), checked_at = null")
    return await db.values("select id from article where url is not null order by id")


async def claims() -> Items:
    await make.thread()
    for number in range(2):
        await db.execute(
            "insert into claim (article, member, way, token, check_at) "
            "select max(id), $1, 'page', $2, now() from article",
            (await make.member()).id,
            f"token-{number}",
        )
    return await db.values("select id from claim order by id")


async def slow_threads() -> Items:
    found = [await make.thread() for _ in range(2)]
    slow_branch = json.dumps([{"comment": None, "wait": 60, "until": "2020-01-01T00:00:00Z"}])
    await db.execute("update thread set slow_branches = $1::jsonb", slow_branch)
    return found


async def answered_threads() -> Items:
    found = [await make.thread() for _ in range(2)]
    for thread in found:
        comment = await make.comment(thread, await make.member(), statement="It is so.")
        for _ in range(maps.NEW_ANSWERS):
            await make.vote(await make.member(), comment, "agreement", 1)
    return found


async def backtests() -> Items:
    return [await asked(await put_rule(WordList(["thought"]))) for _ in range(2)]


async def two_exports() -> Items:
    new = "insert into export (member, created_at, changed_at) values ($1, now(), now()) returning id"
    return [await db.value(new, (await make.member()).id) for _ in range(2)]


async def sign_ins_that_are_over() -> Items:
    found = [await SIGN_IN() for _ in range(2)]
    await db.execute("update session set expires_at = now() - interval '1 minute'")
    return found


async def unanswered_letters() -> Items:
    found = await letters()
    await db.execute(
        "update mail set state = 'data', data_at = now() - interval '1 hour', leased_until = now() - interval '1 s'"
    )
    return found


async def letters() -> Items:
    for number in range(2):
        await mail.send("test", f"somebody{number}@example.org", "A subject", "A text", None)
    return await db.values("select id from mail order by id")


async def leaving() -> Items:
    """Two members whose accounts are to be erased."""
    bad, good = [await make.member(state="deactivated") for _ in range(2)]
    await db.execute("update member set erase_at = now() - interval '1 minute' where id = any($1)", [bad.id, good.id])
    return [bad.id, good.id]


async def webhooks_with_news() -> Items:
    found = [(await hook())[0] for _ in range(2)]
    await make.comment(await make.thread(), await make.member())
    await db.execute(SEEN)
    return found


async def messages() -> Items:
    await webhooks_with_news()
    await webhooks.queue_all()
    return await db.values("select id from webhook_delivery order by id")


async def mentions() -> Items:
    for number in range(2):
        # The guard of the fetcher refuses the address, which counts as an attempt.
        await make.thread(make.text(url=f"http://127.0.0.1:9/{number}"))
    return await db.values(
        """insert into webmention (thread, target, due_at)
           select t.id, a.url, now() from thread t join article a on a.id = t.article returning id"""
    )


CASES: dict[str, list[Case]] = {
    "erasures": [Case(leaving, erasure, "erase", "select state = 'anonymised' from member where id = $1")],
    "mentions": [Case(renamed, erasure, "rewrite", "select mentioned_as = '{}' from member where id = $1")],
    "notifications": [Case(events, notifications, "make", "select handled_at is not null from event where id = $1")],
    "anchors": [
        Case(
            many_anchors,
            anchor_moves,
            "_move_in_thread",
            "select unmoved is null from revision r join thread t using (article) where t.id = $1 and r.number = 1",
        )
    ],
    "highlights": [
        Case(
            highlights,
            kept_jobs,
            "_find_in_thread",
            "select k.found_in = t.revision from kept_item k join thread t on t.id = k.thread where t.id = $1",
        )
    ],
    "thread stats": [
        Case(
            standings,
            threads,
            "_refresh",
            "select refreshed_at > now() - interval '1 hour' from thread_stats where thread = $1",
        )
    ],
    "beginnings": [
        Case(long_comments, comments, "_make_beginning", "select beginning is not null from comment where id = $1")
    ],
    "undoing": [Case(mass_undos, mass_undo, "_undo_next", "select done_at is not null from mass_undo where id = $1")],
    "bulk decisions": [
        Case(bulk_decisions, bulk_jobs, "_next", "select state = 'done' from bulk_decision where id = $1")
    ],
    "sanctions": [Case(sanctions, jobs, "_end", "select state = 'ended' from decision where id = $1")],
    "holds": [
        Case(
            lambda: waiting_comments(3),
            holds,
            "_escalate",
            "select exists(select from queue_item where target = $1 and escalated)",
            holds.ESCALATING,
        ),
        Case(
            lambda: waiting_comments(15),
            holds,
            "expire",
            "select state = 'expired' from comment where id = $1",
            holds.EXPIRING,
        ),
    ],
    "votes": [Case(uncounted, votes, "count_votes_of_member", "select bool_and(counted) from vote where member = $1")],
    "counters": [
        Case(drifted, votes, "repair_counters", "select ups = 0 from comment where id = $1", "counters to repair"),
    ],
    "passage counts": [
        Case(
            miscounted,
            comments,
            "repair",
            "select not exists(select from passage_count where thread = $1 and none = 7)",
            "passage counts to repair",
        )
    ],
    "unread counts": [
        Case(
            wrong_numbers,
            unread_counts,
            "_repair",
            "select notifications = 0 from unread_count where member = $1",
            "unread counts to repair",
        )
    ],
    "markdown": [Case(old_comments, comments, "_render", "select html_version > 0 from comment where id = $1")],
    "digests": [
        Case(
            subscribers,
            digests,
            "_plan",
            "select exists(select from issue where member = $1)",
            "issues to plan",
        ),
        Case(issues, digests, "_build", "select state <> 'planned' from issue where id = $1", "issues to build"),
    ],
    "imports": [
        Case(
            wanted,
            articles,
            "read",
            "select state not in ('waiting', 'fetching') from article_import where id = $1",
            again="update article_import set changed_at = now() - interval '3 minutes' where state = 'fetching'",
        )
    ],
    "embed": [
        Case(
            first_comments,
            embed,
            "post",
            "select state <> 'waiting' from first_comment where id = $1",
            again="update first_comment set due_at = now() where state = 'waiting'",
        )
    ],
    "feeds": [
        Case(
            added_feeds,
            fetching,
            "check",
            "select failures > 0 from inbound_feed where id = $1",
            again="update inbound_feed set due_at = now() where failures = 0",
        )
    ],
    "feed items": [
        Case(
            feed_items,
            publishing,
            "make",
            "select state = 'failed' from feed_item where id = $1",
            again="update feed_item set due_at = now() where state = 'approved'",
        )
    ],
    "sources": [
        Case(
            sources,
            threads,
            "check",
            "select checked_at is not null from article where id = $1",
            again="update article set check_at = now() where checked_at is null",
        )
    ],
    "claims": [
        Case(
            claims,
            authors,
            "_check",
            "select check_at is null from claim where id = $1",
            again="update claim set check_at = now() where check_at is not null",
        )
    ],
    "webmentions": [
        Case(
            mentions,
            webmentions,
            "send",
            "select attempts = 1 from webmention where id = $1",
            again="update webmention set due_at = now() where attempts = 0",
        )
    ],
    "slow mode": [
        Case(slow_threads, display, "_slow_branches", "select slow_branches = '[]' from thread where id = $1")
    ],
    "maps": [Case(answered_threads, maps, "compute", "select exists(select from perspective_map where thread = $1)")],
    "backtests": [
        Case(
            backtests,
            rules,
            "_run",
            "select state = 'done' from backtest where id = $1",
            again="update backtest set changed_at = now() - interval '2 minutes' where state = 'running'",
        )
    ],
    "exports": [
        Case(
            two_exports,
            exports,
            "_make",
            "select state = 'done' from export where id = $1",
            again="update export set changed_at = now() - interval '2 minutes' where state = 'running'",
        )
    ],
    "link pictures": [
        Case(threads_without_more, pictures, "_draw", "select exists(select from link_picture where thread = $1)")
    ],
    "search": [Case(unindexed, search, "_index", "select indexed_at is not null from event where id = $1")],
    "search check": [
        Case(threads_without_more, search.ops, "check", "select exists(select from search_document where thread = $1)")
    ],
    "webhooks": [
        Case(
            webhooks_with_news, webhooks, "queue_for", "select exists(select from webhook_delivery where webhook = $1)"
        )
    ],
    "webhook deliveries": [
        # Nobody listens at its address: it is tried.
        Case(messages, webhooks, "deliver", "select attempts = 1 from webhook_delivery where id = $1")
    ],
    "mail": [
        Case(letters, sending.rendering, "ready", "select state = 'sent' from mail where id = $1"),
        Case(
            unanswered_letters,
            unanswered,
            "find_out_one",
            "select state <> 'data' from mail where id = $1",
            queries.UNANSWERED_JOB,
            again="update mail set leased_until = now() - interval '1 s' where state = 'data'",
        ),
    ],
    "retention": [
        Case(
            sign_ins_that_are_over,
            retention,
            "remove_rows",
            "select not exists(select from session where id = $1)",
            "retention of session",
        )
    ],
}
# What is done about their items is no row of a table (the tests below have them, and backtests/test_costs.py), or one
# statement does it for all of them.
APART = {"appeals", "backup", "doctor", "hub", "inbox", "rings", "score", "weekly letter", "rule costs", "retests"}
APART |= {"search ranks", "search words", "letters about notifications", "erasures of what cases held", "nearly due"}
EACH = [(job, case) for job, cases in CASES.items() for case in cases]


def test_every_job_of_the_worker_has_a_case() -> None:
    assert CASES.keys() | APART == RUN.keys()


def poisoned(function: Callable[..., Awaitable[Any]], bad: Any) -> Callable[..., Awaitable[Any]]:
    """`function`, failing for what has the id `bad`."""

    async def fails(first: Any, *more: Any, **options: Any) -> Any:
        for one in first if isinstance(first, list) else [first]:
            if bad == (one if isinstance(one, int) else _id(one)):
                raise ValueError("poison")
        return await function(first, *more, **options)

    return fails


def _id(one: Any) -> Any:
    return next(getattr(one, name) for name in ("id", "comment", "member") if hasattr(one, name))


@pytest.mark.parametrize(("job", "case"), EACH, ids=[f"{job}-{case.function}" for job, case in EACH])
async def test_an_item_that_fails_holds_up_no_other_and_is_done_once_it_can_be(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, job: str, case: Case
) -> None:
    async def nothing_new(_: object) -> None:
        return None

    monkeypatch.setattr(threads, "_revise", nothing_new)
    switched_on = msgspec.structs.replace(settings.settings(), webmentions=True)
    monkeypatch.setattr(webmentions, "settings", lambda: switched_on)
    bad, good = await case.seed()
    assert job not in POLLED or job in await db.values(select_due(JOBS))
    name = case.name or job
    function = getattr(case.module, case.function)
    with monkeypatch.context() as patch:
        patch.setattr(case.module, case.function, poisoned(function, bad))
        if job == "mail":
            patch.setattr(sending, "_handle_refusal", poisoned(sending._handle_refusal, bad))
        await RUN[job]()
        await RUN[job]()

    assert [await db.value(case.done, one) for one in (bad, good)] == [False, True]
    assert await db.fetch_one(Failed, FAILED) == Failed(name, str(bad), 1)

    await db.execute("update job_failure set retry_at = now() - interval '1 hour'")
    await db.execute(case.again)
    await RUN[job]()
    assert await db.value(case.done, bad)
    assert await db.value("select count(*) from job_failure") == 0


class Failed(msgspec.Struct, frozen=True):
    job: str
    item: str
    attempts: int


FAILED = "select job, item, attempts from job_failure"


async def test_a_whole_batch_of_events_that_fail_for_ever_keeps_nobody_waiting(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await make.thread()
    await db.execute("update event set handled_at = now()")
    for number in range(7):
        await db.execute(
            "insert into event (thread, seq, kind, created_at) values ($1, $2, 'thread.slowed', now())",
            thread,
            1_000 + number,
        )
    bad = set(await db.values("select id from event where handled_at is null order by id limit 5"))
    make_notices = notifications.make

    async def failing(events: Sequence[notifications.PendingEvent]) -> None:
        if bad & {event.id for event in events}:
            raise ValueError("poison")
        await make_notices(events)

    monkeypatch.setattr(notifications, "make", failing)
    monkeypatch.setattr(notifications, "BATCH", 5)
    await RUN["notifications"]()

    assert set(await db.values("select id from event where handled_at is null")) == bad


async def test_a_letter_that_cannot_be_written_keeps_no_other_from_being_queued(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every sweep ended at it, so that nobody got letters about replies any more."""
    thread, writers = await make.thread(), [await make.member() for _ in range(2)]
    for writer in writers:
        await make.comment(thread, await make.member(), parent=await make.comment(thread, writer))
    bad, good = writers
    placeholder = mailing._placeholder

    def failing(due: mailing.DueLetter) -> Letter:
        if due.member == bad.id:
            raise ValueError("poison")
        return placeholder(due)

    monkeypatch.setattr(mailing, "_placeholder", failing)
    await RUN["notifications"]()
    for _ in range(2):
        await RUN["letters about notifications"]()

    assert await db.values("select member from mail where list = 'replies'") == [good.id]
    assert await db.fetch_one(Failed, FAILED) == Failed(mailing.JOB, f"{bad.id} {thread}", 1)


async def test_a_moderator_who_cannot_be_written_to_keeps_no_other_from_the_alarm(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, _ = await make.member("bad", role="admin"), await make.member("good", role="admin")
    decision = await decided(
        await reported(await make.member()), await make.member(role="moderator"), "silence", days=3
    )
    await appeals.file(decision=decision, text="Please.")
    await db.execute("update appeal set created_at = now() - interval '8 days'")
    send = mail.send

    async def failing(kind: str, recipient: str, *more: Any) -> None:
        if recipient.startswith("bad@"):
            raise ValueError("poison")
        await send(kind, recipient, *more)

    monkeypatch.setattr(mail, "send", failing)
    await RUN["appeals"]()

    assert "good@example.org" in await db.values("select recipient from mail where kind = 'overdue'")
    assert await db.fetch_one(Failed, FAILED) == Failed("mail to staff: overdue", str(bad.id), 1)


async def test_a_file_that_cannot_be_put_away_keeps_no_other_in_the_inbox(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    for name in ("a", "b"):
        (tmp_path / "new" / name).write_bytes(b"Subject: Nothing of ours\n\nWords.")
    monkeypatch.setattr(maildir, "settings", lambda: msgspec.structs.replace(settings.settings(), mail_inbox=tmp_path))
    monkeypatch.setattr(maildir, "BATCH", 1)
    put_away = maildir._move_to_cur

    def failing(file: Path) -> None:
        if file.name == "a":
            raise PermissionError("poison")
        put_away(file)

    monkeypatch.setattr(maildir, "_move_to_cur", failing)
    assert [await RUN["inbox"]() for _ in range(2)] == [0, 1]
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["a"]


async def test_a_rule_of_retention_that_fails_keeps_no_other_from_its_rows(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_ins_that_are_over()
    broken = retention.Expiry("nowhere", "rows", "at", 1)
    monkeypatch.setattr(retention, "RULES", (broken, *retention.RULES))

    await RUN["retention"]()

    assert await db.value("select count(*) from session") == 0
    assert await db.fetch_one(Failed, FAILED) == Failed("retention", "nowhere: rows", 1)


async def test_what_fails_for_ever_is_dead_counted_and_not_tried_again(app: Litestar) -> None:
    tried = 0

    async def fails(_: int) -> None:
        nonlocal tried
        tried += 1
        raise ValueError("poison\0")

    for _ in range(events_attempts.MOST_ATTEMPTS + 3):
        await events_attempts.each("a job", [7], fails)
        await db.execute("update job_failure set retry_at = now() - interval '1 hour' where retry_at is not null")

    assert tried == events_attempts.MOST_ATTEMPTS
    assert await db.value("select retry_at is null from job_failure")
    await update()
    assert metrics.JOBS_DEAD.labels("a job")._value.get() == 1


async def test_each_failure_waits_longer(app: Litestar) -> None:
    async def fails(_: int) -> None:
        raise ValueError("poison")

    waits = []
    for _ in range(4):
        await events_attempts.each("a job", [7], fails)
        waits.append(await db.value("select round(extract(epoch from retry_at - failed_at))::int from job_failure"))
        await db.execute("update job_failure set retry_at = now() - interval '1 hour'")
    assert waits == [10, 40, 160, 640]


async def test_an_outage_is_no_items_fault(app: Litestar) -> None:
    async def away(_: int) -> None:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await events_attempts.each("a job", [7], away)
    assert await db.value("select count(*) from job_failure") == 0


async def test_what_was_written_for_an_item_that_fails_is_rolled_back(app: Litestar) -> None:
    thread = await make.thread()

    async def writes(_: int) -> None:
        await db.execute("update thread set slow = 60 where id = $1", thread)
        raise ValueError("poison")

    await events_attempts.each("a job", [7], writes)
    assert await db.value("select slow from thread where id = $1", thread) == 0
