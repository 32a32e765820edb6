"""What a back-test predicts is what happens when the same is posted with the rule on (moderation-proofs.md I14)."""

import threading
from datetime import timedelta
from random import Random

import msgspec
import pytest
from litestar import Litestar

from parley.moderation.automod import checks
from parley.moderation.backtests import costs, jobs
from parley.moderation.backtests import run as backtests
from parley.moderation.matching import current
from parley.moderation.matching.conditions import (
    Age,
    AnyCondition,
    Assisted,
    BelowTrust,
    Burst,
    Domains,
    FewWords,
    FirstComments,
    FirstLinks,
    Heat,
    Links,
    Members,
    NearCopies,
    Pattern,
    Rate,
    Similar,
    Threads,
    UpheldBefore,
    WordList,
)
from parley.moderation.modrules import queries
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.settings import settings
from tests import make
from tests.moderation.automod.rows import asked, backtested, newcomer, put_rule
from tests.moderation.modqueue.reported import decided

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

WORDS = (
    "What remains is the habit of asking a machine first, whatever it was about.",
    "What remains is the habit of asking a machine first, whatever it is about!",
    "You fool!",
    "See https://shop.example/now for 5 of them.",
    "See https://other.example and https://shop.example.",
    "I see it otherwise.",
)
ASKED: tuple[tuple[AnyCondition, ...], ...] = (
    (WordList(["fool"]),),
    (Pattern(r"\d"),),
    (Links(2),),
    (Links(1, "seldom"), FewWords(8)),
    (Domains(["shop.example"]), FirstComments(6)),
    (Similar(0.9),),
    (Similar(0.95, to="anyone"),),
    (NearCopies(0.8, 1),),
    (NearCopies(0.9, 2, by="author", days=3),),
    (Burst("links", 1, 10),),
    (Burst("copies", 1, 20),),
    (FirstLinks(2),),
    (Age(7),),
    (FirstComments(3),),
    (BelowTrust(),),
    (BelowTrust("new"),),
    (UpheldBefore(1),),
    (Members(["olga"]),),
    (Rate(2, 5),),
    (Heat(2.0),),
    (Assisted(declared=False), FirstComments(2)),
)


async def later(by: timedelta) -> None:
    """Make everything older."""
    for table in ("comment", "comment_signature", "report", "decision", "member", "thread"):
        await db.execute(f"update {table} set created_at = created_at - $1::interval", by)
    current.forget()


async def reported(comment: int) -> int:
    """The item of a comment that somebody reported."""
    await reports.report(ReportInput("comment", comment, "civility", "", await make.member()))
    item: int = await db.value("select id from queue_item where kind = 'comment' and target = $1", comment)
    return item


async def a_month(random: Random, people: list[Viewer], staff: Viewer, threads: list[int]) -> None:
    """A month of talk: quick answers and long pauses, links and insults, reports and decisions."""
    said: dict[int, list[int]] = {thread: [] for thread in threads}
    for _ in range(70):
        await later(timedelta(seconds=random.choice((5, 40, 40, 100, 400, 80_000))))
        thread = random.choice(threads)
        parent = random.choice(said[thread][-2:]) if said[thread] and random.random() < 0.7 else None
        comment = await make.comment(thread, random.choice(people), random.choice(WORDS), parent=parent)
        if random.random() < 0.3:
            await later(timedelta(seconds=1))
            item = await reported(comment)
            if random.random() < 0.3:
                await decided(item, staff, "remove")
                continue
        said[thread].append(comment)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
async def test_predicted_hits_are_the_hits_that_occur(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(checks, "settings", lambda: msgspec.structs.replace(settings(), limits=False))
    monkeypatch.setattr(backtests, "SAMPLES", 1_000)
    people = [await make.member("olga"), *[await make.member() for _ in range(2)], await newcomer()]
    threads = [await make.thread() for _ in range(3)]
    asked_of_all = [*ASKED, (Threads(threads),)]
    rules = [await put_rule(*conditions) for conditions in asked_of_all]

    await a_month(Random(seed), people, await make.member(role="moderator"), threads)

    for rule, conditions in zip(rules, asked_of_all, strict=True):
        predicted = await backtested(rule)
        occurred = await db.values("select comment from hit where rule = $1 order by comment desc", rule)
        assert predicted.samples == occurred, conditions
    assert await db.value("select count(distinct rule) from hit") == len(asked_of_all)


async def test_it_counts_what_became_of_the_hits_and_leaves_the_staff_out(app: Litestar) -> None:
    rule = await put_rule(WordList(["fool"]), state="off")
    author, thread, staff = await make.member(), await make.thread(), await make.member(role="moderator")
    old = await make.comment(thread, author, "You fool!")
    await later(timedelta(days=10))
    comments = [await make.comment(thread, author, words) for words in ("You fool!", "Fool yourself!", "Hello.")]
    await make.comment(thread, staff, "No fool here.")
    for comment, action in zip((old, *comments), ("remove", "approve", "collapse", "remove"), strict=True):
        await decided(await reported(comment), staff, action)

    result = await backtested(rule)

    assert (result.comments, result.hits, result.week, result.week_hits) == (4, 3, 3, 2)
    assert (result.right, result.wrong) == (2, 1)
    assert (result.days[19], result.days[29], sum(result.days)) == (1, 2, 3)
    assert result.samples == [comments[1], comments[0], old]


async def test_removals_on_another_ground_say_nothing_about_a_rule(app: Litestar) -> None:
    rule = await put_rule(WordList(["fool"]))
    author, thread, staff = await make.member(), await make.thread(), await make.member(role="moderator")
    comments = [await make.comment(thread, author, words) for words in ("You fool!", "Fool yourself!", "A fool, he.")]
    for comment, action in zip(comments, ("remove", "remove", "approve"), strict=True):
        await decided(await reported(comment), staff, action)
    await db.execute("update decision set guideline = 'spam' where target = $1", comments[1])

    result, shown = await backtested(rule), await queries.rule(rule)

    assert (result.right, result.wrong) == (1, 1)
    assert shown and shown.precision == 0.5
    samples = await queries.samples(comments, "civility")
    assert [one.is_right for one in samples] == [False, None, True]


async def test_older_comments_only_count_as_earlier_posts(app: Litestar) -> None:
    rule = await put_rule(FirstComments(2), state="off")
    author, thread = await make.member(), await make.thread()
    await make.comment(thread, author)
    await later(timedelta(days=31))
    second = await make.comment(thread, author)
    await later(timedelta(minutes=1))
    await make.comment(thread, author)

    assert (await backtested(rule)).samples == [second]


async def test_a_back_test_that_a_worker_left_behind_is_taken_up_anew(app: Litestar) -> None:
    rule = await put_rule(WordList(["fool"]), state="off")
    await make.comment(await make.thread(), await make.member(), "You fool!")
    number = await asked(rule)
    await db.execute(
        "update backtest set state = 'running', done = 7, changed_at = now() - interval '2 minutes' where id = $1",
        number,
    )

    assert await jobs.run_backtests() == 1
    assert await jobs.run_backtests() == 0
    assert await db.value("select (state, done, total) = ('done', 1, 1) from backtest where id = $1", number)


async def test_a_back_test_that_cannot_run_says_so(app: Litestar) -> None:
    rule = await put_rule(WordList(["fool"]), state="off")
    number = await asked(rule)
    await db.execute("""update rule_version set conditions = '[{"kind": "mood"}]' where rule = $1""", rule)

    await jobs.run_backtests()

    assert await db.value("select state from backtest where id = $1", number) == "failed"


async def test_it_reports_the_cost_of_texts_made_for_the_rules_patterns(app: Litestar) -> None:
    rule = await put_rule(Pattern("[ab]*a[ab]{400}c"), state="off")

    result = await backtested(rule)

    assert result.comments == 0
    assert result.costliest.made and result.costliest.exceeds_budget


async def test_it_reports_the_cost_of_the_longest_comments(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = await put_rule(WordList(["fool"]), state="off")
    long = await make.comment(await make.thread(), await make.member(), "Nothing special. " * 500)
    size = await db.value("select length(body) from comment where id = $1", long)
    monkeypatch.setattr(costs, "texts", lambda _: [])

    result = await backtested(rule)

    assert (result.costliest.size, result.costliest.made) == (size, False)
    assert not result.costliest.exceeds_budget


async def test_the_worker_goes_on_while_a_rule_is_tried(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule may take two milliseconds a kilobyte: the other jobs would wait for seconds."""
    threads = set()

    def matched(*_: object) -> None:
        threads.add(threading.current_thread())

    rule = await put_rule(WordList(["fool"]))
    await make.comment(await make.thread(), await make.member(), "You fool!")
    monkeypatch.setattr(backtests, "match", matched)

    await backtested(rule)

    assert threads and threading.main_thread() not in threads
