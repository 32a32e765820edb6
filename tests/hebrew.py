"""Members' words in letters that are written from right to left, and where a page leaves their direction to chance."""

import re
from html.parser import HTMLParser

import asyncpg

from parley.people.accounts import names
from tests.pseudo import untranslated

ADDRESS = re.compile(r"https?://[^\s\"<⟧]*|[\w.+-]+@[\w.-]+")
# Markup and addresses, and how mail programs begin the subject of an answer.
KEPT = re.compile(r"(<[^>]*>|&\w+;|https?://\S+|\bRe: )")
LATIN, LETTERS = "abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפצקרשתםןףץ"
HEBREW = str.maketrans(LATIN + LATIN.upper(), LETTERS * 2)
RIGHT_TO_LEFT = re.compile("[א-ת]")
LEFT_TO_RIGHT = re.compile("[A-Za-z]")
# What stands between the characters that isolate.
ISOLATED = re.compile("\N{FIRST STRONG ISOLATE}[^\N{POP DIRECTIONAL ISOLATE}]*\N{POP DIRECTIONAL ISOLATE}")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Texts without markup, and those that are read as they were typed.
UNSHOWN = {"title", "script", "style", "code", "pre", "kbd"}
TYPED = {"text", "search", "email", "url"}
# What members and operators write, and nobody else: each table's columns of text and of markup.
WORDS = {
    "article": ["site"],
    "revision": ["title", "byline", "reason"],
    "passage": ["text", "html"],
    "topic": ["name"],
    "guideline": ["title", "text"],
    "thread": ["title", "state_reason"],
    "member": ["name", "title", "bio", "state_reason"],
    "comment": [
        "body",
        "html",
        "beginning",
        "excerpt",
        "quote",
        "prefix",
        "suffix",
        "imported_author",
        "collapsed",
        "statement",
    ],
    "comment_version": ["body", "statement"],
    "statement_proposal": ["text"],
    "thesis": ["text"],
    "report": ["text", "name"],
    "decision": ["reason"],
    "appeal": ["text", "answer"],
    "note": ["text"],
    "mod_action": ["reason"],
    "suggested_update": ["answer"],
    "article_import": ["title"],
    "rule": ["name"],
    "hit": ["matched"],
}


def hebrew(text: str) -> str:
    """The same text with a Hebrew letter for each Latin one; markup and addresses stay."""
    parts = KEPT.split(text)
    parts[::2] = [part.translate(HEBREW) for part in parts[::2]]
    return "".join(parts)


async def write_hebrew(connection: asyncpg.Connection) -> None:
    """Put every member's words into Hebrew letters."""
    await connection.execute("alter table mod_action disable trigger user")
    for table, columns in WORDS.items():
        rows = await connection.fetch(f"select ctid, {', '.join(columns)} from {table}")
        sets = ", ".join(f"{column} = ${number}" for number, column in enumerate(columns, 2))
        values = [(row[0], *(one and hebrew(one) for one in row[1:])) for row in rows]
        await connection.executemany(f"update {table} set {sets} where ctid = $1", values)
    for member, name in await connection.fetch("select id, name from member"):
        await connection.execute("update member set name_key = $1 where id = $2", names.key(name), member)


class Element:
    def __init__(self, tag: str, attrs: dict[str, str | None]) -> None:
        self.tag = tag
        self.isolates = tag == "bdi" or "dir" in attrs
        # Mail clients show the preheader as plain text.
        self.is_plain = tag in UNSHOWN or attrs.get("class") == "preheader"
        self.text = ""


class Directions(HTMLParser):
    """Collects in `faults` the texts from right to left that stand in no element of their own direction."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[Element] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        value = named.get("value") or ""
        is_typed = tag == "input" and named.get("type", "text") in TYPED
        if is_typed and RIGHT_TO_LEFT.search(value) and named.get("dir") not in {"auto", "ltr"}:
            self.faults.append(f"<input>: {value}")
        if tag not in VOID:
            self.open.append(Element(tag, named))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            closed = self.open.pop()
            if closed.isolates and closed.tag != "html":
                self._check(closed)
            if closed.tag == tag:
                return

    def _check(self, one: Element) -> None:
        """An element with members' words has no others, or they would share one direction."""
        if RIGHT_TO_LEFT.search(one.text) and LEFT_TO_RIGHT.search(one.text):
            self.faults.append(f"<{one.tag}>, with ours: {' '.join(one.text.split())}")

    def handle_data(self, data: str) -> None:
        if any(one.is_plain for one in self.open):
            return
        data = ISOLATED.sub("", data)
        around = [one for one in self.open if one.isolates and one.tag != "html"]
        if around:
            around[-1].text += KEPT.sub("", data)
        elif RIGHT_TO_LEFT.search(data):
            self.faults.append(f"<{self.open[-1].tag}>: {' '.join(data.split())}" if self.open else data)


def undirected(html: str) -> list[str]:
    """The texts of a page whose direction is left to what stands around them."""
    reader = Directions()
    reader.feed(html)
    reader.close()
    return reader.faults


def english(html: str, known: set[str]) -> set[str]:
    """The texts of a page that are neither messages nor in Hebrew letters, but for addresses and `known` words."""
    return {text for text in untranslated(ADDRESS.sub("", html), known) if LEFT_TO_RIGHT.search(KEPT.sub("", text))}
