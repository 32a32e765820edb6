"""The forum of `tests/standing/world.py` with many of the longest and densest items of each kind.

What members write is as long as each field allows, of characters that take most to escape, to parse or to lay out.
"""

from html import escape

from parley.articles.imports.ops import encode
from parley.discussion.comments import counts
from parley.discussion.comments.rules import LONGEST_COMMENT
from parley.interfaces.search import ops as search
from parley.moderation.rooms.web import LONGEST_INTRO, LONGEST_RULES
from parley.platform import db
from parley.platform.text import markdown
from parley.platform.text.beginnings import beginning
from tests import make
from tests.standing.world import World
from tests.units import repeated

# What a search finds.
WORD = "costly"
# Text with more marks than this is shown as typed, with six bytes for each quotation mark.
MARKS = markdown.MOST_MARKS
DENSE = f"{WORD} " + "[" * (MARKS + 1) + "'" * (LONGEST_COMMENT - MARKS - 8)
# The others have just fewer: most elements, the deepest quotations, most lines of letters that take three bytes.
BODIES = [
    DENSE,
    f"{WORD} " + repeated("*a* ", 2 * (MARKS - 10)) + "x" * (LONGEST_COMMENT - 2 * MARKS),
    f"{WORD}\n" + repeated("> " * 20 + "a\n", 41 * 150) + "\n" + repeated("a b ", LONGEST_COMMENT - 41 * 160),
    # Each letter is four in the form in which muted words are looked for.
    f"{WORD} " + "\u3300" * (LONGEST_COMMENT - 8),
    f"{WORD} " + repeated("a\n\n", 3 * 480) + repeated("漢", LONGEST_COMMENT - 3 * 500),
]
SHORT = repeated("<'&\"", LONGEST_COMMENT)
# As many marks as are still read as Markdown: for the texts that are stored without their HTML.
MARKED = repeated("*a* ", 2 * (MARKS - 10)) + "x" * LONGEST_COMMENT

# SQL of the row with number `n`: its id, and texts of it. Ids begin where no others are.
FIRST = 10_000
ROW, REPLY, FOR, AGAINST, HELD = (f"{number * FIRST} + n" for number in (1, 2, 3, 4, 5))
NAME, FORMER, MUTED = (f"lpad(n::text, 30, '{letter}')" for letter in "wvu")
ADDRESS = "rpad('https://a.example/' || n, 500, '''')"
EMAIL = "lpad(n || '@example.org', 254, 'w')"
KEY = "decode(md5(n::text), 'hex')"


def words(length: int) -> str:
    """SQL for a text of `length` characters."""
    return f"left($2, {length})"


# The rows of each table in the order in which they refer to each other: columns, and their SQL. Names in braces are
# those of `fill`.
ROWS: list[tuple[str, dict[str, str]]] = [
    (
        "member",
        {"id": ROW, "name": NAME, "name_key": NAME, "email": EMAIL, "email_key": EMAIL, "state": "'active'"}
        | {"title": words(40), "bio": words(1_000)},
    ),
    (
        "sign_up",
        {"member": ROW, "inviter": "{who}", "waits": "true", "message": words(500), "confirmed_at": "now()"},
    ),
    ("member", {"id": REPLY, "name": MUTED, "name_key": MUTED, "email": "''", "email_key": "''"}),
    ("former_name", {"member": ROW, "name": FORMER, "name_key": FORMER}),
    (
        "article",
        {"id": ROW, "url": ADDRESS, "site": words(253), "bio": words(300), "licence": words(300)},
    ),
    (
        "revision",
        {"id": ROW, "article": ROW, "number": "1", "title": words(300), "byline": words(200), "text_hash": KEY},
    ),
    (
        "passage",
        {"revision": ROW, "lineage": ROW, "position": "0", "kind": "'paragraph'", "text": words(10_000)}
        | {"html": "'<p>' || repeat('&lt;''&amp;\"', 2500) || '</p>'"},
    ),
    (
        "thread",
        {"id": ROW, "article": ROW, "topic": "'research'", "title": words(300), "slug": "repeat('w', 80)"}
        | {"starter": "{who}"},
    ),
    ("thread_stats", {"thread": ROW, "hot": "1e9", "disagreement": f"array[{FOR}, {AGAINST}]"}),
    ("thesis", {"thread": ROW, "version": "1", "text": words(120), "member": "{who}"}),
    # The latest of which is the present one.
    (
        "thesis",
        {"thread": "{thread}", "version": "n", "text": words(120), "member": "{who}"}
        | {"ended_at": "case when n < $1 then now() end", "agrees": "20", "published": "'{20, 20, 20, 0}'"},
    ),
    ("thesis_answer", {"thesis": "{thesis}", "thread": "{thread}", "member": ROW, "value": "1"}),
    # The member's responses, and a reply of somebody else to each.
    (
        "comment",
        {"id": ROW, "thread": "{thread}", "author": "{who}", "stance": "'challenges'", "revision": "1"}
        | {"made_on": "{passage}", "passage": "{passage}", "anchor": "'same'", "quote": words(300)}
        | {"statement": f"case when n % 2 = 0 then {words(140)} end", "assisted": "n % 3 = 0", "reply_count": "1"}
        | {"body": "''", "html": "''", "html_version": "1"},
    ),
    (
        "comment",
        {"id": REPLY, "thread": "{thread}", "author": ROW, "parent": ROW, "depth": "1"}
        | {"statement": f"case when n % 2 = 0 then {words(140)} end"}
        | {"body": "''", "html": "''", "html_version": "1"},
    ),
    # What waits for a moderator.
    (
        "comment",
        {"id": HELD, "thread": "{thread}", "author": "{who}", "state": "'pending'"}
        | {"body": "''", "html": "''", "html_version": "1"},
    ),
    # The two sides of each other thread.
    *(
        (
            "comment",
            {"id": row, "thread": ROW, "author": ROW, "stance": f"'{stance}'", "revision": "1", "base_ups": "9"}
            | {"body": "''", "html": "''", "html_version": "1"},
        )
        for row, stance in ((FOR, "supports"), (AGAINST, "challenges"))
    ),
    ("comment_version", {"comment": "{comment}", "number": "n + 100", "body": "''", "written_at": "now()"}),
    ("event", {"thread": "{thread}", "seq": "{last} + n", "kind": "'comment.posted'", "comment": REPLY, "actor": ROW}),
    ("vote", {"comment": ROW, "thread": "{thread}", "member": ROW, "axis": "'agreement'", "value": "1"}),
    ("statement_proposal", {"id": ROW, "comment": ROW, "text": words(140), "member": "{mod}"}),
    ("statement_verdict", {"comment": ROW, "thread": "{thread}", "verdict": "'common-ground'"}),
    # What is reported, and what is decided.
    ("queue_item", {"id": ROW, "kind": "'comment'", "target": ROW, "thread": "{thread}"}),
    ("queue_item", {"id": REPLY, "kind": "'article'", "target": ROW, "thread": ROW}),
    (
        "report",
        {"item": ROW, "reporter": ROW, "guideline": "'civility'", "text": words(2_000)},
    ),
    (
        "report",
        {"item": "{item}", "reporter": ROW, "guideline": "'civility'", "text": words(2_000)},
    ),
    (
        "report",
        {"id": REPLY, "item": REPLY, "name": words(100), "email": EMAIL, "proven": "true", "text": words(5_000)}
        | {"guideline": "'civility'"},
    ),
    (
        "rights_request",
        {"report": REPLY, "ground": "'privacy'", "wish": "'remove'", "original": ADDRESS, "answer": words(2_000)},
    ),
    (
        "decision",
        {"id": ROW, "item": ROW, "kind": "'comment'", "target": ROW, "thread": "{thread}", "action": "'warn'"}
        | {"guideline": "'civility'", "reason": words(1_000), "moderator": "{mod}", "member": "{who}"},
    ),
    (
        "decision",
        {"id": REPLY, "kind": "'member'", "target": "{who}", "action": "'suspend'", "state": "'awaiting'"}
        | {"guideline": "'civility'", "reason": words(1_000), "moderator": "{mod}", "member": "{who}"},
    ),
    # What the victim, as a moderator, proposed, and what was undone of it.
    (
        "decision",
        {"id": FOR, "kind": "'member'", "target": ROW, "action": "'suspend'", "state": "'awaiting'"}
        | {"guideline": "'civility'", "reason": words(1_000), "moderator": "{who}", "member": ROW},
    ),
    ("mass_undo", {"moderator": "{who}", "admin": "{mod}", "since": "now()", "reason": words(1_000)}),
    (
        "bulk_decision",
        {"id": ROW, "moderator": "{mod}", "action": "'remove'", "guideline": "'civility'", "reason": words(1_000)},
    ),
    # Each left out with a reason, of the first bulk decision.
    ("bulk_item", {"bulk": f"{FIRST + 1}", "item": ROW, "version": "1", "state": "'left_out'", "refusal": words(300)}),
    ("appeal", {"id": ROW, "decision": ROW, "member": "{who}", "text": words(5_000)}),
    (
        "mod_action",
        {"actor": "{mod}", "role": "'moderator'", "action": "'warn'", "kind": "'comment'", "target": ROW}
        | {"guideline": "'civility'", "reason": words(1_000), "decision": ROW}
        | {"before": f"jsonb_build_object('why', {words(1_000)})"},
    ),
    ("note", {"member": "{who}", "author": "{mod}", "text": words(1_000)}),
    ("saved_reason", {"guideline": "'civility'", "moderator": "{mod}", "text": words(1_000)}),
    (
        "rule",
        {"id": ROW, "name": f"left(n || {words(80)}, 80)", "action": "'flag'", "guideline": "'civility'"}
        | {"conditions": "(select conditions from rule where id = {rule})", "changed_by": "{mod}"},
    ),
    ("hit", {"rule": "{rule}", "version": "1", "comment": ROW, "matched": words(300)}),
    # What the member is told, follows and keeps.
    ("follow", {"member": "{who}", "thread": ROW}),
    (
        "kept_item",
        {"member": "{who}", "thread": "{thread}", "comment": REPLY, "text": words(5_000)}
        | {"created_at": "now()", "changed_at": "now()"},
    ),
    (
        "kept_item",
        {"member": "{who}", "thread": "{thread}", "text": words(5_000), "passage": "{passage}", "quote": words(2_000)}
        | {"anchor": "'same'", "created_at": "now()", "changed_at": "now()"},
    ),
    ("notification", {"member": "{who}", "kind": "'reply'", "comment": REPLY, "actor": ROW, "thread": "{thread}"}
     | {"event": "(select id from event where comment = " + REPLY + ")"}),
    ("notification", {"member": "{who}", "kind": "'decision'", "decision": ROW}),
    ("notification", {"member": "{who}", "kind": "'proposal'", "proposal": ROW, "comment": ROW, "thread": "{thread}"}),
    ("issue_item", {"issue": "{issue}", "member": "{who}", "position": "n", "kind": "'reply'", "thread": "{thread}"}
     | {"comment": REPLY}),
    ("block", {"member": "{who}", "other": REPLY, "kind": "'mute'"}),
    ("session", {"member": "{who}", "token_hash": KEY, "agent": words(200), "expires_at": "now() + interval '1 day'"}),
    ("passkey", {"member": "{who}", "name": words(60), "credential": KEY, "handle": KEY, "public_key": KEY}),
    ("api_token", {"member": "{who}", "token_hash": KEY, "name": words(60), "expires_at": "now() + interval '1 day'"}),
    ("invitation", {"member": "{who}", "token_hash": KEY, "expires_at": "now() + interval '1 day'"}),
    (
        "imported_claim",
        {"member": ROW, "source": "'disqus'", "name": words(60), "page": ADDRESS, "token": "'t'"},
    ),
    (
        "claim",
        {"article": ROW, "member": "{who}", "way": "'word'", "token": "'t'", "text": words(2_000)},
    ),
    (
        "suggested_update",
        {"id": ROW, "thread": "{thread}", "member": ROW, "reason": words(300), "draft": "{draft}"}
        | {"passage": "case when n > 1 then {passage} end"},
    ),
    (
        "article_import",
        {"member": "{who}", "state": "'ready'", "source": "'text'", "title": words(300), "draft": "{draft}"},
    ),
    # What comes from other sites, and goes there.
    ("inbound_feed", {"id": ROW, "url": ADDRESS, "host": words(253), "title": words(300), "topic": "'research'"}
     | {"basis": words(500)}),
    (
        "feed_item",
        {"feed": "{feed}", "key": KEY, "url": ADDRESS, "host": words(253), "title": words(300), "summary": words(400)},
    ),
    ("webhook", {"id": ROW, "url": ADDRESS, "secret": KEY, "position": "'0'"}),
    ("site", {"key": "'site' || n", "origins": f"array[{ADDRESS}]", "topic": "'research'"}),
    (
        "mail",
        {"kind": "'verify'", "recipient": EMAIL, "subject": words(300), "text": words(40_000), "html": words(40_000)},
    ),
    ("mail_bounce", {"mail": "n", "address": EMAIL, "kind": "'gone'", "detail": words(1_000), "digest": "n::text"}),
    ("mail_address", {"address": EMAIL, "suppressed_at": "now()", "reason": "'gone'"}),
]  # fmt: skip
# Comments 1, 2, 3 … have the texts $1 in turn.
SET_BODIES = """
update comment set body = ($1::text[])[id % $3 + 1], html = ($2::text[])[id % $3 + 1], html_version = $4,
                   excerpt = ($6::text[])[id % $3 + 1], beginning = ($7::text[])[id % $3 + 1]
where id > $5
"""
COUNT = "update thread set last_seq = last_seq + $2, comment_count = comment_count + 2 * $2 where id = $1"
# All are found by the same words.
INDEX_OTHERS = """
insert into search_document (kind, source, thread, version, shown, prior, at, words)
select d.kind, c.id, c.thread, d.version, d.shown, d.prior, d.at, d.words from search_document d, comment c
where d.kind = 3 and d.source = $1 and c.id > $1
"""
# The longest article: almost as many passages as there may be, with as many characters as may be typed.
PASSAGES, LENGTH = 9_900, 50
INSERT_PASSAGES = """
insert into passage (revision, lineage, position, kind, text, html)
select r.id, $2 + n, 100 + n, 'paragraph', $4, '<p>' || $5 || '</p>'
from generate_series(1, $3) n, thread t join revision r on r.article = t.article where t.id = $1
"""
SET_DRAFTS = "update article_import set draft = $1 where state = 'ready'"
SET_BIO = "update member set bio = left($2, 1000) where id = $1"
SET_ROOM = f"update topic set intro = left($1, {LONGEST_INTRO}), rules = left($1, {LONGEST_RULES})"
SET_VERSIONS = "update comment_version set body = ($1::text[])[id % $2 + 1]"


async def fill(world: World, count: int, bodies: list[str]) -> None:
    """Add `count` items of each kind, by or about the member of `world`, and let its addresses lead to the first."""
    thread = int(world.parts["{thread:str}"])
    for part in ("comment", "decision", "appeal", "update"):
        world.parts[f"{{{part}:str}}"] = str(FIRST + 1)
    of_thread = f"(select max(id) from thesis where thread = {thread})"
    given = (
        {"thesis": of_thread}
        | {name: world.parts[f"{{{name}:str}}"] for name in ("thread", "comment", "item", "rule", "feed")}
        | {
            "who": world.people["member"].id,
            # Moderators do not see what concerns their own decisions.
            "mod": world.people["admin"].id,
            "last": await db.value("select last_seq from thread where id = $1", thread),
            "passage": (await make.lineages(thread))[0],
            "issue": "(select max(id) from issue)",
            "draft": f"decode('{encode(make.text(SHORT[:10_000])).hex()}', 'hex')",
        }
    )
    async with db.atomic():
        for table, columns in ROWS:
            made = f"select {', '.join(columns.values())} from generate_series(1, $1::int) n where $2::text <> ''"
            sql = f"insert into {table} ({', '.join(columns)}) {made}"
            for name, value in given.items():
                sql = sql.replace(f"{{{name}}}", str(value))
            await db.execute(sql, count, SHORT)
        html = [markdown.render(body) for body in bodies]
        excerpts = [markdown.stored_excerpt(one) for one in html]
        beginnings = [beginning(one) for one in html]
        await db.execute(SET_BODIES, bodies, html, len(bodies), markdown.VERSION, FIRST, excerpts, beginnings)
        await db.execute(SET_VERSIONS, bodies, len(bodies))
        await db.execute(SET_BIO, world.people["member"].id, MARKED)
        await db.execute(SET_ROOM, MARKED)
        await db.execute(COUNT, thread, count)
        await counts.recount(thread)
    await search.index_comments([FIRST + 1])
    await db.execute(INDEX_OTHERS, FIRST + 1)


async def lengthen(world: World) -> None:
    """Let the article of the thread of `world`, and all drafts, have the most passages."""
    text = SHORT[:LENGTH]
    thread = int(world.parts["{thread:str}"])
    await db.execute(INSERT_PASSAGES, thread, 5 * FIRST, PASSAGES, text, escape(text))
    await db.execute(SET_DRAFTS, encode(make.text(*[escape(text)] * PASSAGES)))
