"""Fills the installation that the environment names, and prints what it made as JSON; a process of its own."""

import asyncio
import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from parley.articles.imports.jobs import read_waiting
from parley.articles.imports.ops import request_import
from parley.articles.imports.reading import finish
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.discussion.threads.jobs import refresh_thread_stats
from parley.extraction.sandbox.reading import read_article
from parley.extraction.text.markdown import extract_markdown
from parley.letters.digests import letters
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.people.mail import unsubscribe_link
from parley.people.mail.sending import deliver_due
from parley.platform import db
from parley.platform.db import close_pool, open_pool
from parley.platform.db.migrate import migrate
from parley.platform.events.redis import close_redis, open_redis
from parley.platform.settings import settings
from parley.site import hooks
from parley.site.demo.fill import fill
from tests import make

SPARE = 160
# The home page belongs to the demo: these threads stand behind it.
OLD = "update thread set created_at = created_at - interval '300 days' where id = any($1::bigint[])"
QUIET = "update thread set last_activity_at = created_at where id = any($1::bigint[])"
SENTENCES = (
    "The figure is right, but it is five years old and the curve has bent since.",
    "I have run one of these for a year, and the bill came from the cooling, not from the model.",
    "Which of the two claims do you mean: that it cannot reason, or that nobody should rely on it?",
    "A court will not ask whether it understood. It will ask who signed.",
    "My students stopped writing drafts. They write prompts, and the first draft is the last.",
)


def lines(count: int, deepest: int, seed: str) -> list[ImportLine]:
    """A discussion of `count` comments in which no reply stands deeper than `deepest`; the same every time."""
    chance = random.Random(seed)
    depths: list[int] = []
    made: list[ImportLine] = []
    for number in range(count):
        parent = chance.randrange(-count // 3, number) if number else -1
        while parent >= 0 and depths[parent] >= deepest:
            parent = chance.randrange(number)
        depths.append(depths[parent] + 1 if parent >= 0 else 0)
        made.append(line(seed, number, parent if parent >= 0 else None, chance))
    return made


def chain(depth: int, seed: str) -> list[ImportLine]:
    """Each comment answers the one before it."""
    chance = random.Random(seed)
    return [line(seed, number, number - 1 if number else None, chance) for number in range(depth)]


def line(seed: str, number: int, parent: int | None, chance: random.Random) -> ImportLine:
    body = " ".join(chance.choices(SENTENCES, k=chance.randrange(1, 5)))
    return ImportLine(
        id=f"{seed}-{number}",
        parent_id=None if parent is None else f"{seed}-{parent}",
        author=f"reader{chance.randrange(60)}",
        created_utc=time.time() - 200_000 + 60 * number,
        body=body,
        score=chance.randrange(-4, 60),
    )


WIDE_ARTICLE = f"""# Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft

A word without end: {"un" * 60}. An address without end: <https://example.org/{"deep/" * 40}>.

    def measured({", ".join(f"the_{number}th_argument" for number in range(20))}): ...

| {" | ".join(f"The {number}th column" for number in range(14))} |
|{"---|" * 14}
| {" | ".join("a value of some length" for _ in range(14))} |

1. One point, and `{"code_" * 30}` in it.
2. Another point.
"""
WIDE_COMMENT = f"""{"ha" * 90}, see https://example.org/{"deep/" * 40} and `{"code_" * 30}`.

    {"all on one line " * 20}

> > > > > Quoted five times over.

- one
  - two
    - three
      - four
"""
REPEATING = "The question is what the answer costs, and the answer is a question."


async def wide() -> int:
    """A thread of all that a narrow page has no room for, and a reply to that."""
    thread = await make.thread(await finish(read_article(extract_markdown(WIDE_ARTICLE))), topic="craft")
    first, *_ = await make.lineages(thread)
    priya = await viewer("priya")
    comment = await make.comment(thread, priya, WIDE_COMMENT, stance="challenges", passage=first, quote="un" * 60)
    hanna = await viewer("hanna")
    await make.comment(thread, hanna, WIDE_COMMENT, parent=comment)
    await make.block(hanna, priya)
    return thread


async def ready() -> int:
    """An import of mira's that was read and waits to be looked over."""
    mira = await viewer("mira")
    given = WIDE_ARTICLE.encode()
    made = await request_import(member=mira.id, source="text", url=None, given=given, title="", topic="research")
    await read_waiting()
    return made


async def archived() -> int:
    thread = await three("Long ago three people argued here")
    await db.execute("update thread set state = 'archived' where id = $1", thread)
    return thread


async def slowed() -> int:
    """A thread that moderators slowed so much that mira has to wait while the tests run."""
    thread = await three("Three people whom moderators asked to take their time")
    await db.execute("update thread set slow = 1800, state_reason = 'It got loud.' where id = $1", thread)
    return thread


async def discussion(title: str, made: list[ImportLine]) -> int:
    thread = await make.thread(make.text(title=title))
    await import_discussion(thread, made, lambda _: None)
    return thread


async def proposed(thread: int) -> int:
    """A suspension for good that sam_h proposed for what was reported on a grave ground; it waits for a second."""
    olaf = await make.member("olaf")
    comment = await make.comment(thread, olaf, "A threat.")
    await reports.report(ReportInput("comment", comment, "illegal", "A threat.", await viewer("jonas_w")))
    item = await db.value("select id from queue_item where kind = 'comment' and target = $1", comment)
    version = await db.value("select version from queue_item where id = $1", item)
    return await decisions.decide(
        await viewer("sam_h", "moderator"), Choice(item, version, "suspend", "illegal", "They threaten somebody.")
    )


async def mailed() -> dict[str, str]:
    """The paths of an issue of the digest and of its letter, of stopping it, and of the question whether to keep it."""
    while await deliver_due():
        pass
    issue, member = [await db.value(f"select {one} from issue order by id limit 1") for one in ("id", "member")]
    await db.execute("update subscription set asked_at = now() + interval '1 day' where member = $1", member)
    addresses = {"issue": letters.address("view", issue), "keep": letters.address("keep", member)}
    addresses |= {"off": unsubscribe_link(member, "digest")}
    letter = await db.value("select id from mail where list = 'digest' and html is not null")
    paths = {name: address.removeprefix(settings().base_url) for name, address in addresses.items()}
    return paths | {"letter": f"/dev/mail/{letter}"}


async def three(title: str) -> int:
    """A thread with mira's comment, jonas_w's reply to it, and another comment."""
    thread = await make.thread(make.text(title=title))
    mira, jonas = [await viewer(name) for name in ("mira", "jonas_w")]
    first = await make.comment(thread, mira, "Costs come first.", stance="challenges")
    await make.comment(thread, jonas, "They fall every year.", parent=first)
    await make.comment(thread, jonas, "It learns what we never wrote down.", stance="adds")
    return thread


async def viewer(name: str, role: str = "member") -> Viewer:
    number = await db.value("select id from member where name = $1", name)
    return Viewer(id=number, name=name, role=role, verified=True, session=0)


async def main() -> None:
    hooks.connect()
    await migrate(settings().database_url)
    await open_pool(settings().database_url, size=4)
    open_redis(settings().redis_url)
    await fill()
    made = {
        "empty": await make.thread(make.text(title="An article that nobody has answered yet")),
        "three": await three("Three people answered this one"),
        "thousand": await discussion("A thousand comments", lines(1_000, 7, "thousand")),
        "crowded": await discussion("Fourteen hundred comments", lines(1_400, 40, "crowded")),
        "deep": await discussion("Two people who would not stop", chain(31, "deep")),
        "deepest": await discussion("Two people who could not stop", chain(200, "deepest")),
        "wide": await wide(),
        "archived": await archived(),
        "repeating": await make.thread(make.text(REPEATING, title="The same words twice")),
        "slowed": await slowed(),
    }
    spare = [await three(f"A thread to spare, number {number}") for number in range(SPARE)]
    ours = [*spare, *made.values()]
    await db.execute(OLD, ours)
    made |= {"ready": await ready(), "proposed": await proposed(made["wide"])} | await mailed()
    await refresh_thread_stats()
    await db.execute(QUIET, ours)
    await close_redis()
    await close_pool()
    sys.stdout.write(json.dumps(made | {"spare": spare}))


asyncio.run(main())
