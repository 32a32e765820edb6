"""Removing what members say of themselves: their bio, their title or their name."""

import secrets
from typing import Any

from parley.people.accounts import names, reserved_names, viewer_cache
from parley.people.accounts.tables import Member
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in import removed_names
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

# The action that removes each of them has the same name.
FIELDS = ("bio", "title", "name")

IS_REMOVED = """
select exists(select from decision where kind = 'member' and target = $1 and action = $2 and state = 'in_force'
              and before ->> action = $3)
"""
SELECT_REMOVED_NAMES = """
select before ->> 'name' from decision where kind = 'member' and action = 'name' and state = 'in_force'
"""


async def remove(member: int, field: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Empty a field of a locked member, or give them a neutral name; return the field before and after.

    Raises Refused where there is nothing to remove.
    """
    was = await _field_value(member, field)
    if _is_empty(member, field, was):
        raise Refused(N_("There is nothing to remove any more."))
    to = await _neutral_name(member) if field == "name" else ""
    await _set_field(member, field, to)
    return {field: was}, {field: to}


async def give_back(member: int, field: str, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give back what was removed from a locked member, unless they have written something else since."""
    now = await _field_value(member, field)
    if not _is_empty(member, field, now):
        return {}, {}
    await _set_field(member, field, text)
    return {field: now}, {field: text}


async def empty(kind: str, target: int) -> set[str]:
    """The fields of a profile in which there is nothing to remove; of other targets than members, none."""
    if kind != "member":
        return set()
    return {field for field in FIELDS if _is_empty(target, field, await _field_value(target, field))}


def _is_empty(member: int, field: str, text: str) -> bool:
    return not text or (field == "name" and names.is_neutral(text, member))


async def _field_value(member: int, field: str) -> str:
    row = await Member.select(field).where(Member.id == member).first()
    return str(row[field]) if row else ""


async def _set_field(member: int, field: str, text: str) -> None:
    if field == "name":
        await removed_names.replace(member, text)
        return
    await Member.update({field: text}).where(Member.id == member)
    viewer_cache.clear_after_commit()


async def _neutral_name(member: int) -> str:
    """A name without meaning. Another member may have the first choice."""
    name = names.neutral(member)
    taken = await db.value(reserved_names.IS_LIKE_ANOTHER, names.form(name), member)
    return f"{name}-{secrets.token_hex(2)}" if taken else name


async def check(viewer: Viewer, title: str, bio: str) -> None:
    """Raise Refused if a member writes again what a moderator removed."""
    for field, text in (("title", title), ("bio", bio)):
        if text and await db.value(IS_REMOVED, viewer.id, field, text):
            raise Refused(N_("A moderator removed this text from your profile. Please change it, or appeal."))


async def is_removed_name(name: str) -> bool:
    """Whether moderators removed this name, or one that looks like it."""
    return names.form(name) in map(names.form, await db.values(SELECT_REMOVED_NAMES))
