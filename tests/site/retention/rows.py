"""For each rule of retention: a row that it is about, and what keeps such a row although it is old."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec

from parley.articles.articles.text import ArticleText
from parley.articles.imports.ops import encode
from parley.extraction.html.passages import ImportedPassage
from parley.moderation.matching.conditions import WordList
from parley.platform import db
from tests import make
from tests.moderation.automod.rows import asked, put_rule
from tests.moderation.modqueue.reported import decided, reported

ARTICLE_OF = "select r.article from passage p join revision r on r.id = p.revision where p.id = $1"
TAKE_DOWN = """
update article set restricted = 'none', source_text = '' where id = (select article from thread where id = $1)
returning id
"""
Spare = Callable[[Any], Awaitable[Any]]
_numbers = count(1)


class Case(msgspec.Struct):
    """`row` makes a row and returns its key; `spared` names what keeps one; `blanked` says that it lost its words.

    `begin` sets the time from which a row is kept ($2), where that is not in a column of its own.
    """

    row: Callable[[], Awaitable[Any]]
    spared: dict[str, Spare] = {}
    blanked: str = ""
    begin: str = ""


def insert(table: str, key: str = "id", /, **columns: object) -> Callable[[], Awaitable[Any]]:
    """A row of plain values. What is `...` is made by MADE, and "#" becomes a new number."""

    async def row() -> Any:
        number = str(next(_numbers))
        made = {name: one.replace("#", number) if isinstance(one, str) else one for name, one in columns.items()}
        for name, maker in MADE.items():
            if made.get(name) is ...:
                made[name] = await maker()
        places = ", ".join(f"${place}" for place in range(1, len(made) + 1))
        sql = f"insert into {table} ({', '.join(made)}) values ({places}) returning {key}"
        return await db.value(sql, *made.values())

    return row


def set_to(table: str, assignment: str, key: str = "id") -> Spare:
    return lambda row: db.execute(f"update {table} set {assignment} where {key} = $1", row)


async def member() -> int:
    return (await make.member()).id


async def _hash() -> str:
    return f"{next(_numbers):064x}"


async def _token() -> bytes:
    return str(next(_numbers)).encode()


async def _item() -> int:
    found: int = await insert("queue_item", kind="member", target=...)()
    return found


async def comment(state: str = "visible") -> int:
    found = await make.comment(await make.thread(), await make.member())
    await db.execute("update comment set statement = 'It is otherwise.' where id = $1", found)
    await make.put_state("comment", found, state)
    return found


MADE = {"member": member, "thread": make.thread, "comment": comment, "hash": _hash, "token_hash": _token}
MADE["confirm_hash"] = MADE["digest"] = _token
MADE |= {"item": _item, "target": member}


async def unverified() -> int:
    return (await make.member(state="unverified")).id


async def mute() -> int:
    return await insert("block", member=..., other=await member(), kind="mute", muted_until=datetime.now(UTC))()


async def note_on(who: int) -> None:
    await db.execute("insert into note (member, author, text) values ($1, $2, 'Again.')", who, await member())


async def decide_on(who: int) -> None:
    await db.execute("insert into decision (kind, target, action, member) values ('member', $1, 'warn', $1)", who)


async def sanction(digest: bytes) -> None:
    made = "insert into decision (kind, target, action) values ('member', $1, 'suspend') returning id"
    decision = await db.value(made, await member())
    await db.execute("update sanctioned_address set decision = $2 where digest = $1", digest, decision)


async def ended_claim() -> int:
    """A member's former claim to an article."""
    thread, claimant = await make.thread(), await make.member()
    return int(
        await db.value(
            """insert into claim (article, member, way, state, token)
               select article, $2, 'page', 'ended', 'x' from thread where id = $1 returning id""",
            thread,
            claimant.id,
        )
    )


async def text_taken_down() -> int:
    """The one passage of an article whose text a moderator took down."""
    number = next(_numbers)
    thread = await make.thread(make.text(f"Text {number} that infringes.", title=f"A song, part {number}"))
    article = await db.value(TAKE_DOWN, thread)
    await db.execute("insert into decision (kind, target, thread, action) values ('article', $1, $1, 'text')", thread)
    return int(
        await db.value("select p.id from passage p join revision r on r.id = p.revision where r.article = $1", article)
    )


async def source_taken_down() -> int:
    return int(await db.value(ARTICLE_OF, await text_taken_down()))


async def text_restored(passage: int) -> None:
    await source_restored(await db.value(ARTICLE_OF, passage))


async def source_restored(article: int) -> None:
    await db.execute("update article set restricted = '' where id = $1", article)


async def event() -> int:
    thread, author = await make.thread(), await make.member()
    for _ in range(2):
        await make.comment(thread, author)
    found: int = await db.value("select id from event where thread = $1 order by seq desc offset 1 limit 1", thread)
    return found


async def is_newest(event: int) -> None:
    await db.execute("update thread t set last_seq = e.seq from event e where e.id = $1 and t.id = e.thread", event)


async def import_of_closed_account() -> int:
    found: int = await insert("article_import", member=..., source="url", state="ready")()
    await make.put_state(
        "member", await db.value("select member from article_import where id = $1", found), "deactivated"
    )
    return found


async def reopened(number: int) -> None:
    owner = await db.value("select member from article_import where id = $1", number)
    await make.put_state("member", owner, "active")


def showing(digest: str) -> ArticleText:
    picture = ImportedPassage("figure", None, f'<figure><img src="/media/{digest}" alt=""></figure>', "")
    return ArticleText(title="The wager", passages=[*make.text().passages, picture], original=digest, licence="CC0")


async def in_article(digest: str) -> None:
    await make.thread(showing(digest))


async def in_draft(digest: str) -> None:
    number = await insert("article_import", member=..., source="url", state="ready")()
    await db.execute("update article_import set draft = $2 where id = $1", number, encode(showing(digest)))


async def in_suggestion(digest: str) -> None:
    await insert("suggested_update", thread=..., member=..., draft=encode(showing(digest)))()


async def notified_of(suggestion: int) -> None:
    await db.execute(
        "insert into notification (member, kind, suggestion) values ($1, 'update', $2)", await member(), suggestion
    )


async def version_of_deleted() -> int:
    blank = await comment("deleted_by_author")
    await db.execute("update comment set body = '', html = '', excerpt = '' where id = $1", blank)
    return await db.value(
        "insert into comment_version (comment, number, body, written_at) values ($1, 1, 'Words.', now()) returning id",
        blank,
    )


async def its_comment_has_words(version: int) -> None:
    await db.execute(
        "update comment set body = 'Words.' where id = (select comment from comment_version where id = $1)", version
    )


async def in_work(comment: int) -> None:
    await db.execute("insert into queue_item (kind, target) values ('comment', $1)", comment)


async def open_again(report: int) -> None:
    sql = "update report set state = 'open', outcome = null, resolved_at = null where id = $1"
    await db.execute(sql, report)


def visitors_report() -> Callable[[], Awaitable[Any]]:
    about = {"name": "Ada", "email": "ada@example.org", "network": "203.0.113.0/24"}
    return insert("report", item=..., guideline="civility", state="resolved", outcome="no_action", **about)


async def sent_to_webhook() -> int:
    hook = await insert("webhook", url="https://hooks.example.org/", secret=b"x", position="0-0")()
    sql = """
    insert into webhook_delivery
      (webhook, event, position, thread, seq, kind, happened_at, due_at, state, settled_at)
    values ($1, 1, '0-1', 1, 1, 'thread.opened', now(), now(), 'delivered', now()) returning id
    """
    return await db.value(sql, hook)


async def hit() -> int:
    rule = await put_rule(WordList(["wager"]))
    found = await make.comment(await make.thread(), await make.member())
    sql = "insert into hit (rule, version, comment, matched) values ($1, 1, $2, 'wager') returning id"
    return await db.value(sql, rule, found)


async def hit_in_work(number: int) -> None:
    await in_work(await db.value("select comment from hit where id = $1", number))


async def backtest() -> int:
    found = await asked(await put_rule(WordList(["wager"])))
    await db.execute("update backtest set state = 'done' where id = $1", found)
    return found


async def comment_signature() -> int:
    """The one that posting makes."""
    comment = await make.comment(await make.thread(), await make.member())
    return await db.value("select comment from comment_signature where comment = $1", comment)


async def comment_label() -> int:
    comment = await make.comment(await make.thread(), await make.member())
    sql = """insert into comment_label (comment, version, webhook, source, label, score)
             values ($1, 1, 1, 'judge.example', 'toxic', 0.9) returning id"""
    return await db.value(sql, comment)


async def comment_translation() -> int:
    comment = await make.comment(await make.thread(), await make.member())
    sql = "insert into comment_translation (comment, language, html) values ($1, 'de', '') returning id"
    return await db.value(sql, comment)


async def bulk_decision() -> int:
    moderator = (await make.member(role="moderator")).id
    sql = "insert into bulk_decision (moderator, action, state) values ($1, 'approve', 'done') returning id"
    return await db.value(sql, moderator)


async def second_look() -> int:
    decision = await decided(await reported(), await make.member(role="moderator"))
    sql = "insert into second_look (decision, moderator, judgement) values ($1, $2, 'remove') returning id"
    return await db.value(sql, decision, await member())
