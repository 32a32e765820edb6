"""The same community every time: threads of 1,000 and 100,000 comments, and a hundred small ones to write in."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

import asyncpg
import msgspec

from bench import history
from parley.articles.articles.text import ArticleText
from parley.articles.imports.reading import read_file
from parley.discussion.comments import counts
from parley.discussion.comments.rules import STANCES
from parley.discussion.threads.opening import open_thread
from parley.platform import db
from parley.platform.text import markdown
from parley.site.demo.content import articles, discussion

MEMBERS = 500
# Who wrote what is written in and voted on; the others vote and answer there, since nobody can vote on their own.
# In the large thread all have written, so each has a record.
AUTHORS = 250
# Members of today, who have written nothing yet.
NEWCOMERS = 10_000
BODIES = 2_000
READ, LARGE, WRITTEN = 1_000, 100_000, 100
# Threads of answers to the article only, each on a passage.
ANCHORED = (1_000, 30_000)
# Which nobody reads or writes here: with them there are 200,000 comments.
OTHERS = 64_000
SMALL = 40
START = datetime(2026, 1, 1, tzinfo=UTC)
# Members joined long before, and wrote over weeks: otherwise all are newcomers to the rules, which hold what they post.
JOINED, SECONDS_BETWEEN = START - timedelta(days=90), 20
MEMBER_FIELDS = ("name", "name_key", "email", "email_key", "state", "created_at")
COMMENT_FIELDS = (
    "id", "thread", "parent", "depth", "author", "stance", "revision", "passage", "made_on", "anchor", "confidence",
    "body", "html", "excerpt", "html_version", "ups", "downs", "agrees", "disagrees", "reply_count",
    "created_at", "scored_at",
)  # fmt: skip
LINEAGES = """
select p.lineage from passage p join revision r on r.id = p.revision join thread t on t.article = r.article
where t.id = $1 order by p.position
"""
VOTE_FIELDS = ("comment", "thread", "member", "axis", "value", "changed_at")


class Community(msgspec.Struct):
    """Ids, and the members' cookies."""

    read: int = 0
    large: int = 0
    # Threads of 1,000 and 30,000 answers to the article, each on a passage.
    anchored: list[int] = []
    written: list[int] = []
    # Of the small threads: each one's comments.
    comments: dict[int, list[int]] = {}
    cookies: list[str] = []
    # As Markdown and rendered.
    bodies: list[tuple[str, str]] = []


class Words(msgspec.Struct):
    """What everything is made of: one article, and comments' bodies as Markdown and rendered."""

    article: ArticleText
    bodies: list[tuple[str, str]]


class Made(msgspec.Struct):
    """A comment while its thread is being made up."""

    id: int
    parent: "Made | None"
    author: int
    depth: int = 0
    replies: int = 0
    stance: str | None = None
    passage: int | None = None
    votes: dict[tuple[int, str], int] = {}

    def count(self, axis: str, value: int) -> int:
        return sum(1 for (_, on), cast in self.votes.items() if on == axis and cast == value)


async def fill() -> Community:
    """Fill the migrated, empty database of the open pool."""
    random = Random(7)
    made = Community()
    async with db.DB.open_connections().pool.acquire() as connection:
        made.cookies = await add_members(connection, "reader", MEMBERS, JOINED)
        made.cookies += await add_members(connection, "newcomer", NEWCOMERS, datetime.now(UTC))
        words = await find_words(random)
        made.bodies = words.bodies
        made.read = await add_thread(connection, random, words, READ, 50, 1_000)
        made.large = await add_thread(connection, random, words, LARGE, 200, 10_000, MEMBERS)
        for place in range(WRITTEN):
            first = 200_000 + SMALL * place
            thread = await add_thread(connection, random, words, SMALL, 1, first)
            made.written.append(thread)
            made.comments[thread] = list(range(first, first + SMALL))
        for size in ANCHORED:
            thread = await add_thread(connection, random, words, size, 10, 300_000 + size, answers=True)
            await connection.execute(counts.ADD_THREAD, thread)
            made.anchored.append(thread)
        await connection.execute("select setval('comment_id_seq', 1000000)")
        await add_thread(connection, random, words, OTHERS, 20, 400_000)
        read = [made.read, made.large, *made.anchored, *made.written]
        await history.add(connection, MEMBERS, made.large, LARGE, made.written, read)
        # What opened the threads is no work for the worker.
        await connection.execute("update event set handled_at = now(), indexed_at = now()")
        await connection.execute("vacuum analyze")
    return made


async def find_words(random: Random) -> Words:
    """The demo's first article, and comments made of the demo's paragraphs."""
    article = articles()[0]
    return Words(await read_file(article.name, article.read_bytes()), _bodies(random))


async def add_members(connection: asyncpg.Connection, name: str, number: int, joined: datetime) -> list[str]:
    """Add members, numbered on from those there are, and return the cookies of their sessions."""
    there = await connection.fetchval("select count(*) from member")
    names = [f"{name}_{place:05}" for place in range(number)]
    rows = [(name, name, f"{name}@x.example", f"{name}@x.example", "active", joined) for name in names]
    await connection.copy_records_to_table("member", records=rows, columns=MEMBER_FIELDS)
    tokens = [hashlib.sha256(name.encode()).hexdigest()[:43] for name in names]
    now = datetime.now(UTC)
    sessions = [
        (place, hashlib.sha256(token.encode()).digest(), now, now, now + timedelta(days=1))
        for place, token in enumerate(tokens, there + 1)
    ]
    fields = ("member", "token_hash", "created_at", "seen_at", "expires_at")
    await connection.copy_records_to_table("session", records=sessions, columns=fields)
    return [f"parley={token}" for token in tokens]


def _bodies(random: Random) -> list[tuple[str, str]]:
    """Comments of the demo put together anew, short ones more often than long ones, as Markdown and rendered."""
    parts = [part for article in articles() for one in discussion(article) for part in one.body.split("\n\n")]
    texts = ["\n\n".join(random.choices(parts, k=random.choice((1, 1, 1, 2, 2, 3)))) for _ in range(BODIES)]
    return [(text, markdown.render(text)) for text in texts]


async def add_thread(
    connection: asyncpg.Connection,
    random: Random,
    words: Words,
    size: int,
    votes_each: int,
    first: int,
    authors: int = AUTHORS,
    *,
    answers: bool = False,
) -> int:
    """Add a thread of `size` comments by as many `authors`, in which each member voted `votes_each` times.

    With `answers` all are answers to the article, each on a passage.
    """
    passages = words.article.passages[: None if size > SMALL else 3]
    address = f"https://paper.example/{first}"
    text = msgspec.structs.replace(words.article, url=address, passages=passages)
    thread = (await open_thread(text=text, topic="research", starter=1)).id
    lineages = [row["lineage"] for row in await connection.fetch(LINEAGES, thread)]
    tree = _tree(random, size, first, authors, top=1.0 if answers else 0.25)
    _anchor(random, tree, lineages, anchored=1.0 if answers else 0.5)
    _vote(random, tree, votes_each)
    # As many bodies as comments are used once each.
    bodies = words.bodies if len(words.bodies) == size else random.choices(words.bodies, k=size)
    times = (START + timedelta(seconds=SECONDS_BETWEEN * one.id) for one in tree)
    rows = [_row(thread, *each) for each in zip(tree, bodies, times, strict=True)]
    await connection.copy_records_to_table("comment", records=rows, columns=COMMENT_FIELDS)
    votes = [(one.id, thread, *key, value, START) for one in tree for key, value in one.votes.items()]
    await connection.copy_records_to_table("vote", records=votes, columns=VOTE_FIELDS)
    await connection.execute("update thread set comment_count = $2 where id = $1", thread, size)
    return thread


def _tree(random: Random, size: int, first: int, authors: int, *, top: float) -> list[Made]:
    """The share `top` answers the article; the others answer something recent or, as often, anything."""
    tree: list[Made] = []
    for place in range(size):
        parent: Made | None = None
        if tree and random.random() > top:
            recent = tree[-min(len(tree), int(random.paretovariate(0.7)))]
            parent = recent if random.random() < 0.5 else random.choice(tree)
            parent.replies += 1
        depth = parent.depth + 1 if parent else 0
        tree.append(Made(first + place, parent, random.randint(1, authors), depth))
    return tree


def _anchor(random: Random, tree: Sequence[Made], lineages: Sequence[int], *, anchored: float) -> None:
    """Two of three answers to the article say how they stand to it; a share is `anchored` on a passage."""
    for one in tree:
        if one.parent is None:
            one.stance = random.choice((*STANCES, None, None))
            one.passage = random.choice(lineages) if random.random() < anchored else None


def _vote(random: Random, tree: Sequence[Made], each: int) -> None:
    """Some comments draw most of the votes; four of five are for them."""
    weights = list(accumulate(random.paretovariate(1.0) for _ in tree))
    for member in range(1, MEMBERS + 1):
        for one in random.choices(tree, cum_weights=weights, k=each):
            axis = random.choice(("quality", "agreement"))
            if one.author != member:
                one.votes.setdefault((member, axis), 1 if random.random() < 0.8 else -1)


def _row(thread: int, one: Made, body: tuple[str, str], at: datetime) -> tuple[Any, ...]:
    ups, downs = one.count("quality", 1), one.count("quality", -1)
    agrees, disagrees = one.count("agreement", 1), one.count("agreement", -1)
    parent = one.parent.id if one.parent else None
    place = (thread, parent, one.depth, one.author, one.stance, 1)
    anchor = (one.passage, one.passage, "same", 1.0) if one.passage else (None,) * 4
    numbers = (ups, downs, agrees, disagrees, one.replies)
    return (
        one.id,
        *place,
        *anchor,
        *body,
        body[0][: markdown.STORED_EXCERPT],
        markdown.VERSION,
        *numbers,
        at,
        at if one.votes else None,
    )
