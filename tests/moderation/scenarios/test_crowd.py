"""Eight people at once, each acting at random: every promise holds afterwards (I5, I10, S59)."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar

from parley.moderation.matching.conditions import WordList
from parley.moderation.modlog import ops as modlog
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.automod.rows import put_rule
from tests.moderation.scenarios.crowd import Part, Person
from tests.moderation.scenarios.promises import broken

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

ROOT = Path(__file__).parents[3]
ROLES = ["member"] * 4 + ["moderator"] * 3 + ["admin"]
DOUBLE = """
select item from decision where state <> 'undone' and action <> 'escalate'
group by item, created_at having count(*) > 1
"""


@pytest.fixture
async def place(app: Litestar) -> tuple[int, list[Viewer], list[int]]:
    """A thread, eight people, and what four of them wrote in it."""
    thread = await make.thread()
    await put_rule(WordList(["held"]), action="hold")
    people = [await make.member(role=role) for role in ROLES]
    return thread, people, [await make.comment(thread, one) for one in people[:4] for _ in range(3)]


async def assert_promises_kept(done: Counter[str]) -> None:
    assert await broken() == []
    assert (await modlog.verify()).broken is None
    assert await db.values(DOUBLE) == []
    recorded = sum(done[deed] for deed in ("decide", "undo", "appeal", "answer"))
    assert await db.value("select count(*) from mod_action where role <> 'automatic'") == recorded
    assert min(done[deed] for deed in ("post", "vote", "report", "decide", "undo", "appeal", "claim")) > 0, done


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
async def test_a_crowd_breaks_no_promise(place: tuple[int, list[Viewer], list[int]], seed: int) -> None:
    thread, people, posted = place
    crowd = [Person(one, thread, posted, seed * 100 + number) for number, one in enumerate(people)]

    await asyncio.gather(*(person.live(40) for person in crowd))

    await assert_promises_kept(sum((person.done for person in crowd), Counter()))


@pytest.mark.slow
async def test_eight_processes_on_the_same_items_break_no_promise(place: tuple[int, list[Viewer], list[int]]) -> None:
    thread, people, posted = place
    parts = [Part(one.id, one.name, one.role, thread, posted, number, 60) for number, one in enumerate(people)]
    processes = [await begin(part) for part in parts]
    # All start together, so that they meet on the same items.
    for process in processes:
        assert await process.stdout.readline() == b"ready\n"

    answers = await asyncio.gather(*(process.communicate(b"\n") for process in processes))

    assert [process.returncode for process in processes] == [0] * len(ROLES)
    done = sum((Counter(msgspec.json.decode(said, type=dict[str, int])) for said, _ in answers), Counter())
    await assert_promises_kept(done)
    assert done["stale"] > 0, "they never met"


async def begin(part: Part) -> asyncio.subprocess.Process:
    """Start a process for one person."""
    path = os.pathsep.join([str(ROOT), *sys.path])
    command = [sys.executable, "-m", "tests.moderation.scenarios.crowd"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, env=os.environ | {"PYTHONPATH": path}
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(part) + b"\n")
    return process
