"""Rows that tests of the rules begin with."""

from datetime import timedelta
from itertools import count

import msgspec

from parley.moderation.backtests import jobs
from parley.moderation.backtests.run import Result
from parley.moderation.matching import current
from parley.moderation.matching.conditions import AnyCondition
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

INSERT = """
with new as (
    insert into rule (name, state, position, conditions, action, guideline, changed_at)
    values ($1, $2, $3, $4::jsonb, $5, 'civility', now()) returning *
)
insert into rule_version (rule, version, conditions, action, changed_at)
select id, version, conditions, action, changed_at from new returning rule
"""
# A member of two months has read a thread up to now.
READ = """
insert into visit (member, thread, seen_at, read_until) values ($1, $2, now(), now())
on conflict (member, thread) do update set read_until = now()
"""
_numbers = count(1)


async def put_rule(*conditions: AnyCondition, action: str = "flag", state: str = "on", position: int = 0) -> int:
    """A rule that is in force at once."""
    name, asks = f"Rule {next(_numbers)}", msgspec.json.encode(conditions).decode()
    made: int = await db.value(INSERT, name, state, position, asks, action)
    current.forget()
    return made


async def newcomer() -> Viewer:
    """A member who signed up a minute ago."""
    one = await make.member()
    await db.execute("update member set created_at = now() where id = $1", one.id)
    return one


async def age(comment: int, by: timedelta) -> None:
    """Make a comment older."""
    await db.execute("update comment set created_at = created_at - $2::interval where id = $1", comment, by)


async def state_of(comment: int) -> str:
    state: str = await db.value("select state from comment where id = $1", comment)
    return state


async def mailed(who: Viewer) -> list[str]:
    """The subjects of the letters to a member, oldest first."""
    return await db.values("select subject from mail where recipient = $1 order by id", f"{who.name}@example.org")


async def established() -> Viewer:
    """An established member whose record is cached."""
    author, elsewhere = await make.member(), await make.thread()
    for number in range(20):
        comment = await make.comment(elsewhere, author, f"A thought of its own, the {number}th.")
        await age(comment, timedelta(days=2 + number % 5))
    await db.execute(READ, (await make.member()).id, elsewhere)
    await make.comment(elsewhere, author, "One more.")
    return author


async def asked(rule: int) -> int:
    """A back-test of a rule as it is, which waits for the worker."""
    made: int = await db.value(
        """insert into backtest (rule, version, created_at, changed_at)
           select id, version, now(), now() from rule where id = $1 returning id""",
        rule,
    )
    return made


async def backtested(rule: int) -> Result:
    """What the back-test of a rule finds."""
    number = await asked(rule)
    await jobs.run_backtests()
    found = await db.value("select result::text from backtest where id = $1 and state = 'done'", number)
    return msgspec.json.decode(found, type=Result)
