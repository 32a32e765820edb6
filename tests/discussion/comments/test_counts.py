"""The counts of a discussion's parts are those of a recount, and no page reads a whole long discussion."""

import json
from collections.abc import AsyncIterator, Coroutine, Iterator
from itertools import count
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import counts, jobs, states
from parley.discussion.comments.rules import STANCES
from parley.discussion.comments.states import transition
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.discussion.threads.ops import revise_thread
from parley.moderation.matching.conditions import WordList
from parley.platform import db
from parley.platform.errors import ParleyError
from tests import make
from tests.conftest import committed, empty
from tests.loops import Loop, own_loop
from tests.moderation.automod.rows import put_rule

Result = TypeVar("Result")

ALL = 2**40
MANY = 30_000
# A page reads its 180 comments, what competes for a place with them, and an article: not more, however many there are.
MOST_ROWS = 8_000
stances = st.sampled_from([None, *STANCES])
_numbers = count()


@pytest.fixture(scope="module")
def loop(database: str) -> Iterator[Loop]:
    with own_loop(database) as own:
        yield own


class Discussion(RuleBasedStateMachine):
    """One author, whose comments are held, decided upon and imported, on an article that is revised."""

    loop: Loop
    comments = Bundle("comments")

    def teardown(self) -> None:
        self.do(empty())

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run(work)

    def attempt(self, work: Coroutine[Any, Any, Result]) -> Result | None:
        try:
            result = self.do(work)
        except ParleyError:
            return None
        event("done")
        return result

    @initialize()
    def begin(self) -> None:
        self.ana = self.do(make.member("ana"))
        self.thread = self.do(make.thread(make.text(*make.WORDS)))
        self.lineages = self.do(make.lineages(self.thread))
        self.do(put_rule(WordList(["held"]), action="hold"))

    @rule(target=comments, place=st.integers(-1, 2), words=st.sampled_from(["", "energy", "answer"]), stance=stances)
    def post(self, place: int, words: str, stance: str | None) -> Any:
        passage = self.lineages[place] if place >= 0 else None
        work = make.comment(self.thread, self.ana, stance=stance, passage=passage, quote=words if passage else None)
        return self.attempt(work) or multiple()

    @rule(target=comments, stance=stances)
    def post_what_is_held(self, stance: str | None) -> Any:
        return self.attempt(make.comment(self.thread, self.ana, "To be held.", stance=stance)) or multiple()

    @rule(target=comments, parent=comments)
    def answer(self, parent: int) -> Any:
        return self.attempt(make.comment(self.thread, self.ana, parent=parent)) or multiple()

    @rule(comment=comments, stance=stances)
    def edit(self, comment: int, stance: str | None) -> None:
        self.attempt(editing.edit_comment(viewer=self.ana, comment_id=comment, body="It is so.", stance=stance))

    @rule(comment=comments, back=st.booleans())
    def release(self, comment: int, *, back: bool) -> None:
        change = editing.restore_comment if back else editing.delete_comment
        self.attempt(change(viewer=self.ana, comment_id=comment))

    @rule(comment=comments, state=st.sampled_from(["visible", "hidden", "removed", "rejected", "pending"]))
    def decide(self, comment: int, state: str) -> None:
        self.attempt(self._decide(comment, state))

    async def _decide(self, comment: int, state: str) -> None:
        async with db.atomic():
            await transition(await states.lock_comment(comment), state, actor=None)

    @rule(words=st.permutations(make.WORDS), size=st.integers(1, 3), edited=st.booleans())
    def revise(self, words: list[str], size: int, *, edited: bool) -> None:
        kept = [one.replace("energy", "power") if edited else one for one in words[:size]]
        self.attempt(revise_thread(self.thread, make.text(*kept)))

    @rule(size=st.integers(1, 3))
    def take_over(self, size: int) -> None:
        lines = [ImportLine(f"{next(_numbers)}", None, "u", 0, "[removed]" if one else "So.") for one in range(size)]
        self.attempt(import_discussion(self.thread, lines, lambda _: None))

    @invariant()
    def the_counts_are_a_recount(self) -> None:
        assert self.do(counts.find_drifted(0, ALL)) == []


def test_the_counts_always_equal_a_recount(loop: Loop) -> None:
    machine = type("OnLoop", (Discussion,), {"loop": loop})
    checks = list(HealthCheck)
    examples = settings.default.max_examples // 2
    run_machine(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=checks),
    )


@pytest.mark.anyio
async def test_the_nightly_check_reports_and_repairs(app: Litestar) -> None:
    thread = await make.thread()
    first = (await make.lineages(thread))[0]
    await make.comment(thread, await make.member(), stance="asks", passage=first)
    assert await jobs.check_counts() == 0

    await db.execute("update passage_count set asks = 0, adds = 7 where thread = $1", thread)
    await db.execute("insert into passage_count (thread, part, none) values ($1, 'earlier', 2)", thread)

    assert await jobs.check_counts() == 1
    assert await jobs.check_counts() == 0
    assert await db.value("select asks from passage_count where part = $1", str(first)) == 1


# Of ten comments, one is a reply, one on the whole article, one on words that are gone; the others are on one passage.
FILL = """
insert into comment (thread, parent, depth, author, body, html, html_version, stance, revision, made_on, passage,
                     anchor, quote, submission, state, created_at)
select $1, case when n % 10 = 0 then $4::bigint end, 0, $2, 'So.', '<p>So.</p>', 9,
       case when n % 10 <> 0 and n % 2 = 0 then 'asks' end, 1,
       case when n % 10 > 1 then $3::bigint end, case when n % 10 > 1 then $3::bigint end,
       case when n % 10 = 2 then 'lost' when n % 10 > 2 then 'same' end, case when n % 10 > 1 then 'energy' end,
       gen_random_uuid(), 'visible', now() - n * interval '1 second'
from generate_series(1, $5::int) n
"""


@pytest.fixture(scope="module")
async def filled(app: Litestar) -> AsyncIterator[int]:
    """A thread of 30,000 comments, most of them on one passage, committed once for all tests."""
    async with committed():
        thread, ana = await make.thread(), await make.member()
        first = (await make.lineages(thread))[0]
        root = await make.comment(thread, ana)
        await db.execute(FILL, thread, ana.id, first, root, MANY)
        await db.execute("update thread set comment_count = $2 where id = $1", thread, MANY + 1)
        await db.execute("update comment set reply_count = $2 where id = $1", root, MANY // 10)
        async with db.atomic():
            await counts.recount(thread)
        yield thread


@pytest.fixture
async def crowded(filled: int) -> int:
    """The same, with the statistics of its tables as the database has them in the end; no other test gets these."""
    async with make.as_owner():
        await db.execute("analyze comment")
        await db.execute("analyze passage_count")
    return filled


class Asked:
    """What was asked of the database, and how many rows the answers read from its tables."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements: list[tuple[str, tuple[Any, ...]]] = []
        original = db.DB.run

        async def ask(method: str, sql: str, args: tuple[Any, ...]) -> Any:
            self.statements.append((sql, args))
            return await original(method, sql, args)

        monkeypatch.setattr(db.DB, "run", ask)

    async def rows(self) -> dict[str, int]:
        """The rows that each statement which read many read."""
        found: dict[str, int] = {}
        for sql, args in [one for one in self.statements if one[0].lstrip().startswith(("select", "with"))]:
            plan = json.loads(await db.value(f"explain (analyze, format json) {sql}", *args))
            found[sql] = max(found.get(sql, 0), _read(plan[0]["Plan"]))
        return found


def _read(node: dict[str, Any]) -> int:
    below = sum(_read(one) for one in node.get("Plans", ()))
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    is_read = "Relation Name" in node or "Index Name" in node
    return below + (rows * node["Actual Loops"] if is_read else 0)


PAGES = [
    "",
    "?view=passage&sort=new",
    "?view=passage&sort=old",
    "?view=passage&sort=controversial",
    "?view=all",
    "?view=all&sort=new",
    "?view=all&sort=old",
    "?view=all&sort=controversial",
    "?view=passage&stance=asks",
    "?passage={first}",
    "?passage={first}&sort=new",
    "?passage=whole",
    "?passage=earlier&sort=old",
    "?focus={root}",
]


VOTED = "update comment set ups = id % 7, downs = id % 5 where thread = $1"


@pytest.mark.anyio
@pytest.mark.parametrize("voted", [False, True])
async def test_no_page_of_a_very_long_discussion_reads_all_of_it(
    client: httpx.AsyncClient, crowded: int, monkeypatch: pytest.MonkeyPatch, *, voted: bool
) -> None:
    if voted:
        # Rows that were changed stand elsewhere in the table, which makes other plans look cheaper.
        await db.execute(VOTED, crowded)
        async with make.as_owner():
            await db.execute("analyze comment")
    first = (await make.lineages(crowded))[0]
    root = await db.value("select min(id) from comment where thread = $1", crowded)
    address = await make.address(crowded)
    for page in PAGES:
        asked = Asked(monkeypatch)

        answer = await client.get(address + page.format(first=first, root=root))

        assert answer.status_code == httpx.codes.OK
        assert {sql: rows for sql, rows in (await asked.rows()).items() if rows > MOST_ROWS} == {}, page


@pytest.mark.anyio
async def test_a_very_long_discussion_shows_true_counts_and_links_on(client: httpx.AsyncClient, crowded: int) -> None:
    first = (await make.lineages(crowded))[0]
    await make.comment(crowded, await make.member(), stance="adds", passage=first)

    page = (await client.get(f"{await make.address(crowded)}?view=passage")).text

    on_passage, whole, earlier = MANY * 7 // 10 + 1, MANY // 10 + 1, MANY // 10
    assert f'aria-label="{on_passage:,} comments on this passage: 1 addition, ' in page
    for name, number in ((str(first), on_passage), ("whole", whole), ("earlier", earlier)):
        group = page.split(f'id="g{name}"')[1].split("</section>")[0]
        shown = group.count('data-parent=""') or group.count("<article")
        assert f"{number - shown:,} more" in group


@pytest.mark.anyio
async def test_a_part_that_begins_with_removed_comments_still_links_on(client: httpx.AsyncClient, crowded: int) -> None:
    begun = "select id from comment where thread = $1 and part = 'earlier' order by created_at, id limit 200"
    for comment in await db.values(begun, crowded):
        await db.execute("update comment set state = 'removed' where id = $1", comment)
    async with db.atomic():
        await counts.recount(crowded)

    page = (await client.get(f"{await make.address(crowded)}?view=passage&sort=old")).text

    assert f"{MANY // 10 - 200:,} more here" in page
