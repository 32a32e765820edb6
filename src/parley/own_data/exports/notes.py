"""Moderators' notes about a member, for their export (GDPR, article 15): without the names of other people.

They are held back while moderators work on a case about the member, who could otherwise interfere with it.
"""

import re
from datetime import datetime

import msgspec

from parley.people.accounts import names
from parley.platform import db

BLANK = "[…]"
ADDRESS = re.compile(r"[^\s@<>()\[\],;]+@[^\s@<>()\[\],;]+\.\w+")
WORD = re.compile(r"@?\w(?:[\w.-]*\w)?")

SELECT_NOTES = "select id, text, created_at from note where member = $1 order by id"
ABOUT_MEMBER = """(
    i.kind = 'member' and i.target = $1
    or i.kind = 'comment' and i.target in (select id from comment where author = $1)
    or i.kind = 'article' and i.target in (select id from thread where starter = $1))
"""
IS_CASE_OPEN = f"""
select exists (select from queue_item i where i.state = 'open' and {ABOUT_MEMBER})
  or exists (select from appeal where member = $1 and state in ('filed', 'assigned'))
  or exists (select from decision where member = $1 and state = 'awaiting')
"""  # noqa: S608 a constant
# Visitors who reported the member give any name.
SELECT_VISITORS = f"""
select distinct r.name from report r join queue_item i on i.id = r.item where r.name <> '' and {ABOUT_MEMBER}
"""  # noqa: S608 a constant
SELECT_OTHERS = """
select name_key from member where name_key = any($2::text[]) and id <> $1
union select name_key from former_name where name_key = any($2::text[]) and member <> $1
"""


class Note(msgspec.Struct, frozen=True):
    id: int
    text: str
    created_at: datetime


async def of(member: int, name: str) -> list[str] | None:
    """Return the notes about a member as lines of JSON; None if there are some, and a case is open."""
    notes = await db.fetch(Note, SELECT_NOTES, member)
    if notes and await db.value(IS_CASE_OPEN, member):
        return None
    visitors = await db.values(SELECT_VISITORS, member)
    typed = {_key(word) for note in notes for word in WORD.findall(note.text)} - {names.key(name)}
    others = set(await db.values(SELECT_OTHERS, member, sorted(typed)))
    blank = [msgspec.structs.replace(note, text=_without(note.text, others, visitors)) for note in notes]
    return [msgspec.json.encode(note).decode() for note in blank]


def _without(text: str, others: set[str], visitors: list[str]) -> str:
    """A note without addresses, names of members (by their keys) and of visitors."""
    text = ADDRESS.sub(BLANK, text)
    for visitor in visitors:
        text = re.sub(re.escape(visitor), BLANK, text, flags=re.IGNORECASE)
    return WORD.sub(lambda word: BLANK if _key(word[0]) in others else word[0], text)


def _key(word: str) -> str:
    return names.key(word.removeprefix("@"))
