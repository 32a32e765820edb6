"""What tests begin with: members, threads, comments, votes, sign-ins."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import httpx
from litestar import Litestar

from parley.articles.articles.text import ArticleText, CacheValidators
from parley.discussion.commenting import drafts, posting
from parley.discussion.comments import counts
from parley.discussion.thesis import ops as theses
from parley.discussion.threads.opening import open_thread
from parley.discussion.votes import ops as votes
from parley.extraction.html.passages import ImportedPassage
from parley.people.accounts import addresses, names, sessions
from parley.people.accounts.viewer import Viewer
from parley.platform import db

WORDS = (
    "The model answers before it has understood the question.",
    "Nobody asked how much energy the answer cost.",
    "What remains is the habit of asking a machine first.",
)
NEW_MEMBER = """
insert into member (name, name_key, email, email_key, role, state, created_at)
values ($1, $2, $3, $4, $5, $6::text,
        now() - case when $6::text = 'unverified' then interval '0' else interval '60 days' end)
returning id
"""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_numbers = count(1)


async def member(name: str | None = None, *, role: str = "member", state: str = "active") -> Viewer:
    """A member of two months who wrote nothing yet; the name is made up unless one is given."""
    name = name or f"member{next(_numbers)}"
    email = f"{name}@example.org"
    found = await db.value(NEW_MEMBER, name, names.key(name), email, addresses.key(email), role, state)
    return Viewer(id=found, name=name, role=role, verified=state != "unverified", session=0, state=state)


def browser(app: Litestar, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """A browser without a sign-in. It follows no redirects, so that tests see them."""
    transport = httpx.ASGITransport(app, client=(address, 50_000))
    headers = {"Sec-Fetch-Site": "same-origin"}
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)


async def sign_in(client: httpx.AsyncClient, who: Viewer) -> None:
    """Let `client` be `who` from now on."""
    token = await sessions.start(who.id, who.role, agent="a test", address="127.0.0.1")
    client.cookies.clear()
    client.cookies.set(sessions.cookie_name(), token)


def text(*words: str, title: str = "The wager", url: str | None = None, fetched: bool = False) -> ArticleText:
    """An article of one paragraph for each of `words`; `fetched` from its page, or else given to us."""
    passages = [ImportedPassage("paragraph", None, f"<p>{one}</p>", one) for one in words or WORDS]
    return ArticleText(title=title, passages=passages, url=url, fetched=CacheValidators('"v1"') if fetched else None)


async def thread(article: ArticleText | None = None, *, topic: str = "research", starter: Viewer | None = None) -> int:
    """An open thread and its article."""
    opened = await open_thread(
        text=article or text(title=f"The wager, part {next(_numbers)}"),
        topic=topic,
        starter=starter.id if starter else None,
    )
    return opened.id


async def comment(
    thread_id: int,
    author: Viewer,
    body: str = "I see it otherwise.",
    *,
    parent: int | None = None,
    stance: str | None = None,
    passage: int | None = None,
    quote: str | None = None,
    prefix: str | None = None,
    statement: str | None = None,
    submission: UUID | None = None,
) -> int:
    """A comment, posted as its author would."""
    draft = drafts.Draft(
        thread=thread_id,
        author=author,
        body=body,
        parent=parent,
        stance=stance,
        passage=passage,
        quote=quote,
        prefix=prefix,
        statement=statement,
        submission=submission,
    )
    return (await posting.post_comment(draft)).id


async def vote(who: Viewer, comment_id: int, axis: str = "quality", value: int | None = 1) -> None:
    await votes.cast_vote(viewer=who, comment=comment_id, axis=axis, value=value)


async def thesis(thread_id: int, text: str = "Prediction is not understanding.", *, by: Viewer | None = None) -> None:
    """What the article of a thread claims."""
    await theses.put(thread_id, text, by.id if by else None)


async def thesis_answers(thread_id: int, *values: int) -> list[Viewer]:
    """An answer to the thesis by a new member for each of `values`."""
    members = [await member() for _ in values]
    for who, value in zip(members, values, strict=True):
        await theses.answer(who, thread_id, value)
    return members


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field of a page; empty where it has none of this name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    return found[1] if found else ""


async def block(who: Viewer, other: Viewer, kind: str = "block") -> None:
    """Let `who` have blocked `other`, or muted them."""
    await db.execute(
        "insert into block (member, other, kind, created_at) values ($1, $2, $3, now())", who.id, other.id, kind
    )


async def lineages(thread_id: int) -> list[int]:
    """The lineages of the passages of a thread's article, in reading order."""
    return await db.values(
        """select p.lineage from thread t join revision r on r.article = t.article
           join passage p on p.revision = r.id where t.id = $1 order by r.number, p.position""",
        thread_id,
    )


async def address(thread_id: int) -> str:
    """The address of a thread's page."""
    slug: str = await db.value("select slug from thread where id = $1", thread_id)
    return f"/t/{thread_id}/{slug}"


async def put_state(table: str, row: int, state: str) -> None:
    """Put a row into a state at once, whatever steps lead there."""
    async with as_owner():
        await db.execute(f"alter table {table} disable trigger {table}_transition")
        await db.execute(f"update {table} set state = $2 where id = $1", row, state)
        await db.execute(f"alter table {table} enable trigger {table}_transition")
        if table == "comment":
            await counts.recount(await db.value("select thread from comment where id = $1", row))


@asynccontextmanager
async def as_owner() -> AsyncIterator[None]:
    """A transaction with the rights of the login, which owns the tables, where the application has given them up."""
    async with db.atomic():
        role = await db.value("select current_setting('role')")
        await db.execute("set local role none")
        yield
        await db.execute("select set_config('role', $1, true)", role)
