"""A community that gets the digest: 100,000 members, 1,000 threads, 200,000 comments, visits and notifications."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import asyncpg

from parley.discussion.comments.rules import STANCES
from parley.platform.text import markdown
from parley.site.demo.content import articles, discussion

MEMBERS, THREADS, EACH, AUTHORS = 100_000, 1_000, 200, 5_000
VISITS, FOLLOWS, NOTIFICATIONS = 5, 1, 2
TOPICS = ("ai-and-society", "research", "work", "policy", "craft")
MEMBER = ("id", "name", "name_key", "email", "email_key", "state", "zone", "seen_at", "created_at")
COMMENT = (
    "id", "thread", "parent", "depth", "author", "stance", "revision", "body", "html", "excerpt", "html_version", "ups",
    "downs",
    "created_at",
)  # fmt: skip
THREAD = ("id", "article", "topic", "title", "slug", "comment_count", "created_at", "last_activity_at")
REVISION = ("id", "article", "number", "title", "words", "text_hash", "created_at")
PASSAGE = ("revision", "lineage", "position", "kind", "html", "text")
NOTIFICATION = ("member", "kind", "event", "thread", "comment", "actor", "created_at")
ITEM = ("issue", "member", "position", "kind", "thread", "comment")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")


async def fill(connection: asyncpg.Connection) -> None:
    """Fill a migrated, empty database, the same way every time but for the clock."""
    random, now = Random(11), datetime.now(UTC)

    async def copy(table: str, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
        await connection.copy_records_to_table(table, records=rows, columns=list(columns))

    await copy("member", MEMBER, _members(now))
    await copy("article", ("id", "created_at"), ((n, now) for n in range(1, THREADS + 1)))
    await copy("revision", REVISION, ((n, n, 1, _title(n), 900, bytes(8), now) for n in range(1, THREADS + 1)))
    await copy("passage", PASSAGE, ((n, n, 0, "paragraph", f"<p>{WORDS}</p>", WORDS) for n in range(1, THREADS + 1)))
    await copy("thread", THREAD, (_thread(n, now) for n in range(1, THREADS + 1)))
    await copy("comment", COMMENT, _comments(random, now))
    await copy("visit", ("member", "thread", "read_until", "seen_at"), _visits(random, now))
    follows = [(member, thread) for member in _all() for thread in random.sample(range(1, THREADS + 1), FOLLOWS)]
    await copy("follow", ("member", "thread", "level", "since"), ((*one, "follow", now) for one in follows))
    await copy("notification", NOTIFICATION, _notifications(random, follows, now))
    await copy(
        "issue", ("id", "member", "period", "due_at", "state"), ((n, n, "2020-W01", now, "sent") for n in _all())
    )
    await copy("issue_item", ITEM, _delivered(random))
    await copy("subscription", ("member", "weekday", "hour"), ((n, 1 + n % 7, n % 24) for n in _all()))
    await connection.execute("select setval('issue_id_seq', 1000000), setval('comment_id_seq', 1000000)")
    await connection.execute("vacuum analyze")


WORDS = "A sentence of an article that says something about machines, and about those who use them."


def _all() -> range:
    return range(1, MEMBERS + 1)


def _title(number: int) -> str:
    return f"What the {number}th machine cannot see"


def _members(now: datetime) -> Iterator[tuple[Any, ...]]:
    for n in _all():
        email = f"member{n}@x{n % 50}.example"
        yield n, f"member{n}", f"member{n}", email, email, "active", ZONES[n % 4], now, now - timedelta(days=300)


def _thread(number: int, now: datetime) -> tuple[Any, ...]:
    moved = now - timedelta(minutes=20 * number)
    return number, number, TOPICS[number % 5], _title(number), "x", EACH, moved - timedelta(days=15), moved


def _comments(random: Random, now: datetime) -> Iterator[tuple[Any, ...]]:
    """One of four answers the article, three of four of those take a stance."""
    bodies = [part.body for article in articles() for part in discussion(article)]
    written = [(body, markdown.render(body)) for body in bodies]
    for thread in range(1, THREADS + 1):
        first = (thread - 1) * EACH + 1
        for n in range(first, first + EACH):
            is_root = n == first or random.random() < 0.25
            stance = random.choice((*STANCES, None)) if is_root else None
            ups, downs = int(random.paretovariate(1.0)) % 60, int(random.paretovariate(1.5)) % 20
            at = now - timedelta(minutes=20 * thread, hours=random.random() * 24 * 14)
            place = (thread, None if is_root else first, 0 if is_root else 1, random.randint(1, AUTHORS), stance, 1)
            body, html = random.choice(written)
            words = (body, html, body[: markdown.STORED_EXCERPT])
            yield n, *place, *words, markdown.VERSION, ups, downs, at


def _visits(random: Random, now: datetime) -> Iterator[tuple[Any, ...]]:
    for member in _all():
        for thread in random.sample(range(1, THREADS + 1), VISITS):
            at = now - timedelta(hours=random.random() * 24 * 25)
            yield member, thread, at, at


def _notifications(random: Random, follows: list[tuple[int, int]], now: datetime) -> Iterator[tuple[Any, ...]]:
    """A comment in each thread that is followed is unread; one of five members was answered."""
    for event, (member, thread) in enumerate(follows, start=1):
        comment = (thread - 1) * EACH + random.randint(1, EACH)
        kind = "reply" if event % (5 * FOLLOWS) == 0 else "followed"
        yield member, kind, event, thread, comment, None, now - timedelta(days=random.random() * 6)


def _delivered(random: Random) -> Iterator[tuple[Any, ...]]:
    for member in _all():
        for place, comment in enumerate(random.sample(range(1, THREADS * EACH), NOTIFICATIONS)):
            yield member, member, place, "best", 1 + (comment - 1) // EACH, comment
